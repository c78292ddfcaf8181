//! Which PromQL: the version and the feature flags of the server that will run it.

use std::fmt;

/// A Prometheus version, as far as it matters to the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major version.
    pub major: u16,
    /// Minor version.
    pub minor: u16,
}

impl Version {
    /// The oldest version that rules can be written for.
    pub const FIRST: Version = Version { major: 2, minor: 0 };

    /// The newest version whose behaviour is reproduced.
    pub const LATEST: Version = Version { major: 3, minor: 14 };

    /// Version `major.minor`.
    pub const fn new(major: u16, minor: u16) -> Version {
        Version { major, minor }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Prometheus's `--enable-feature` flags that change the language, and the engine
/// options that go with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// `promql-experimental-functions`
    pub experimental_functions: bool,
    /// `promql-duration-expr`; on by default from 3.14 on.
    pub duration_expr: bool,
    /// `promql-extended-range-selectors`: `anchored`, `smoothed`.
    pub extended_range_selectors: bool,
    /// `promql-binop-fill-modifiers`: `fill`, `fill_left`, `fill_right`.
    pub binop_fill_modifiers: bool,
    /// `promql-delayed-name-removal`
    pub delayed_name_removal: bool,
    /// `type-and-unit-labels`
    pub type_and_unit_labels: bool,
    /// `promql-at-modifier`: `@`, of old servers.
    pub at_modifier: bool,
    /// `promql-negative-offset`, of old servers.
    pub negative_offset: bool,
}

/// One of the flags.
#[derive(Debug)]
pub struct Flag {
    /// Its name.
    pub name: &'static str,
    /// The first version that has it.
    pub since: Version,
    /// The first version in which what it brings needs no flag.
    pub stable: Option<Version>,
    slot: fn(&mut Features) -> &mut bool,
}

impl Flag {
    /// Behind which `@` was at first.
    pub const AT_MODIFIER: Flag = Flag {
        name: "promql-at-modifier",
        since: Version::new(2, 25),
        stable: Some(Version::new(2, 33)),
        slot: |it| &mut it.at_modifier,
    };

    /// Behind which negative offsets were at first.
    pub const NEGATIVE_OFFSET: Flag = Flag {
        name: "promql-negative-offset",
        since: Version::new(2, 26),
        stable: Some(Version::new(2, 33)),
        slot: |it| &mut it.negative_offset,
    };

    const fn new(
        name: &'static str,
        (major, minor): (u16, u16),
        slot: fn(&mut Features) -> &mut bool,
    ) -> Flag {
        Flag { name, since: Version::new(major, minor), stable: None, slot }
    }

    /// Whether `version` has what it brings only with this flag.
    pub fn is_needed(&self, version: Version) -> bool {
        self.stable.is_none_or(|it| version < it)
    }
}

impl Features {
    /// The flags.
    pub const FLAGS: [Flag; 8] = [
        Flag::new("promql-experimental-functions", (2, 49), |it| {
            &mut it.experimental_functions
        }),
        Flag {
            stable: Some(Version::new(3, 14)),
            ..Flag::new("promql-duration-expr", (3, 4), |it| &mut it.duration_expr)
        },
        Flag::new("promql-extended-range-selectors", (3, 7), |it| {
            &mut it.extended_range_selectors
        }),
        Flag::new("promql-binop-fill-modifiers", (3, 10), |it| {
            &mut it.binop_fill_modifiers
        }),
        Flag::new("promql-delayed-name-removal", (2, 55), |it| {
            &mut it.delayed_name_removal
        }),
        Flag::new("type-and-unit-labels", (3, 5), |it| &mut it.type_and_unit_labels),
        Flag::AT_MODIFIER,
        Flag::NEGATIVE_OFFSET,
    ];

    /// The flag of a name.
    pub fn flag(name: &str) -> Option<Flag> {
        Features::FLAGS.into_iter().find(|it| it.name == name)
    }

    /// Turns a flag on; false where there is none of that name.
    pub fn enable(&mut self, name: &str) -> bool {
        let flag = Features::flag(name);
        if let Some(flag) = &flag {
            *(flag.slot)(self) = true;
        }
        flag.is_some()
    }

    /// Whether a flag is on.
    pub fn has(mut self, flag: &Flag) -> bool {
        *(flag.slot)(&mut self)
    }
}

/// Which PromQL is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The server's version.
    pub version: Version,
    /// Its flags.
    pub features: Features,
    /// Lookback delta in milliseconds; Prometheus's default is five minutes.
    pub lookback: i64,
    /// The engine's limit of samples held at once, if it is to be enforced: promtool's
    /// is 10,000 and its refusal is a verdict.
    pub max_samples: Option<u64>,
}

impl Dialect {
    /// A server of `version` without flags.
    pub fn new(version: Version) -> Dialect {
        Dialect {
            version,
            features: Features {
                duration_expr: version >= Version::new(3, 14),
                ..Features::default()
            },
            lookback: 5 * 60 * 1000,
            max_samples: None,
        }
    }

    /// Whether the server is of version `major.minor` or newer.
    pub fn has(&self, major: u16, minor: u16) -> bool {
        Version::new(major, minor) <= self.version
    }

    /// Everything that the newest version has: what Prometheus's own scripts run with.
    pub fn everything() -> Dialect {
        Dialect {
            features: Features {
                experimental_functions: true,
                duration_expr: true,
                extended_range_selectors: true,
                binop_fill_modifiers: true,
                delayed_name_removal: true,
                type_and_unit_labels: true,
                at_modifier: true,
                negative_offset: true,
            },
            ..Dialect::new(Version::LATEST)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_turned_on_by_name() {
        let mut features = Features::default();
        assert!(Features::FLAGS.iter().all(|it| features.enable(it.name)));
        assert_eq!(features, Dialect::everything().features);
        assert!(Features::FLAGS.iter().all(|it| features.has(it)));
        assert!(!features.enable("promql-per-step-stats"));
    }
}

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
}

impl Features {
    /// The names of the flags.
    pub const FLAGS: [&str; 6] = [
        "promql-experimental-functions",
        "promql-duration-expr",
        "promql-extended-range-selectors",
        "promql-binop-fill-modifiers",
        "promql-delayed-name-removal",
        "type-and-unit-labels",
    ];

    /// Turns a flag on; false where there is none of that name.
    pub fn enable(&mut self, flag: &str) -> bool {
        let slot = match flag {
            "promql-experimental-functions" => &mut self.experimental_functions,
            "promql-duration-expr" => &mut self.duration_expr,
            "promql-extended-range-selectors" => &mut self.extended_range_selectors,
            "promql-binop-fill-modifiers" => &mut self.binop_fill_modifiers,
            "promql-delayed-name-removal" => &mut self.delayed_name_removal,
            "type-and-unit-labels" => &mut self.type_and_unit_labels,
            _ => return false,
        };
        *slot = true;
        true
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
        assert!(Features::FLAGS.iter().all(|it| features.enable(it)));
        assert_eq!(features, Dialect::everything().features);
        assert!(!features.enable("promql-at-modifier"));
    }
}

//! What is odd about rules and dashboards although Prometheus and Grafana take them.
//!
//! A lint is one file: `LINT`, which holds everything that is said about it, and the
//! function that looks. The tables of the families list them; everything else derives from
//! these: keys of the manifest, names in `allow`, `explain`, `docs/lints`. One
//! implementation for the rules and dashboards of the project and those of others: where
//! little is known of what surrounds a rule, less is found, and nothing that is wrong.

pub mod alert;
pub mod bounds;
pub mod config;
pub mod context;
pub mod coverage;
pub mod dashboard;
pub mod elsewhere;
pub mod fix;
pub mod judge;
mod look;
pub mod meta;
pub mod page;
pub mod peers;
pub mod permits;
pub mod policy;
pub mod promql;
mod recorded;
pub mod runbook;
pub mod table;

use crate::lint::table::{Family, Lint};

/// All lints, by what they are about.
pub const FAMILIES: &[Family] = &[
    Family { name: "promql", title: "Expressions", lints: promql::LINTS },
    Family { name: "alert", title: "Alerts", lints: alert::LINTS },
    Family { name: "coverage", title: "Coverage of alerts", lints: coverage::LINTS },
    Family { name: "policy", title: "Policies of the project", lints: policy::LINTS },
    Family { name: "dashboard", title: "Dashboards", lints: dashboard::lints::LINTS },
    Family { name: "runbook", title: "Runbooks and links", lints: runbook::LINTS },
    Family { name: "project", title: "Projects and files", lints: elsewhere::LINTS },
    Family { name: "allow", title: "Permissions", lints: meta::LINTS },
];

/// Number of lints.
pub const N_LINTS: usize = {
    let mut n_lints = 0;
    let mut idx = 0;
    while idx < FAMILIES.len() {
        n_lints += FAMILIES[idx].lints.len();
        idx += 1;
    }
    n_lints
};

/// All lints, by family.
pub const LINTS: [&Lint; N_LINTS] = {
    let mut out = [FAMILIES[0].lints[0]; N_LINTS];
    let (mut at, mut family) = (0, 0);
    while family < FAMILIES.len() {
        let mut idx = 0;
        while idx < FAMILIES[family].lints.len() {
            out[at] = FAMILIES[family].lints[idx];
            at += 1;
            idx += 1;
        }
        family += 1;
    }
    out
};

/// The names of all lints.
pub const NAMES: [&str; N_LINTS] = {
    let mut out = [""; N_LINTS];
    let mut idx = 0;
    while idx < N_LINTS {
        out[idx] = LINTS[idx].name;
        idx += 1;
    }
    out
};

/// The lint of a name.
pub fn lookup(name: &str) -> Option<&'static Lint> {
    LINTS.iter().find(|it| it.name == name).copied()
}

/// The family of a lint.
pub fn family(lint: &Lint) -> &'static Family {
    let mut all = FAMILIES.iter();
    let holds = |it: &&Family| it.lints.iter().any(|own| own.name == lint.name);
    all.find(holds).unwrap_or(&FAMILIES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_differ() {
        let mut names = NAMES.to_vec();
        names.sort_unstable();
        let n_all = names.len();
        names.dedup();
        assert_eq!(names.len(), n_all);
        for name in names {
            let good = name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-');
            assert!(good && name != "strict", "{name}");
        }
    }

    #[test]
    fn every_lint_is_explained() {
        for lint in LINTS {
            let name = lint.name;
            assert!(lint.summary.ends_with('.'), "{name}: summary");
            for text in [lint.why, lint.instead] {
                assert!(text.ends_with(['.', '`', ')']), "{name}: {text}");
            }
            assert!(!lint.example.trim().is_empty(), "{name}: example");
        }
    }
}

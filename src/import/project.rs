//! The project that is written into, as far as it matters to what is written.

use std::collections::BTreeSet;

use crate::import::name;
use crate::promql::check;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::labels::{is_legacy_metric_name, is_legacy_name};
use crate::rules::group::{Group, Pair, Rule};

/// What a project says already, or what its new manifest will say.
#[derive(Clone, Debug)]
pub struct Project {
    /// The global evaluation interval in milliseconds; `None` where environments differ.
    pub interval: Option<i64>,
    /// The severities that are declared or built in.
    pub severities: BTreeSet<String>,
    /// Whether alerts without a runbook would get one.
    pub runbooks: bool,
    /// Whether an environment has external labels.
    pub external_labels: bool,
}

/// Severities that need no declaration.
const BUILT_IN: &[&str] = &["critical", "warning", "business"];

/// Flags of the server that allow more of PromQL.
const FLAGS: &[&str] = &[
    "promql-experimental-functions",
    "promql-extended-range-selectors",
    "promql-binop-fill-modifiers",
];

impl Project {
    /// A project with nothing but these rules, evaluated at this interval.
    pub fn new<'a>(
        interval: i64,
        groups: impl IntoIterator<Item = &'a Group>,
    ) -> Project {
        let mut severities: BTreeSet<String> =
            BUILT_IN.iter().map(|it| it.to_string()).collect();
        for rule in groups.into_iter().flat_map(|it| &it.rules) {
            let Rule::Alert(alert) = rule else { continue };
            severities.extend(
                alert.severity().filter(|it| name::is_severity(it)).map(str::to_string),
            );
        }
        let interval = Some(interval);
        Project { interval, severities, runbooks: false, external_labels: false }
    }

    /// Severities that its manifest has to declare.
    pub fn declared(&self) -> impl Iterator<Item = &str> {
        let all = self.severities.iter().map(String::as_str);
        all.filter(|it| !BUILT_IN.contains(it))
    }
}

/// The server's flags without which some of these expressions are refused.
pub fn features(groups: &[&Group]) -> Vec<&'static str> {
    let needed = |flag: &&&'static str| {
        let mut dialect = Dialect::new(Version::LATEST);
        for other in FLAGS.iter().filter(|it| it != flag) {
            dialect.features.enable(other);
        }
        let refused =
            |it: &Rule| check::parse(it.expr().text.as_str(), &dialect).is_err();
        groups.iter().flat_map(|it| &it.rules).any(refused)
    };
    FLAGS.iter().filter(needed).copied().collect()
}

/// Whether some name in these rules is one that only servers with free names take.
pub fn has_utf8_names(groups: &[&Group]) -> bool {
    let free = |pairs: &[Pair]| pairs.iter().any(|it| !is_legacy_name(it.name.as_str()));
    let rule = |it: &Rule| match it {
        Rule::Record(it) => !is_legacy_metric_name(it.name.as_str()) || free(&it.labels),
        Rule::Alert(it) => free(&it.labels) || free(&it.annotations),
    };
    groups.iter().any(|it| free(&it.labels) || it.rules.iter().any(rule))
}

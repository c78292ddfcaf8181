//! What a project demands of its rules.

use std::sync::Arc;

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::re2::Regex;
use crate::rules::group::Millis;

/// What is demanded of some rules.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whether it is about records rather than alerts.
    pub records: bool,
    /// Severities of the alerts that it is about; empty for all.
    pub severities: Vec<String>,
    /// Labels that the rule sets, and what their values must be.
    pub labels: Vec<(Text, Pattern)>,
    /// Annotations, and what their texts must be.
    pub annotations: Vec<(Text, Pattern)>,
    /// What the name of the alert or of the recorded metric must be.
    pub name: Option<Pattern>,
    /// The shortest `for`.
    pub least_hold: Option<(Millis, Span)>,
    /// The longest `for`.
    pub most_hold: Option<(Millis, Span)>,
    /// The longest `keep_firing_for`.
    pub most_keep: Option<(Millis, Span)>,
    /// Labels that all results have.
    pub keeps: Vec<Text>,
    /// Labels that no result has.
    pub drops: Vec<Text>,
    /// Labels that all selectors of what is scraped match.
    pub selects: Vec<Text>,
    /// What stands in no label or annotation.
    pub forbidden: Vec<Pattern>,
    /// Why, in a sentence.
    pub why: Option<String>,
}

/// A regular expression with its place.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it was written.
    pub text: Text,
    /// What matches it.
    pub regex: Arc<Regex>,
}

//! Groups of recording rules and alerts.

use std::fmt;
use std::sync::Arc;

use crate::diag::few::Few;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::duration::write_duration;
use crate::promql::syntax::ast::Parsed;
use crate::rules::allow::Allow;

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub i64);

/// As Prometheus prints a duration.
impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration(self.0, f)
    }
}

/// Rules that are evaluated together, in order.
#[derive(Clone, Debug)]
pub struct Group {
    /// The name; unique within `file`.
    pub name: String,
    /// The file that it is written to or was read from, as the user knows it.
    pub file: Arc<str>,
    /// How often it is evaluated, where it says so.
    pub interval: Option<Millis>,
    /// How far in the past it is evaluated.
    pub query_offset: Option<Millis>,
    /// The most results that a rule may have; 0 is no limit.
    pub limit: u32,
    /// Labels of every rule in it.
    pub labels: Vec<Pair>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// Findings that are meant, about it and all of its rules.
    pub allow: Vec<Allow>,
    /// Where it is declared.
    pub span: Span,
}

/// A rule.
#[derive(Clone, Debug)]
pub enum Rule {
    /// A recording rule.
    Record(Box<Record>),
    /// An alert.
    Alert(Box<Alert>),
}

impl Rule {
    /// What it evaluates.
    pub fn expr(&self) -> &Expression {
        match self {
            Rule::Alert(it) => &it.expr,
            Rule::Record(it) => &it.expr,
        }
    }

    /// The alert that it is, if it is one.
    pub fn as_alert(&self) -> Option<&Alert> {
        match self {
            Rule::Alert(it) => Some(it),
            Rule::Record(_) => None,
        }
    }

    /// The recording rule that it is, if it is one.
    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Rule::Record(it) => Some(it),
            Rule::Alert(_) => None,
        }
    }
}

impl From<Alert> for Rule {
    fn from(it: Alert) -> Rule {
        Rule::Alert(Box::new(it))
    }
}

impl From<Record> for Rule {
    fn from(it: Record) -> Rule {
        Rule::Record(Box::new(it))
    }
}

/// A recording rule.
#[derive(Clone, Debug)]
pub struct Record {
    /// The metric that it records.
    pub name: Text,
    /// What it records.
    pub expr: Expression,
    /// Labels that it sets.
    pub labels: Vec<Pair>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// Values of `each`.
    pub each: Vec<Text>,
    /// Where it is declared.
    pub span: Span,
}

/// An alerting rule: one tier of an alert in one environment.
#[derive(Clone, Debug)]
pub struct Alert {
    /// `alertname`
    pub name: Text,
    /// The condition.
    pub expr: Expression,
    /// `for`
    pub hold: Setting<Millis>,
    /// `keep_firing_for`
    pub keep_firing_for: Setting<Millis>,
    /// Labels that it sets, `severity` and the owner's among them; values are templates.
    pub labels: Vec<Pair>,
    /// Annotations, `runbook_url` among them; values are templates.
    pub annotations: Vec<Pair>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// Where it is declared: the key of the alert.
    pub span: Span,
    /// What only a project's own spec knows of it; `None` for rules from rule files that
    /// are no part of a project.
    pub about: Option<About>,
}

impl Alert {
    /// The severity, as it is declared or as its own label says.
    pub fn severity(&self) -> Option<&str> {
        let declared = self.about.as_ref().and_then(|it| it.severity.as_ref());
        let label = || self.labels.iter().find(|it| it.name.as_str() == "severity");
        declared.or_else(|| label().map(|it| &it.value)).map(Text::as_str)
    }

    /// The text of an annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        let found = self.annotations.iter().find(|it| it.name.as_str() == name)?;
        Some(found.value.as_str())
    }
}

/// A value and the places that gave it, the one that won last; empty for a default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it was said: default, alert, tier, environment.
    pub defined_by: Few<Span>,
}

/// A PromQL expression with its text.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The text, which knows where it was written.
    pub text: Text,
    /// The tree; its ranges are offsets in `text`.
    pub parsed: Arc<Parsed>,
}

/// A label or an annotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The name.
    pub name: Text,
    /// The value.
    pub value: Text,
}

/// What the spec says of an alert beyond its rule.
#[derive(Clone, Debug)]
pub struct About {
    /// The key of the alert in the spec: `ApiErrors` of `[alert.ApiErrors]`.
    pub definition: Arc<str>,
    /// The tier's key: `critical`, `fast`; `None` for an alert without tiers.
    pub tier: Option<Arc<str>>,
    /// The severity, with its place, if it has one.
    pub severity: Option<Text>,
    /// The owner's key, if it has one.
    pub owner: Option<Text>,
    /// Its runbook, if it has one.
    pub runbook: Option<Runbook>,
    /// The service to whose file it belongs, if any: the built-in `job`.
    pub job: Option<Arc<str>>,
    /// The values of `each` from which it was made, in order.
    pub each: Vec<Text>,
    /// Labels that tell its results from each other, where the spec says so.
    pub per: Option<Vec<Text>>,
    /// For an `absent` companion: the name of the alert that it belongs to.
    pub companion_of: Option<Arc<str>>,
    /// Parameters and their values, in order of definition: for dashboards and `explain`.
    pub parameters: Vec<(Text, Text)>,
}

/// Where the runbook of an alert is.
#[derive(Clone, Debug)]
pub struct Runbook {
    /// The page below the runbooks' URL and folder, without anchor: `api-down`. Empty for
    /// an address elsewhere.
    pub page: String,
    /// `#anchor`, without the sign.
    pub anchor: Option<String>,
    /// The whole URL; empty where the project gives none.
    pub url: String,
    /// The text that named it, or the key of the alert.
    pub span: Span,
}

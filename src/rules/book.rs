//! Everything of a project, resolved for one environment.

use std::sync::Arc;

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::rules::allow::Allow;
use crate::rules::dashboard::Dashboard;
use crate::rules::group::{Group, Millis};
use crate::rules::inhibition::Inhibition;
use crate::rules::monitor::{Monitor, Probe};
use crate::rules::output::Output;
use crate::rules::policy::Policy;

/// A project in one environment.
#[derive(Clone, Debug)]
pub struct Book {
    /// The project's name.
    pub project: String,
    /// The environment's name; `default` where the project declares none.
    pub env: Arc<str>,
    /// Labels that this Prometheus adds to everything it sends, in order.
    pub external_labels: Vec<(String, String)>,
    /// Names of those that servers of other environments add and this one does not, sorted.
    pub foreign_labels: Vec<String>,
    /// The global evaluation interval.
    pub interval: Millis,
    /// How long this Prometheus keeps samples, where the project says so.
    pub retention: Option<Millis>,
    /// The PromQL that this Prometheus speaks.
    pub dialect: Dialect,
    /// All groups in the order of files and of declaration.
    pub groups: Vec<Group>,
    /// All monitors in the order of files and of declaration.
    pub monitors: Vec<Monitor>,
    /// All probes in that order.
    pub probes: Vec<Probe>,
    /// All dashboards in the order of files.
    pub dashboards: Vec<Dashboard>,
    /// Jobs that somebody else scrapes.
    pub jobs: Vec<Job>,
    /// Declared severities, in order.
    pub severities: Vec<Severity>,
    /// What the project demands of its rules.
    pub policies: Vec<Policy>,
    /// Findings that are meant in files as a whole; their rules have them too.
    pub allow: Vec<Allow>,
    /// Inhibitions between different alerts, as written.
    pub inhibits: Vec<Inhibit>,
    /// All inhibitions, those between tiers included, as an Alertmanager takes them; none
    /// before they are inferred.
    pub inhibitions: Vec<Inhibition>,
    /// What the objects are called and labelled.
    pub objects: Objects,
    /// What is written.
    pub output: Output,
}

impl Book {
    /// Whether a severity is worse than another one, which it inhibits.
    pub fn is_worse(&self, severity: &str, than: &str) -> bool {
        let mut own = self.severities.iter().filter(|it| it.name == severity);
        own.any(|it| it.inhibits.iter().any(|it| it == than))
    }
}

/// A severity.
#[derive(Clone, Debug)]
pub struct Severity {
    /// Its name.
    pub name: String,
    /// Severities that it inhibits.
    pub inhibits: Vec<String>,
    /// What an alert of this severity must have.
    pub requires: Vec<Text>,
    /// Where it is declared; `None` for a built-in one.
    pub span: Option<Span>,
}

/// A job that somebody else scrapes.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name.
    pub name: String,
    /// Its scrape interval.
    pub interval: Option<Millis>,
    /// Where it is declared.
    pub span: Span,
}

/// An inhibition between different alerts, as written.
#[derive(Clone, Debug)]
pub struct Inhibit {
    /// Alert name or selector of the alerts that inhibit.
    pub source: Text,
    /// Alert name or selector of the alerts that are inhibited.
    pub target: Text,
    /// Labels that must be equal, where it says so.
    pub equal: Option<Vec<Text>>,
}

/// What generated objects are called and labelled.
#[derive(Clone, Debug, Default)]
pub struct Objects {
    /// Their namespace.
    pub namespace: Option<String>,
    /// Labels by which the operator finds them, in order.
    pub labels: Vec<(String, String)>,
    /// Annotations of every object, in order.
    pub annotations: Vec<(String, String)>,
}

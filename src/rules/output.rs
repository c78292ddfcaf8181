//! What is written for an environment, as far as the project says. How any of it looks is
//! not known in this room.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;

/// What is written.
#[derive(Clone, Debug, Default)]
pub struct Output {
    /// The names of targets, as written; `None` for what is written by default.
    pub targets: Option<Vec<Text>>,
    /// Of rule namespaces for Mimir.
    pub mimir: Mimir,
    /// What Thanos Ruler does with a store that does not answer: `warn`, `abort`.
    pub partial_response_strategy: Option<String>,
    /// Which alerts the operator's Alertmanager lets an AlertmanagerConfig see.
    pub matcher_strategy: MatcherStrategy,
    /// Of dashboards as objects of the Grafana operator; `None` where nothing is said.
    pub dashboards: Option<DashboardObjects>,
    /// The folder of dashboards for Grafana's sidecar, after the annotation that says so.
    pub folder: Option<(String, String)>,
    /// The project's own targets, in order.
    pub own: Vec<Own>,
}

/// Of rule namespaces for Mimir.
#[derive(Clone, Debug, Default)]
pub struct Mimir {
    /// The namespace, in which `${file}`, `${env}` and `${project}` may stand.
    pub namespace: Option<Text>,
    /// Tenants whose series all groups query.
    pub source_tenants: Vec<String>,
    /// Whether evaluations are aligned with the interval.
    pub aligned: bool,
}

/// Which alerts an AlertmanagerConfig object is for: `alertmanagerConfigMatcherStrategy` of
/// the operator's Alertmanager.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MatcherStrategy {
    /// Those of the object's namespace.
    #[default]
    OnNamespace,
    /// The same, but all where the object is in the Alertmanager's own namespace.
    OnNamespaceExceptForAlertmanagerNamespace,
    /// All.
    None,
}

/// Fields of the operator's dashboards under their own names, in order.
#[derive(Clone, Debug)]
pub struct DashboardObjects {
    /// The fields.
    pub fields: Vec<(String, Json)>,
    /// Where they are declared.
    pub span: Span,
}

/// A target of the project's own: a template over what is resolved.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its name.
    pub name: Text,
    /// The path of its template.
    pub template: Text,
    /// The path of its files below the environment's folder, with parameters.
    pub path: Text,
    /// How many files it makes.
    pub per: Per,
    /// The files of the template's folder, itself among them.
    pub files: Arc<[Template]>,
}

/// For what a target makes a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// One for the environment.
    Environment,
    /// One for each file of rules.
    File,
    /// One for each alert, with all its tiers.
    Alert,
    /// One for each dashboard.
    Dashboard,
    /// One for each owner of alerts.
    Owner,
}

/// The file of a template.
#[derive(Clone, Debug)]
pub struct Template {
    /// Its path below the folder of the template that is rendered.
    pub name: String,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
}

impl Own {
    /// The template that is rendered, by its name among the files.
    pub fn main(&self) -> &str {
        let path = self.template.as_str();
        path.rsplit_once('/').map_or(path, |it| it.1)
    }
}

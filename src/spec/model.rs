//! The model of a project as written: every value with its place, nothing resolved.

use std::sync::Arc;

use crate::diag::few::Few;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::spec::dashboard::Dashboard;
use crate::spec::rule_file::RuleFile;
use crate::spec::vendor;

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// The manifest.
    pub manifest: Manifest,
    /// The alerts files, in the order of their paths.
    pub files: Vec<File>,
    /// The paths of alerts files that are there but could not be read.
    pub unread: Vec<String>,
    /// Whether there may be files of which nothing is known: a folder could not be read.
    pub unlisted: bool,
    /// The packs, in the order of their paths.
    pub packs: Vec<File>,
    /// The rule files that its alerts files use.
    pub rule_files: Vec<RuleFile>,
    /// The dashboards, in the order of their paths.
    pub dashboards: Vec<Dashboard>,
    /// The dashboards in Grafana's own JSON, in the order of their paths.
    pub json_dashboards: Vec<JsonDashboard>,
    /// The files of the folders in which the templates of its own targets are.
    pub templates: Vec<TemplateFile>,
    /// Whether all of its files could be read without an error: if not, what seems to be
    /// missing may stand in what could not be read.
    pub whole: bool,
}

/// A dashboard in Grafana's own JSON.
#[derive(Clone, Debug)]
pub struct JsonDashboard {
    /// The path as the user knows it.
    pub path: String,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
}

/// The file of a template.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// The path as the user knows it.
    pub path: String,
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: Arc<str>,
}

/// `aqua-alerts.toml`
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The project's name.
    pub name: Text,
    /// The edition of the language.
    pub edition: u32,
    /// The server.
    pub prometheus: Prometheus,
    /// The objects.
    pub build: Build,
    /// Where runbooks are.
    pub runbooks: Runbooks,
    /// The address of Grafana.
    pub grafana: Option<Text>,
    /// What holds for every alert.
    pub defaults: Body,
    /// All severities, the built-in ones first.
    pub severities: Vec<Severity>,
    /// Owners.
    pub owners: Vec<Owner>,
    /// Environments; never empty.
    pub environments: Vec<Environment>,
    /// Jobs that somebody else scrapes.
    pub jobs: Vec<Job>,
    /// Inhibitions between different alerts.
    pub inhibits: Vec<Inhibit>,
    /// Its own targets.
    pub targets: Vec<OwnTarget>,
    /// What becomes of findings.
    pub lints: Lints,
    /// What is demanded of rules.
    pub policies: Vec<Policy>,
}

/// What becomes of findings.
#[derive(Clone, Debug, Default)]
pub struct Lints {
    /// Whether those count that are a matter of policy or taste.
    pub strict: bool,
    /// Lints and their levels.
    pub levels: Vec<(Text, Text)>,
}

/// What is demanded of some rules.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `alerts` or `records`.
    pub of: Option<Text>,
    /// The severities of the alerts; empty for all.
    pub severities: Vec<Text>,
    /// Names of labels, and patterns of their values.
    pub labels: Vec<(Text, Text)>,
    /// Names of annotations, and patterns of their texts.
    pub annotations: Vec<(Text, Text)>,
    /// A pattern of the name.
    pub name: Option<Text>,
    /// The shortest `for`.
    pub least_hold: Option<Text>,
    /// The longest `for`.
    pub most_hold: Option<Text>,
    /// The longest `keep_firing_for`.
    pub most_keep: Option<Text>,
    /// Labels that all results have.
    pub keeps: Vec<Text>,
    /// Labels that no result has.
    pub drops: Vec<Text>,
    /// Labels that all selectors match.
    pub selects: Vec<Text>,
    /// Patterns of what stands nowhere.
    pub forbidden: Vec<Text>,
    /// Why.
    pub why: Option<Text>,
}

/// A finding that is meant.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The finding's name.
    pub lint: Text,
    /// The reason.
    pub why: Text,
    /// Where it is declared.
    pub span: Span,
}

/// A target of the project's own.
#[derive(Clone, Debug)]
pub struct OwnTarget {
    /// Its name.
    pub key: Text,
    /// The path of its template.
    pub template: Text,
    /// The path of its files.
    pub path: Text,
    /// For what it makes a file; the default is the environment.
    pub per: Option<Text>,
}

/// The server that runs the rules, as far as it is said.
#[derive(Clone, Debug, Default)]
pub struct Prometheus {
    /// Its version.
    pub version: Option<Text>,
    /// The global evaluation interval.
    pub interval: Option<Text>,
    /// The lookback delta.
    pub lookback: Option<Text>,
    /// How long samples are kept.
    pub retention: Option<Text>,
    /// Feature flags.
    pub features: Option<Vec<Text>>,
    /// `legacy` or `utf8`: the names that rules may set.
    pub names: Option<Text>,
}

/// What generated objects have in common.
#[derive(Clone, Debug, Default)]
pub struct Build {
    /// Their namespace.
    pub namespace: Option<Text>,
    /// Their labels.
    pub labels: Vec<Label>,
    /// Their annotations.
    pub annotations: Vec<Label>,
    /// What is written.
    pub targets: Option<Vec<Text>>,
    /// Of rule namespaces for Mimir.
    pub mimir: Mimir,
    /// `warn` or `abort`: what Thanos Ruler does with a partial response.
    pub partial_response_strategy: Option<Text>,
    /// Which alerts an AlertmanagerConfig object is for.
    pub matcher_strategy: Option<Text>,
    /// Fields of dashboards as objects, passed on under their names.
    pub dashboards: Option<(Span, Vec<(Text, Node)>)>,
    /// What Grafana's sidecar is told of dashboards.
    pub sidecar: Sidecar,
}

/// What Grafana's sidecar is told of dashboards.
#[derive(Clone, Debug, Default)]
pub struct Sidecar {
    /// Their folder.
    pub folder: Option<Text>,
    /// The annotation that says so.
    pub annotation: Option<Text>,
}

/// Of rule namespaces for Mimir.
#[derive(Clone, Debug, Default)]
pub struct Mimir {
    /// The namespace.
    pub namespace: Option<Text>,
    /// Tenants whose series the groups query.
    pub source_tenants: Option<Vec<Text>>,
    /// Whether evaluations are aligned with the interval.
    pub aligned: Option<bool>,
}

/// Where runbooks are.
#[derive(Clone, Debug, Default)]
pub struct Runbooks {
    /// The address under which they are published.
    pub url: Option<Text>,
    /// The folder with their sources.
    pub source: Option<Text>,
    /// The page of an alert that names none.
    pub page: Option<Text>,
    /// Sections that the page of an alert must have.
    pub sections: Vec<Text>,
    /// How links of the web are asked for.
    pub online: Online,
}

/// How links of the web are asked for.
#[derive(Clone, Debug, Default)]
pub struct Online {
    /// The longest time for one request.
    pub timeout: Option<Text>,
    /// The longest time for all.
    pub total: Option<Text>,
    /// For how long a good one is not asked for again.
    pub cache: Option<Text>,
    /// The most requests at once.
    pub concurrency: Option<i64>,
    /// The most requests at once to one host.
    pub per_host: Option<i64>,
    /// The least time between two requests to one host.
    pub pause: Option<Text>,
    /// How often a request is sent again.
    pub retries: Option<i64>,
    /// The most redirects.
    pub redirects: Option<i64>,
    /// Hosts and networks that may be asked though they are not public.
    pub allow_private: Vec<Text>,
    /// A file with certificates of authorities.
    pub authorities: Option<Text>,
    /// Headers: host, name, value.
    pub headers: Vec<(Text, Text, Text)>,
    /// Patterns of links that are not asked for.
    pub exceptions: Vec<Text>,
}

/// A severity.
#[derive(Clone, Debug)]
pub struct Severity {
    /// Its name.
    pub name: String,
    /// Severities that it inhibits.
    pub inhibits: Vec<String>,
    /// What its alerts must have.
    pub requires: Vec<Text>,
    /// Where it is declared; `None` for one that is only built in.
    pub span: Option<Span>,
}

/// An owner.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Its name.
    pub key: Text,
    /// Labels of its alerts.
    pub labels: Vec<Label>,
    /// Annotations of its alerts.
    pub annotations: Vec<Label>,
}

/// An environment.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where it is declared; `None` for the one that a project without any has.
    pub span: Option<Span>,
    /// The environment from which it inherits.
    pub like: Option<Text>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Labels that the server adds.
    pub external_labels: Vec<Label>,
    /// The severities that it has.
    pub severities: Option<Vec<Text>>,
    /// What differs in the server.
    pub prometheus: Prometheus,
    /// What differs in the objects.
    pub build: Build,
    /// The address of Grafana, where it differs.
    pub grafana: Option<Text>,
}

/// A job that somebody else scrapes.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name.
    pub key: Text,
    /// How often it is scraped.
    pub interval: Option<Text>,
}

/// An inhibition.
#[derive(Clone, Debug)]
pub struct Inhibit {
    /// Alert name or selector of the alerts that inhibit.
    pub source: Text,
    /// Alert name or selector of those that are inhibited.
    pub target: Text,
    /// Labels that must be equal, where it says so.
    pub equal: Option<Vec<Text>>,
}

/// An alerts file or a pack.
#[derive(Clone, Debug)]
pub struct File {
    /// The path as the user knows it.
    pub path: String,
    /// The name: `api` of `alerts/api.toml`.
    pub name: String,
    /// The beginning of the file.
    pub span: Span,
    /// Whether something in it was refused: what seems to be missing may be that.
    pub faulty: bool,
    /// The names whose values were refused, where some were.
    pub refused: Option<Arc<[String]>>,
    /// What holds for every alert in it.
    pub defaults: Body,
    /// Services.
    pub services: Vec<Service>,
    /// Probes.
    pub probes: Vec<Probe>,
    /// Packs that it uses.
    pub uses: Vec<Use>,
    /// Rule files that it uses.
    pub vendored: Vec<vendor::Use>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Records and alerts in the order of the file.
    pub rules: Vec<Rule>,
    /// Inhibitions.
    pub inhibits: Vec<Inhibit>,
    /// What differs by environment.
    pub env: Vec<FileOverride>,
}

/// What differs in an environment for a whole file.
#[derive(Clone, Debug)]
pub struct FileOverride {
    /// The environment.
    pub env: Text,
    /// `false` or `true`.
    pub switch: Option<Switch>,
    /// What holds for every alert there.
    pub body: Body,
}

/// A use of a pack.
#[derive(Clone, Debug)]
pub struct Use {
    /// The name of the use.
    pub key: Text,
    /// The pack's name: the key, unless it says otherwise.
    pub pack: Text,
    /// Where it is used.
    pub span: Span,
    /// What holds for every rule of the pack.
    pub body: Body,
    /// Changes of its alerts.
    pub alerts: Vec<(Text, Definition)>,
    /// Changes of its records.
    pub records: Vec<(Text, Definition)>,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its key, by which rules name it.
    pub key: Text,
    /// Its name, where the key is not it.
    pub name: Option<Text>,
    /// Where it is declared.
    pub span: Span,
    /// What it says.
    pub settings: GroupSettings,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// What differs by environment.
    pub env: Vec<(Text, GroupSettings)>,
}

/// What a group says.
#[derive(Clone, Debug, Default)]
pub struct GroupSettings {
    /// How often it is evaluated.
    pub interval: Option<Text>,
    /// How far in the past.
    pub query_offset: Option<Text>,
    /// The most results of a rule, and where that is said.
    pub limit: Option<(u32, Span)>,
    /// Labels of its rules.
    pub labels: Vec<Label>,
}

/// Whether a rule is an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// A recording rule.
    Record,
    /// An alert.
    Alert,
}

/// An alert or a record.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which of the two.
    pub kind: RuleKind,
    /// The key: the name of the alert or of the metric.
    pub key: Text,
    /// What it says.
    pub definition: Definition,
}

/// What an alert or a record says, or an override of one.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    /// `false` or `true` in place of a table.
    pub switch: Option<Switch>,
    /// Keys that a tier may have too.
    pub body: Body,
    /// Parameters with several values.
    pub each: Vec<Each>,
    /// Labels that tell its results from each other, where it says so.
    pub per: Option<Vec<Text>>,
    /// The companion. Few have one, and it is large.
    pub absent: Option<Box<Absent>>,
    /// Tiers, in order.
    pub tiers: Vec<Tier>,
    /// What differs by environment.
    pub env: Vec<(Text, Definition)>,
}

/// A tier, or an override of one.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Its name.
    pub key: Text,
    /// `false` or `true` in place of a table.
    pub switch: Option<Switch>,
    /// What it says.
    pub body: Body,
}

/// `absent`
#[derive(Clone, Debug)]
pub struct Absent {
    /// `true` or `false` in place of a table.
    pub switch: Option<Switch>,
    /// What it says.
    pub body: Body,
    /// Where it is written.
    pub span: Span,
}

/// `true` or `false` where a table may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// Which.
    pub on: bool,
    /// Where.
    pub span: Span,
}

/// A parameter with several values.
#[derive(Clone, Debug)]
pub struct Each {
    /// The parameter.
    pub key: Text,
    /// Its values.
    pub values: Vec<Value>,
}

/// The value of a parameter.
#[derive(Clone, Debug)]
pub struct Value {
    /// As it is put into an expression.
    pub text: Text,
    /// Written as a number, not as a string.
    pub number: bool,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub key: Text,
    /// Its value.
    pub value: Value,
    /// The places that gave it a value, the one that won last.
    pub places: Few<Span>,
}

/// A value and the places that gave it.
#[derive(Clone, Debug)]
pub struct Field {
    /// The value; `None` where `false` dropped it.
    pub value: Option<Text>,
    /// The places, the one that won last.
    pub places: Few<Span>,
}

/// A label or an annotation.
#[derive(Clone, Debug)]
pub struct Label {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub field: Field,
}

/// Keys that alerts, records, tiers, companions and defaults share.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// `expr`
    pub expr: Option<Field>,
    /// `name`
    pub name: Option<Field>,
    /// `severity`
    pub severity: Option<Field>,
    /// `for`
    pub hold: Option<Field>,
    /// `keep_firing_for`
    pub keep_firing_for: Option<Field>,
    /// `summary`
    pub summary: Option<Field>,
    /// `description`
    pub description: Option<Field>,
    /// `runbook`
    pub runbook: Option<Field>,
    /// `owner`
    pub owner: Option<Field>,
    /// `group`
    pub group: Option<Field>,
    /// `job`
    pub job: Option<Field>,
    /// `labels`
    pub labels: Vec<Label>,
    /// `annotations`
    pub annotations: Vec<Label>,
    /// `let`, and the further keys of a tier.
    pub parameters: Vec<Parameter>,
    /// `allow`
    pub allow: Vec<Allow>,
}

/// A probe.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name, which is the job.
    pub key: Text,
    /// The fields of its spec.
    pub fields: Vec<(Text, Node)>,
    /// What differs by environment.
    pub env: Vec<(Text, ProbeOverride)>,
}

/// What differs in an environment for a probe.
#[derive(Clone, Debug, Default)]
pub struct ProbeOverride {
    /// `false` or `true` in place of a table.
    pub switch: Option<Switch>,
    /// Fields with other values.
    pub fields: Vec<(Text, Node)>,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name, which is the job.
    pub key: Text,
    /// Where it is declared.
    pub span: Span,
    /// What it says.
    pub settings: ServiceSettings,
    /// What differs by environment.
    pub env: Vec<(Text, ServiceSettings)>,
}

/// What a service says, or an override of one.
#[derive(Clone, Debug, Default)]
pub struct ServiceSettings {
    /// `false` or `true` in place of a table.
    pub switch: Option<Switch>,
    /// `kind`
    pub kind: Option<Text>,
    /// `match`
    pub match_labels: Vec<Label>,
    /// `namespaces`
    pub namespaces: Option<Vec<Text>>,
    /// Endpoints, in order.
    pub endpoints: Vec<Endpoint>,
    /// Fields that are passed on under their names.
    pub fields: Vec<(Text, Node)>,
}

/// An endpoint, or an override of one.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The port.
    pub port: Text,
    /// Where it is declared.
    pub span: Span,
    /// `false` or `true` in place of a table.
    pub switch: Option<Switch>,
    /// Fields that are passed on under their names.
    pub fields: Vec<(Text, Node)>,
}

impl Group {
    /// What it is called.
    pub fn name(&self) -> &Text {
        self.name.as_ref().unwrap_or(&self.key)
    }
}

impl Body {
    /// The single-valued keys, in a fixed order.
    pub fn fields(&self) -> [&Option<Field>; 11] {
        [
            &self.expr,
            &self.name,
            &self.severity,
            &self.hold,
            &self.keep_firing_for,
            &self.summary,
            &self.description,
            &self.runbook,
            &self.owner,
            &self.group,
            &self.job,
        ]
    }

    /// The same, to be changed.
    pub fn fields_mut(&mut self) -> [&mut Option<Field>; 11] {
        [
            &mut self.expr,
            &mut self.name,
            &mut self.severity,
            &mut self.hold,
            &mut self.keep_firing_for,
            &mut self.summary,
            &mut self.description,
            &mut self.runbook,
            &mut self.owner,
            &mut self.group,
            &mut self.job,
        ]
    }

    /// All texts in which a parameter may be used.
    pub fn texts(&self) -> Vec<&Text> {
        let mut out = self.own_texts();
        out.extend(self.parameters.iter().map(|it| &it.value.text));
        out
    }

    /// The same without the values of parameters.
    pub fn own_texts(&self) -> Vec<&Text> {
        let fields = self.fields().into_iter().flatten();
        let labels = self.labels.iter().chain(&self.annotations).map(|it| &it.field);
        fields.chain(labels).filter_map(|it| it.value.as_ref()).collect()
    }
}

impl Definition {
    /// All bodies in it: its own, its tiers', its companion's, those of its overrides.
    pub fn bodies(&self) -> Vec<&Body> {
        let mut out = vec![&self.body];
        out.extend(self.tiers.iter().map(|it| &it.body));
        out.extend(self.absent.iter().map(|it| &it.body));
        out.extend(self.env.iter().flat_map(|it| it.1.bodies()));
        out
    }
}

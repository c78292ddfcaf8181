//! What a template sees: tables of rows with name, type and meaning, and the values.
//!
//! A value has no names of its own: they are those of the rows, one by one, so that
//! nothing can be there which the reference does not tell, nor the other way round; that
//! the types are told truly is asserted for every value.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};
use tera::Value;

use crate::emit;
use crate::emit::alertmanager::selector;
use crate::emit::definition::{Definition, definitions};
use crate::emit::name;
use crate::rules::book::Book;
use crate::rules::dashboard::{Content, Dashboard};
use crate::rules::group::{Alert, Group, Pair, Record, Rule};
use crate::rules::inhibition::Inhibition;
use crate::rules::kebab::kebab;
use crate::rules::monitor::{Monitor, MonitorKind, Port, Probe};
use crate::rules::prose::prose;

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A string, or none.
    Maybe,
    /// A whole number.
    Number,
    /// A list of strings.
    Texts,
    /// Strings by name, in the order of the project.
    Map,
    /// A list of objects of a table.
    Many(&'static str),
}

/// A field.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// What it is.
    pub doc: &'static str,
}

const fn row(name: &'static str, kind: Kind, doc: &'static str) -> Row {
    Row { name, kind, doc }
}

const ENVIRONMENT: [Row; 14] = [
    row("project", Kind::Text, "The project's name."),
    row("env", Kind::Text, "The environment's name; `default` where there is but one."),
    row("prometheus", Kind::Text, "The version of its Prometheus: `3.5`."),
    row("interval", Kind::Text, "The global evaluation interval: `30s`."),
    row("namespace", Kind::Maybe, "The namespace of its Kubernetes objects."),
    row("external_labels", Kind::Map, "Labels that its Prometheus adds to everything."),
    row("severities", Kind::Many("severity"), "The declared severities, in order."),
    row("owners", Kind::Many("owner"), "The owners that alerts have, by name."),
    row("files", Kind::Many("file"), "The files of rules, in order."),
    row("alerts", Kind::Many("alert"), "All alerts, in the order of the files."),
    row("monitors", Kind::Many("monitor"), "The services that are scraped."),
    row("probes", Kind::Many("probe"), "What an exporter asks."),
    row("dashboards", Kind::Many("dashboard"), "The dashboards, in order."),
    row(
        "inhibitions",
        Kind::Many("inhibition"),
        "All inhibitions, between tiers and between alerts.",
    ),
];

const SEVERITY: [Row; 3] = [
    row("name", Kind::Text, "Its name."),
    row(
        "inhibits",
        Kind::Texts,
        "Severities of an alert that are silent while it fires.",
    ),
    row("requires", Kind::Texts, "What its alerts must have."),
];

const OWNER: [Row; 2] = [
    row("name", Kind::Text, "Its name."),
    row("alerts", Kind::Many("alert"), "The alerts that it answers."),
];

const FILE: [Row; 5] = [
    row("name", Kind::Text, "What its output is called: `team-api`."),
    row("path", Kind::Text, "Its path in the project: `alerts/team/api.toml`."),
    row("groups", Kind::Many("group"), "Its groups, in the order of evaluation."),
    row("alerts", Kind::Many("alert"), "Its alerts."),
    row("records", Kind::Many("record"), "Its recording rules."),
];

const GROUP: [Row; 5] = [
    row("name", Kind::Text, "Its name."),
    row("interval", Kind::Text, "How often it is evaluated."),
    row("query_offset", Kind::Maybe, "How far in the past."),
    row("limit", Kind::Number, "The most results of a rule; 0 is no limit."),
    row("labels", Kind::Map, "Labels of all of its rules."),
];

const ALERT: [Row; 10] = [
    row("name", Kind::Text, "Its name: the key in the project."),
    row("kebab", Kind::Text, "The name as it stands in addresses: `api-down`."),
    row("file", Kind::Text, "The path of its file in the project."),
    row("owner", Kind::Maybe, "Who answers it."),
    row("runbook", Kind::Maybe, "The address of its runbook."),
    row("page", Kind::Maybe, "The page of the runbook below the runbooks' address."),
    row("summary", Kind::Maybe, "Its summary in words: `{{ $labels.x }}` is `` `x` ``."),
    row("description", Kind::Maybe, "Its description, likewise."),
    row("companion_of", Kind::Maybe, "The alert whose data is missing when this fires."),
    row("tiers", Kind::Many("tier"), "The rules that it became; at least one."),
];

const TIER: [Row; 14] = [
    row("name", Kind::Text, "The label `alertname`."),
    row(
        "tier",
        Kind::Maybe,
        "The tier's key: `critical`, `fast`; none of an alert without.",
    ),
    row("severity", Kind::Maybe, "The severity."),
    row("expr", Kind::Text, "The condition in PromQL."),
    row("for", Kind::Text, "How long it must hold: `5m`, `0s`."),
    row("for_seconds", Kind::Number, "The same in whole seconds."),
    row("keep_firing_for", Kind::Text, "How long the alert fires on."),
    row("summary", Kind::Maybe, "The annotation, with Prometheus's templates in it."),
    row("description", Kind::Maybe, "The annotation, likewise."),
    row("labels", Kind::Map, "All labels that the rule sets, its group's among them."),
    row(
        "annotations",
        Kind::Map,
        "All annotations, with Prometheus's templates in them.",
    ),
    row("parameters", Kind::Map, "The values of the alert's parameters."),
    row("group", Kind::Text, "The group in which it is evaluated."),
    row("interval", Kind::Text, "How often."),
];

const RECORD: [Row; 5] = [
    row("name", Kind::Text, "The metric that it records."),
    row("expr", Kind::Text, "What it records, in PromQL."),
    row("labels", Kind::Map, "Labels that it sets, its group's among them."),
    row("group", Kind::Text, "The group in which it is evaluated."),
    row("interval", Kind::Text, "How often."),
];

const MONITOR: [Row; 5] = [
    row("job", Kind::Text, "The label `job` of its series: the service's name."),
    row("kind", Kind::Text, "`service` or `pod`."),
    row("match", Kind::Map, "Labels that the Services or Pods have."),
    row("namespaces", Kind::Texts, "Where they are looked for."),
    row("ports", Kind::Texts, "The ports that are scraped."),
];

const PROBE: [Row; 5] = [
    row("job", Kind::Text, "The label `job` of its series: the probe's name."),
    row("prober", Kind::Text, "The exporter's host and port."),
    row("module", Kind::Maybe, "The exporter's module."),
    row("interval", Kind::Maybe, "How often, if not as often as the server does."),
    row("targets", Kind::Texts, "What is asked; nothing where Ingresses say it."),
];

const DASHBOARD: [Row; 6] = [
    row("name", Kind::Text, "Its name in the project: the path without extension."),
    row("file", Kind::Text, "Its file in the project."),
    row("object", Kind::Text, "The name of its ConfigMap or object."),
    row("title", Kind::Text, "Its title."),
    row("description", Kind::Maybe, "What it is for."),
    row("tags", Kind::Texts, "By these it is found."),
];

const INHIBITION: [Row; 3] = [
    row("source", Kind::Text, "The alerts that inhibit: a selector."),
    row("target", Kind::Text, "Those that are silent: a selector."),
    row("equal", Kind::Texts, "Labels that must be equal in both."),
];

/// The tables by the names of their objects: the variables of every template first.
pub const TABLES: &[(&str, &str, &[Row])] = &[
    ("", "What every template sees.", &ENVIRONMENT),
    (
        "alert",
        "An alert with all its tiers; with `per = \"alert\"` the variable `alert`.",
        &ALERT,
    ),
    ("tier", "A rule of an alert: what Prometheus knows of it.", &TIER),
    ("file", "A file of rules; with `per = \"file\"` the variable `file`.", &FILE),
    ("group", "A group of rules.", &GROUP),
    ("record", "A recording rule.", &RECORD),
    ("owner", "An owner; with `per = \"owner\"` the variable `owner`.", &OWNER),
    ("severity", "A severity.", &SEVERITY),
    ("monitor", "A service that is scraped.", &MONITOR),
    ("probe", "What an exporter asks on behalf of Prometheus.", &PROBE),
    (
        "dashboard",
        "A dashboard; with `per = \"dashboard\"` the variable `dashboard`.",
        &DASHBOARD,
    ),
    ("inhibition", "While the source fires, the target is silent.", &INHIBITION),
];

/// The names of all fields and variables, sorted: for suggestions.
pub(super) fn names() -> &'static [&'static str] {
    static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
        let rows = TABLES.iter().flat_map(|it| it.2.iter().map(|it| it.name));
        let own = TABLES.iter().map(|it| it.0).filter(|it| !it.is_empty());
        let mut names: Vec<&str> = rows.chain(own).collect();
        names.sort_unstable();
        names.dedup();
        names
    });
    &NAMES
}

/// The values of an environment.
#[derive(Debug)]
pub(super) struct Data {
    /// The variables of every template.
    pub(super) environment: Vec<(&'static str, Value)>,
    /// What there may be a file for, each with its parameter in paths.
    pub(super) files: Vec<(String, Value)>,
    pub(super) alerts: Vec<(String, Value)>,
    /// The parameters of the files that these stand in, one by one.
    pub(super) files_of_alerts: Vec<String>,
    pub(super) dashboards: Vec<(String, Value)>,
    pub(super) owners: Vec<(String, Value)>,
}

/// Gathers the values of an environment.
pub(super) fn data(book: &Book) -> Data {
    let files = emit::files(book);
    let paths: Vec<&str> = files.iter().map(|it| it.0).collect();
    let (mut alerts, mut all_files) = (Vec::new(), Vec::new());
    let mut files_of_alerts = Vec::new();
    let mut owners: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for ((path, groups), name) in files.iter().zip(name::of_files(&paths)) {
        let mut own = Vec::new();
        for it in definitions(groups) {
            let value = alert(book, path, &it);
            if let Some(owner) = owner(it.tiers[0].1) {
                owners.entry(owner.to_owned()).or_default().push(value.clone());
            }
            alerts.push((it.name.to_owned(), value.clone()));
            files_of_alerts.push(name.clone());
            own.push(value);
        }
        all_files.push((name.clone(), file(book, path, name, groups, own)));
    }
    let owners: Vec<(String, Json)> = owners
        .into_iter()
        .map(|(name, alerts)| {
            let value = object(&OWNER, [json!(name), Json::Array(alerts)]);
            (name, value)
        })
        .collect();
    let names: Vec<&str> = book.dashboards.iter().map(|it| &*it.name).collect();
    let dashboards: Vec<(String, Json)> = book
        .dashboards
        .iter()
        .zip(name::objects(book, &names))
        .map(|(it, (stem, object))| (stem, dashboard(it, &object)))
        .collect();
    let values =
        |it: &[(String, Json)]| it.iter().map(|it| it.1.clone()).collect::<Json>();
    let environment = object(
        &ENVIRONMENT,
        [
            json!(book.project),
            json!(&*book.env),
            json!(book.dialect.version.to_string()),
            json!(book.interval.to_string()),
            json!(book.objects.namespace),
            strings(book.external_labels.iter().map(|it| (&*it.0, &*it.1))),
            book.severities.iter().map(severity_of).collect(),
            values(&owners),
            values(&all_files),
            values(&alerts),
            book.monitors.iter().map(monitor).collect(),
            book.probes.iter().map(probe).collect(),
            values(&dashboards),
            book.inhibitions.iter().map(inhibition).collect(),
        ],
    );
    let tera = |it: Vec<(String, Json)>| {
        let one = |(name, it): (String, Json)| (name, Value::from_serializable(&it));
        it.into_iter().map(one).collect()
    };
    let variable = |it: &Row| (it.name, Value::from_serializable(&environment[it.name]));
    Data {
        environment: ENVIRONMENT.iter().map(variable).collect(),
        files: tera(all_files),
        alerts: tera(alerts),
        files_of_alerts,
        dashboards: tera(dashboards),
        owners: tera(owners),
    }
}

/// An object: its fields have the names of the rows.
fn object<const N: usize>(rows: &[Row; N], values: [Json; N]) -> Json {
    let mut out = Map::new();
    for (row, value) in rows.iter().zip(values) {
        debug_assert!(fits(row.kind, &value), "`{}` is {value}", row.name);
        out.insert(row.name.to_owned(), value);
    }
    Json::Object(out)
}

fn fits(kind: Kind, value: &Json) -> bool {
    let texts =
        |it: &Json| it.as_array().is_some_and(|it| it.iter().all(Json::is_string));
    match kind {
        Kind::Text => value.is_string(),
        Kind::Maybe => value.is_string() || value.is_null(),
        Kind::Number => value.is_u64() || value.is_i64(),
        Kind::Texts => texts(value),
        Kind::Map => value.as_object().is_some_and(|it| it.values().all(Json::is_string)),
        Kind::Many(name) => {
            let table = TABLES.iter().find(|it| it.0 == name).map(|it| it.2);
            let is_one = |it: &Json| {
                let fields = it.as_object();
                fields.zip(table).is_some_and(|(fields, rows)| {
                    fields.keys().eq(rows.iter().map(|it| it.name))
                })
            };
            value.as_array().is_some_and(|it| it.iter().all(is_one))
        }
    }
}

fn strings<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Json {
    pairs
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect::<Map<_, _>>()
        .into()
}

/// Labels of a rule in its group, whose labels it replaces.
fn labels(group: &Group, own: &[Pair]) -> Json {
    let all = group.labels.iter().chain(own);
    strings(all.map(|it| (it.name.as_str(), it.value.as_str())))
}

fn interval(book: &Book, group: &Group) -> Json {
    json!(group.interval.unwrap_or(book.interval).to_string())
}

fn owner(alert: &Alert) -> Option<&str> {
    Some(alert.about.as_ref()?.owner.as_ref()?.as_str())
}

fn alert(book: &Book, path: &str, it: &Definition<'_>) -> Json {
    let first = it.tiers[0].1;
    let about = first.about.as_ref();
    let runbook = about.and_then(|it| it.runbook.as_ref());
    let page = runbook.map(|it| it.page.as_str()).filter(|it| !it.is_empty());
    let words = |name| first.annotation(name).map(prose);
    object(
        &ALERT,
        [
            json!(it.name),
            json!(kebab(it.name)),
            json!(path),
            json!(owner(first)),
            json!(first.annotation("runbook_url")),
            json!(page),
            json!(words("summary")),
            json!(words("description")),
            json!(about.and_then(|it| it.companion_of.as_deref())),
            it.tiers.iter().map(|(group, alert)| tier(book, group, alert)).collect(),
        ],
    )
}

fn tier(book: &Book, group: &Group, it: &Alert) -> Json {
    let about = it.about.as_ref();
    let parameters = about.map(|it| &it.parameters[..]).unwrap_or_default();
    let pairs = |pairs: &[Pair]| {
        strings(pairs.iter().map(|it| (it.name.as_str(), it.value.as_str())))
    };
    object(
        &TIER,
        [
            json!(it.name.as_str()),
            json!(about.and_then(|it| it.tier.as_deref())),
            json!(it.severity()),
            json!(it.expr.text.as_str().trim()),
            json!(it.hold.value.to_string()),
            json!(it.hold.value.0 / 1000),
            json!(it.keep_firing_for.value.to_string()),
            json!(it.annotation("summary")),
            json!(it.annotation("description")),
            labels(group, &it.labels),
            pairs(&it.annotations),
            strings(parameters.iter().map(|it| (it.0.as_str(), it.1.as_str()))),
            json!(group.name),
            interval(book, group),
        ],
    )
}

fn file(
    book: &Book,
    path: &str,
    name: String,
    groups: &[&Group],
    alerts: Vec<Json>,
) -> Json {
    let records = groups.iter().flat_map(|group| {
        let records = group.rules.iter().filter_map(|it| match it {
            Rule::Record(it) => Some(it),
            Rule::Alert(_) => None,
        });
        records.map(|it| record(book, group, it))
    });
    object(
        &FILE,
        [
            json!(name),
            json!(path),
            groups.iter().map(|it| group(book, it)).collect(),
            Json::Array(alerts),
            records.collect(),
        ],
    )
}

fn group(book: &Book, it: &Group) -> Json {
    object(
        &GROUP,
        [
            json!(it.name),
            interval(book, it),
            json!(it.query_offset.map(|it| it.to_string())),
            json!(it.limit),
            labels(it, &[]),
        ],
    )
}

fn record(book: &Book, group: &Group, it: &Record) -> Json {
    object(
        &RECORD,
        [
            json!(it.name.as_str()),
            json!(it.expr.text.as_str().trim()),
            labels(group, &it.labels),
            json!(group.name),
            interval(book, group),
        ],
    )
}

fn severity_of(it: &crate::rules::book::Severity) -> Json {
    let requires: Vec<&str> = it.requires.iter().map(|it| it.as_str()).collect();
    object(&SEVERITY, [json!(it.name), json!(it.inhibits), json!(requires)])
}

fn monitor(it: &Monitor) -> Json {
    let port = |it: &Port| match it {
        Port::Name(it) => it.clone(),
        Port::Number(it) => it.to_string(),
    };
    let ports: Vec<String> = it.endpoints.iter().map(|it| port(&it.port)).collect();
    let kind = match it.kind {
        MonitorKind::Service => "service",
        MonitorKind::Pod => "pod",
    };
    object(
        &MONITOR,
        [
            json!(&*it.job),
            json!(kind),
            strings(it.match_labels.iter().map(|it| (&*it.0, &*it.1))),
            json!(it.namespaces),
            json!(ports),
        ],
    )
}

fn probe(it: &Probe) -> Json {
    let fields: Map<String, Json> = it.fields.iter().cloned().collect();
    let at = |path: &[&str]| {
        let first = fields.get(path[0])?;
        path[1..].iter().try_fold(first, |it, name| it.get(name)).cloned()
    };
    object(
        &PROBE,
        [
            json!(&*it.job),
            at(&["prober", "url"]).unwrap_or_default(),
            json!(at(&["module"])),
            json!(at(&["interval"])),
            at(&["targets", "staticConfig", "static"]).unwrap_or_else(|| json!([])),
        ],
    )
}

fn dashboard(it: &Dashboard, name: &str) -> Json {
    let (title, description, tags) = match &it.content {
        Content::Board(it) => (it.title.clone(), it.description.clone(), it.tags.clone()),
        Content::Json { written: text, .. } => {
            let json: Json = serde_json::from_str(text).unwrap_or_default();
            let text = |key: &str| json[key].as_str().map(str::to_owned);
            let tags = json["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
            let tags = tags.iter().filter_map(|it| it.as_str().map(str::to_owned));
            let title = text("title").unwrap_or_else(|| it.name.to_string());
            (title, text("description"), tags.collect())
        }
    };
    object(
        &DASHBOARD,
        [
            json!(&*it.name),
            json!(&*it.file),
            json!(name),
            json!(title),
            json!(description),
            json!(tags),
        ],
    )
}

fn inhibition(it: &Inhibition) -> Json {
    let [source, target] = [&it.source, &it.target].map(|it| selector(it));
    object(&INHIBITION, [json!(source), json!(target), json!(it.equal)])
}

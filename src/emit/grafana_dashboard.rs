//! `grafana-dashboards/<name>.yaml`: dashboards as objects of the Grafana operator.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::object::{Object, object};
use crate::emit::{self, Emit, Target, grafana, yaml};
use crate::rules::book::Book;

/// GrafanaDashboard objects.
pub const TARGET: Target = Target {
    name: "grafana-dashboard",
    summary: "GrafanaDashboard objects for the Grafana Operator, in place of ConfigMaps",
    default: false,
    place: "grafana-dashboards/",
    claims: |book| grafana::claims(book, "GrafanaDashboard"),
    faults: |it, sink| drop(emit(it.book, it.dashboards, sink)),
    emit: Emit::After(emit),
};

/// The version of the operator's objects.
const GRAFANA: &str = "grafana.integreatly.org/v1beta1";

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Spec(Map<String, Json>);

fn emit(book: &Book, artifacts: &[Artifact], sink: &mut Sink) -> Vec<Artifact> {
    if book.dashboards.is_empty() {
        return Vec::new();
    }
    let said = book.output.dashboards.as_ref();
    let fields = said.map(|it| &it.fields[..]).unwrap_or_default();
    if !fields.iter().any(|it| it.0 == "instanceSelector") {
        sink.push_once(without_selector(said.map(|it| it.span)));
        return Vec::new();
    }
    let is_board = |it: &&Artifact| matches!(it.kind, Kind::Dashboard { .. });
    let written: Vec<&Artifact> = artifacts.iter().filter(is_board).collect();
    let own;
    let boards = match written.is_empty() {
        false => written,
        true => {
            own = grafana::emit(book, sink);
            own.iter().collect()
        }
    };
    emit::map(&boards, |it| {
        let Kind::Dashboard { name } = &it.kind else { unreachable!("chosen above") };
        let mut spec: Map<String, Json> = fields.iter().cloned().collect();
        spec.insert("json".to_owned(), json!(it.text));
        let object = object(book, "GrafanaDashboard", name.clone(), Spec(spec));
        let object = Object { api_version: GRAFANA, ..object };
        let stem = it.path.rsplit_once('/').map_or(&*it.path, |it| it.1);
        let stem = stem.strip_suffix(".json").unwrap_or(stem);
        let comment = yaml::made_from(&format!("the dashboard `{stem}`"));
        let text = yaml::print(&comment, &object);
        Artifact::new(format!("{}{stem}.yaml", TARGET.place), text, Kind::Resource)
    })
}

fn without_selector(at: Option<crate::diag::source::Span>) -> Diagnostic {
    let it = Diagnostic::error(
        "missing-key",
        "`grafana-dashboard` needs an `instanceSelector`",
    );
    let it = match at {
        Some(span) => it.at(span, "does not say which Grafanas get the dashboards"),
        None => it,
    };
    it.help(
        "write `instanceSelector = { matchLabels = { dashboards = \"grafana\" } }` below \
         `[build.grafana-dashboard]`",
    )
}

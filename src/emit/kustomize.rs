//! `kustomization.yaml`: the objects as resources, the dashboards as ConfigMaps for
//! Grafana's sidecar.

use serde::Serialize;

use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::claim::CONFIG_MAP;
use crate::emit::object::{INSTANCE, Map, labels};
use crate::emit::{Draft, Emit, Target, grafana, grafana_dashboard, name, yaml};
use crate::rules::book::Book;

/// The kustomization.
pub const TARGET: Target = Target {
    name: "kustomize",
    summary: "a kustomization of all objects",
    default: true,
    place: "kustomization.yaml",
    claims: |book| grafana::claims(book, CONFIG_MAP),
    faults,
    emit: Emit::After(emit),
};

/// The label by which Grafana's sidecar finds dashboards.
const SIDECAR: (&str, &str) = ("grafana_dashboard", "1");

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization<'a> {
    api_version: &'static str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    config_map_generator: Vec<ConfigMap<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    generator_options: Option<Options>,
}

#[derive(Debug, Serialize)]
struct ConfigMap<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    files: [String; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    disable_name_suffix_hash: bool,
    labels: Map,
    #[serde(skip_serializing_if = "Map::is_empty")]
    annotations: Map,
}

/// What Kubernetes takes in one ConfigMap, keys and values together.
const MAX_DATA: usize = 1 << 20;

/// An error about a dashboard that no ConfigMap can hold.
fn too_large(book: &Book, it: &Artifact) -> Diagnostic {
    let n_kib = it.text.len() >> 10;
    let title = format!("the dashboard `{}` is too large for a ConfigMap", it.path);
    let error = Diagnostic::error("dashboard-too-large", title)
        .note("Kubernetes takes 1 MiB in one ConfigMap")
        .help("divide the dashboard");
    let file = it.path.trim_start_matches("dashboards/").trim_end_matches(".json");
    match book.dashboards.iter().find(|it| name::slug(&it.name) == file) {
        Some(dashboard) => error.at(dashboard.span, format!("{n_kib} KiB")),
        None => error.note(format!("it has {n_kib} KiB")),
    }
}

/// The annotations of ConfigMaps: those of all objects, and the folder.
fn annotations(book: &Book) -> Map {
    let mut all = book.objects.annotations.clone();
    if let Some((name, folder)) = &book.output.folder {
        all.retain(|it| it.0 != *name);
        all.push((name.clone(), folder.clone()));
    }
    Map(all)
}

/// A note that there is no kustomization: kubectl refuses one of nothing.
fn nothing(book: &Book) -> Diagnostic {
    let title =
        format!("`{}` has no object, so that there is nothing to apply", book.env);
    // A project may choose it, where the server selects rules by it.
    let labels = labels(book).0;
    let instance = labels.iter().find(|it| it.0 == INSTANCE).map_or("", |it| &it.1);
    let out = Diagnostic::warning("nothing-to-apply", title)
        .note("no `kustomization.yaml` is written: kubectl refuses one without objects")
        .note(format!("what was deployed before has the label `{INSTANCE}={instance}`"));
    Diagnostic { level: Level::Note, ..out }
}

fn faults(draft: &Draft<'_>, sink: &mut Sink) {
    let writes = |target: &Target| draft.targets.iter().any(|it| it.name == target.name);
    if writes(&grafana::TARGET) && !writes(&grafana_dashboard::TARGET) {
        let large = draft.dashboards.iter().filter(|it| is_too_large(it));
        sink.extend(large.map(|it| too_large(draft.book, it)));
    }
}

/// Whether no ConfigMap can hold a dashboard.
fn is_too_large(it: &Artifact) -> bool {
    match &it.kind {
        Kind::Dashboard { name } => MAX_DATA < it.text.len() + name.len() + ".json".len(),
        Kind::Resource | Kind::Plain => false,
    }
}

fn emit(book: &Book, artifacts: &[Artifact], sink: &mut Sink) -> Vec<Artifact> {
    let mut resources = Vec::new();
    let mut config_maps = Vec::new();
    let mut is_refused = false;
    // As objects they need no ConfigMaps.
    let as_objects = artifacts.iter().any(|it| grafana_dashboard::TARGET.owns(&it.path));
    for it in artifacts {
        match &it.kind {
            Kind::Dashboard { .. } if as_objects => {}
            Kind::Dashboard { .. } if is_too_large(it) => {
                is_refused = true;
                sink.push(too_large(book, it));
            }
            Kind::Resource => resources.push(it.path.as_str()),
            Kind::Dashboard { name } => config_maps.push(ConfigMap {
                name,
                namespace: book.objects.namespace.as_deref(),
                // The sidecar puts the files of all ConfigMaps into one folder, so the
                // key has to be as unique as the ConfigMap.
                files: [format!("{name}.json={}", it.path)],
            }),
            Kind::Plain => {}
        }
    }
    let generator_options = (!config_maps.is_empty()).then(|| Options {
        disable_name_suffix_hash: true,
        labels: {
            let mut labels = labels(book);
            labels.0.insert(0, (SIDECAR.0.to_owned(), SIDECAR.1.to_owned()));
            labels
        },
        annotations: annotations(book),
    });
    if resources.is_empty() && config_maps.is_empty() && !is_refused {
        sink.push_once(nothing(book));
        return Vec::new();
    }
    let kustomization = Kustomization {
        api_version: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources,
        config_map_generator: config_maps,
        generator_options,
    };
    let source = format!("{} for {}", book.project, book.env);
    let text = yaml::print(&yaml::made_from(&source), &kustomization);
    vec![Artifact::new("kustomization.yaml", text, Kind::Plain)]
}

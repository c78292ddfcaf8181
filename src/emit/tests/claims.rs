//! Every object has a name that was claimed for it.

use super::*;
use crate::emit::TARGETS;
use crate::emit::claim::{CONFIG_MAP, claims};
use crate::rules::inhibition::Inhibition;
use crate::rules::monitor::Probe;
use crate::rules::output::DashboardObjects;

fn everything() -> Book {
    let rules = vec![alert("A", "up == 0", 0, &[])];
    let mut book = book(vec![group("alerts/a.toml", "g", rules)]);
    let monitor = |job: &str, kind| Monitor {
        job: job.into(),
        kind,
        match_labels: Vec::new(),
        namespaces: Vec::new(),
        endpoints: Vec::new(),
        fields: Vec::new(),
        span: SPAN,
    };
    book.monitors =
        vec![monitor("one", MonitorKind::Service), monitor("two", MonitorKind::Pod)];
    book.probes = vec![Probe { job: "three".into(), fields: Vec::new(), span: SPAN }];
    book.dashboards = vec![Dashboard {
        name: "own".into(),
        file: "dashboards/own.json".into(),
        content: Content::Json { read: "{}".into(), written: "{}".into() },
        span: SPAN,
    }];
    book.inhibitions = vec![Inhibition {
        source: Vec::new(),
        target: Vec::new(),
        equal: Vec::new(),
        namespaces: None,
    }];
    let selector = ("instanceSelector".to_owned(), json!({}));
    book.output.dashboards =
        Some(DashboardObjects { fields: vec![selector], span: SPAN });
    book
}

/// The kinds and names of objects among these files.
fn objects(files: &[Artifact]) -> Vec<(String, String)> {
    let of = |it: &Artifact, key: &str| {
        let line = it.text.lines().find_map(|it| it.strip_prefix(key));
        line.unwrap_or_else(|| panic!("no {key:?} in {}", it.path)).to_owned()
    };
    let mut out = Vec::new();
    for it in files {
        match &it.kind {
            Kind::Resource => out.push((of(it, "kind: "), of(it, "  name: "))),
            Kind::Dashboard { name } => out.push((CONFIG_MAP.to_owned(), name.clone())),
            Kind::Plain => {}
        }
    }
    out
}

#[test]
fn every_object_is_claimed_by_its_target() {
    let book = everything();
    let mut kinds = Vec::new();
    for with_objects in [false, true] {
        let grafana = |it: &Target| it.name == "grafana-dashboard" && !with_objects;
        let targets: Vec<_> = TARGETS.iter().copied().filter(|it| !grafana(it)).collect();
        let mut sink = Sink::new();
        let mut given = objects(&emit(&book, &targets, &mut sink));
        assert!(!sink.has_errors());
        // The ConfigMaps are the kustomization's, which makes none where there are objects.
        given.retain(|it| it.0 != CONFIG_MAP || !with_objects);
        let claimed = claims(&(&book, targets)).into_iter();
        let mut claimed: Vec<_> =
            claimed.map(|it| (it.kind.to_owned(), it.name)).collect();
        given.sort();
        claimed.sort();
        assert_eq!(given, claimed);
        kinds.extend(given.into_iter().map(|it| it.0));
    }
    kinds.sort();
    kinds.dedup();
    assert_eq!(
        kinds,
        [
            "AlertmanagerConfig",
            CONFIG_MAP,
            "GrafanaDashboard",
            "PodMonitor",
            "Probe",
            "PrometheusRule",
            "ServiceMonitor",
        ]
    );
}

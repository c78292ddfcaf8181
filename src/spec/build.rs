//! Reads what is written for an environment, and how.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::{Entry, Node};
use crate::doc::reader::Fields;
use crate::spec::body;
use crate::spec::model::{Build, Label, Mimir, OwnTarget, Sidecar};

/// Reads `[build]`.
pub(super) fn build(fields: &Fields<'_>, sink: &mut Sink) -> Build {
    let labels = fields.table("labels").map(|it| body::labels(&it, sink));
    let annotations = fields.table("annotations").map(|it| body::labels(&it, sink));
    taken(labels.as_deref().unwrap_or_default(), sink);
    let sidecar = fields.table("grafana");
    let sidecar = |key| sidecar.as_ref().and_then(|it| it.text(key).cloned());
    Build {
        namespace: fields.text("namespace").cloned(),
        labels: labels.unwrap_or_default(),
        annotations: annotations.unwrap_or_default(),
        targets: fields.node("targets").map(|_| fields.texts("targets")),
        mimir: fields.table("mimir").map(|it| mimir(&it)).unwrap_or_default(),
        partial_response_strategy: fields
            .table("thanos")
            .and_then(|it| it.text("partial_response_strategy").cloned()),
        matcher_strategy: fields
            .table("alertmanager-config")
            .and_then(|it| it.text("matcher_strategy").cloned()),
        dashboards: dashboards(fields, sink),
        sidecar: Sidecar {
            folder: sidecar("folder"),
            annotation: sidecar("folder_annotation"),
        },
    }
}

/// Labels of objects that are not the project's to choose, and why.
const TAKEN: &[(&str, &str)] = &[
    ("app.kubernetes.io/managed-by", "every object has it: `aqua-alerts`"),
    ("grafana_dashboard", "Grafana's sidecar reads what has it: the dashboards"),
];

/// Says which labels are not the project's to choose.
fn taken(labels: &[Label], sink: &mut Sink) {
    for label in labels {
        let taken = TAKEN.iter().find(|it| it.0 == label.name.as_str());
        let Some((name, why)) = taken else { continue };
        let title = format!("the label `{name}` is set by `build` itself");
        sink.push(
            Diagnostic::error("reserved-label", title)
                .at(label.name.span(), *why)
                .help("leave it out"),
        );
    }
}

fn mimir(fields: &Fields<'_>) -> Mimir {
    Mimir {
        namespace: fields.text("namespace").cloned(),
        source_tenants: fields
            .node("source_tenants")
            .map(|_| fields.texts("source_tenants")),
        aligned: fields.boolean("align_evaluation_time_on_interval"),
    }
}

/// Fields by which the operator finds the folder of a dashboard: it takes one of them.
pub const FOLDERS: &[&str] = &["folder", "folderUID", "folderRef"];

fn dashboards(fields: &Fields<'_>, sink: &mut Sink) -> Option<(Span, Vec<(Text, Node)>)> {
    let entry = fields.entry("grafana-dashboard")?;
    let table = entry.value.as_table()?;
    let mut folders = table.iter().filter(|it| FOLDERS.contains(&it.key.as_str()));
    if let (Some(first), Some(second)) = (folders.next(), folders.next()) {
        let title = format!("both `{}` and `{}` name a folder", first.key, second.key);
        sink.push(
            Diagnostic::error("two-folders", title)
                .at(second.key.span(), "the operator takes one of them")
                .context(first.key.span(), "the first")
                .help("take one of them out"),
        );
    }
    let fields = table.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
    Some((entry.key.span(), fields))
}

/// Reads `[target]`.
pub(super) fn targets(fields: &Fields<'_>) -> Vec<OwnTarget> {
    let tables = fields.table("target").map(|it| it.other_tables()).unwrap_or_default();
    let target = |(entry, fields): (&Entry, Fields<'_>)| {
        Some(OwnTarget {
            key: entry.key.clone(),
            template: fields.text("template")?.clone(),
            path: fields.text("path")?.clone(),
            per: fields.text("per").cloned(),
        })
    };
    tables.into_iter().filter_map(target).collect()
}

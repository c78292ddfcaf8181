//! Panels of alerts that no environment has, or not of the service that the panel is about:
//! they are nowhere.

use std::collections::BTreeSet;

use super::alerts::Alerts;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::rules::book::Book;
use crate::spec::model::{Project, RuleKind};
use crate::spec::panel::Panel;

/// Says which panels are in no environment, although their alert is defined; `books` are
/// those of all environments. Where rules could not be resolved, for which there are errors
/// in the sink, some are in no book that are meant to be.
pub fn nowhere(project: &Project, books: &[Book], sink: &mut Sink) {
    let rows = project.dashboards.iter().flat_map(|it| &it.rows);
    let mut panels = rows.flat_map(|it| &it.panels).filter(|it| it.alert.is_some());
    let Some(first) = panels.next().filter(|_| project.whole) else { return };
    if lost(project, sink) {
        return;
    }
    let files = project.files.iter().chain(&project.packs).flat_map(|it| &it.rules);
    let alerts = files.filter(|it| it.kind == RuleKind::Alert);
    let known: BTreeSet<&str> = alerts.map(|it| it.key.as_str()).collect();
    let services = project.files.iter().flat_map(|it| &it.services);
    let services: BTreeSet<&str> = services.map(|it| it.key.as_str()).collect();
    let all: Vec<Alerts<'_>> = books.iter().map(Alerts::new).collect();
    for panel in std::iter::once(first).chain(panels) {
        let Some(name) = panel.alert.as_ref().filter(|it| known.contains(it.as_str()))
        else {
            continue;
        };
        sink.extend(said(panel, name, &all, &services));
    }
}

/// Whether something is wrong with a file that has rules.
fn lost(project: &Project, sink: &Sink) -> bool {
    let files = project.files.iter().chain(&project.packs).map(|it| it.span.file);
    let files: BTreeSet<FileId> =
        files.chain(project.rule_files.iter().map(|it| it.file)).collect();
    let mut labels = sink.errors().flat_map(|it| &it.labels);
    labels.any(|it| files.contains(&it.span.file))
}

fn said(
    panel: &Panel,
    name: &Text,
    all: &[Alerts<'_>],
    services: &BTreeSet<&str>,
) -> Option<Diagnostic> {
    let job = panel.job.as_ref();
    let has =
        |it: &Alerts<'_>| !it.tiers(name.as_str(), job.map(Text::as_str)).is_empty();
    if all.iter().any(has) {
        return None;
    }
    let jobs: BTreeSet<&str> = all.iter().flat_map(|it| it.jobs(name.as_str())).collect();
    let code = "panel-without-alert";
    let Some(job) = job.filter(|_| !jobs.is_empty()) else {
        let title = format!("no environment has the alert `{name}`");
        return Some(
            Diagnostic::warning(code, title)
                .at(name.span(), "the panel is nowhere")
                .help("take the panel out, or give the alert to an environment"),
        );
    };
    // Of a service that there is not, this has been said as an error.
    if !services.contains(job.as_str()) && jobs.is_subset(services) {
        return None;
    }
    let title = format!("`{job}` has no alert `{name}`");
    let own = suggest::list(jobs, 20);
    Some(
        Diagnostic::warning(code, title)
            .at(job.span(), "the panel is in no environment")
            .help(format!(
                "it is an alert of {own}: name one of these, or give it to `{job}`"
            )),
    )
}

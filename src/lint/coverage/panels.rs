//! Which panels show what an alert looks at.

use std::collections::BTreeSet;

use crate::lint::context::{Context, Site};
use crate::rules::book::Book;
use crate::rules::dashboard::{Content, Panel};
use crate::rules::group::{About, Rule};

/// Records of records are followed this far.
const MAX_DEPTH: usize = 16;

/// Whether a panel shows an alert, or a metric that it looks at: itself, or through records.
pub(super) fn are_there(context: &Context<'_>, book: &Book, site: Site<'_>) -> bool {
    let about = site.alert().and_then(|it| it.about.as_ref());
    let boards = || book.dashboards.iter().map(|it| &it.content);
    let shown = boards().any(|it| match it {
        Content::Board(it) => {
            it.rows.iter().flat_map(|it| &it.panels).any(|it| shows(it, about))
        }
        Content::Json { .. } => false,
    });
    if shown {
        return true;
    }
    let mut names = BTreeSet::new();
    metrics(context, site, 0, &mut names);
    boards().any(|it| match it {
        Content::Board(it) => {
            let panels = it.rows.iter().flat_map(|it| &it.panels);
            panels.flat_map(|it| &it.metrics).any(|it| names.contains(&**it))
        }
        // Queries of others need not be PromQL.
        Content::Json { read, .. } => names.iter().any(|name| read.contains(name)),
    })
}

fn shows(panel: &Panel, about: Option<&About>) -> bool {
    panel.shows.as_ref().zip(about).is_some_and(|(shown, about)| {
        shown.alert == about.definition && (shown.job.is_none() || shown.job == about.job)
    })
}

fn metrics<'a>(
    context: &Context<'a>,
    site: Site<'a>,
    depth: usize,
    out: &mut BTreeSet<&'a str>,
) {
    for (_, selector) in site.tree().selectors() {
        let Some(name) = selector.name.as_deref() else { continue };
        if !out.insert(name) || MAX_DEPTH <= depth {
            continue;
        }
        for record in context.records.get(name).into_iter().flatten() {
            if matches!(record.rule, Rule::Record(_)) {
                metrics(context, *record, depth + 1, out);
            }
        }
    }
}

//! What `build` says at its end, in both formats.

use serde_json::{Value as Json, json};

use crate::cli::load::Loaded;
use crate::cli::output::Plan;
use crate::cli::session::counted;
use crate::rules::book::Book;
use crate::rules::group::Rule;

/// What an environment holds.
struct Counts {
    alerts: usize,
    records: usize,
    monitors: usize,
    dashboards: usize,
}

fn counts(book: &Book) -> Counts {
    let rules = || book.groups.iter().flat_map(|it| &it.rules);
    let alerts = rules().filter(|it| matches!(it, Rule::Alert(_))).count();
    Counts {
        alerts,
        records: rules().count() - alerts,
        monitors: book.monitors.len() + book.probes.len(),
        dashboards: book.dashboards.len(),
    }
}

/// What a person sees of a build: a line per environment, and what it changed.
pub(super) fn summary(loaded: &Loaded, plan: &Plan, shown: &str) -> String {
    let width = loaded.books.iter().map(|it| it.env.chars().count()).max();
    // Rust's formatting knows no widths above 65,535.
    let width = width.unwrap_or(0).min(200);
    let mut out = String::new();
    for book in &loaded.books {
        let it = counts(book);
        let more = [
            (it.records, "record"),
            (it.monitors, "monitor"),
            (it.dashboards, "dashboard"),
        ];
        let more = more.into_iter().filter(|it| it.0 != 0);
        let parts: Vec<String> = std::iter::once((it.alerts, "alert"))
            .chain(more)
            .map(|(n, noun)| counted(n, noun))
            .collect();
        out.push_str(&format!("{:width$}  {}\n", book.env, parts.join(", ")));
    }
    let n_removed = plan.changes.iter().filter(|it| it.new.is_none()).count();
    let n_written = plan.changes.len() - n_removed;
    let n_files = counted(n_written + plan.n_unchanged, "file");
    let mut changes = Vec::new();
    if n_written != 0 {
        changes.push(format!("{n_written} written"));
    }
    if n_removed != 0 {
        changes.push(format!("{n_removed} removed"));
    }
    if plan.n_unchanged != 0 && !changes.is_empty() {
        changes.push(format!("{} unchanged", plan.n_unchanged));
    }
    let changes = match changes.is_empty() {
        true => "up to date".to_owned(),
        false => changes.join(", "),
    };
    out.push_str(&format!("{n_files} in {shown}: {changes}\n"));
    out
}

pub(super) fn document(loaded: &Loaded, plan: &Plan, shown: &str) -> Json {
    let environment = |book: &Book| {
        let it = counts(book);
        json!({
            "name": &*book.env,
            "alerts": it.alerts,
            "records": it.records,
            "monitors": it.monitors,
            "dashboards": it.dashboards,
        })
    };
    let paths = |new: bool| {
        let changes = plan.changes.iter().filter(|it| it.new.is_some() == new);
        changes.map(|it| format!("{shown}/{}", it.path)).collect::<Vec<_>>()
    };
    json!({
        "out": shown,
        "environments": loaded.books.iter().map(environment).collect::<Vec<_>>(),
        "written": paths(true),
        "removed": paths(false),
        "unchanged": plan.n_unchanged,
    })
}

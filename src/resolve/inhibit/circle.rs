//! Circles of inhibitions: alerts of which each hides the next are all silent.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::resolve::inhibit::Edge;
use crate::resolve::inhibit::carried::Alerting;
use crate::rules::book::Book;

/// A step from an alert to one that it silences.
#[derive(Clone, Copy)]
struct Step {
    alert: usize,
    edge: usize,
}

/// Says where alerts inhibit each other in a circle. One is told at a time.
pub(super) fn check(
    book: &Book,
    alerts: &[Alerting<'_>],
    edges: &[Edge],
    sink: &mut Sink,
) {
    let mut out_of: Vec<Vec<usize>> = vec![Vec::new(); alerts.len()];
    for (idx, edge) in edges.iter().enumerate() {
        edge.sources.iter().for_each(|it| out_of[*it].push(idx));
    }
    let Some(circle) = find(&out_of, edges) else { return };
    let error = match circle.iter().all(|it| edges[it.edge].inhibit.is_none()) {
        true => of_severities(book, alerts, &circle),
        false => of_alerts(book, alerts, edges, &circle),
    };
    sink.push_once(
        error
            .note("when all of them fire, nobody is told of any")
            .help("take one of the inhibitions out, or narrow it"),
    );
}

fn of_severities(book: &Book, alerts: &[Alerting<'_>], circle: &[Step]) -> Diagnostic {
    let names = || circle.iter().filter_map(|it| alerts[it.alert].severity());
    let title =
        format!("the severities {} inhibit each other", suggest::list(names(), 9));
    let mut error = Diagnostic::error("inhibit-circle", title);
    let declared = names().filter_map(|it| {
        let severity = book.severities.iter().find(|severity| severity.name == it)?;
        Some((severity, severity.span?))
    });
    for (severity, span) in declared {
        let label = format!("inhibits {}", suggest::list(all(&severity.inhibits), 5));
        error = match error.labels.is_empty() {
            true => error.at(span, label),
            false => error.context(span, label),
        };
    }
    error
}

fn all(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().map(String::as_str)
}

fn of_alerts(
    book: &Book,
    alerts: &[Alerting<'_>],
    edges: &[Edge],
    circle: &[Step],
) -> Diagnostic {
    let name = |it: &Step| alerts[it.alert].alert.name.as_str();
    let mut names: Vec<&str> = circle.iter().map(name).collect();
    names.sort_unstable();
    names.dedup();
    let title = match names.as_slice() {
        [only] => format!("the tiers of `{only}` inhibit each other"),
        _ => format!("{} inhibit each other", suggest::list(names, 9)),
    };
    let mut error = Diagnostic::error("inhibit-circle", title);
    let (written, tiers): (Vec<&Step>, Vec<&Step>) =
        circle.iter().partition(|it| edges[it.edge].inhibit.is_some());
    let mut told: Vec<Span> = Vec::new();
    for step in written {
        let Some(idx) = edges[step.edge].inhibit else { continue };
        let span = book.inhibits[idx].source.span();
        let label = format!("`{}` inhibits here", name(step));
        if !told.contains(&span) {
            error = match told.is_empty() {
                true => error.at(span, label),
                false => error.context(span, label),
            };
            told.push(span);
        }
    }
    for step in tiers {
        let tier = alerts[step.alert].severity().unwrap_or_default();
        error = error.context(
            alerts[step.alert].alert.span,
            format!("`{tier}` inhibits another tier of it"),
        );
    }
    error
}

/// Some circle, if there is one: a search in depth without recursion.
fn find(out_of: &[Vec<usize>], edges: &[Edge]) -> Option<Vec<Step>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; out_of.len()];
    // An edge leads to the same targets whoever its source is.
    let mut is_spent = vec![false; edges.len()];
    for start in 0..out_of.len() {
        if marks[start] != Mark::New {
            continue;
        }
        // Each alert with the place in its edges, and in the targets of that edge.
        let mut path = vec![(start, 0, 0)];
        marks[start] = Mark::Open;
        while let Some((alert, edge_idx, target_idx)) = path.last_mut() {
            let Some(edge) = out_of[*alert].get(*edge_idx).copied() else {
                marks[*alert] = Mark::Done;
                path.pop();
                continue;
            };
            let Some(next) = edges[edge].targets.get(*target_idx).copied() else {
                is_spent[edge] = true;
                (*edge_idx, *target_idx) = (*edge_idx + 1, 0);
                continue;
            };
            if *target_idx == 0 && is_spent[edge] {
                *edge_idx += 1;
                continue;
            }
            *target_idx += 1;
            match marks[next] {
                Mark::New => {
                    marks[next] = Mark::Open;
                    path.push((next, 0, 0));
                }
                Mark::Open => {
                    let from = path.iter().position(|it| it.0 == next)?;
                    let step = |it: &(usize, usize, usize)| Step {
                        alert: it.0,
                        edge: out_of[it.0][it.1],
                    };
                    return Some(path[from..].iter().map(step).collect());
                }
                Mark::Done => {}
            }
        }
    }
    None
}

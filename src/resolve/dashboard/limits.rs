//! Limits as written: which side of them is bad, and which are never seen.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::rules::book::Book;
use crate::rules::limits::{Thresholds, Zone};
use crate::spec::look as spec;

/// Limits as written; which side is bad follows from their order.
pub(super) fn limits(it: &spec::Thresholds, book: &Book, sink: &mut Sink) -> Thresholds {
    let of = |severity: &str| it.limits.iter().find(|it| it.severity == severity);
    let lower = match (of("critical"), of("warning")) {
        (Some(critical), Some(warning)) => critical.value < warning.value,
        _ => false,
    };
    let below = it.below.unwrap_or(lower);
    let zone = |it: &spec::Limit| match below {
        true => Zone::below(it.value, &it.severity),
        false => Zone::above(it.value, &it.severity),
    };
    for limit in &it.limits {
        let worse = it.limits.iter().find(|other| {
            let hides = zone(limit).is_within(&zone(other));
            hides && book.is_worse(&other.severity, &limit.severity)
        });
        if let Some(worse) = worse {
            sink.push_once(never_seen(limit, worse, below));
        }
    }
    let mut out = Thresholds {
        limits: it.limits.iter().map(|it| (it.value, it.severity.clone())).collect(),
        zones: it.limits.iter().map(zone).collect(),
        open: false,
    };
    out.settle(|a, b| book.is_worse(a, b));
    out
}

fn never_seen(limit: &spec::Limit, worse: &spec::Limit, below: bool) -> Diagnostic {
    let (side, other) = match below {
        true => ("below", "above"),
        false => ("above", "below"),
    };
    let (severity, hides) = (&limit.severity, &worse.severity);
    let title = format!("the limit of `{severity}` is never seen");
    let label = format!("what is {side} this is `{hides}` already");
    Diagnostic::warning("never-seen", title)
        .at(limit.span, label)
        .context(worse.span, format!("the limit of `{hides}`"))
        .help(format!("write one {other} that of `{hides}`, or take it out"))
}

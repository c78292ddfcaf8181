//! Rules about queries of panels.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::grafana::model::{Dashboard, Panel, Target};
use crate::lint::dashboard::expand::{RATE_INTERVAL, expanded};
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::syntax::ast::{Expr, ExprKind, MatchOp, Parsed, Selector};

/// What the rules find about a query.
pub(super) fn check(
    board: &Dashboard,
    panel: &Panel,
    target: &Target,
    dialect: &Dialect,
) -> Vec<Diagnostic> {
    let source = board.data_source().and_then(|it| it.query.as_ref());
    let prometheus = source.is_some_and(|it| it.as_str() == "prometheus");
    let asks = matches!(
        panel.kind.as_str(),
        "singlestat" | "gauge" | "table" | "stat" | "state-timeline" | "timeseries"
    );
    let text = expanded(&target.expr, board);
    let mut out = Vec::new();
    if prometheus && asks && text.as_str().is_empty() {
        match target.panel_id.filter(|it| 0 < *it) {
            Some(id) if board.panels.iter().any(|it| it.id == Some(id)) => return out,
            Some(id) => {
                let title =
                    format!("panel `{}` uses a panel that is not there", panel.title);
                let it = Diagnostic::warning("target-promql-rule", title);
                out.push(it.at(panel.span, format!("uses the panel with the id {id}")));
            }
            None => {}
        }
    }
    let parsed = match check::parse(text.as_str(), dialect) {
        Ok(it) => it,
        Err(errors) => {
            if prometheus && asks {
                out.extend(errors.into_iter().take(1).map(|error| {
                    let (start, end) = (error.at.start as usize, error.at.end as usize);
                    Diagnostic::warning("target-promql-rule", error.message)
                        .within(&text, start, end, "")
                }));
            }
            return out;
        }
    };
    if prometheus && asks {
        out.extend(fixed_window(&text, &parsed));
    }
    if prometheus {
        for label in ["job", "instance"] {
            out.extend(unmatched(label, &text, &parsed));
        }
    }
    out.extend(counter(&text, &parsed));
    out
}

/// The first window of `rate` or `irate` that is not `$__rate_interval`.
fn fixed_window(text: &Text, parsed: &Parsed) -> Option<Diagnostic> {
    let mut found = None;
    parsed.expr.walk_path(&mut |it, path| {
        let ExprKind::Matrix(matrix) = &it.kind else { return };
        if found.is_some() || matrix.range.literal_millis() == Some(RATE_INTERVAL) {
            return;
        }
        let fault = match path.last().map(|it| &it.kind) {
            None => return,
            Some(ExprKind::Call(call)) => matches!(call.name, "rate" | "irate"),
            Some(_) => true,
        };
        if fault {
            found = Some(matrix.range.span);
        }
    });
    let at = found?.bytes();
    let title = "window of a rate is fixed";
    Some(
        Diagnostic::warning("target-rate-interval-rule", title)
            .within(text, at.start, at.end, "too short or too long at some zoom")
            .help("write `$__rate_interval`"),
    )
}

/// Selectors without `label=~"$label"`.
fn unmatched(label: &str, text: &Text, parsed: &Parsed) -> Vec<Diagnostic> {
    let rule = match label {
        "job" => "target-job-rule",
        _ => "target-instance-rule",
    };
    let wanted = format!("${label}");
    let chosen = |it: &Selector| {
        let mut own = it.matchers.iter().filter(|it| &*it.name == label);
        own.any(|it| it.op == MatchOp::Regexp && *it.value == *wanted)
    };
    let mut out = Vec::new();
    for (expr, selector) in parsed.expr.selectors() {
        if !chosen(selector) {
            let at = expr.span.bytes();
            let title = format!("selector does not follow the variable `{label}`");
            out.push(
                Diagnostic::warning(rule, title)
                    .within(
                        text,
                        at.start,
                        at.end,
                        format!("has no `{label}=~\"${label}\"`"),
                    )
                    .help(format!("add `{label}=~\"${label}\"`")),
            );
        }
    }
    out
}

/// The first counter that is not under `rate`, `irate` or `increase`.
fn counter(text: &Text, parsed: &Parsed) -> Option<Diagnostic> {
    let mut found: Option<&Expr> = None;
    parsed.expr.walk_path(&mut |it, path| {
        let ExprKind::Selector(selector) = &it.kind else { return };
        // As the linter does: only where nothing stands after the name.
        let bare = selector.matchers.len() == 1
            && selector.offset.is_none()
            && selector.at.is_none()
            && selector.name.as_ref().is_some_and(|it| it.ends_with("_total"));
        if found.is_some() || !bare {
            return;
        }
        let sound = match path {
            [.., call, range] if matches!(range.kind, ExprKind::Matrix(_)) => {
                matches!(&call.kind, ExprKind::Call(it) if
                    matches!(it.name, "rate" | "irate" | "increase"))
            }
            _ => false,
        };
        if !sound {
            found = Some(it);
        }
    });
    let at = found?.span.bytes();
    Some(
        Diagnostic::warning("target-counter-agg-rule", "counter is shown as it is")
            .within(text, at.start, at.end, "only ever rises, until a restart")
            .help("show `rate(…)` or `increase(…)` of it"),
    )
}

//! Texts that show the value in another unit than it has.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::alert::shown_unit::{Fault, fault};
use crate::lint::alert::texts;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind};
use crate::promql::unit::{Amount, SECONDS, Unit, What};
use crate::rules::comparison::{Limit, comparisons};
use crate::rules::group::Pair;

/// The lint.
pub static LINT: Lint = Lint {
    name: "template-unit-wrong",
    level: Level::Warn,
    summary: "A text that shows the value of the alert in another unit than it has.",
    why: "Who is woken reads `7500%` for 75 %, or `0.05%` for 5 %. `humanizePercentage` takes \
          a ratio, `humanizeDuration` seconds, `humanize1024` bytes, `humanizeTimestamp` \
          seconds since 1970, and the first two write the unit themselves. The unit of the \
          value is that of the expression, from the names of its metrics and what is made of \
          them; where that is not certain nothing is said.",
    example: "expr    = '100 * http_errors_total / http_requests_total > 5'\n\
              summary = \"{{ $value | humanizePercentage }} of requests fail\"",
    instead: "Leave out what the function does itself, here `100 *`; or write the number and \
              its unit: `{{ $value | printf \"%.1f\" }}%`.",
    peers: &[],
    check: Check::Rule(run),
};

/// How many texts with one fault are shown.
const MAX_SHOWN: usize = 5;

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(alert) = site.alert() else { return };
    let mut value = None;
    let mut faults: Vec<(&Pair, Fault)> = Vec::new();
    for (pair, usage) in texts::all(alert).filter(|it| says_unit(it.0)) {
        for shown in &usage.shown {
            let value = value.get_or_insert_with(|| certain(context, site.tree()));
            let found = fault(shown, value.as_ref());
            // A quantity that is divided by a number may be a part of it:
            // `increase(busy_seconds_total[1m]) / 60`.
            let found = found.filter(|it| !it.is_share || !is_scaled(site.tree()));
            faults.extend(found.map(|it| (pair, it)));
        }
    }
    while let Some((_, first)) = faults.first() {
        let title = first.title.clone();
        let same;
        (same, faults) = faults.into_iter().partition(|it| it.1.title == title);
        out.push(said(site, &same));
    }
}

/// Whether anything that is no number is multiplied or divided by one.
fn is_scaled(expr: &Expr) -> bool {
    let mut out = false;
    expr.walk(&mut |it| {
        if let ExprKind::Binary(it) = &it.kind
            && matches!(it.op, BinaryOp::Mul | BinaryOp::Div)
        {
            out |= it.lhs.selectors().is_empty() != it.rhs.selectors().is_empty();
        }
    });
    out
}

/// Whether a text can be wrong about a unit.
fn says_unit(pair: &Pair) -> bool {
    let text = pair.value.as_str();
    text.contains("humanize") || text.contains('%') || text.contains("percent")
}

/// The same fault in several texts.
fn said(site: Site<'_>, faults: &[(&Pair, Fault)]) -> Diagnostic {
    let first = &faults[0].1;
    let mut said = LINT.finding(&*first.title);
    for (idx, (pair, it)) in faults.iter().take(MAX_SHOWN).enumerate() {
        let label = if idx == 0 { &*it.label } else { "" };
        let at = it.at.bytes();
        said = said.within(&pair.value, at.start, at.end, label);
    }
    if let ([only], Some(is)) = (&comparisons(site.tree())[..], &first.is) {
        let at = only.left.span.bytes();
        let place = site.expr().text.place(at.start, at.end);
        said = said.context(place.span, is.clone());
    }
    said.help(&*first.help)
}

/// The amount that the value of an alert is, unless the limits that it is compared with
/// speak of another one: a metric may be called `percent` and hold a ratio.
fn certain(context: &Context<'_>, expr: &Expr) -> Option<Amount> {
    let Unit::Amount(amount) = context.unit(expr) else { return None };
    let amount = match amount.what == SECONDS && amount.per_second {
        // Seconds a second.
        true => Amount { what: What::Ratio, per_second: false, ..amount },
        false => amount,
    };
    let limits = comparisons(expr).into_iter().filter_map(|it| match it.limit {
        Limit::Number(limit) => Some(limit.abs()),
        Limit::Vector(_) => None,
    });
    let mut limits = limits.filter(|it| *it != 0.0);
    let contradicted = match (&amount.what, amount.scale) {
        (What::Ratio, 1.0) => limits.any(|it| 1.0 < it),
        (What::Ratio, 100.0) => limits.any(|it| it <= 1.0),
        (What::Ratio, _) => true,
        _ => false,
    };
    (!contradicted).then_some(amount)
}

//! Windows that hold fewer than two samples.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::promql::infer::LabelFacts;
use crate::promql::syntax::ast::{ExprKind, Selector};
use crate::rules::group::Millis;

/// The lint.
pub static LINT: Lint = Lint {
    name: "range-too-short",
    level: Level::Warn,
    summary: "A range of less than two scrape intervals under a function that needs two \
              samples.",
    why: "Most of the time the window holds one sample, and there is no result. The interval \
          is that of the service, or of `[job]`, whose `job` the selector names; of a \
          recorded metric it is that of its group.",
    example: "rate(http_requests_total{job=\"api\"}[30s])   # scraped every 30 s",
    instead: "Take four intervals, so that one scrape may fail: `[2m]`.",
    peers: &["pint promql/rate", "promruval expressionDoesNotUseRangeShorterThan"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    site.tree().walk(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else { return };
        let needs_two = matches!(
            call.name,
            "rate"
                | "irate"
                | "increase"
                | "delta"
                | "idelta"
                | "deriv"
                | "predict_linear"
        );
        if !needs_two {
            return;
        }
        let Some(ExprKind::Matrix(it)) = call.args.first().map(|it| &it.kind) else {
            return;
        };
        let ExprKind::Selector(selector) = &it.selector.kind else { return };
        let facts = context.labels(&it.selector);
        let Some((interval, of)) = interval(selector, &facts, context) else { return };
        let Some(range) = it.range.literal_millis() else { return };
        if selector.anchored || selector.smoothed || 2 * interval.0 <= range {
            return;
        }
        let title = format!("`{}` over less than two samples", call.name);
        let said =
            site.at(LINT.finding(title), it.range.span, format!("{of} every {interval}"));
        let good = Millis(4 * interval.0);
        out.push(
            said.help(format!("write `[{good}]`, so that one sample may be missing")),
        );
    });
}

/// How often there is a sample of a selector, where that is known, and why.
fn interval(
    selector: &Selector,
    facts: &LabelFacts,
    context: &Context<'_>,
) -> Option<(Millis, String)> {
    if let Some(sites) = selector.name.as_deref().and_then(|it| context.records.get(it)) {
        let all = sites.iter().map(|it| context.interval(it.group));
        let least = all.collect::<Option<Vec<_>>>()?.into_iter().min()?;
        return Some((least, "recorded".to_owned()));
    }
    let job = facts.value("job")?;
    let interval = context.scrapes.get(job)?;
    Some((*interval, format!("`{job}` is scraped")))
}

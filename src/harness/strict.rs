//! What is asked of promtool's tests only by who is strict, since it costs: what PromQL
//! remarks on the rules that a test evaluates and on its expressions, and values that
//! live on only because nothing came after them; and times between ticks.

use crate::case::loaded;
use crate::case::notation::{STALE_NAN, Sample as Written};
use crate::case::promtool::TestGroup;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::harness::run::Run;
use crate::harness::silence;
use crate::harness::wake;
use crate::promql::annotation::{Annotation, Gravity};
use crate::promql::duration::format_duration;
use crate::promql::syntax::ast::Parsed;
use crate::rules::group::Rule;

/// How long a value lives on without a newer one (promtool's lookback), in milliseconds.
const LOOKBACK: i64 = 300_000;

/// Asks a test that ran without a failing rule. An expression is `None` where it does not
/// parse.
pub fn ask(
    group: &TestGroup,
    run: &Run<'_>,
    exprs: &[Option<&Parsed>],
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let setup = run.setup();
    let series = setup.series.iter().map(|it| &it.0);
    for idx in wake::awake(run.plan(), series, &setup.needs) {
        let slot = &run.plan().slots[idx];
        let ticks = setup.ticks(slot.group);
        let what = match slot.rule {
            Rule::Alert(_) => "alert",
            Rule::Record(_) => "record",
        };
        for it in run.remarks(slot.expr(), ticks) {
            let label = format!("in the {what} `{}`", slot.name());
            let it = remark(&it, slot.expr_text(), label);
            out.push(it.context(group.span.head(), "when this test runs"));
        }
    }
    for (test, expr) in group.exprs.iter().zip(exprs) {
        let Some(expr) = expr else { continue };
        for it in run.remarks_at(expr, group.start + test.eval_time) {
            out.push(remark(&it, &test.expr, String::new()));
        }
    }
    // An expression is evaluated at any time; what rules recorded may be older.
    let interval = setup.interval;
    for it in group.exprs.iter().filter(|it| it.eval_time % interval.max(1) != 0) {
        let done = "the last rules are evaluated";
        let warning = silence::off_tick(it.eval_time, interval, it.time_span, done);
        out.push(Diagnostic { level: Level::Note, ..warning });
    }
    out.extend(outlived(group, run));
    out
}

fn remark(it: &Annotation, text: &Text, label: String) -> Diagnostic {
    let code = match it.kind.gravity() {
        Gravity::Warning => "promql-warning",
        Gravity::Info => "promql-info",
    };
    let (start, end) = (it.at.start as usize, it.at.end as usize);
    Diagnostic::warning(code, it.to_string()).within(text, start, end, label)
}

/// A note on a test of which series are over before an assertion, but still have a value
/// there.
fn outlived(group: &TestGroup, run: &Run<'_>) -> Option<Diagnostic> {
    let spacing = run.setup().spacing;
    let alerts = group.alerts.iter().map(|it| (it.eval_time, it.span));
    let exprs = group.exprs.iter().map(|it| (it.eval_time, it.span));
    let times: Vec<(i64, Span)> = alerts.chain(exprs).collect();
    let lines = loaded::lines(group);
    let ended =
        lines.iter().zip(run.setup().series).filter_map(|(line, (_, samples))| {
            let end = last_value(samples)? as i64 * spacing;
            let seen = |it: &&(i64, Span)| end + spacing <= it.0 && it.0 < end + LOOKBACK;
            Some((line, end, *times.iter().find(seen)?))
        });
    let ended: Vec<_> = ended.collect();
    let (line, end, (time, span)) = ended.first()?;
    let title = format!("the last sample of a series is at {}", format_duration(*end));
    let lives = format_duration(end + LOOKBACK);
    let mut it = Diagnostic::warning("outlived-series", title)
        .at(line.input.values.span(), format!("its value is seen until {lives}"))
        .context(*span, format!("asserted at {}", format_duration(*time)))
        .help("write more samples, or `stale` where the series ends");
    if let n_others @ 1.. = ended.len() - 1 {
        it = it.note(format!("so it is with {n_others} more series of this test"));
    }
    it.level = Level::Note;
    Some(it)
}

/// The place of the last sample; `None` where that is a marker, which ends a series.
fn last_value(samples: &[Written]) -> Option<usize> {
    let last = samples.iter().rposition(|it| !matches!(it, Written::Gap))?;
    match samples[last] {
        Written::Float(value) if value.to_bits() == STALE_NAN => None,
        Written::Gap | Written::Float(_) | Written::Histogram(_) => Some(last),
    }
}

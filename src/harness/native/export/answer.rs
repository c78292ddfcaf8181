//! What promtool would find where a native test asks, and whether that is the same.

use crate::case::exported::{Found, LeftOut};
use crate::harness::compare;
use crate::harness::native::export::question::{Ask, Question};
use crate::harness::plan::RuleIdx;
use crate::harness::promtool::MAX_SAMPLES;
use crate::harness::reads::{Alone, Read};
use crate::harness::result::State;
use crate::harness::run::{self, Pace, Run, Setup};
use crate::harness::template::without_server;
use crate::harness::words;
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::labels::Labels;
use crate::promql::raw;
use crate::promql::value::{Sample, Value};

/// What a question is answered with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// Labels and annotations, sorted.
    Firing(Vec<(Labels, Labels)>),
    /// Samples, sorted by labels.
    Result(Vec<(Labels, Found)>),
}

/// Questions on which the native run and promtool's agree, and the others.
pub(super) struct Answers<'q> {
    /// How often promtool evaluates all groups, in milliseconds.
    pub(super) evaluation: i64,
    /// What both runs say.
    pub(super) given: Vec<(&'q Question, Answer)>,
    /// What only the native run says, or only promtool's.
    pub(super) left_out: Vec<LeftOut>,
    /// The rules that did anything in promtool's run.
    pub(super) touched: Vec<RuleIdx>,
}

/// Answers questions as promtool would, where that is what the native run says.
pub(super) fn as_promtool<'q>(
    questions: &'q [Question],
    native: &Run<'_>,
    evaluation: i64,
    awake: &[RuleIdx],
) -> Answers<'q> {
    let mut left_out = Vec::new();
    let mut asked: Vec<&Question> = questions.iter().collect();
    loop {
        // promtool's last tick follows from its assertions.
        let last = asked.iter().map(|it| it.time).max().unwrap_or(0);
        let n_ticks = last / evaluation;
        let setup = promtools(native.setup(), evaluation, n_ticks * evaluation);
        let run = run::run(native.plan(), &setup);
        if let Some(error) = run.errors.first() {
            // It ends the test: only what lies before it can be asserted.
            let time = error.tick - setup.start;
            let why = format!(
                "`{}` fails at {} in promtool: {}",
                error.rule,
                words::time(time),
                error.message
            );
            let is_late = |it: &&Question| time <= it.time;
            left_out.extend(
                asked.iter().filter(|it| is_late(it)).map(|it| it.left_out(&why)),
            );
            asked.retain(|it| !is_late(it));
            if asked.is_empty() {
                let (given, touched) = (Vec::new(), Vec::new());
                return Answers { evaluation, given, left_out, touched };
            }
            continue;
        }
        let mut given = Vec::new();
        for question in std::mem::take(&mut asked) {
            match agreed(question, native, &run) {
                Ok(answer) => given.push((question, answer)),
                Err(why) => left_out.push(question.left_out(&why)),
            }
        }
        // Without the latest assertion there are fewer ticks, and later samples are gone.
        let last = given.iter().map(|it| it.0.time).max().unwrap_or(0);
        if given.is_empty() || last / evaluation == n_ticks {
            let touched = touched(&run, awake);
            return Answers { evaluation, given, left_out, touched };
        }
        asked = given.into_iter().map(|it| it.0).collect();
    }
}

/// The native run as promtool would make it, up to a last tick.
fn promtools<'a>(native: &Setup<'a>, evaluation: i64, end: i64) -> Setup<'a> {
    Setup {
        dialect: Dialect { max_samples: Some(MAX_SAMPLES), ..native.dialect },
        interval: evaluation,
        pace: Pace::Global,
        end: native.start + end,
        has_server: false,
        needs: native.needs.clone(),
        ..*native
    }
}

/// What both runs answer, or why there is no such thing.
fn agreed(
    question: &Question,
    native: &Run<'_>,
    promtool: &Run<'_>,
) -> Result<Answer, String> {
    let theirs = answer(question, promtool)?;
    let is_nan = |it: &(Labels, Found)| matches!(it.1, Found::Float(it) if it.is_nan());
    if let Answer::Result(samples) = &theirs
        && samples.iter().any(is_nan)
    {
        return Err("the result is NaN, which equals nothing in promtool".to_string());
    }
    if let Answer::Firing(alerts) = &theirs
        && !alerts.iter().all(|it| is_text(&it.0) && is_text(&it.1))
    {
        return Err("YAML cannot hold a text of it, which is not UTF-8".to_string());
    }
    let own = answer(question, native)?;
    match &theirs {
        _ if own == theirs => Ok(theirs),
        Answer::Firing(alerts) if alerts.iter().any(|it| asks(&it.0) || asks(&it.1)) => {
            Err("`externalURL` and `pathPrefix` fail in promtool, which has no server"
                .into())
        }
        _ => Err(format!(
            "it is not the same where every group is evaluated each {}, as in promtool",
            words::time(promtool.setup().interval)
        )),
    }
}

/// Whether YAML can hold all values: a byte that is not UTF-8 is kept as a character of
/// its own, or a template has lost it to U+FFFD.
fn is_text(labels: &Labels) -> bool {
    labels.iter().all(|it| raw::is_utf8(&it.1) && !it.1.contains('\u{fffd}'))
}

/// Whether a text cannot be expanded since it asks for the address of the server.
fn asks(labels: &Labels) -> bool {
    labels.iter().any(|it| without_server(&it.1).is_some())
}

fn answer(question: &Question, run: &Run<'_>) -> Result<Answer, String> {
    let time = run.setup().start + question.time;
    match &question.ask {
        Ask::Firing(name) => Ok(Answer::Firing(firing(run, name, time))),
        Ask::Result(expr) => Ok(Answer::Result(result(run, expr, time)?)),
    }
}

/// The alerts of a name that fire at the last evaluation at or before a time.
fn firing(run: &Run<'_>, name: &str, time: i64) -> Vec<(Labels, Labels)> {
    let mut out = Vec::new();
    for alert in run.alerts_named(name) {
        let ticks = alert.ticks;
        let tick = ticks.start + (time - ticks.start).div_euclid(ticks.step) * ticks.step;
        for line in &alert.timelines {
            if line.state_at(tick) == Some(State::Firing) {
                let annotations = run.annotations(alert.rule_idx, line, tick);
                out.push((line.labels.clone(), annotations));
            }
        }
    }
    out.sort();
    out
}

fn result(run: &Run<'_>, expr: &str, time: i64) -> Result<Vec<(Labels, Found)>, String> {
    let parsed = check::parse(expr, &run.setup().dialect).map_err(|errors| {
        errors.into_iter().next().map_or(String::new(), |it| it.message)
    })?;
    let value =
        run.instant(&parsed, time).map_err(|it| format!("promtool says: {it}"))?;
    let found = |sample: Sample| match sample {
        Sample::Float(it) => Found::Float(it),
        Sample::Histogram(it) => Found::Histogram(compare::histogram(&it)),
    };
    let mut out: Vec<(Labels, Found)> = match value {
        Value::Vector(columns) => columns
            .iter()
            .filter_map(|it| Some((it.labels.clone(), found(it.sample(0)?))))
            .collect(),
        Value::Scalar(values) => values
            .first()
            .map(|it| (Labels::empty(), Found::Float(*it)))
            .into_iter()
            .collect(),
        Value::Text(_) | Value::Matrix(_) => {
            return Err("the result is neither a vector nor a scalar".to_string());
        }
    };
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(out)
}

/// Those of some rules that found something to read, or need nothing to have a result.
pub(super) fn touched(run: &Run<'_>, rules: &[RuleIdx]) -> Vec<RuleIdx> {
    let finds =
        |read: &Read| run.storage.series().iter().any(|it| read.selects(&it.labels));
    let is_touched = |idx: &RuleIdx| {
        let slot = &run.plan().slots[*idx];
        slot.queries_in_labels
            || slot.reads.alone != Alone::Nothing
            || slot.reads.selectors.iter().any(finds)
    };
    rules.iter().copied().filter(is_touched).collect()
}

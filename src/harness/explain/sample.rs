//! Why an expression gives other samples than a test expects.

use crate::diag::text::Text;
use crate::harness::explain::cause::{Asked, Part};
use crate::harness::explain::pair::{Paired, Thing, pairs};
use crate::harness::explain::values;
use crate::harness::explain::wanted::Wanted;
use crate::harness::failure::{Failure, Field, Pair, Subject};
use crate::harness::run::Run;
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::Parsed;
use crate::promql::value::Sample;

/// An assertion about the samples of an expression.
#[derive(Clone, Copy, Debug)]
pub struct Asserted<'a> {
    /// The test.
    pub run: &'a Run<'a>,
    /// The expression.
    pub expr: &'a Parsed,
    /// Its text.
    pub text: &'a Text,
    /// The time that it names, since the start of the test.
    pub time: i64,
    /// Whether reasons and values are looked for.
    pub deep: bool,
}

/// Explains an assertion that does not hold.
pub fn explain(
    asserted: &Asserted<'_>,
    expected: &[Thing],
    found: &[Thing],
    equal: &dyn Fn(&Thing, &Thing) -> bool,
) -> Failure {
    let Paired { pairs, places, n_equal } = pairs(expected, found, equal);
    let mut failure = Failure {
        subject: Subject::Samples(asserted.text.to_string()),
        time: asserted.time,
        pairs,
        n_equal,
        ..Failure::default()
    };
    if !asserted.deep {
        return failure;
    }
    let run = asserted.run;
    let time = run.setup().start + asserted.time;
    let missing = places.iter().filter(|it| it.1.is_none()).find_map(|it| it.0);
    let of_interest = missing.map(|it| &expected[it]).or(found.first());
    let wanted: Wanted = of_interest
        .into_iter()
        .flat_map(|it| it.labels.iter())
        .filter(|it| &*it.0 != METRIC_NAME)
        .cloned()
        .collect();
    let asked = Asked {
        run,
        whole: asserted.expr,
        text: asserted.text,
        time,
        sight: None,
        wanted,
        depth: 0,
    };
    let whole = Part { whole: asked.whole, text: asked.text, expr: &asked.whole.expr };
    let mut parts = vec![whole];
    if missing.is_some() && asked.samples(whole.expr).is_some_and(|it| it.is_empty()) {
        let cause = asked.cause();
        failure.reasons = cause.reasons;
        if !cause.look_at.is_empty() {
            parts = cause.look_at;
        }
    }
    let ticks = run.setup().global_ticks();
    failure.values = values::around(&asked, &parts, ticks, time, 0);
    failure.help.extend(help(&failure, &places, expected, found));
    failure
}

/// What to do about values that can never be equal, or nearly are.
fn help(
    failure: &Failure,
    places: &[(Option<usize>, Option<usize>)],
    expected: &[Thing],
    found: &[Thing],
) -> Option<String> {
    let only_values = |it: &Pair| {
        !it.differences.is_empty()
            && it.differences.iter().all(|it| it.field == Field::Value)
    };
    if !failure.pairs.iter().all(only_values) {
        return None;
    }
    let both: Vec<(f64, f64)> = places
        .iter()
        .filter_map(|it| match (&expected[it.0?].value, &found[it.1?].value) {
            (Some(Sample::Float(one)), Some(Sample::Float(two))) => Some((*one, *two)),
            (_, _) => None,
        })
        .collect();
    if both.iter().any(|it| it.0.is_nan() && it.1.is_nan()) {
        return Some(
            "NaN equals nothing, not even NaN: test `x != x` instead".to_string(),
        );
    }
    let last_digit = |it: &(f64, f64)| it.0.next_up() == it.1 || it.0.next_down() == it.1;
    (!both.is_empty() && both.iter().all(last_digit)).then(|| {
        "they differ in the last digit only: write all digits, or `fuzzy_compare: true` \
         at the top of the file"
            .to_string()
    })
}

//! What was found, written so that it is not taken for what is wanted.

use crate::case::native::ready::{SampleMatch, ValueMatch};
use crate::diag::diagnostic::Diagnostic;
use crate::harness::compare::{self, RESET_HINT};
use crate::harness::words::{self, number};
use crate::promql::histogram::Histogram;
use crate::promql::number::general;
use crate::promql::value::Sample;

/// Parts of histograms in which they differ and that are told.
const MOST: usize = 3;

/// A value that was found: with all its digits where those that are shown would be right.
pub(super) fn float(want: Option<ValueMatch>, is: f64) -> String {
    match want.is_some_and(|it| looks_right(it, is)) {
        true => general(is),
        false => number(is),
    }
}

/// The same of a sample.
pub(super) fn sample(want: Option<ValueMatch>, is: &Sample) -> String {
    match is {
        Sample::Float(is) => float(want, *is),
        Sample::Histogram(is) => compare::histogram(is),
    }
}

/// A value that was found, and how far it is from the wanted one where one takes it for it.
pub(super) fn value(want: ValueMatch, is: f64) -> String {
    let found = float(Some(want), is);
    let relative = words::relative(want.least, is);
    match relative.filter(|_| is_rounding(want, is)) {
        Some(relative) => format!("{found}: {relative}"),
        None => found,
    }
}

/// A sample that was found, and in what it is another than the wanted one.
pub(super) fn told(want: &SampleMatch, is: &Sample) -> String {
    match (want, is) {
        (SampleMatch::Value(want), Sample::Float(is)) => value(*want, *is),
        (SampleMatch::Histogram(want), Sample::Histogram(is)) => {
            let differences = differences(&want.histogram(), is);
            let mut told = differences.iter().take(MOST).cloned().collect::<Vec<_>>();
            if MOST < differences.len() {
                told.push(format!("and {} more", differences.len() - MOST));
            }
            format!("{}: {}", compare::histogram(is), told.join(", "))
        }
        (_, is) => sample(None, is),
    }
}

/// Adds what to write where only the rounding of a number is at fault; `quote` stands around
/// a value that is a text.
pub(super) fn advise(
    diagnostic: Diagnostic,
    want: ValueMatch,
    is: f64,
    quote: &str,
) -> Diagnostic {
    match is_rounding(want, is) {
        true => diagnostic.help(format!(
            "say how far off it may be: `{quote}{} +- 1%{quote}`",
            general(want.least)
        )),
        false => diagnostic,
    }
}

/// The same of a sample; of histograms, what to write of the hint about resets.
pub(super) fn advise_of(
    diagnostic: Diagnostic,
    want: &SampleMatch,
    is: &Sample,
) -> Diagnostic {
    match (want, is) {
        (SampleMatch::Value(want), Sample::Float(is)) => {
            advise(diagnostic, *want, *is, "")
        }
        (SampleMatch::Histogram(want), Sample::Histogram(is)) => {
            let hint = |it: &Histogram| {
                let hint = compare::parts(it).into_iter().find(|it| it.0 == RESET_HINT);
                hint.map(|it| format!("{RESET_HINT}:{}", it.1))
            };
            match (hint(&want.histogram()), hint(is)) {
                (want, Some(is)) if want.as_ref() != Some(&is) => {
                    diagnostic.help(format!(
                        "results carry the hint about resets: write `{is}` in the braces"
                    ))
                }
                (_, _) => diagnostic,
            }
        }
        (_, _) => diagnostic,
    }
}

/// Whether a wrong value looks like a right one in the digits that are shown of it.
fn looks_right(want: ValueMatch, is: f64) -> bool {
    !want.holds(is) && number(is).parse().is_ok_and(|it| want.holds(it))
}

/// The same where one number is wanted.
fn is_rounding(want: ValueMatch, is: f64) -> bool {
    want.least == want.most && looks_right(want, is)
}

/// In what a histogram is another than the wanted one.
fn differences(want: &Histogram, is: &Histogram) -> Vec<String> {
    let (want, is) = (compare::parts(want), compare::parts(is));
    let of = |all: &[(&str, String)], key: &str| {
        all.iter().find(|it| it.0 == key).map(|it| it.1.clone())
    };
    let mut out = Vec::new();
    for (key, value) in &is {
        match of(&want, key) {
            Some(it) if it == *value => {}
            Some(it) => out.push(format!("`{key}:{value}`, not `{key}:{it}`")),
            None => out.push(format!("`{key}:{value}` is not expected")),
        }
    }
    let missing = want.iter().filter(|it| of(&is, it.0).is_none());
    out.extend(missing.map(|it| format!("no `{}:{}`", it.0, it.1)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_not_shown_as_the_wanted_one() {
        let one = |it| ValueMatch { least: it, most: it };
        let sum = 4.8f64.next_up();
        assert_eq!(
            value(one(4.8), sum),
            "4.800000000000001: a relative difference of 1.9e-16"
        );
        assert_eq!(float(Some(one(4.8)), sum), "4.800000000000001");
        // Nothing to tell apart.
        assert_eq!(value(one(0.3), 1.0 / 3.0), "0.333333");
        assert_eq!(value(one(100.0), 100.5), "100.5");
        assert_eq!(float(None, sum), "4.8");
        // A range says how far off it may be.
        let range = ValueMatch { least: 0.0, most: 4.8 };
        assert_eq!(value(range, sum), "4.800000000000001");
    }
}

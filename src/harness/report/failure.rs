//! Failed assertions as messages with the source under them.

use crate::diag::contrast::{Contrast, contrast};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::harness::failure::{Difference, Failure, Field, Item, Pair, Subject, Values};
use crate::harness::result::{AssertionResult, Fault, TestResult};
use crate::harness::template::{UNEXPANDED, without_server};
use crate::harness::words;

/// Pairs that are shown; the others are only counted.
const MOST: usize = 6;

/// The code of an assertion of promtool's that does not hold.
const FAILED: &str = "test-failed";

/// Everything that is to be said about a test.
pub fn of_test(test: &TestResult) -> Vec<Diagnostic> {
    let mut assertions: Vec<Diagnostic> =
        test.assertions.iter().flat_map(|it| of_assertion(test, it)).collect();
    for it in assertions.iter_mut().filter(|it| it.code == FAILED) {
        it.notes.push(format!("in the test `{}`", test.name));
    }
    test.said.iter().cloned().chain(assertions).collect()
}

/// Everything that is to be said about an assertion of a test. What was said of it already is
/// only given its reasons.
pub fn of_assertion(test: &TestResult, assertion: &AssertionResult) -> Vec<Diagnostic> {
    let of_fault = |it: &Fault| match (&it.said, &it.failure) {
        (None, None) => None,
        (Some(said), None) => Some(said.clone()),
        (Some(said), Some(failure)) => Some(reasons(said.clone(), failure)),
        (None, Some(failure)) => {
            let mut said = diagnostic(failure, assertion);
            if let Some(env) = &test.env {
                said.title.push_str(&format!(", in {env}"));
            }
            Some(said)
        }
    };
    assertion.faults.iter().filter_map(of_fault).collect()
}

fn diagnostic(failure: &Failure, assertion: &AssertionResult) -> Diagnostic {
    let mut out = Diagnostic::error(FAILED, title(failure));
    let mut extra: Vec<&Item> = Vec::new();
    let (mut n_shown, mut n_left) = (0, 0);
    let mut seen: Vec<Vec<Difference>> = Vec::new();
    for pair in &failure.pairs {
        match (&pair.expected, &pair.found) {
            (None, Some(found)) => extra.push(found),
            (_, _) if n_shown == MOST => n_left += 1,
            (Some(_), Some(_)) => {
                n_shown += 1;
                out = labels(out, pair);
                // What many have in common is drawn once.
                let kind = kind(pair);
                if !seen.contains(&kind) {
                    out = contrasts(pair).into_iter().fold(out, Diagnostic::contrast);
                    seen.push(kind);
                }
            }
            (Some(expected), None) => {
                n_shown += 1;
                let label = match failure.subject {
                    Subject::Alerts(_) => "expected, but does not fire",
                    Subject::Samples(_) => "expected, but not in the result",
                };
                out = match expected.span.or(assertion.span) {
                    Some(span) => out.at(span, label),
                    None => out.note(format!("{label}: {}", expected.title)),
                };
            }
            (None, None) => {}
        }
    }
    if out.labels.is_empty()
        && let Some(span) = assertion.span
    {
        let label = match (&failure.subject, failure.n_equal) {
            (Subject::Alerts(_), 0) => "expected not to fire",
            (Subject::Alerts(_), _) => "more fires than expected",
            (Subject::Samples(_), _) => "gives more than expected",
        };
        out = out.at(span, label);
    }
    if 0 < n_left {
        let same = failure.pairs.iter().skip(n_shown).filter(|it| it.expected.is_some());
        let how = match same.into_iter().all(|it| seen.contains(&kind(it))) {
            true => "differ in the same way",
            false => "are not as expected",
        };
        out = out.note(format!("and {n_left} more that {how}"));
    }
    if !extra.is_empty() {
        out = out.note(unexpected(failure, &extra));
    }
    reasons(out, failure)
}

/// Why it is so, and what to do about it.
fn reasons(mut out: Diagnostic, failure: &Failure) -> Diagnostic {
    for reason in &failure.reasons {
        out = match reason.span {
            Some(span) => out.context(span, reason.text.clone()),
            None => out.note(reason.text.clone()),
        };
    }
    if let Some(values) = &failure.values {
        out = out.table(table(values));
    }
    failure.help.iter().fold(out, |out, it| out.help(it.clone()))
}

/// One line that says the kind of fault, or counts them.
fn title(failure: &Failure) -> String {
    let at = words::time(failure.time);
    let count = |of: fn(&Pair) -> bool| failure.pairs.iter().filter(|it| of(it)).count();
    let n_missing = count(|it| it.found.is_none());
    let n_extra = count(|it| it.expected.is_none());
    let n_other = count(|it| it.expected.is_some() && it.found.is_some());
    let n_expected = n_missing + n_other + failure.n_equal;
    match (&failure.subject, n_other, n_missing, n_extra) {
        (Subject::Alerts(name), 0, 1, 0) if n_expected == 1 => {
            format!("`{name}` does not fire at {at}")
        }
        (Subject::Alerts(name), 0, n, 0) => {
            let verb = if n == 1 { "does" } else { "do" };
            format!(
                "{n} of {n_expected} expected alerts `{name}` {verb} not fire at {at}"
            )
        }
        (Subject::Alerts(name), 0, 0, _) if n_expected == 0 => {
            format!("`{name}` fires at {at}, where it is expected to be silent")
        }
        (Subject::Alerts(name), 1, 0, 0) => {
            let what = fields(&failure.pairs[0].differences);
            format!("`{name}` fires at {at}, but {what}")
        }
        (Subject::Alerts(name), ..) => {
            let counts =
                counts(n_other, n_missing, n_extra, ("does not fire", "do not fire"));
            format!("`{name}` at {at}: {counts}")
        }
        (Subject::Samples(_), 0, n, 0) if failure.n_equal == 0 && n == n_expected => {
            format!("the expression gives nothing at {at}")
        }
        (Subject::Samples(_), 1, 0, 0) => {
            let differences = &failure.pairs[0].differences;
            match differences.iter().all(|it| it.field == Field::Value) {
                true => format!("the expression gives another value at {at}"),
                false => {
                    format!(
                        "the expression gives a sample {} at {at}",
                        fields(differences)
                    )
                }
            }
        }
        (Subject::Samples(_), ..) => {
            let counts =
                counts(n_other, n_missing, n_extra, ("is missing", "are missing"));
            format!("the expression gives another result at {at}: {counts}")
        }
    }
}

type Verb = (&'static str, &'static str);

fn counts(n_other: usize, n_missing: usize, n_extra: usize, missing: Verb) -> String {
    let counts = [
        (n_other, ("differs", "differ")),
        (n_missing, missing),
        (n_extra, ("is not expected", "are not expected")),
    ];
    let some = counts.into_iter().filter(|it| it.0 != 0);
    let all = some.map(|(n, (one, several))| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {several}"),
    });
    all.collect::<Vec<_>>().join(", ")
}

/// In what a pair differs: ``with another label `job`, without the annotation `a` ``.
fn fields(differences: &[Difference]) -> String {
    let kinds = [
        (true, true, "with another", "with other"),
        (true, false, "without the", "without the"),
        (false, true, "with a further", "with the further"),
    ];
    let mut out = Vec::new();
    for field in [Field::Label, Field::Annotation] {
        for (expected, found, one, several) in kinds {
            let names: Vec<&str> = differences
                .iter()
                .filter(|it| it.field == field)
                .filter(|it| it.expected.is_some() == expected)
                .filter(|it| it.found.is_some() == found)
                .map(|it| it.name.as_str())
                .collect();
            let kind = field.as_str();
            match &names[..] {
                [] => {}
                [name] => out.push(format!("{one} {kind} `{name}`")),
                all => {
                    let list = suggest::list(all.iter().copied(), 3);
                    out.push(format!("{several} {kind}s {list}"));
                }
            }
        }
    }
    if differences.iter().any(|it| it.field == Field::Value) {
        out.push("with another value".to_string());
    }
    out.join(", ")
}

/// The differences of a pair without what is its own: places, and texts of annotations.
fn kind(pair: &Pair) -> Vec<Difference> {
    let plain = |it: &Difference| match it.field {
        Field::Label | Field::Value => Difference { span: None, ..it.clone() },
        Field::Annotation => Difference {
            span: None,
            expected: it.expected.as_ref().map(|_| String::new()),
            found: it.found.as_ref().map(|_| String::new()),
            ..it.clone()
        },
    };
    pair.differences.iter().map(plain).collect()
}

/// What was found, at the places of a pair's differences.
fn labels(mut out: Diagnostic, pair: &Pair) -> Diagnostic {
    for it in &pair.differences {
        let label = match (it.field, &it.expected, &it.found) {
            (Field::Value, Some(expected), Some(found)) if !is_histogram(expected) => {
                format!("it is {}", value(expected, found))
            }
            (field, None, Some(found)) => {
                let (field, found) = (field.as_str(), short(found));
                format!("there is also the {field} `{}`: {found}", it.name)
            }
            (field, _, None) => {
                format!("there is no {} `{}`", field.as_str(), it.name)
            }
            (_, _, Some(found)) if is_short(found) => format!("it is {}", short(found)),
            (_, _, Some(found)) => {
                unexpanded(found).unwrap_or_else(|| "differs from here".to_string())
            }
        };
        match it.span {
            Some(span) => out = out.at(span, label),
            None => out = out.note(label),
        }
    }
    out
}

/// Why a template gave no text, where it gave none.
fn unexpanded(found: &str) -> Option<String> {
    let fault = found.strip_prefix(UNEXPANDED)?;
    let fault = fault.split_once(">: ").map_or(fault, |it| it.1).trim_end_matches('>');
    Some(match without_server(found) {
        Some(function) => format!("`{function}` fails in promtool, which has no server"),
        None => format!("the template fails: {fault}"),
    })
}

/// Labels and annotations of a pair, expected beside found.
fn contrasts(pair: &Pair) -> Vec<Contrast> {
    let (Some(expected), Some(found)) = (&pair.expected, &pair.found) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let title = |what: &str| format!("{what}, `-` expected and `+` found:");
    if pair.differences.iter().any(|it| it.field == Field::Label) {
        let long =
            |it: &Item| 88 < it.labels.iter().map(|it| it.len() + 2).sum::<usize>();
        let glue = if long(expected) || long(found) { "\n" } else { ", " };
        let text = |it: &Item| match glue {
            ", " => format!("{{{}}}", it.labels.join(glue)),
            _ => it.labels.join(glue),
        };
        let (one, two) = (text(expected), text(found));
        out.push(contrast(title("labels"), &one, &two));
    }
    for it in &pair.differences {
        let (Some(expected), Some(found)) = (&it.expected, &it.found) else { continue };
        let what = match it.field {
            Field::Annotation => format!("annotation `{}`", it.name),
            Field::Value if is_histogram(expected) => "value".to_string(),
            Field::Label | Field::Value => continue,
        };
        out.push(contrast(title(&what), expected, found));
    }
    out
}

/// Characters of what is quoted in a label.
const SHORT: usize = 48;

fn is_short(text: &str) -> bool {
    text.len() <= SHORT && !text.contains('\n')
}

fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((at, _)) => format!("{:?}...", &text[..at]),
        None => format!("{text:?}"),
    }
}

fn is_histogram(value: &str) -> bool {
    value.starts_with('{')
}

/// A found value, and how far it is from the expected one.
fn value(expected: &str, found: &str) -> String {
    let (Ok(want), Ok(is)) = (expected.parse::<f64>(), found.parse::<f64>()) else {
        return found.to_string();
    };
    match words::relative(want, is) {
        Some(relative) => format!("{found}: {relative}"),
        None => found.to_string(),
    }
}

fn unexpected(failure: &Failure, extra: &[&Item]) -> String {
    let head = match failure.subject {
        Subject::Alerts(_) => "not expected, but fires:",
        Subject::Samples(_) => "not expected, but in the result:",
    };
    let mut lines = vec![head.to_string()];
    lines.extend(extra.iter().take(MOST).map(|it| format!("  {}", it.title)));
    if MOST < extra.len() {
        lines.push(format!("  and {} more", extra.len() - MOST));
    }
    lines.join("\n")
}

/// Times and values in columns; the time of the assertion in brackets.
fn table(values: &Values) -> String {
    let heads: Vec<String> = values
        .times
        .iter()
        .enumerate()
        .map(|(idx, time)| match idx == values.at {
            true => format!("[{}]", words::time(*time)),
            false => words::time(*time),
        })
        .collect();
    let cell = |it: &Option<String>| it.clone().unwrap_or_else(|| "-".to_string());
    let widths: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(idx, head)| {
            let cells = values.rows.iter().map(|it| cell(&it.values[idx]).len());
            cells.chain([head.len()]).max().unwrap_or(0)
        })
        .collect();
    let labels: Vec<String> = values.rows.iter().map(|it| cut(&it.labels)).collect();
    let width = labels.iter().map(|it| it.chars().count()).max().unwrap_or(0);
    let line = |label: &str, cells: &[String]| {
        let pad = width - label.chars().count();
        let mut out = format!("  {label}{:pad$}", "");
        for (cell, width) in cells.iter().zip(&widths) {
            out.push_str(&format!("  {cell:>width$}"));
        }
        out
    };
    let of = match values.of.as_str() {
        "" => "values around that time:".to_string(),
        of => format!("values of `{of}` around that time:"),
    };
    let mut lines = vec![of, line("", &heads)];
    for (label, row) in labels.iter().zip(&values.rows) {
        let cells: Vec<String> = row.values.iter().map(cell).collect();
        lines.push(line(label, &cells));
    }
    if 0 < values.n_more {
        lines.push(format!("  and {} more series", values.n_more));
    }
    lines.join("\n")
}

/// Characters of the longest name of a row.
const NAME: usize = 56;

fn cut(label: &str) -> String {
    match label.chars().count() <= NAME {
        true => label.to_string(),
        false => label.chars().take(NAME - 3).collect::<String>() + "...",
    }
}

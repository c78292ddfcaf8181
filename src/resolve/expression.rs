//! Expressions: parameters filled in, parsed, checked.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::{Text, TextBuilder};
use crate::doc::parameter::{Filled, Value};
use crate::promql::check;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::syntax::ast::{
    Duration, DurationKind, ExprKind, Parsed, SyntaxError, TextRange,
};
use crate::promql::syntax::{parse, parse_selector};
use crate::resolve::scope::Scope;
use crate::resolve::shape;
use crate::rules::group::Expression;
use crate::spec::duration;

/// The first version that takes durations for numbers, and numbers for durations.
const DURATIONS_ARE_NUMBERS: Version = Version::new(3, 0);

/// The expression of a text; `None` if something is wrong with it, which is said.
pub(super) fn expression(
    text: &Text,
    scope: &Scope,
    dialect: &Dialect,
    sink: &mut Sink,
) -> Option<Expression> {
    let filled = scope.fill(text, sink)?;
    let parsed = match parse(filled.text.as_str(), dialect) {
        Ok(parsed) => parsed,
        Err(errors) => {
            match culprit(&filled, dialect) {
                Some(value) => sink.push_once(reshapes(&filled, value)),
                None => syntax_errors(&filled.text, errors, sink),
            }
            return None;
        }
    };
    let reshaping = filled
        .values
        .iter()
        .find(|it| !shape::is_literal(&parsed, filled.text.as_str(), &it.range));
    if let Some(value) = reshaping {
        sink.push_once(reshapes(&filled, value));
        return None;
    }
    let (text, parsed) = match dialect.version < DURATIONS_ARE_NUMBERS {
        true => old_numbers(filled, parsed, dialect, sink)?,
        false => (filled.text, parsed),
    };
    let errors = check::check(&parsed.expr);
    if !errors.is_empty() {
        syntax_errors(&text, errors, sink);
        return None;
    }
    Some(Expression { text, parsed: Arc::new(parsed) })
}

fn syntax_errors(text: &Text, errors: Vec<SyntaxError>, sink: &mut Sink) {
    for SyntaxError { at, message, help } in errors {
        let at = at.bytes();
        let error =
            Diagnostic::error("promql", message).within(text, at.start, at.end, "");
        sink.push_once(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }
}

/// The value that broke the syntax: one that is no literal, without which it is sound.
fn culprit<'a>(filled: &'a Filled, dialect: &Dialect) -> Option<&'a Value> {
    let text = filled.text.as_str();
    let strange = |it: &&Value| !is_plain(&text[it.range.clone()], dialect);
    filled.values.iter().find(strange)?;
    let mut sound = String::with_capacity(text.len());
    let mut places = Vec::new();
    let mut done = 0;
    for value in filled.values.iter().filter(strange) {
        sound.push_str(&text[done..value.range.start]);
        places.push((sound.len()..sound.len() + 1, value));
        sound.push('1');
        done = value.range.end;
    }
    sound.push_str(&text[done..]);
    let parsed = parse(&sound, dialect).ok()?;
    // Inside a string only what ends it changes the shape; the rest is the string's fault.
    let escapes =
        |it: &Value| text[it.range.clone()].contains(['"', '\'', '`', '\\', '\n']);
    let blame =
        |it: &&(Range<usize>, &Value)| escapes(it.1) || !shape::in_string(&parsed, &it.0);
    places.iter().find(blame).map(|it| it.1)
}

/// Whether a value is a literal by itself, wherever it is used.
fn is_plain(value: &str, dialect: &Dialect) -> bool {
    let value = value.trim();
    let word = |it: char| it.is_alphanumeric() || matches!(it, '_' | ':' | '.');
    value.strip_prefix(['-', '+']).unwrap_or(value).chars().all(word)
        || parse_selector(&format!("{{{value}}}"), dialect).is_ok()
}

fn reshapes(filled: &Filled, value: &Value) -> Diagnostic {
    let Value { name, range, .. } = value;
    let title = format!("the value of `{name}` changes the expression around it");
    Diagnostic::error("parameter-shape", title)
        .within(
            &filled.text,
            range.start,
            range.end,
            "not one number, string, duration, name or list of matchers",
        )
        .help("write operators and functions in the expression itself, and only literals here")
}

/// Rewrites what servers before 3.0 do not know: a duration in place of a number becomes
/// its seconds if it came through a parameter; one that is written so is an error.
fn old_numbers(
    filled: Filled,
    parsed: Parsed,
    dialect: &Dialect,
    sink: &mut Sink,
) -> Option<(Text, Parsed)> {
    let mut numbers: Vec<TextRange> = Vec::new();
    let mut ranges: Vec<TextRange> = Vec::new();
    parsed.expr.walk(&mut |it| match &it.kind {
        ExprKind::Number { duration: true, .. } => numbers.push(it.span),
        ExprKind::Matrix(it) => plain_number(&it.range, &mut ranges),
        ExprKind::Subquery(it) => {
            plain_number(&it.range, &mut ranges);
            it.step.iter().chain(&it.offset).for_each(|it| plain_number(it, &mut ranges));
        }
        ExprKind::Selector(it) => {
            it.offset.iter().for_each(|it| plain_number(it, &mut ranges));
        }
        _ => {}
    });
    let text = &filled.text;
    let version = dialect.version;
    let mut good = true;
    for range in ranges {
        good = false;
        let at = range.bytes();
        let title = format!("Prometheus {version} takes no number for a duration");
        sink.push_once(
            Diagnostic::error("promql-version", title)
                .within(text, at.start, at.end, "a number of seconds")
                .help("write a duration with its unit: `5m`"),
        );
    }
    numbers.sort();
    let mut out = TextBuilder::new(text.span());
    let mut done = 0;
    for span in numbers {
        let at = span.bytes();
        let written = &text.as_str()[at.clone()];
        let given = filled.values.iter().any(|it| it.range == at);
        let (true, Ok(millis)) = (given, duration::parse(written)) else {
            good = false;
            let title = format!("Prometheus {version} takes no duration for a number");
            sink.push_once(
                Diagnostic::error("promql-version", title)
                    .within(text, at.start, at.end, "a duration")
                    .help("write the number of seconds"),
            );
            continue;
        };
        out.part(text, done..at.start);
        out.escape(&seconds(millis), text.place(at.start, at.end).span);
        done = at.end;
    }
    if !good {
        return None;
    }
    if done == 0 {
        return Some((filled.text, parsed));
    }
    out.part(text, done..text.as_str().len());
    let text = out.finish();
    // The tree is the same but for the literals.
    let parsed = parse(text.as_str(), dialect).ok()?;
    Some((text, parsed))
}

fn plain_number(duration: &Duration, out: &mut Vec<TextRange>) {
    if let DurationKind::Literal { number: true, .. } = duration.kind {
        out.push(duration.span);
    }
}

/// Milliseconds as a number of seconds: `259200`, `0.5`.
pub(super) fn seconds(millis: i64) -> String {
    match millis % 1000 {
        0 => (millis / 1000).to_string(),
        _ => format!("{}", millis as f64 / 1000.0),
    }
}

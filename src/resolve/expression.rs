//! Expressions: parameters filled in, parsed, checked.

use std::ops::Range;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::{Text, Used};
use crate::doc::parameter;
use crate::promql::check;
use crate::promql::dialect::{Dialect, Version};
use crate::promql::syntax::ast::{ExprKind, SyntaxError};
use crate::promql::syntax::{parse, parse_selector};
use crate::resolve::scope::Scope;
use crate::resolve::shape;
use crate::rules::group::Expression;
use crate::spec::duration;

/// All versions from this one on take durations for numbers.
const DURATIONS_ARE_NUMBERS: Version = Version::new(3, 0);

/// The expression of a text; `None` if something is wrong with it, which is said.
pub(super) fn expression(
    text: &Text,
    scope: &Scope,
    dialect: &Dialect,
    sink: &mut Sink,
) -> Option<Expression> {
    let mut filled = scope.text(text, sink)?;
    if dialect.version < DURATIONS_ARE_NUMBERS {
        filled = in_seconds(&filled, dialect);
    }
    let parsed = match parse(filled.as_str(), dialect) {
        Ok(parsed) => parsed,
        // What is no use of a parameter, but looks like one, has been reported.
        Err(_) if parameter::is_broken(text.as_str()) => return None,
        // So has been an expression that is none.
        Err(_) if text.as_str().trim().is_empty() => return None,
        Err(errors) => {
            match culprit(&filled, dialect) {
                Some(value) => sink.push_once(reshapes(&filled, &value)),
                None => syntax_errors(&filled, errors, sink),
            }
            return None;
        }
    };
    let reshaping =
        filled.used().find(|it| !shape::is_literal(&parsed, filled.as_str(), &it.range));
    if let Some(value) = reshaping {
        sink.push_once(reshapes(&filled, &value));
        return None;
    }
    let text = filled;
    let errors = check::check(&parsed.expr);
    if !errors.is_empty() {
        syntax_errors(&text, errors, sink);
        return None;
    }
    let failing = check::constants(&parsed.expr, dialect);
    if !failing.is_empty() {
        for it in failing {
            let at = it.at.bytes();
            let error = Diagnostic::error("promql", it.message);
            let error = error.within(&text, at.start, at.end, "");
            let error = it.help.into_iter().fold(error, Diagnostic::note);
            sink.push_once(error.note("every evaluation of this expression fails"));
        }
        return None;
    }
    Some(Expression { text, parsed: Arc::new(parsed) })
}

fn syntax_errors(text: &Text, errors: Vec<SyntaxError>, sink: &mut Sink) {
    for SyntaxError { at, message, help } in errors {
        let at = at.bytes();
        let error = Diagnostic::error("promql", message.as_str());
        let error = error.within(text, at.start, at.end, "");
        let rest = text.as_str().get(at.start..).unwrap_or_default();
        sink.push_once(match bare_parameter(rest, &message).or(help) {
            Some(help) => error.help(help),
            None => error,
        });
    }
}

/// What to write where a parameter is used as elsewhere: `$name`, `$(name)`.
fn bare_parameter(rest: &str, message: &str) -> Option<String> {
    let name = parameter::bare_name(rest)?;
    Some(match message.contains("inside braces") {
        true => format!("write `\"${{{name}}}\"`"),
        false => format!("write `${{{name}}}`"),
    })
}

/// The value that broke the syntax: one that is no literal, without which it is sound.
fn culprit<'a>(filled: &'a Text, dialect: &Dialect) -> Option<Used<'a>> {
    let text = filled.as_str();
    let strange = |it: &Used<'_>| !is_plain(it.value.as_str(), dialect);
    let mut sound = String::with_capacity(text.len());
    let mut places = Vec::new();
    let mut done = 0;
    for value in filled.used().filter(strange) {
        sound.push_str(&text[done..value.range.start]);
        done = value.range.end;
        places.push((sound.len()..sound.len() + 1, value));
        sound.push('1');
    }
    if places.is_empty() {
        return None;
    }
    sound.push_str(&text[done..]);
    let parsed = parse(&sound, dialect).ok()?;
    // Inside a string only what ends it changes the shape; the rest is the string's fault.
    let escapes =
        |it: &Used<'_>| it.value.as_str().contains(['"', '\'', '`', '\\', '\n']);
    let blame = |it: &(Range<usize>, Used<'_>)| {
        escapes(&it.1) || !shape::in_string(&parsed, &it.0)
    };
    places.into_iter().find(blame).map(|it| it.1)
}

/// Whether a value is a literal by itself, wherever it is used.
fn is_plain(value: &str, dialect: &Dialect) -> bool {
    let value = value.trim();
    let word = |it: char| it.is_alphanumeric() || matches!(it, '_' | ':' | '.');
    value.strip_prefix(['-', '+']).unwrap_or(value).chars().all(word)
        || parse_selector(&format!("{{{value}}}"), dialect).is_ok()
}

fn reshapes(filled: &Text, value: &Used<'_>) -> Diagnostic {
    let Used { name, range, .. } = value;
    let title = format!("the value of `{name}` changes the expression around it");
    Diagnostic::error("parameter-shape", title)
        .within(
            filled,
            range.start,
            range.end,
            "not one number, string, duration, name or list of matchers",
        )
        .help("write operators and functions in the expression itself, and only literals here")
}

/// For servers that know no durations as numbers: a value that is one is written as its
/// seconds where a number stands.
fn in_seconds(filled: &Text, dialect: &Dialect) -> Text {
    let newest = Dialect { version: Version::LATEST, ..*dialect };
    // What is wrong for every version is said when it is parsed for this one.
    let Ok(parsed) = parse(filled.as_str(), &newest) else { return filled.clone() };
    let mut numbers: Vec<Range<usize>> = Vec::new();
    parsed.expr.walk(&mut |it| {
        if let ExprKind::Number { duration: true, .. } = it.kind {
            numbers.push(it.span.bytes());
        }
    });
    filled.with_values(|it| {
        let millis = duration::parse(it.value.as_str()).ok()?;
        let is_number = numbers.contains(&it.range);
        let place = it.value.place(0, it.value.as_str().len());
        is_number.then(|| Text::opaque(&seconds(millis), place.span))
    })
}

/// Milliseconds as a number of seconds: `259200`, `0.5`.
pub(super) fn seconds(millis: i64) -> String {
    match millis % 1000 {
        0 => (millis / 1000).to_string(),
        _ => format!("{}", millis as f64 / 1000.0),
    }
}

//! Says what is wrong with a TOML file: sorted, one fault a line, without cascades.
//!
//! The parser recovers by guessing, so that one open bracket makes a dozen faults out
//! of sound lines. Whatever stands behind an opening that nothing closes is dropped.

use toml_parser::decoder::Encoding;
use toml_parser::lexer::{Token, TokenKind};
use toml_parser::{Expected, ParseError};

use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::doc::toml::build::{Clash, ClashKind};

/// At most this many syntax errors of a file are shown.
const MAX_SHOWN: usize = 20;

/// Turns the faults of one file into messages.
pub(super) fn report(
    file: FileId,
    text: &str,
    tokens: &[Token],
    errors: Vec<ParseError>,
    clashes: Vec<Clash>,
    sink: &mut Sink,
) {
    let mut errors: Vec<(usize, ParseError)> =
        errors.into_iter().map(|it| (place(&it, text), it)).collect();
    errors.sort_by_key(|it| it.0);
    let first_error = errors.first().map_or(usize::MAX, |it| it.0);
    if let Some(idx) = errors.iter().position(|it| leaves_open(&it.1, text)) {
        errors.truncate(idx + 1);
    }
    let mut line_of_last = None;
    errors.retain(|(at, _)| {
        let line = text.as_bytes()[..*at].iter().rposition(|it| *it == b'\n');
        let other = line_of_last != Some(line);
        line_of_last = Some(line);
        other
    });
    let swallower = errors.first().and_then(|it| swallower(file, text, tokens, it.0));
    if swallower.is_some() {
        // From there on strings and the rest have changed places.
        errors.truncate(1);
    }
    let n_errors = errors.len();
    for (idx, (at, error)) in errors.into_iter().take(MAX_SHOWN).enumerate() {
        let mut diagnostic = syntax(file, text, at, &error);
        if let Some((open, label)) = &swallower {
            diagnostic = diagnostic.context(*open, label);
        }
        if idx + 1 == MAX_SHOWN && n_errors > MAX_SHOWN {
            let more = n_errors - MAX_SHOWN;
            diagnostic =
                diagnostic.note(format!("{more} more lines of this file have errors"));
        }
        sink.push(diagnostic);
    }
    // Behind a syntax error keys may have landed in the wrong table.
    let sound: Vec<Clash> = clashes
        .into_iter()
        .filter(|it| (it.key.span().start as usize) < first_error)
        .collect();
    let more = sound.len().saturating_sub(MAX_SHOWN);
    for (idx, it) in sound.into_iter().take(MAX_SHOWN).enumerate() {
        let diagnostic = clash(it);
        sink.push(match (idx + 1 == MAX_SHOWN, more) {
            (true, 1..) => diagnostic.note(format!("{more} more keys clash")),
            _ => diagnostic,
        });
    }
}

/// The offset at which an error is shown.
fn place(error: &ParseError, text: &str) -> usize {
    let at = error.unexpected().or(error.context()).map_or(0, |it| it.start());
    let opening = leaves_open(error, text) || unclosed_string(error, text).is_some();
    let at = match (opening, error.context()) {
        (true, Some(context)) => context.start(),
        _ => at,
    };
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Whether the error is an opening that nothing closes, so that what follows was read
/// in the wrong light.
fn leaves_open(error: &ParseError, text: &str) -> bool {
    match error.description() {
        "unclosed array" | "unclosed inline table" => true,
        _ => unclosed_string(error, text).is_some_and(|it| it.len() == 3),
    }
}

/// The delimiter of a string that is not closed.
fn unclosed_string(error: &ParseError, text: &str) -> Option<&'static str> {
    let context = error.context()?;
    let at_end = error.unexpected()?.start() == context.end();
    let quote = error
        .expected()?
        .iter()
        .any(|it| matches!(it, Expected::Literal("'") | Expected::Literal("\"")));
    let written = text.get(context.start()..context.end())?;
    match at_end && quote {
        false => None,
        true => {
            ["'''", "\"\"\"", "'", "\""].into_iter().find(|it| written.starts_with(it))
        }
    }
}

fn syntax(file: FileId, text: &str, at: usize, error: &ParseError) -> Diagnostic {
    let whole = |it: toml_parser::Span| Span {
        file,
        start: it.start().min(text.len()) as u32,
        end: it.end().min(text.len()) as u32,
    };
    let at = Span { file, start: at as u32, end: at as u32 };
    let code = "toml-syntax";
    if let Some(quote) = unclosed_string(error, text) {
        let open = at.to(Span { end: at.start + quote.len() as u32, ..at });
        return Diagnostic::error(code, "string is not closed")
            .at(open, format!("no `{quote}` ends this"));
    }
    let context = error.context().map(whole);
    let unexpected = error.unexpected().map_or(at, whole);
    match error.description() {
        "unclosed array" => opened(code, "array is not closed", "[", "]", at),
        "unclosed inline table" => {
            opened(code, "inline table is not closed", "{", "}", at)
        }
        "unclosed table" | "unclosed array table" => Diagnostic::error(
            code,
            "header is not closed",
        )
        .at(context.unwrap_or(at), format!("expected {} at its end", expected(error))),
        "key with no value" | "missing value for key" => {
            let key = key_before(text, at);
            Diagnostic::error(code, "key without a value")
                .at(key, "expected `=` and a value behind this")
        }
        "string values must be quoted" if unexpected.start == unexpected.end => {
            Diagnostic::error(code, "value is missing")
                .at(key_before(text, at), "nothing stands behind the `=`")
        }
        "string values must be quoted" if !starts_like_a_word(text, unexpected) => {
            Diagnostic::error(code, "more than one value")
                .at(unexpected, "expected one value, then `,` or the end of the line")
        }
        "string values must be quoted" => {
            let value = &text[unexpected.start as usize..unexpected.end as usize];
            let it = Diagnostic::error(code, "string without quotes")
                .at(unexpected, "neither a number, a date nor a boolean");
            match value.contains(['"', '\\', '\'']) {
                true => it.help("put the string into quotes"),
                false => it.fix(Fix {
                    title: "put the string into quotes".to_owned(),
                    edits: vec![(unexpected, format!("\"{value}\""))],
                    safe: false,
                }),
            }
        }
        "unquoted keys cannot be empty" | "invalid key-value pair" => {
            Diagnostic::error(code, "key is missing")
                .at(unexpected, "expected a key before this")
        }
        "keys cannot be multi-line literal strings"
        | "keys cannot be multi-line basic strings" => {
            let open = Span { end: unexpected.start + 3, ..unexpected };
            Diagnostic::error(code, "key is a multi-line string")
                .at(open, "expected a key; a string ends or begins here")
        }
        "missing table open" => {
            let bracket = Span { end: unexpected.start + 1, ..unexpected };
            Diagnostic::error(code, "line begins with `]`")
                .at(bracket, "no `[` before this")
        }
        "missing escaped value" => {
            // From the backslash over the character behind it.
            let start = unexpected.start.saturating_sub(1);
            let rest = &text[unexpected.start as usize..];
            let len = rest.chars().next().map_or(0, char::len_utf8) as u32;
            let escape = Span { file, start, end: unexpected.start + len };
            Diagnostic::error(code, "unknown escape in a string")
                .at(escape, "TOML has no such escape")
                .help("write `\\\\` for a backslash, or use a literal string: '…' or '''…'''")
        }
        "too few unicode value digits" => {
            Diagnostic::error(code, "escape has too few digits")
                .at(unexpected, "expected a hexadecimal digit")
                .help("`\\x` takes two digits, `\\u` four, `\\U` eight")
        }
        "unexpected key or value" | "unexpected content"
            if text[..at.start as usize].ends_with(['"', '\'']) =>
        {
            let end = line_end(text, at);
            Diagnostic::error(code, "text behind the end of a string")
                .at(Span { end, ..at }, "the string ended before this")
                .help("put a string that holds quotes into others: '…' or '''…'''")
        }
        "unexpected key or value" | "unexpected content" => {
            let end = line_end(text, at);
            Diagnostic::error(code, "expected the end of the line")
                .at(Span { end, ..at }, "a second key or value on one line")
        }
        "missing comma between array elements" => {
            Diagnostic::error(code, "comma is missing between the items of an array")
                .at(unexpected, "expected `,` or `]` before this")
        }
        "missing comma between key-value pairs" => {
            Diagnostic::error(code, "comma is missing in an inline table")
                .at(unexpected, "expected `,` or `}` before this")
        }
        "cannot recurse further; max recursion depth met" => {
            Diagnostic::error("nested-too-deep", "value is nested too deep")
                .at(unexpected, "more than 64 arrays or tables around this")
        }
        "key has too many parts" => {
            Diagnostic::error("nested-too-deep", "key has too many parts")
                .at(unexpected, "more than 64 parts before this")
        }
        description => {
            let it = Diagnostic::error(code, description);
            let label = match error.expected() {
                Some([_, ..]) => format!("expected {}", expected(error)),
                _ => String::new(),
            };
            it.at(unexpected, label)
        }
    }
}

fn opened(
    code: &'static str,
    title: &str,
    open: &str,
    close: &str,
    at: Span,
) -> Diagnostic {
    let span = Span { end: at.start + open.len() as u32, ..at };
    Diagnostic::error(code, title).at(span, format!("no `{close}` ends this"))
}

/// What the parser would have taken, in words.
fn expected(error: &ParseError) -> String {
    let mut words: Vec<String> = Vec::new();
    for it in error.expected().unwrap_or_default() {
        words.push(match it {
            Expected::Literal("\n") => "the end of the line".to_owned(),
            Expected::Literal(it) => format!("`{it}`"),
            Expected::Description(it) => (*it).to_owned(),
            _ => continue,
        });
    }
    match words.split_last() {
        None => "something else".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}

/// What stands on the line of `at` before it, without blanks around it and `=` behind it.
fn key_before(text: &str, at: Span) -> Span {
    let upto = at.start as usize;
    let start = text[..upto].rfind('\n').map_or(0, |it| it + 1);
    let before = &text[start..upto];
    let key = before.trim().trim_end_matches('=').trim_end();
    let indent = before.len() - before.trim_start().len();
    let start = (start + indent) as u32;
    Span { start, end: start + key.len() as u32, ..at }
}

fn line_end(text: &str, at: Span) -> u32 {
    let rest = &text[at.start as usize..];
    let line = rest.lines().next().unwrap_or_default();
    at.start + line.trim_end().len() as u32
}

/// The multi-line string before an error that reads as if it swallowed keys: its own end
/// was forgotten, and the next opening closed it.
fn swallower(
    file: FileId,
    text: &str,
    tokens: &[Token],
    at: usize,
) -> Option<(Span, String)> {
    let upto = tokens.partition_point(|it| it.span().start() < at);
    let string = tokens[..upto].iter().rev().find(|it| {
        let kind: TokenKind = it.kind();
        let multi = [Encoding::MlLiteralString, Encoding::MlBasicString];
        kind.encoding().is_some_and(|it| multi.contains(&it))
    })?;
    let span = string.span();
    let written = text.get(span.start()..span.end())?;
    if !written.lines().skip(1).any(looks_like_toml) {
        return None;
    }
    let open = Span { file, start: span.start() as u32, end: span.start() as u32 + 3 };
    let n_lines = written.lines().count();
    Some((open, format!("this string takes in {n_lines} lines: is its end missing?")))
}

fn starts_like_a_word(text: &str, at: Span) -> bool {
    let written = &text[at.start as usize..at.end as usize];
    let word = written.split_whitespace().next().unwrap_or_default();
    word.starts_with(|it: char| it.is_alphabetic() || "$/_".contains(it))
        && !["true", "false", "inf", "nan"].contains(&word)
        || word == written
}

fn looks_like_toml(line: &str) -> bool {
    let line = line.trim();
    let header = line.starts_with('[') && line.ends_with(']') && line.len() > 2;
    let pair = line.split_once('=').is_some_and(|(key, value)| {
        let key = key.trim();
        let bare = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
        let value = value.trim_start();
        !key.is_empty()
            && key.chars().all(bare)
            && value.starts_with(['"', '\'', '[', '{', 't', 'f'])
    });
    header || pair
}

fn clash(clash: Clash) -> Diagnostic {
    let Clash { key, first, kind } = clash;
    let at = key.span();
    match kind {
        ClashKind::Twice => {
            Diagnostic::error("duplicate-key", format!("key `{key}` is there twice"))
                .at(at, "again here")
                .context(first, "first here")
        }
        ClashKind::HeaderTwice => {
            Diagnostic::error("duplicate-key", format!("table `{key}` is there twice"))
                .at(at, "a second header for it")
                .context(first, "first here")
                .help("put all its keys under one header")
        }
        ClashKind::NotOpen(what) => {
            let title = format!("key `{key}` has no place in {what}");
            Diagnostic::error("duplicate-key", title)
                .at(at, "cannot be added here")
                .context(first, format!("this is {what}"))
        }
    }
}

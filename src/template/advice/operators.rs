//! Operators and brackets of other languages.

use super::{Advice, View, is_name};
use crate::promql::syntax::ast::TextRange;
use crate::template::find_function;
use crate::template::lexer::TokenKind;

const CALCULATE: &str = "templates do not calculate: do it in the expression";

const COMPARE: &[(&str, &str)] = &[
    ("==", "eq"),
    ("!=", "ne"),
    ("<=", "le"),
    (">=", "ge"),
    ("=~", "match"),
    ("<", "lt"),
    (">", "gt"),
    ("=", "eq"),
];

/// Advice for them.
pub(super) fn operator(view: &View<'_>, reason: &str) -> Option<Advice> {
    // Go tells a bad character at the beginning of what it stands behind.
    let mut at = match reason.starts_with("bad character ") {
        true => view.at.end as usize,
        false => view.start(),
    };
    // The first of two may be a token of its own.
    let before = view.text[..at].chars().next_back();
    let rest = &view.text[at..];
    if let Some(c @ ('=' | '|')) = before
        && rest.starts_with([c, '~'])
    {
        at -= 1;
    }
    let rest = &view.text[at..];
    let n_bytes = rest.chars().next()?.len_utf8();
    if let Some((op, function)) = COMPARE.iter().find(|it| rest.starts_with(it.0)) {
        return compared(view, at, op, function);
    }
    for (op, function) in [("&&", "and"), ("||", "or")] {
        if rest.starts_with(op) {
            let (left, right) = (left(view, at)?, right(view, at + op.len()));
            if find_function(right).is_some() {
                return here(
                    view,
                    at,
                    op,
                    format!("one `|` is enough: `{left} | {right}`"),
                );
            }
            let help = format!("this is a function: `{function} {left} {right}`");
            return here(view, at, op, help);
        }
    }
    if let Some(help) = dashed(view).filter(|_| rest.starts_with(['-', '/', ':'])) {
        let from = view.start();
        return here(view, from, view.word(from), help);
    }
    match &rest[..n_bytes] {
        "!" => {
            let right = right(view, at + 1);
            here(view, at, "!", format!("this is a function: `not {right}`"))
        }
        "%" if is_format(view, at) => {
            let word = view.word(at);
            here(
                view,
                at,
                word,
                format!("a format stands in double quotes: `\"{word}\"`"),
            )
        }
        "/" if rest.starts_with("/*") => {
            let help = "a comment begins directly behind the braces: `{{/* … */}}`";
            here(view, at, "/*", help.to_owned())
        }
        "#" => here(view, at, "#", "a comment is `{{/* … */}}`".to_owned()),
        "+" if [left(view, at).unwrap_or_default().as_str(), right(view, at + 1)]
            .iter()
            .any(|it| it.starts_with(['"', '`'])) =>
        {
            let help =
                "`print` writes texts one behind the other: `print \"…\" $labels.job`";
            here(view, at, "+", help.to_owned())
        }
        op @ ("*" | "/" | "+" | "-" | "%" | "^") if left(view, at).is_some() => {
            let is_percent = op == "*"
                && right(view, at + 1) == "100"
                && matches!(left(view, at).as_deref(), Some("$value" | ".Value"));
            let help = match is_percent {
                true => format!(
                    "{CALCULATE}; `humanizePercentage $value` multiplies by 100 and writes `%`"
                ),
                false => CALCULATE.to_owned(),
            };
            here(view, at, op, help)
        }
        "|" if view.last()?.kind == TokenKind::LeftDelim => {
            here(view, at, "|", "a value stands before it: `$value | …`".to_owned())
        }
        "," => here(
            view,
            at,
            ",",
            "blanks stand between arguments: `printf \"%.2f\" $value`".to_owned(),
        ),
        ";" => here(view, at, ";", "an action holds one value, and no `;`".to_owned()),
        "?" => here(view, at, "?", "write `{{ if … }}…{{ else }}…{{ end }}`".to_owned()),
        "(" => called(view, at),
        "[" => indexed(view, at),
        "}" => here(view, at, "}", "an action ends with two: `}}`".to_owned()),
        "{" if view.last()?.kind != TokenKind::LeftDelim && view.is_open() => {
            super::literals::unclosed(view)
        }
        "{" if rest.starts_with("{{") => {
            let help = "an action stands in no other one: name the value alone";
            here(view, at, "{{", help.to_owned())
        }
        "{" => here(view, at, "{", "an action begins with two: `{{`".to_owned()),
        "\"" | "$" if view.text[..at].ends_with('.') => {
            let (base, key) = (left(view, at - 1)?, view.word(at));
            here(view, at, key, format!("write `index {base} {key}`"))
        }
        "\"" => in_text(view),
        "." => {
            view.said("nothing stands behind the dot", "leave it out, or name a field")
        }
        _ => None,
    }
}

/// Advice about the operator at an offset.
fn here(view: &View<'_>, at: usize, op: &str, help: String) -> Option<Advice> {
    let at = TextRange::new(at, at + op.len());
    Some(Advice { at, ..view.plain(Some(help)) })
}

/// The command before an operator, as one argument; nothing where there is none.
fn left(view: &View<'_>, at: usize) -> Option<String> {
    let (begin, is_piped) = view.command(at);
    let text = view.text.get(begin..at)?.trim();
    // The minus of a trimming brace is none of it.
    let text = text.strip_prefix("- ").unwrap_or(text);
    match text {
        "" => None,
        _ if is_piped => Some("(…)".to_owned()),
        it if it.contains(char::is_whitespace) && !it.starts_with('"') => {
            Some(format!("({it})"))
        }
        it => Some(it.to_owned()),
    }
}

/// The word behind an operator.
fn right<'a>(view: &View<'a>, from: usize) -> &'a str {
    let rest = &view.text[from..];
    let n_blanks = rest.len() - rest.trim_start().len();
    match view.word(from + n_blanks) {
        "" => "…",
        it => it,
    }
}

fn compared(view: &View<'_>, at: usize, op: &str, function: &str) -> Option<Advice> {
    let left = left(view, at).unwrap_or("…".to_owned());
    let right = right(view, at + op.len());
    let right = match right.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')) {
        Some(inner) => format!("\"{inner}\""),
        None => right.to_owned(),
    };
    let is_value = matches!(left.as_str(), "$value" | ".Value");
    let is_label = left.starts_with("$labels.") || left.starts_with(".Labels.");
    let number: Option<f64> = right.parse().ok().filter(|it: &f64| it.is_finite());
    let right = match number {
        Some(number) if is_value => format!("{number:?}"),
        Some(_) if is_label && !matches!(function, "eq" | "ne") => {
            let help = "a label is a text, which has no size: compare in the expression";
            return here(view, at, op, help.to_owned());
        }
        Some(_) if is_label => format!("\"{right}\""),
        _ => right,
    };
    let call = match function {
        "match" => format!("match {right} {left}"),
        _ => format!("{function} {left} {right}"),
    };
    here(view, at, op, format!("a comparison is a function: `{call}`"))
}

/// Whether a percent sign begins a format without quotes.
fn is_format(view: &View<'_>, at: usize) -> bool {
    let (begin, _) = view.command(at);
    view.text[begin..at].trim_start().starts_with("printf")
}

/// A label whose name has signs in it.
fn dashed(view: &View<'_>) -> Option<String> {
    let start = view.start();
    let name = view.word(start).strip_prefix('.')?;
    let base = left(view, start)?;
    let is_set = base.ends_with("abels") && !name.ends_with(['-', '/', ':']);
    is_set.then(|| format!("write `index {base} \"{name}\"`"))
}

/// Parentheses behind a name.
fn called(view: &View<'_>, at: usize) -> Option<Advice> {
    let name = view.last().filter(|it| it.end == at)?;
    let inner = &view.text[at + 1..];
    let inner = inner[..inner.find(')')?].trim();
    let name = view.slice(name);
    if !is_name(name) || inner.contains("}}") {
        return None;
    }
    let args: Vec<&str> = inner.split(',').map(str::trim).collect();
    let call = [&[name], args.as_slice()].concat().join(" ");
    let help = format!("arguments stand behind the name: `{}`", call.trim());
    here(view, at, "(", help)
}

/// Brackets behind a value.
fn indexed(view: &View<'_>, at: usize) -> Option<Advice> {
    let base = left(view, at)?;
    let inner = &view.text[at + 1..];
    let inner = inner[..inner.find(']')?].trim();
    let key = inner.trim_matches(['"', '\'', '`']);
    let is_quoted = key.len() < inner.len();
    let shown = match is_name(key) && (is_quoted || base.ends_with("abels")) {
        true => format!("{base}.{key}"),
        false if is_quoted => format!("index {base} \"{key}\""),
        false => format!("index {base} {inner}"),
    };
    here(view, at, &view.text[at..at + 1], format!("write `{shown}`"))
}

/// A quote that ends a text in its middle: `"up{job="a"}"`.
fn in_text(view: &View<'_>) -> Option<Advice> {
    let before = view.last().filter(|it| {
        matches!(it.kind, TokenKind::String | TokenKind::Error) && it.end == view.start()
    })?;
    let at = TextRange::new(before.start, before.end);
    Some(Advice {
        at,
        label: "the text ends here".to_owned(),
        help: Some(
            "write a quote inside it as `\\\"`, or the text in back quotes".to_owned(),
        ),
    })
}

//! Quotes, numbers, formats, parentheses and actions that are not closed.

use super::{Advice, View};
use crate::promql::syntax::ast::TextRange;
use crate::template::lexer::TokenKind;

/// Advice for them.
pub(super) fn literal(view: &View<'_>, reason: &str) -> Option<Advice> {
    if reason.starts_with("unclosed action") {
        return unclosed(view);
    }
    if let Some(text) = reason.strip_prefix("malformed character constant: ") {
        let inner = text.trim_matches('\'');
        return view.said(
            "in single quotes",
            format!("a text stands in double quotes: `\"{inner}\"`"),
        );
    }
    if reason.starts_with("unterminated character constant") {
        return view.said("begins here and has no end", "a text stands in double quotes");
    }
    if reason.starts_with("unterminated quoted string") {
        return view.said("begins here and has no end", "close it: `\"…\"`");
    }
    if reason.starts_with("unterminated raw quoted string") {
        return view.said("begins here and has no end", "close it: `` `…` ``");
    }
    if reason.starts_with("unrecognized character in action: ")
        && let Some('“' | '”' | '„' | '‘' | '’') =
            view.text[view.start()..].chars().next()
    {
        return view.said("no quote of templates", "write a straight one: `\"`");
    }
    if reason.starts_with("unclosed comment") || reason.starts_with("comment ends before")
    {
        return view.help("a comment is an action of its own: `{{/* … */}}`");
    }
    if reason.starts_with("unexpected right paren") {
        return view.said("nothing that it closes", "leave it out, or write `(` before");
    }
    if reason.starts_with("unclosed left paren") {
        let mut open = Vec::new();
        for it in view.before() {
            match it.kind {
                TokenKind::LeftParen => open.push(it),
                TokenKind::RightParen => {
                    open.pop();
                }
                _ => {}
            }
        }
        let it = open.pop()?;
        let advice = view.said("has no end", "close it: `(…)`")?;
        return Some(Advice { at: TextRange::new(it.start, it.end), ..advice });
    }
    if reason.starts_with("non executable command in pipeline") {
        return view.said(
            "a value, which takes nothing from a pipe",
            "functions stand behind `|`: `$value | printf \"%.2f\"`",
        );
    }
    if reason.starts_with("too many declarations in command") {
        return view.said(
            "with a comma behind it",
            "each value has its own braces: `{{ $labels.instance }} {{ $value }}`",
        );
    }
    if reason.starts_with("bad number syntax: ") {
        return number(view);
    }
    if reason.starts_with("expected :=") {
        return format_behind(view, &view.text[view.start() + 1..]);
    }
    None
}

/// An action that nothing closes.
pub(super) fn unclosed(view: &View<'_>) -> Option<Advice> {
    let begin = view.action()?;
    let rest = &view.text[begin.start + 2..];
    let end = rest.find("{{").unwrap_or(rest.len());
    // As far as it is certainly a part of the action.
    let end = (begin.start + 2 + rest[..end].trim_end().len()).min(view.at.end as usize);
    let at = TextRange::new(begin.start, end.max(begin.end));
    Some(Advice {
        at,
        label: "not closed".to_owned(),
        help: Some("close it with `}}`".to_owned()),
    })
}

fn number(view: &View<'_>) -> Option<Advice> {
    let word = view.word(view.start());
    let adjoins = view.last().is_some_and(|it| {
        it.end == view.start()
            && matches!(it.kind, TokenKind::Variable | TokenKind::Field)
    });
    if adjoins && let Some(behind) = word.strip_prefix('.') {
        if let advice @ Some(_) = format_behind(view, word) {
            return advice;
        }
        let set = view.slice(view.last()?);
        return view.help(format!("such a name is `index {set} \"{behind}\"`"));
    }
    let digits = word.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
    match digits {
        "ms" | "s" | "m" | "h" | "d" | "w" | "y" => view.said(
            "a number with a unit",
            format!("a duration is a number of seconds: `parseDuration \"{word}\"`"),
        ),
        _ => view.said("no number", "a number is `5`, `5.0` or `5e3`"),
    }
}

/// A format that stands behind a value: `$value:.2f`, `$value.2f`.
fn format_behind(view: &View<'_>, format: &str) -> Option<Advice> {
    let format = &format[..format.find([' ', '}']).unwrap_or(format.len())];
    let verb =
        format.strip_prefix('.')?.trim_start_matches(|it: char| it.is_ascii_digit());
    let value = view.slice(view.last()?);
    matches!(verb, "f" | "g" | "e" | "d")
        .then(|| view.help(format!("write `printf \"%{format}\" {value}`")))?
}

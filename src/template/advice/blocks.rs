//! Blocks and actions that begin or end where nothing else does.

use super::{Advice, View};
use crate::promql::syntax::ast::TextRange;
use crate::template::lexer::{Keyword, Token, TokenKind};

/// Advice for them.
pub(super) fn block(view: &View<'_>, reason: &str) -> Option<Advice> {
    match reason {
        "unexpected EOF" => return unended(view),
        "unexpected {{end}}" => return stray(view, "end"),
        "unexpected {{else}}" => return stray(view, "else"),
        "expected end; found {{else}}" => {
            let advice = view.said(
                "a second `else`",
                "write `{{ else if … }}` for all but the last one, or `{{ end }}`",
            )?;
            return Some(Advice { at: action(view)?, ..advice });
        }
        "unexpected <if> in end"
        | "unexpected <with> in end"
        | "unexpected <range> in end" => {
            return view.help("write `{{ end }}` alone, whatever it ends");
        }
        "{{break}} outside {{range}}" | "{{continue}} outside {{range}}" => {
            return view.said("in no loop", "a loop is `{{ range … }}…{{ end }}`");
        }
        _ => {}
    }
    if let Some(of) = reason.strip_prefix("missing value for ") {
        let (label, help) = match of {
            "if" => ("without a condition", "write one: `if gt $value 5.0`"),
            "with" => ("without a value", "write one: `with $labels.instance`"),
            "range" => ("without what it goes over", "write it: `range query \"…\"`"),
            "block clause" => ("without data", "write `block \"…\" .`"),
            "command" => ("nothing is written here", "write a value: `{{ $value }}`"),
            _ => ("without a value", "write one"),
        };
        return view.said(label, help);
    }
    if reason.ends_with("in template clause")
        || reason.ends_with("in block clause")
        || reason.ends_with("in define clause")
    {
        let token = view.token().filter(|it| it.kind == TokenKind::Identifier)?;
        let name = view.slice(token);
        return view.help(format!("a name stands in double quotes: `\"{name}\"`"));
    }
    None
}

/// The whole action at the end of which the place is.
fn action(view: &View<'_>) -> Option<TextRange> {
    let begin = view.action()?.start;
    Some(TextRange::new(begin, view.at.end as usize))
}

fn stray(view: &View<'_>, word: &str) -> Option<Advice> {
    let help = match word {
        "end" => "leave it out, or begin a block before it",
        _ => "leave it out, or write `{{ if … }}` before it",
    };
    let advice = view.said("ends a block where none is open", help)?;
    let label = match word {
        "end" => advice.label,
        _ => "of no `if`, `with` or `range`".to_owned(),
    };
    Some(Advice { at: action(view)?, label, ..advice })
}

/// A block that nothing ends.
fn unended(view: &View<'_>) -> Option<Advice> {
    let mut open: Vec<&Token> = Vec::new();
    for pair in view.tokens.windows(2) {
        if pair[0].kind != TokenKind::LeftDelim {
            continue;
        }
        match pair[1].kind {
            TokenKind::Keyword(Keyword::End) => {
                open.pop();
            }
            TokenKind::Keyword(
                Keyword::If
                | Keyword::With
                | Keyword::Range
                | Keyword::Define
                | Keyword::Block,
            ) => open.push(&pair[0]),
            _ => {}
        }
    }
    let begin = open.pop()?;
    let closing = view
        .tokens
        .iter()
        .find(|it| begin.start < it.start && it.kind == TokenKind::RightDelim)?;
    let at = TextRange::new(begin.start, closing.end.max(begin.end));
    let whole = &view.text[at.bytes()];
    // A closing that trims takes the blanks behind it too.
    let n_whole = whole.find("}}").map_or(whole.len(), |it| it + 2);
    Some(Advice {
        at: TextRange::new(begin.start, begin.start + n_whole),
        label: "has no end".to_owned(),
        help: Some("write `{{ end }}` where it ends".to_owned()),
    })
}

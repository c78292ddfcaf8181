//! The layout of a value: blanks between its parts; its lines stay as they are.

use toml_parser::lexer::{Token, TokenKind};

/// A value laid out. `replaced` gives what is to stand for a token, if not its own text;
/// `newline` is what ends a line.
pub(super) fn lay_out<'a>(
    text: &'a str,
    tokens: &[Token],
    replaced: impl Fn(&Token) -> Option<&'a str>,
    newline: &str,
) -> String {
    let mut out = String::new();
    let mut last: Option<TokenKind> = None;
    let mut depth = 0_usize;
    let (mut n_newlines, mut blank) = (0, false);
    for token in tokens {
        let kind = token.kind();
        match kind {
            TokenKind::Whitespace => {
                blank = true;
                continue;
            }
            TokenKind::Newline => {
                n_newlines += 1;
                continue;
            }
            _ => {}
        }
        if closes(kind) {
            depth = depth.saturating_sub(1);
        }
        if n_newlines != 0 {
            // One empty line at most, and none inside of a bracket's ends.
            let open = last.is_some_and(opens) || closes(kind);
            let n = if open { 1 } else { n_newlines.min(2) };
            out.push_str(&newline.repeat(n));
            out.push_str(&"  ".repeat(depth));
        } else if let Some(last) = last {
            out.push_str(between(last, kind, blank));
        }
        let own = &text[token.span().start()..token.span().end()];
        let own = if kind == TokenKind::Comment { own.trim_end() } else { own };
        out.push_str(replaced(token).unwrap_or(own));
        if opens(kind) {
            depth += 1;
        }
        (last, n_newlines, blank) = (Some(kind), 0, false);
    }
    out
}

fn opens(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket)
}

fn closes(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket)
}

/// What stands between two tokens of a line.
fn between(a: TokenKind, b: TokenKind, blank: bool) -> &'static str {
    match (a, b) {
        (_, TokenKind::Comment) => "  ",
        (TokenKind::LeftCurlyBracket, TokenKind::RightCurlyBracket) => "",
        (_, TokenKind::Comma | TokenKind::Dot) | (TokenKind::Dot, _) => "",
        (TokenKind::Comma | TokenKind::Equals, _) | (_, TokenKind::Equals) => " ",
        (TokenKind::LeftCurlyBracket, _) | (_, TokenKind::RightCurlyBracket) => " ",
        // A date and its time.
        (TokenKind::Atom, TokenKind::Atom) if blank => " ",
        _ => "",
    }
}

//! Advice for faults between the braces of a selector.

use super::{is_word, last_word};

const OPEN: &str = "close the braces with `}` before it";
const COMMA: &str = "separate matchers by commas: all of them must hold";
const MATCHER: &str = "a matcher is `name=\"value\"`";

/// Whether a value without quotes may begin so.
pub(in crate::promql::syntax::parser) fn is_bare(it: char) -> bool {
    is_word(it) || it == '/'
}

/// The value that was meant by one without quotes, which `rest` begins with.
pub(in crate::promql::syntax::parser) fn quoted(rest: &str) -> String {
    // It goes on to where the next one begins, unless what follows is no part of a value.
    let other = ['=', '<', '>', '!', '"', '\'', '`', '\n'];
    let whole = rest.find([',', '}']).map(|end| rest[..end].trim_end());
    let value = whole.filter(|it| !it.contains(other)).unwrap_or_else(|| {
        let end = |it: char| it.is_whitespace() || it == ',' || it == '}';
        rest.split(|it| end(it) || other.contains(&it)).next().unwrap_or(rest)
    });
    format!("values stand in quotes: `\"{}\"`", value.replace('\\', "\\\\"))
}

/// What was meant where `found` stands, behind `before`, by what the message says of it;
/// `rest` begins with it.
pub(super) fn advice(
    message: &str,
    before: &str,
    found: &str,
    rest: &str,
) -> Option<String> {
    let first = found.chars().next();
    if message.starts_with("unexpected end of input") {
        return Some("close the braces with `}`".to_owned());
    }
    if message.contains("after '!' inside braces") {
        let unlike = "inequality is `!=`, and `!~` for a regular expression";
        return Some(unlike.to_owned());
    }
    if matches!(first, Some('“' | '”')) {
        return Some("write straight quotes: `\"`".to_owned());
    }
    let behind_value = before.ends_with(['"', '\'', '`']);
    let advice = match first {
        None => return None,
        Some('|') if behind_value => {
            "alternatives are a regular expression: `name=~\"a|b\"`"
        }
        Some('&' | ';' | '"' | '\'' | '`') if behind_value => COMMA,
        Some(it) if behind_value => match it.is_alphanumeric() && !is_operator(found) {
            true => COMMA,
            false => OPEN,
        },
        Some('=') if message.ends_with("expected string") => {
            "a matcher has one `=`: `name=\"value\"`; equality of values is `==`, behind \
             the braces"
        }
        Some('~') => "regular expressions match with `=~`",
        Some('<' | '>') => {
            "matchers are `=`, `!=`, `=~` and `!~`; values are compared behind the braces"
        }
        Some('}' | ',') if message.ends_with("expected label matching operator") => {
            let name = last_word(before);
            return Some(format!(
                "a matcher is `{name}=\"value\"`; a parameter of a project is `${{{name}}}`"
            ));
        }
        Some(it) if before.ends_with(['=', '~']) && is_bare(it) => {
            return Some(quoted(rest));
        }
        Some(':') => MATCHER,
        Some(_) if message.ends_with("expected label matching operator") => MATCHER,
        Some(_) => return None,
    };
    Some(advice.to_owned())
}

/// Whether a word stands between or behind selectors.
fn is_operator(word: &str) -> bool {
    const OPERATORS: &[&str] =
        &["and", "or", "unless", "by", "without", "on", "ignoring", "offset", "bool"];
    OPERATORS.iter().any(|it| word.eq_ignore_ascii_case(it))
}

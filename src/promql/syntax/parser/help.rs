//! What to write instead: advice for the faults that people make.
//!
//! Prometheus's messages name what was found; this looks at the text once more and says
//! what was meant. Only where that is likely.

mod braces;
mod number;

use crate::promql::syntax::ast::SyntaxError;
pub(super) use crate::promql::syntax::parser::help::braces::{is_bare, quoted};

/// Adds advice to a fault that has none.
pub(super) fn add_help(text: &str, error: &mut SyntaxError) {
    if error.help.is_none() {
        error.help = advice(text, error);
    }
}

/// Beginnings of messages with advice that always holds.
const FIXED: &[(&str, &str)] = &[
    (
        "ranges only allowed for vector selectors",
        "a range over an expression is a subquery: `(…)[5m:]`",
    ),
    (
        "no offset modifiers allowed before range",
        "write the range first: `x[5m] offset 1h`",
    ),
    ("no @ modifiers allowed before range", "write the range first: `x[5m] @ 0`"),
    ("trailing commas not allowed", "remove the comma"),
    (
        "offset modifier must be preceded by",
        "write it right behind a selector: `rate(x[5m] offset 1h)`",
    ),
    (
        "@ modifier must be preceded by",
        "write it right behind a selector: `rate(x[5m] @ end())`",
    ),
    ("unknown unit", "units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`"),
    (
        "not a valid duration string",
        "units go from the biggest to the smallest, each once: `1h30m`",
    ),
    ("duration must be greater than 0", "write a duration such as `5m`"),
    (
        "experimental duration expression is not enabled",
        "write `features = [\"promql-duration-expr\"]` below `[prometheus]`, or test promtool's \
         files with `--enable-feature=promql-duration-expr`",
    ),
    (
        "binop fill modifiers are experimental",
        "write `features = [\"promql-binop-fill-modifiers\"]` below `[prometheus]`, or test promtool's \
         files with `--enable-feature=promql-binop-fill-modifiers`",
    ),
    (
        "anchored modifier is experimental",
        "write `features = [\"promql-extended-range-selectors\"]` below `[prometheus]`, or test promtool's \
         files with `--enable-feature=promql-extended-range-selectors`",
    ),
    (
        "smoothed modifier is experimental",
        "write `features = [\"promql-extended-range-selectors\"]` below `[prometheus]`, or test promtool's \
         files with `--enable-feature=promql-extended-range-selectors`",
    ),
    (
        "unexpected <group_",
        "`group_left` and `group_right` stand behind `on (…)` or `ignoring (…)`",
    ),
    ("unexpected <by>", "only aggregations such as `sum` take `by`"),
    ("unexpected <without>", "only aggregations such as `sum` take `without`"),
    ("unexpected \"=\"", "equality is `==`"),
    ("unexpected character after '='", "regular expressions match labels: `{a=~\"b\"}`"),
    ("unexpected character after '!'", "inequality is `!=`; to exclude series, `unless`"),
    ("unexpected character: '“'", "write straight quotes: `\"`"),
    ("unexpected character: '≥'", "write `>=`"),
    ("unexpected character: '≤'", "write `<=`"),
    ("unexpected character: '≠'", "write `!=`"),
    ("unexpected character: '&'", "write `and`"),
    ("unexpected character: '|'", "write `or`"),
    (
        "unexpected character: '.'",
        "a metric name with such characters stands in quotes: `{\"a.b\"}`",
    ),
    ("unterminated quoted string", "close it with the quote that opened it"),
    ("unexpected end of input inside braces", "close the braces with `}`"),
    ("unclosed left bracket", "close the bracket with `]`"),
];

/// Beginnings of groups in regular expressions that RE2 leaves out.
const LOOKAROUND: &[&str] = &["`(?=`", "`(?!`", "`(?<`", "`(?<=", "`(?<!"];

/// Whether a text begins as a stage of LogQL behind a selector of logs.
fn is_log_pipe(rest: &str) -> bool {
    const STAGES: &[&str] =
        &["json", "logfmt", "pattern", "regexp", "unpack", "line_format", "unwrap"];
    let rest = rest.strip_prefix('|').unwrap_or(rest);
    let word = rest.trim_start();
    rest.starts_with(['=', '~']) || STAGES.iter().any(|it| word.starts_with(it))
}

fn advice(text: &str, error: &SyntaxError) -> Option<String> {
    let message = error.message.as_str();
    let at = error.at.bytes();
    let before = text.get(..at.start)?.trim_end();
    let rest = text.get(at.start..)?;
    let found = text.get(at).unwrap_or("");
    if message.starts_with("unexpected character: '|'") && is_log_pipe(rest) {
        let logs = "this is LogQL, the language of Loki: its rules are for Loki's ruler";
        return Some(logs.to_owned());
    }
    if message.starts_with("unexpected character") && rest.starts_with('$') {
        return Some(variable(rest));
    }
    if message.contains("inside braces") || message.contains(" in label matching") {
        return braces::advice(message, before, found, rest);
    }
    if message.starts_with("bad number or duration syntax") {
        return Some(number::advice(before, rest));
    }
    if let Some(escaped) = message.strip_prefix("unknown escape sequence ") {
        return escape(escaped);
    }
    if let Some(it) = sign(message, before, rest).or_else(|| fixed(message)) {
        return Some(it.to_owned());
    }
    if message.starts_with("unclosed left parenthesis") {
        return unclosed(text);
    }
    if message.starts_with("error parsing regexp")
        && LOOKAROUND.iter().any(|it| message.contains(it))
    {
        return Some("RE2 has no lookaround: use a second matcher".to_string());
    }
    if message.ends_with(" in grouping opts, expected \"(\"") {
        let keyword = last_word(before);
        return Some(format!("labels stand in parentheses: `{keyword} ({found})`"));
    }
    None
}

fn fixed(message: &str) -> Option<&'static str> {
    FIXED.iter().find(|it| message.starts_with(it.0)).map(|it| it.1)
}

/// What was meant by signs and words of other languages.
fn sign(message: &str, before: &str, rest: &str) -> Option<&'static str> {
    let word = |it: &str| last_word(before).eq_ignore_ascii_case(it);
    match message {
        _ if message.starts_with("unexpected \"=\"") => match rest.as_bytes().get(1) {
            Some(b'>') => Some("write `>=`"),
            Some(b'<') => Some("write `<=`"),
            _ => None,
        },
        "unexpected <op:>>" if before.ends_with('<') => Some("inequality is `!=`"),
        "unexpected end of input" if before.ends_with('%') => {
            Some("`%` is the remainder of a division: write the number alone")
        }
        "unexpected \",\"" if number::is_grouped(before, rest) => {
            Some("numbers have no commas: `1000`, `0.5`")
        }
        "unexpected identifier \"is\"" => Some("equality is `==`"),
        _ if message.starts_with("unexpected identifier") && word("not") => {
            Some("to exclude series, write `… unless …`")
        }
        _ => None,
    }
}

/// What to write instead of a variable, which `rest` begins with.
fn variable(rest: &str) -> String {
    let name = rest.trim_start_matches(['$', '{', '(', '[']);
    let end = name.find(|it: char| !is_word(it)).unwrap_or(name.len());
    let name = match name[..end].starts_with(|it: char| it.is_ascii_alphabetic()) {
        true => &name[..end],
        false => "…",
    };
    format!(
        "only Grafana fills in such variables: write the value; a parameter of a project is \
         `${{{name}}}`"
    )
}

/// What to write instead of an escape, which is given as `U+002E '.'`.
fn escape(escaped: &str) -> Option<String> {
    let c = escaped.split_once(' ')?.1.trim_matches('\'').chars().next()?;
    Some(match c {
        '.' => "write the backslash twice, `\\\\.`, or write `[.]`".to_owned(),
        '+' | '*' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' | '-' => {
            format!("write the backslash twice: `\\\\{c}`")
        }
        _ if c.is_ascii_alphabetic() => {
            format!("write the backslash twice: `\\\\{c}`")
        }
        _ => format!("`{c}` needs no backslash here"),
    })
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

/// The word at the end of a text, if there is one.
fn last_word(text: &str) -> &str {
    &text[text.trim_end_matches(is_word).len()..]
}

/// Where the last parenthesis without an end was opened.
fn unclosed(text: &str) -> Option<String> {
    let mut open = Vec::new();
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some(it), '\\') if it != '`' => escaped = true,
            (Some(it), c) if c == it => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '(') => open.push(at),
            (None, ')') => {
                open.pop();
            }
            (None, _) => {}
        }
    }
    let at = open.pop()?;
    let is_word = |c: char| c == '_' || c == ':' || c.is_ascii_alphanumeric();
    let start = text[..at].rfind(|c| !is_word(c)).map_or(0, |it| it + 1);
    let start = if text.is_char_boundary(start) { start } else { at };
    let shown: String = text[start..].chars().take(at - start + 12).collect();
    let dots = if start + shown.len() < text.len() { "…" } else { "" };
    Some(format!("close the parenthesis of `{}{dots}`", shown.trim_end()))
}

/// How functions and aggregations that are experimental are enabled.
pub(super) const EXPERIMENTAL_FUNCTIONS: &str = "write `features = \
    [\"promql-experimental-functions\"]` below `[prometheus]`, or test promtool's files with \
    `--enable-feature=promql-experimental-functions`";

//! What to write instead: advice for the faults that people make.
//!
//! Prometheus's messages name what was found; this looks at the text once more and says
//! what was meant. Only where that is likely.

use crate::promql::syntax::ast::SyntaxError;

/// Adds advice to a fault that has none.
pub(super) fn add_help(text: &str, error: &mut SyntaxError) {
    if error.help.is_none() {
        error.help = advice(text, error);
    }
}

const VARIABLE: &str = "only Grafana fills in such variables: write the value; a parameter of a \
                        project is `${…}`";

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
    (
        "bad number or duration syntax",
        "units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`",
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
    ("unexpected character inside braces: '~'", "regular expressions match with `=~`"),
    ("unexpected character inside braces: '“'", "write straight quotes: `\"`"),
    ("unexpected character: '“'", "write straight quotes: `\"`"),
    ("unexpected character: '≥'", "write `>=`"),
    ("unexpected character: '≤'", "write `<=`"),
    ("unexpected character: '≠'", "write `!=`"),
    ("unexpected character: '$'", VARIABLE),
    ("unexpected character in duration expression: '$'", VARIABLE),
    ("unexpected character inside braces: '$'", VARIABLE),
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
    let message = &error.message;
    let rest = text.get(error.at.bytes().start..).unwrap_or("");
    if message.starts_with("unexpected character: '|'") && is_log_pipe(rest) {
        let logs = "this is LogQL, the language of Loki: its rules are for Loki's ruler";
        return Some(logs.to_owned());
    }
    if let Some(it) = FIXED.iter().find(|it| message.starts_with(it.0)) {
        return Some(it.1.to_string());
    }
    if message.starts_with("unclosed left parenthesis") {
        return unclosed(text);
    }
    if message.starts_with("error parsing regexp")
        && LOOKAROUND.iter().any(|it| message.contains(it))
    {
        return Some("RE2 has no lookaround: use a second matcher".to_string());
    }
    let found = text.get(error.at.bytes()).unwrap_or("");
    if message.starts_with("unexpected identifier")
        && message.ends_with("in label matching, expected string")
    {
        return Some(format!("values stand in quotes: `\"{found}\"`"));
    }
    let meant_operator = matches!(found, "AND" | "OR" | "&&" | "||");
    match meant_operator {
        true => Some(format!("write `{}`", found.to_ascii_lowercase())),
        false => None,
    }
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

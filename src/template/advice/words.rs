//! Names of functions and variables that there are not.

use super::{Advice, View, is_name};
use crate::diag::suggest;
use crate::template::function_names;
use crate::template::lexer::{Keyword, TokenKind};

/// What a template of an alert begins with.
const VARIABLES: &[&str] = &["$labels", "$value", "$externalLabels", "$externalURL"];

/// Variables that templates of vmalert have beside these.
const VMALERT: &[&str] = &["$activeAt", "$alertID", "$expr", "$for", "$groupID", "$type"];

/// Words that other template languages have, and what is written here.
const OTHERS: &[(&[&str], &str)] = &[
    (&["elseif", "elif", "elsif"], "write `{{ else if … }}`"),
    (&["endif", "endfor", "endrange", "endwith", "fi", "done"], "write `{{ end }}`"),
    (&["for", "foreach", "each"], "a loop is `{{ range $it := query \"…\" }}…{{ end }}`"),
    (&["unless"], "write `{{ if not … }}`"),
    (&["set", "let", "var"], "a variable is declared by `{{ $it := … }}`"),
    (
        &[
            "add", "sub", "mul", "div", "mod", "mulf", "divf", "addf", "subf",
            "multiply", "divide",
        ],
        "templates do not calculate: do it in the expression",
    ),
    (
        &["round", "floor", "ceil", "toFixed", "toPrecision", "float", "float64"],
        "write `printf \"%.2f\" $value`, or do it in the expression",
    ),
    (&["format", "fmt", "sprintf", "Printf"], "write `printf \"%.2f\" $value`"),
    (&["int", "int64", "toInt"], "write `printf \"%.0f\" $value`"),
    (&["string", "toString", "str"], "write `print $value`"),
    (&["default", "coalesce"], "write `or $labels.instance \"…\"`"),
    (
        &["replace", "regexReplaceAll", "trim", "trimPrefix", "trimSuffix", "trunc"],
        "write `reReplaceAll \"…\" \"\" $labels.instance`",
    ),
    (&["upper", "uppercase", "ToUpper"], "write `toUpper`"),
    (&["lower", "lowercase", "ToLower"], "write `toLower`"),
    (
        &["contains", "hasPrefix", "hasSuffix", "regexMatch", "reMatch", "matches"],
        "write `match \"…\" $labels.instance`",
    ),
    (&["is"], "comparisons are functions: `eq $labels.instance \"…\"`"),
];

/// Advice for a function that there is not.
pub(super) fn function(view: &View<'_>, reason: &str) -> Option<Advice> {
    let name = reason.strip_prefix("function \"")?.strip_suffix("\" not defined")?;
    if view.is_open() {
        return super::literals::unclosed(view);
    }
    let fields = match view.next() {
        Some(it) if it.kind == TokenKind::Field && it.start == view.at.end as usize => {
            &view.text[it.start..it.start + view.word(it.start).len()]
        }
        _ => "",
    };
    let variable =
        VARIABLES.iter().find(|it| it[1..].eq_ignore_ascii_case(name)).copied();
    if let Some(variable) = variable {
        return view.near(&format!("{variable}{fields}"));
    }
    if let Some((_, help)) = OTHERS.iter().find(|it| it.0.contains(&name)) {
        let label = "no function of templates of alerts";
        return view.said(label, *help);
    }
    if let Some(near) = suggest::nearest(name, function_names()) {
        return view.near(near);
    }
    let is_first = view.last().is_some_and(|it| {
        matches!(
            it.kind,
            TokenKind::LeftDelim
                | TokenKind::LeftParen
                | TokenKind::Keyword(_)
                | TokenKind::Declare
        )
    });
    let is_alone = view
        .next()
        .is_some_and(|it| matches!(it.kind, TokenKind::RightDelim | TokenKind::Pipe));
    let is_piped = view.last().is_some_and(|it| it.kind == TokenKind::Pipe);
    let label = "no function of templates of alerts";
    match is_alone && is_first || !is_first && !is_piped {
        true => view.said(
            label,
            format!("a label is `$labels.{name}`, a text stands in double quotes"),
        ),
        false => Some(Advice { label: label.to_owned(), ..view.plain(None) }),
    }
}

/// Advice for a variable that there is not.
pub(super) fn variable(view: &View<'_>, reason: &str) -> Option<Advice> {
    let name = reason.strip_prefix("undefined variable \"")?.strip_suffix('"')?;
    if VARIABLES.contains(&name) {
        let part = match name {
            "$labels" => ".Labels",
            "$value" => ".Value",
            "$externalLabels" => ".ExternalLabels",
            _ => ".ExternalURL",
        };
        return view.said(
            "not known inside `define` and `block`",
            format!("write `{part}`, and `{{{{ template \"…\" . }}}}` where it is used"),
        );
    }
    let next = view.next();
    if next.is_some_and(|it| view.slice(it) == "in")
        && view.last().is_some_and(|it| it.kind == TokenKind::Keyword(Keyword::Range))
    {
        return view.help(format!("write `range {name} := …`"));
    }
    let declared = declared(view);
    if declared.contains(&name) {
        return view.said(
            "declared in a block that has ended",
            format!(
                "declare it before the block, `{name} := …`, and assign in it, `{name} = …`"
            ),
        );
    }
    if VMALERT.contains(&name) {
        return view.said("a variable of vmalert", "Prometheus does not have it");
    }
    if name == "$values" {
        return view.said(
            "of Grafana's own alerts",
            "the value is `$value`; another one is a query: `query \"…\" | first | value`",
        );
    }
    let all = VARIABLES.iter().copied().chain(declared.iter().copied());
    if let Some(near) = suggest::nearest(name, all) {
        return view.near(near);
    }
    let label = "not declared before";
    match is_name(&name[1..]) {
        true => view.said(label, format!("a label is `$labels.{}`", &name[1..])),
        false => Some(Advice { label: label.to_owned(), ..view.plain(None) }),
    }
}

/// Variables that are declared before the place, in whatever block.
fn declared<'a>(view: &View<'a>) -> Vec<&'a str> {
    let pairs = view.before().windows(2);
    let declared = pairs.filter(|it| {
        it[0].kind == TokenKind::Variable
            && (it[1].kind == TokenKind::Declare || view.slice(&it[1]) == ",")
    });
    declared.map(|it| view.slice(&it[0])).collect()
}

//! Rules about variables, and about the dashboard itself.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::text::TextBuilder;
use crate::grafana::model::{Dashboard, Variable};
use crate::grafana::variable::{Asked, asked};
use crate::lint::dashboard::expand::expanded;
use crate::promql::check as promql;
use crate::promql::dialect::Dialect;

/// What the rules about variables find.
pub(super) fn check(board: &Dashboard, dialect: &Dialect) -> Vec<Diagnostic> {
    let mut out = data_source(board);
    let source = board.data_source().and_then(|it| it.query.as_ref());
    if source.is_some_and(|it| it.as_str() == "prometheus") {
        out.extend(usual("job", "Job", "template-job-rule", board));
        out.extend(usual("instance", "Instance", "template-instance-rule", board));
        let queries = board.variables.iter().filter(|it| it.kind == "query");
        out.extend(queries.filter_map(|it| query(it, board, dialect)));
    }
    for it in board.variables.iter().filter(|it| it.kind == "query" && it.refresh != 2) {
        let title =
            format!("variable `{}` is not asked again when the time changes", it.name);
        out.push(
            Diagnostic::warning("template-on-time-change-reload-rule", title)
                .at(it.span, format!("its `refresh` is {}", it.refresh))
                .help("set `refresh` to 2"),
        );
    }
    if let Some(span) = board.editable {
        out.push(
            Diagnostic::warning(
                "uneditable-dashboard",
                "dashboard can be changed in the browser",
            )
            .at(span, "the next deployment overwrites what people change")
            .help("set `editable` to false"),
        );
    }
    out
}

fn data_source(board: &Dashboard) -> Vec<Diagnostic> {
    const RULE: &str = "template-datasource-rule";
    let is_source = |it: &&Variable| it.kind.eq_ignore_ascii_case("datasource");
    let all: Vec<&Variable> = board.variables.iter().filter(is_source).collect();
    if all.is_empty() {
        let title = "no variable chooses the data source";
        let it = Diagnostic::warning(RULE, title).at(board.span, "this dashboard");
        return vec![it.help("add a variable `datasource` of type `datasource`")];
    }
    let mut out = Vec::new();
    for it in &all {
        let of =
            it.query.as_ref().map(|it| it.as_str().to_lowercase()).unwrap_or_default();
        let mut names = vec![format!("{of}_datasource")];
        let mut labels = vec![format!("{} data source", title_case(&of))];
        if all.len() == 1 {
            names.push("datasource".to_owned());
            labels.push("Data source".to_owned());
        }
        for (what, is, known) in [("name", &it.name, names), ("label", &it.label, labels)]
        {
            if !known.contains(is) {
                let title = format!("{what} of the data source's variable is unusual");
                let help = known.join("`, or `");
                out.push(
                    Diagnostic::warning(RULE, title)
                        .at(it.span, format!("its {what} is `{is}`"))
                        .help(format!("let its {what} be `{help}`")),
                );
            }
        }
    }
    out
}

fn title_case(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + chars.as_str()
}

/// What is wrong with a variable that every dashboard should have.
fn usual(
    name: &str,
    label: &str,
    rule: &'static str,
    board: &Dashboard,
) -> Vec<Diagnostic> {
    let new = |title: String, span: Span, at: String, help: String| {
        Diagnostic::warning(rule, title).at(span, at).help(help)
    };
    let Some(it) = board.variable(name) else {
        let title = format!("there is no variable `{name}`");
        let help = format!("add one, and `{name}=~\"${name}\"` to each selector");
        return vec![new(title, board.span, "this dashboard".to_owned(), help)];
    };
    let mut out = Vec::new();
    let mut fault = |holds: bool, is: String, help: &str| {
        if !holds {
            let title = format!("variable `{name}` is not as people expect it");
            out.push(new(title, it.span, is, help.to_owned()));
        }
    };
    let uid = it.datasource.uid.as_str();
    let bare = uid.trim_start_matches('$').trim_matches(['{', '}']);
    let sources = ["datasource", "prometheus_datasource"];
    let templated = uid.starts_with('$') && sources.contains(&bare);
    fault(templated, format!("its data source is `{uid}`"), "let it be `${datasource}`");
    fault(it.kind == "query", format!("its type is `{}`", it.kind), "let it be a query");
    let help = format!("let its label be `{label}`");
    fault(it.label == label, format!("its label is `{}`", it.label), &help);
    fault(it.multi, "takes one value".to_owned(), "set `multi` to true");
    let all = it.all_value.as_deref().unwrap_or_default();
    fault(all == ".+", format!("its `allValue` is `{all}`"), "set `allValue` to `.+`");
    out
}

/// What is wrong with the query of a variable. The linter also refuses `label_names()`,
/// which Grafana takes.
fn query(it: &Variable, board: &Dashboard, dialect: &Dialect) -> Option<Diagnostic> {
    let new = |title| Diagnostic::warning("template-label-promql-rule", title);
    let Some(query) = &it.query else {
        let title = format!("variable `{}` has no query", it.name);
        return Some(new(title).at(it.span, "this variable"));
    };
    let text = expanded(query, board);
    let part = match asked(text.as_str()) {
        Asked::LabelNames | Asked::Metrics(_) | Asked::LabelValues { of: None, .. } => {
            return None;
        }
        Asked::LabelValues { of: Some(part), .. } | Asked::Result(part) => part,
        Asked::Series(all) => {
            let title = format!("query of the variable `{}` calls no function", it.name);
            let known = "write `label_values(…)`, `query_result(…)`, `metrics(…)` or `label_names()`";
            return Some(
                new(title)
                    .within(&text, all.start, all.end, "only names series")
                    .help(known),
            );
        }
    };
    let mut inner = TextBuilder::new(text.span());
    inner.part(&text, part);
    let inner = inner.finish();
    let error = promql::parse(inner.as_str(), dialect).err()?.into_iter().next()?;
    let (start, end) = (error.at.start as usize, error.at.end as usize);
    Some(new(error.message).within(&inner, start, end, ""))
}

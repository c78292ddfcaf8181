//! The variables of a dashboard, and the check of the queries that use them.

use super::{Context, variable};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::syntax::ast::Parsed;
use crate::rules::dashboard::{Values, Variable};
use crate::spec::dashboard as spec;

/// The variables of a dashboard, and the check of its queries, which may use them.
pub(super) fn variables(
    it: &spec::Dashboard,
    context: Context<'_>,
    sink: &mut Sink,
) -> Vec<Variable> {
    let value = |name: &str| {
        let found = context.parameters.iter().find(|it| it.0 == name);
        found.map(|it| it.1.clone())
    };
    let mut out: Vec<Variable> =
        it.variables.iter().filter_map(|it| declared(it, sink)).collect();
    let queries: Vec<Text> = it
        .rows
        .iter()
        .flat_map(|it| &it.panels)
        .flat_map(|it| &it.queries)
        .map(|it| it.expr.clone())
        .collect();
    let inner: Vec<Text> =
        it.variables.iter().filter_map(|it| it.query.clone()).collect();
    let all = queries.iter().chain(&inner);
    let used: Vec<String> =
        all.flat_map(|it| variable::uses(it.as_str())).map(|it| it.name).collect();
    let used: Vec<&str> = used.iter().map(String::as_str).collect();
    variable::add_usual(&mut out, &used, value);
    for query in queries.iter().chain(&inner) {
        for it in variable::uses(query.as_str()) {
            let known = it.name == "datasource" || out.iter().any(|v| v.name == it.name);
            if !it.is_builtin() && !known {
                sink.push(variable::unknown(query, &it, &out));
            }
        }
    }
    let mut parsed_queries = Vec::new();
    for query in &queries {
        let uses = variable::uses(query.as_str());
        let replaced = variable::replaced(query, &uses, &out);
        if let Some(parsed) = parsed(&replaced, &context.book.dialect, sink) {
            parsed_queries.push((replaced, parsed));
        }
    }
    for variable in &mut out {
        let written = it.variables.iter().find(|it| it.key.as_str() == variable.name);
        let several = parsed_queries
            .iter()
            .filter_map(|it| variable::takes_several(&it.1, &variable.name))
            .reduce(|a, b| a && b);
        let multi = written.and_then(|it| it.multi);
        let all = written.and_then(|it| it.all);
        variable.multi = multi.or(all.filter(|it| *it)).or(several).unwrap_or(false);
        variable.all = all.unwrap_or(variable.multi);
        if variable.multi || variable.all {
            for (query, parsed) in &parsed_queries {
                variable::warn_several(query, parsed, &variable.name, sink);
            }
        }
        if variable.value.is_none() && !variable.all {
            variable.value = value(&variable.name);
        }
    }
    out
}

fn declared(it: &spec::Variable, sink: &mut Sink) -> Option<Variable> {
    let values = match (&it.query, &it.values) {
        (Some(query), None) => Values::Query(query.clone()),
        (None, Some(values)) if !values.is_empty() => {
            Values::List(values.iter().map(Text::to_string).collect())
        }
        (query, _) => {
            let what = match query {
                Some(_) => "has both `query` and `values`",
                None => "has neither `query` nor `values`",
            };
            let title = format!("variable `{}` needs one source of values", it.key);
            sink.push(
                Diagnostic::error("bad-variable", title)
                    .at(it.key.span(), what)
                    .help("write `query = \"label_values(…)\"` or `values = [\"…\"]`"),
            );
            return None;
        }
    };
    Some(Variable {
        name: it.key.to_string(),
        label: it.label.as_ref().map(Text::to_string),
        values,
        multi: false,
        all: false,
        value: it.value.as_ref().map(Text::to_string),
    })
}

/// Parses a query and says what is wrong with it.
pub(super) fn parsed(query: &Text, dialect: &Dialect, sink: &mut Sink) -> Option<Parsed> {
    match check::parse(query.as_str(), dialect) {
        Ok(it) => Some(it),
        Err(errors) => {
            for error in errors {
                let range = error.at.bytes();
                let diagnostic = Diagnostic::error("promql", error.message).within(
                    query,
                    range.start,
                    range.end,
                    "",
                );
                sink.push(match error.help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                });
            }
            None
        }
    }
}

//! The variables of a dashboard, and the check of the queries that use them.

use super::{Context, circle, filter, fixed, heatmap, pattern, unknown, variable, words};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::syntax::ast::Parsed;
use crate::rules::dashboard::{Values, Variable};
use crate::spec::dashboard as spec;

/// A query of a dashboard.
struct Asked<'a> {
    query: &'a Text,
    /// The variables by which its panel and row repeat: they have one value in it.
    repeats: Vec<&'a Text>,
    /// Whether a heatmap shows it.
    heatmap: bool,
}

impl Asked<'_> {
    /// Whether its panel or row repeats by a variable.
    fn is_repeated_by(&self, name: &str) -> bool {
        self.repeats.iter().any(|it| it.as_str() == name)
    }
}

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
    circle::check(&it.variables, sink);
    let asked = asked(it);
    let inner: Vec<&Text> =
        it.variables.iter().filter_map(|it| it.query.as_ref()).collect();
    let panels = it.rows.iter().flat_map(|it| &it.panels);
    let filters: Vec<&Text> = panels.filter_map(|it| it.look.filter.as_ref()).collect();
    filters.iter().for_each(|it| filter::check(it, &context.book.dialect, sink));
    let queries: Vec<&Text> =
        asked.iter().map(|it| it.query).chain(inner).chain(filters).collect();
    let repeats: Vec<&Text> = repeats(it).collect();
    let uses = queries.iter().flat_map(|it| variable::uses(it.as_str()));
    let uses: Vec<String> = uses.map(|it| it.name).chain(words::used(it)).collect();
    let used = uses.iter().map(String::as_str);
    let used: Vec<&str> = used.chain(repeats.iter().map(|it| it.as_str())).collect();
    variable::add_usual(&mut out, &used, value);
    let names = unknown::Names::of(&out, unknown::IN_QUERIES);
    for query in queries {
        for it in variable::uses(query.as_str()) {
            if !names.has(&it.name) {
                let near = names.nearest(&it.name);
                let at = (it.name.as_str(), it.start..it.end);
                sink.push_once(unknown::unknown(query, at, near));
            }
        }
    }
    words::check(it, &out, sink);
    let mut parsed_queries = Vec::new();
    let uses: Vec<Vec<variable::Use>> =
        asked.iter().map(|it| variable::uses(it.query.as_str())).collect();
    for (it, uses) in asked.iter().zip(&uses) {
        let replaced = variable::replaced(it.query, uses, &out);
        if let Some(parsed) = parsed(&replaced, &context.book.dialect, sink) {
            if it.heatmap {
                heatmap::check(&replaced, &parsed.expr, sink);
            }
            parsed_queries.push((it, replaced, parsed));
        }
    }
    let matched = variable::matched(parsed_queries.iter().map(|it| &it.2));
    for repeat in &repeats {
        check_repeat(repeat, it, &out, sink);
    }
    for variable in &mut out {
        let written = it.variables.iter().find(|it| it.key.as_str() == variable.name);
        // Where a panel repeats by the variable, it has one value.
        let several = matched.get(&variable.name).into_iter().flatten();
        let several = several
            .filter(|(idx, _)| !parsed_queries[**idx].0.is_repeated_by(&variable.name));
        let takes = several.clone().map(|it| *it.1).reduce(|a, b| a && b);
        // Outside of strings there can be one value only.
        let others =
            asked.iter().zip(&uses).filter(|it| !it.0.is_repeated_by(&variable.name));
        let bare = others
            .filter_map(|it| Some((it.0.query, variable::bare(it.1, &variable.name)?)));
        let bare: Vec<(&Text, &variable::Use)> = bare.collect();
        let takes = takes.map(|it| it && bare.is_empty());
        let repeated = repeats.iter().any(|it| it.as_str() == variable.name);
        let takes = if repeated { Some(true) } else { takes };
        let multi = written.and_then(|it| it.multi);
        let all = written.and_then(|it| it.all);
        variable.multi = multi.or(all.filter(|it| *it)).or(takes).unwrap_or(false);
        variable.all = all.unwrap_or(variable.multi);
        if variable.multi || variable.all {
            for (idx, _) in several {
                let (_, query, parsed) = &parsed_queries[*idx];
                variable::warn_several(query, parsed, &variable.name, sink);
            }
            for (query, bare) in bare {
                variable::warn_bare(query, bare, repeated, sink);
            }
        }
        if variable.value.is_none() && !variable.all {
            variable.value = value(&variable.name);
        }
    }
    out
}

/// Says what a row cannot have without a title: only then is it one of Grafana's.
pub(super) fn row(it: &spec::Row, sink: &mut Sink) {
    if it.title.is_some() {
        return;
    }
    let keys =
        [("repeats", it.repeat.as_ref().map(Text::span)), ("is closed", it.collapsed)];
    for (what, span) in keys {
        let Some(span) = span else { continue };
        let title = format!("missing key `title` in a row that {what}");
        sink.push_once(
            Diagnostic::error("missing-key", title)
                .at(span, "the row has no title")
                .help("add `title = \"…\"`"),
        );
    }
}

/// The queries of panels and annotations.
fn asked(it: &spec::Dashboard) -> Vec<Asked<'_>> {
    let annotations = it.annotations.iter().map(|it| Asked {
        query: &it.query,
        repeats: Vec::new(),
        heatmap: false,
    });
    let mut out = Vec::new();
    for row in &it.rows {
        for panel in &row.panels {
            let by = panel.look.repeat.as_ref().map(|it| &it.by);
            let repeats: Vec<&Text> = row.repeat.iter().chain(by).collect();
            out.extend(panel.queries.iter().map(|it| Asked {
                query: &it.expr,
                repeats: repeats.clone(),
                heatmap: panel.kind() == "heatmap",
            }));
        }
    }
    out.extend(annotations);
    out
}

/// The variables by which rows and panels repeat.
fn repeats(it: &spec::Dashboard) -> impl Iterator<Item = &Text> {
    it.rows.iter().flat_map(|row| {
        let panels = row.panels.iter().filter_map(|it| it.look.repeat.as_ref());
        row.repeat.iter().chain(panels.map(|it| &it.by))
    })
}

/// What repeats needs a variable with several values.
fn check_repeat(
    repeat: &Text,
    it: &spec::Dashboard,
    variables: &[Variable],
    sink: &mut Sink,
) {
    // What is no name has been said.
    if repeat.as_str().starts_with('$') {
        return;
    }
    if !variables.iter().any(|it| it.name == repeat.as_str()) {
        let names = variables.iter().map(|it| it.name.as_str());
        let title = format!("unknown variable `{repeat}`");
        let diagnostic = Diagnostic::error("unknown-variable", title);
        sink.push(match suggest::nearest(repeat.as_str(), names) {
            Some(near) => diagnostic.at(repeat.span(), format!("did you mean `{near}`?")),
            None => diagnostic
                .at(repeat.span(), "declared nowhere in this dashboard")
                .help(format!("declare it: `[variable.{repeat}]`")),
        });
        return;
    }
    let written = it.variables.iter().find(|it| it.key == *repeat);
    if let Some(written) = written
        && written.multi == Some(false)
    {
        sink.push_once(
            Diagnostic::error("repeat-by-one", format!("`{repeat}` has one value"))
                .at(repeat.span(), "would be drawn once")
                .context(written.key.span(), "has `multi = false`")
                .help("take `multi = false` out"),
        );
    }
}

fn declared(it: &spec::Variable, sink: &mut Sink) -> Option<Variable> {
    let values = match (&it.query, &it.values) {
        (Some(query), None) => Values::Query(query.clone()),
        (None, Some(values)) if !values.is_empty() => {
            fixed::check(&it.key, values, sink);
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
    first_value(it, &values, sink);
    it.regex.iter().for_each(|it| pattern::check_slashed(it, sink));
    Some(Variable {
        name: it.key.to_string(),
        label: it.label.as_ref().map(Text::to_string),
        values,
        multi: false,
        all: false,
        hide: it.hide,
        regex: it.regex.as_ref().map(Text::to_string).unwrap_or_default(),
        value: it.value.as_ref().map(Text::to_string),
    })
}

/// Says where the first value is none of those that can be chosen.
fn first_value(it: &spec::Variable, values: &Values, sink: &mut Sink) {
    let (Some(value), Values::List(values)) = (&it.value, values) else { return };
    if values.iter().any(|it| it == value.as_str()) {
        return;
    }
    let title = format!("variable `{}` has no value `{value}`", it.key);
    let out = Diagnostic::error("bad-variable", title);
    let known = values.iter().map(String::as_str);
    sink.push_once(match suggest::nearest(value.as_str(), known.clone()) {
        Some(near) => out.at(value.span(), format!("did you mean `{near}`?")),
        None => out
            .at(value.span(), "none of its `values`")
            .help(format!("write {}", suggest::list(known, 20))),
    });
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

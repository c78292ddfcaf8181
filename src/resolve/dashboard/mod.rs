//! Dashboards of one environment: alerts become queries and limits, variables get their
//! values, queries are checked.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::grafana::model;
use crate::grafana::read;
use crate::rules::book::Book;
use crate::rules::dashboard::{Allow, Board, Content, Dashboard, Link, Mark, Row};
use crate::rules::group::{Alert, Rule};
use crate::spec::dashboard as spec;
use crate::spec::model::{JsonDashboard, Project, RuleKind};

mod alert;
mod check;
mod panel;
mod unit;
mod variable;

/// What a dashboard is resolved against.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// The rules of the environment.
    book: &'a Book,
    /// The alerts that any environment has, by the keys under which they are defined;
    /// `None` where some could not be read.
    known: Option<&'a BTreeSet<String>>,
    /// The parameters of the environment: first values of variables of the same name.
    parameters: &'a [(String, String)],
}

/// The dashboards of a project in the environment of `book`, whose own are not looked at.
/// `parameters` are the environment's: first values of variables of the same name.
pub fn dashboards(
    project: &Project,
    book: &Book,
    parameters: &[(String, String)],
    sink: &mut Sink,
) -> Vec<Dashboard> {
    let files = project.files.iter().chain(&project.packs);
    let alerts = files.flat_map(|it| &it.rules).filter(|it| it.kind == RuleKind::Alert);
    let known = alerts.map(|it| it.key.to_string()).collect();
    let known = project.whole.then_some(&known);
    let context = Context { book, known, parameters };
    let boards = project.dashboards.iter().map(|it| board(it, context, sink));
    let mut out: Vec<Dashboard> = boards.collect();
    out.extend(project.json_dashboards.iter().filter_map(|it| json(it, context, sink)));
    let mut names = BTreeSet::new();
    for it in &out {
        if !names.insert(&it.name) {
            sink.push(
                Diagnostic::error(
                    "duplicate-dashboard",
                    format!("the dashboard `{}` is there twice", it.name),
                )
                .at(it.span.head(), "as TOML and as JSON")
                .help("rename one of the two files"),
            );
        }
    }
    out
}

/// A dashboard in Grafana's own JSON: passed through, its queries checked.
fn json(
    dashboard: &JsonDashboard,
    context: Context<'_>,
    sink: &mut Sink,
) -> Option<Dashboard> {
    let JsonDashboard { path, file, text } = dashboard;
    let board = match read::read(*file, path, text) {
        Ok(it) => it,
        Err(fault) => {
            sink.push(fault);
            return None;
        }
    };
    same_ids(&board, sink);
    for query in board.queries() {
        let uses = variable::uses(query.as_str());
        let replaced = variable::replaced(query, &uses, &[]);
        // A variable may stand where only its real value fits: such a query is not
        // judged.
        let judged = uses.iter().all(|it| it.quoted || it.is_builtin());
        if judged {
            check::parsed(&replaced, &context.book.dialect, sink);
        }
    }
    let name = path.strip_prefix("dashboards/").unwrap_or(path.as_str());
    Some(Dashboard {
        name: name.strip_suffix(".json").unwrap_or(name).into(),
        file: path.as_str().into(),
        content: Content::Json(text.clone()),
        span: Span { file: *file, start: 0, end: 0 },
    })
}

/// Links to a panel name its number: of two with one number, Grafana takes either.
fn same_ids(board: &model::Dashboard, sink: &mut Sink) {
    let mut seen: BTreeMap<i64, Span> = BTreeMap::new();
    for panel in &board.panels {
        let Some(id) = panel.id else { continue };
        match seen.entry(id) {
            Entry::Vacant(it) => {
                it.insert(panel.id_span);
            }
            Entry::Occupied(first) => sink.push(
                Diagnostic::warning(
                    "duplicate-panel",
                    format!("two panels have the id {id}"),
                )
                .at(panel.id_span, "also the id of another panel")
                .context(*first.get(), "the first is here")
                .help("give each panel an id of its own"),
            ),
        }
    }
}

/// A dashboard of panels.
fn board(it: &spec::Dashboard, context: Context<'_>, sink: &mut Sink) -> Dashboard {
    let variables = check::variables(it, context, sink);
    let rows: Vec<Row> = it
        .rows
        .iter()
        .map(|row| Row {
            title: row.title.as_ref().map(Text::to_string),
            collapsed: row.collapsed,
            panels: row
                .panels
                .iter()
                .filter_map(|it| panel::panel(it, &variables, context, sink))
                .collect(),
        })
        .filter(|row| !row.panels.is_empty())
        .collect();
    let board = Board {
        title: it.title.to_string(),
        description: it.description.as_ref().map(Text::to_string),
        tags: it.tags.iter().map(Text::to_string).collect(),
        from: it.from.as_ref().map_or_else(|| "6h".to_owned(), Text::to_string),
        refresh: it.refresh.as_ref().map_or_else(|| "1m".to_owned(), Text::to_string),
        variables,
        links: it.links.iter().map(link).collect(),
        marks: match it.alerts {
            true => marks(it, context),
            false => Vec::new(),
        },
        allow: it.allow.iter().map(allow).collect(),
        rows,
    };
    Dashboard {
        name: it.name.as_str().into(),
        file: it.path.as_str().into(),
        content: Content::Board(board),
        span: it.title.span(),
    }
}

fn link(it: &spec::Link) -> Link {
    Link { title: it.title.to_string(), url: it.url.to_string() }
}

fn allow(it: &spec::Allow) -> Allow {
    let (lint, why) = (it.lint.to_string(), it.why.to_string());
    Allow { lint, why, span: it.span }
}

/// Firing alerts to be marked: those that panels show, or all.
fn marks(it: &spec::Dashboard, context: Context<'_>) -> Vec<Mark> {
    let panels = it.rows.iter().flat_map(|it| &it.panels);
    let shown: Vec<&Alert> =
        panels.flat_map(|it| panel::tiers(it, context.book)).collect();
    let rules = context.book.groups.iter().flat_map(|it| &it.rules);
    let all = rules.filter_map(|it| match it {
        Rule::Alert(it) => Some(it),
        Rule::Record(_) => None,
    });
    let (alerts, named): (Vec<&Alert>, bool) = match shown.is_empty() {
        true => (all.collect(), false),
        false => (shown, true),
    };
    let mut out: Vec<Mark> = Vec::new();
    let declared = context.book.severities.iter().map(|it| it.name.as_str());
    for severity in declared {
        let of = |it: &&&Alert| {
            let own = it.about.as_ref().and_then(|it| it.severity.as_ref());
            own.is_some_and(|it| it.as_str() == severity)
        };
        let names: BTreeSet<String> =
            alerts.iter().filter(of).map(|it| it.name.to_string()).collect();
        if !names.is_empty() {
            let alerts = if named { names.into_iter().collect() } else { Vec::new() };
            out.push(Mark { severity: severity.to_owned(), alerts });
        }
    }
    out
}

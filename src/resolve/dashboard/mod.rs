//! Dashboards of one environment: alerts become queries and limits, variables get their
//! values, queries are checked.

use std::collections::BTreeSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::unit::Units;
use crate::resolve::allow;
use crate::resolve::dashboard::alerts::Alerts;
use crate::resolve::dashboard::identity::{Identity, Passing};
use crate::resolve::dashboard::link::On;
use crate::resolve::known::Known;
use crate::rules::book::Book;
use crate::rules::dashboard::{Annotation, Board, Content, Dashboard, Mark, Row};
use crate::rules::group::{Alert, Rule};
use crate::spec::dashboard as spec;
use crate::spec::model::{Project, RuleKind};
use crate::spec::panel::Panel;

mod alert;
mod alerts;
mod amount;
mod bounds;
mod check;
mod circle;
mod derive;
mod filter;
mod fixed;
mod heatmap;
mod identity;
mod json;
mod labels;
mod legend;
mod limits;
mod link;
mod look;
pub mod nowhere;
mod panel;
mod pattern;
mod raw;
pub mod reach;
mod unit;
mod unknown;
mod variable;
mod words;

/// What a dashboard is resolved against.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// The rules of the environment.
    book: &'a Book,
    /// Its alerts by name.
    alerts: &'a Alerts<'a>,
    /// The labels of what it records.
    records: &'a Known<'a>,
    /// The same where they come through another server.
    sent: &'a Known<'a>,
    /// The units of what it records.
    units: &'a Units,
    /// The alerts that any environment has, by the keys under which they are defined;
    /// `None` where some could not be read.
    known: Option<&'a BTreeSet<String>>,
    /// The services of all environments.
    services: &'a BTreeSet<&'a str>,
    /// The alerts files of the project, those that could not be read among them, and the
    /// rule files that these use.
    files: &'a [&'a str],
    /// Whether there may be more of them.
    unlisted: bool,
    /// All dashboards, for links.
    dashboards: &'a [Identity],
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
    // What dashboards go by is gathered for them alone.
    if project.dashboards.is_empty() && project.json_dashboards.is_empty() {
        return Vec::new();
    }
    let files = project.files.iter().chain(&project.packs);
    let alerts = files.flat_map(|it| &it.rules).filter(|it| it.kind == RuleKind::Alert);
    let known = alerts.map(|it| it.key.to_string()).collect();
    let known = project.whole.then_some(&known);
    let services = project.files.iter().flat_map(|it| &it.services);
    let services = &services.map(|it| it.key.as_str()).collect();
    let read = json::read(&project.json_dashboards, sink);
    let passing = Passing::of(project.manifest.environments.len());
    let dashboards = identity::identities(project, &read, passing, book, sink);
    let rule_files = project.rule_files.iter().map(|it| &it.path);
    let files = project.files.iter().map(|it| &it.path).chain(&project.unread);
    let files: Vec<&str> = files.chain(rule_files).map(String::as_str).collect();
    let (files, dashboards) = (&files[..], &dashboards[..]);
    let (alerts, units) = (&Alerts::new(book), &unit::units(book));
    let records = &Known::of_rules(book);
    let sent = &records.sent(book);
    let context = Context {
        book,
        alerts,
        records,
        sent,
        units,
        known,
        services,
        files,
        unlisted: project.unlisted,
        dashboards,
        parameters,
    };
    let boards = project.dashboards.iter().zip(dashboards);
    let boards = boards.map(|(it, identity)| {
        let uid = identity.uid.clone().unwrap_or_default();
        board(it, uid, context, sink)
    });
    let mut out: Vec<Dashboard> = boards.collect();
    let json = project.json_dashboards.iter().zip(&read);
    out.extend(json.filter_map(|(it, read)| {
        let read = read.as_ref()?;
        json::check(read, book, sink);
        Some(json::passed(it, read, passing, context))
    }));
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

/// A dashboard of panels.
fn board(
    it: &spec::Dashboard,
    uid: String,
    context: Context<'_>,
    sink: &mut Sink,
) -> Dashboard {
    let variables = check::variables(it, context, sink);
    let derived = derive::rows(it, context, sink);
    it.rows.iter().for_each(|it| check::row(it, sink));
    let mut rows: Vec<Row> = it
        .rows
        .iter()
        .chain(&derived)
        .map(|row| Row {
            id: 0,
            title: row.title.as_ref().map(Text::to_string),
            collapsed: row.collapsed.is_some(),
            repeat: row.repeat.as_ref().map(Text::to_string),
            panels: row
                .panels
                .iter()
                .filter_map(|it| panel::panel(it, &variables, context, sink))
                .collect(),
        })
        .filter(|row| !row.panels.is_empty())
        .collect();
    identity::number(&mut rows);
    identity::same_panels(&rows, sink);
    let shown: Vec<&Panel> =
        it.rows.iter().chain(&derived).flat_map(|it| &it.panels).collect();
    let board = Board {
        uid,
        title: it.title.to_string(),
        description: it.description.as_ref().map(Text::to_string),
        tags: it.tags.iter().map(Text::to_string).collect(),
        from: it.from.as_ref().map_or_else(|| "6h".to_owned(), Text::to_string),
        refresh: it.refresh.as_ref().map_or_else(|| "1m".to_owned(), Text::to_string),
        variables,
        links: link::links(&it.links, On::Dashboard, context, sink),
        marks: match it.alerts {
            true => marks(&shown, context),
            false => Vec::new(),
        },
        annotations: it.annotations.iter().map(annotation).collect(),
        allow: allow(&it.allow),
        rows,
        grafana: raw::fields(
            it.grafana.as_ref(),
            raw::OF_DASHBOARD,
            raw::IN_DASHBOARDS,
            sink,
        ),
    };
    Dashboard {
        name: it.name.as_str().into(),
        file: it.path.as_str().into(),
        content: Content::Board(board),
        span: it.title.span(),
    }
}

fn annotation(it: &spec::Annotation) -> Annotation {
    let text = |it: &Option<Text>| it.as_ref().map(Text::to_string);
    Annotation {
        name: it.name.to_string(),
        query: it.query.clone(),
        title: text(&it.title).unwrap_or_else(|| it.name.to_string()),
        text: text(&it.text).unwrap_or_default(),
        color: text(&it.color).unwrap_or_else(|| "blue".to_owned()),
        on: it.on,
    }
}

/// Firing alerts to be marked: those that panels show, or all.
fn marks(panels: &[&Panel], context: Context<'_>) -> Vec<Mark> {
    let shown: Vec<&Alert> =
        panels.iter().flat_map(|it| panel::tiers(it, context.alerts)).collect();
    let rules = context.book.groups.iter().flat_map(|it| &it.rules);
    let all = rules.filter_map(Rule::as_alert);
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

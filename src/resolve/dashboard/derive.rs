//! Rows made of alerts files: a panel for each alert that no other panel shows, a row for
//! each file or, where it has several services, each of them; of rule files of others a row
//! for each group.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Context;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::rules::group::{Alert, Group, Rule};
use crate::spec::dashboard as spec;
use crate::spec::panel::Panel;

/// The rows of the alerts files that a dashboard covers, as if they had been written.
pub(super) fn rows(
    it: &spec::Dashboard,
    context: Context<'_>,
    sink: &mut Sink,
) -> Vec<spec::Row> {
    let panels = it.rows.iter().flat_map(|it| &it.panels);
    let shown = panels.filter_map(|it| {
        let job = it.job.as_ref().map(Text::to_string);
        Some((it.alert.as_ref()?.to_string(), job))
    });
    let mut shown: Shown = shown.collect();
    // Below rows of other topics.
    let prefix = if it.rows.is_empty() { "" } else { "Alerts: " };
    let mut out = Rows::default();
    for file in &it.derive {
        if !context.files.contains(&file.as_str()) {
            // What a file that could not be read uses is not known.
            let is_told = context.known.is_some() || file.as_str().starts_with("alerts/");
            if is_told && !context.unlisted {
                sink.push_once(unknown(file, context.files));
            }
            continue;
        }
        let groups =
            || context.book.groups.iter().filter(|it| *it.file == *file.as_str());
        let jobs: BTreeSet<_> = groups().flat_map(alerts).filter_map(job).collect();
        for group in groups() {
            take(&mut out, group, file, &mut shown, (jobs.len(), prefix));
        }
    }
    out.rows
}

/// Alerts that have a panel: for one service, or for all.
type Shown = HashSet<(String, Option<String>)>;

/// Rows, and where each title stands.
#[derive(Default)]
struct Rows {
    rows: Vec<spec::Row>,
    places: HashMap<String, usize>,
}

/// Takes the alerts of a group that no panel shows and no row has yet.
fn take(
    out: &mut Rows,
    group: &Group,
    file: &Text,
    shown: &mut Shown,
    (n_jobs, prefix): (usize, &str),
) {
    for alert in alerts(group) {
        let (definition, job) = (definition(alert), job(alert));
        let of_all = (definition.to_owned(), None);
        let own = (definition.to_owned(), job.map(str::to_owned));
        if shown.contains(&of_all) || !shown.insert(own) {
            continue;
        }
        let title = match (&alert.about, job.filter(|_| n_jobs != 1)) {
            (None, _) => group.name.to_string(),
            (Some(_), Some(job)) => job.to_owned(),
            (Some(_), None) => match prefix.is_empty() {
                true => capitalised(stem(file)),
                false => stem(file).to_owned(),
            },
        };
        let title = format!("{prefix}{title}");
        let span = file.span();
        let text = |it: &str| Text::opaque(it, span);
        let panel = Panel::of_alert(text(definition), job.map(text));
        let new = spec::Row {
            title: Some(text(&title)),
            collapsed: None,
            repeat: None,
            panels: Vec::new(),
        };
        let place = *out.places.entry(title).or_insert_with(|| {
            out.rows.push(new);
            out.rows.len() - 1
        });
        out.rows[place].panels.push(panel);
    }
}

/// Alerts that have a panel of their own: companions are on that of their alert.
fn alerts(group: &Group) -> impl Iterator<Item = &Alert> {
    let is_companion =
        |it: &&Alert| it.about.as_ref().is_some_and(|it| it.companion_of.is_some());
    let alerts = group.rules.iter().filter_map(Rule::as_alert);
    alerts.filter(move |it| !is_companion(it))
}

fn definition(alert: &Alert) -> &str {
    alert.about.as_ref().map_or(alert.name.as_str(), |it| &*it.definition)
}

fn job(alert: &Alert) -> Option<&str> {
    alert.about.as_ref()?.job.as_deref()
}

/// `database` of `alerts/database.toml`
fn stem(file: &Text) -> &str {
    let name = file.as_str().rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |it| it.0)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn unknown(file: &Text, files: &[&str]) -> Diagnostic {
    let title = format!("`{file}` is no alerts file of the project");
    let diagnostic = Diagnostic::error("unknown-file", title);
    let below = format!("alerts/{file}");
    let near = files.iter().copied().find(|it| *it == below);
    match near.or_else(|| suggest::nearest(file.as_str(), files.iter().copied())) {
        Some(near) => diagnostic.at(file.span(), format!("did you mean `{near}`?")),
        None => {
            let files = suggest::list(files.iter().copied(), 10);
            let diagnostic = diagnostic.at(file.span(), "there is no such file");
            match files.is_empty() {
                true => diagnostic.help("alerts files stand below `alerts/`"),
                false => diagnostic.help(format!("its alerts files are {files}")),
            }
        }
    }
}

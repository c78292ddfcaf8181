//! `ALERTS.md`: the alerts of an environment for people, on one page.
//!
//! The page is a template with delimiters of its own, since `{{ }}` belongs to
//! Prometheus; what it shows is gathered here.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Tera};

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::definition::{Definition, definitions};
use crate::emit::own::engine;
use crate::emit::{self, Target, name};
use crate::rules::book::Book;
use crate::rules::group::Alert;
use crate::rules::prose::prose;

/// The catalogue.
pub const TARGET: Target = Target {
    name: "catalogue",
    summary: "ALERTS.md, the alerts for people",
    default: true,
    place: "ALERTS.md",
    emit,
};

const TEMPLATE: &str = include_str!("catalogue.md.tera");

#[derive(Debug, Serialize)]
struct Page<'a> {
    title: String,
    n_rules: usize,
    severities: Vec<Severity<'a>>,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct Severity<'a> {
    name: &'a str,
    count: usize,
}

#[derive(Debug, Serialize)]
struct File {
    name: String,
    alerts: Vec<Entry>,
}

/// An alert with all its tiers.
#[derive(Debug, Serialize)]
struct Entry {
    name: String,
    anchor: String,
    page: String,
    description: String,
    facts: String,
    fence: String,
    tiers: Vec<Tier>,
}

#[derive(Debug, Serialize)]
struct Tier {
    severity: String,
    after: String,
    summary: String,
    title: String,
    condition: String,
    expr: String,
}

fn emit(book: &Book, _: &[Artifact], _: &mut Sink) -> Vec<Artifact> {
    let mut tera = Tera::new();
    let text = tera
        .set_delimiters(engine::delimiters())
        .and_then(|()| tera.add_raw_template("ALERTS.md", TEMPLATE))
        .and_then(|()| Context::from_serialize(&page(book)))
        .and_then(|context| tera.render("ALERTS.md", &context))
        .expect("the template is ours and is tested");
    vec![Artifact::new("ALERTS.md", text, Kind::Plain)]
}

fn page(book: &Book) -> Page<'_> {
    let mut files = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut anchors = Anchors::default();
    for (file, groups) in emit::files(book) {
        let entries = definitions(&groups);
        for (_, alert) in entries.iter().flat_map(|it| &it.tiers) {
            *counts.entry(severity(alert)).or_default() += 1;
        }
        if !entries.is_empty() {
            let entry = |it: &Definition<'_>| {
                let tiers: Vec<&Alert> = it.tiers.iter().map(|it| it.1).collect();
                entry(it.name, anchors.next(it.name), &tiers)
            };
            let alerts = entries.iter().map(entry).collect();
            files.push(File { name: name::stem(file), alerts });
        }
    }
    let n_rules = counts.values().sum();
    // Declared severities in their order, then those that only rule files use.
    let mut severities = Vec::new();
    for name in book.severities.iter().map(|it| it.name.as_str()) {
        if let Some(count) = counts.remove(name) {
            severities.push(Severity { name, count });
        }
    }
    severities.extend(counts.into_iter().map(|(name, count)| Severity { name, count }));
    let title = match &*book.env {
        "default" => book.project.clone(),
        env => format!("{} in {env}", book.project),
    };
    Page { title, n_rules, severities, files }
}

fn severity(alert: &Alert) -> &str {
    alert.severity().unwrap_or("without severity")
}

fn entry(name: &str, anchor: String, tiers: &[&Alert]) -> Entry {
    let first = tiers[0];
    let about = first.about.as_ref();
    let runbook = first.annotation("runbook_url");
    let page = runbook.map_or_else(String::new, |url| {
        let page =
            about.and_then(|it| it.runbook.as_ref()).map_or("runbook", |it| &it.page);
        format!("[{}]({})", cell(page), link(url))
    });
    let mut facts = Vec::new();
    if let Some(owner) = about.and_then(|it| it.owner.as_ref()) {
        facts.push(format!("Owner: {owner}."));
    }
    if let Some(other) = about.and_then(|it| it.companion_of.as_ref()) {
        facts.push(format!("Fires when the data of `{other}` is missing."));
    }
    if let Some(url) = runbook {
        facts.push(format!("Runbook: <{}>", link(url)));
    }
    let n_ticks = tiers.iter().map(|it| longest_run(it.expr.text.as_str(), '`')).max();
    Entry {
        name: name.to_owned(),
        anchor,
        page,
        description: first.annotation("description").map(prose).unwrap_or_default(),
        facts: facts.join(" "),
        fence: "`".repeat(n_ticks.unwrap_or(0).max(2) + 1),
        tiers: tiers.iter().map(|it| tier(name, it)).collect(),
    }
}

fn tier(definition: &str, alert: &Alert) -> Tier {
    let severity = severity(alert);
    let after = match alert.hold.value.0 {
        0 => "at once".to_owned(),
        _ => alert.hold.value.to_string(),
    };
    let tier = alert.about.as_ref().and_then(|it| it.tier.as_deref());
    let mut title = match tier {
        Some(tier) if tier != severity => format!("{tier} ({severity})"),
        _ => severity.to_owned(),
    };
    if alert.name.as_str() != definition {
        title = format!("{} {title}", alert.name);
    }
    let condition = match alert.hold.value.0 {
        0 => "at once when this holds".to_owned(),
        _ => format!("when this holds for {after}"),
    };
    Tier {
        severity: cell(severity),
        after,
        summary: cell(&alert.annotation("summary").map(prose).unwrap_or_default()),
        title,
        condition,
        expr: alert.expr.text.as_str().trim().to_owned(),
    }
}

/// Text in a cell of a table: on one line, `|` escaped.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

/// A URL in a link: what would end it is escaped.
fn link(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for it in url.chars() {
        match it {
            '(' | ')' | '<' | '>' | '|' | ' ' => {
                out.push_str(&format!("%{:02X}", it as u32))
            }
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    out
}

/// The anchors that renderers of Markdown give to headings: a number tells equal ones
/// apart.
#[derive(Default)]
struct Anchors(BTreeMap<String, usize>);

impl Anchors {
    fn next(&mut self, heading: &str) -> String {
        let anchor: String = heading
            .to_lowercase()
            .chars()
            .filter(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | ' '))
            .map(|it| if it == ' ' { '-' } else { it })
            .collect();
        let n_before = self.0.entry(anchor.clone()).or_default();
        *n_before += 1;
        match *n_before {
            1 => anchor,
            n => format!("{anchor}-{}", n - 1),
        }
    }
}

fn longest_run(text: &str, of: char) -> usize {
    let runs = text.split(|it| it != of).map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_links_stay_on_their_line() {
        assert_eq!(cell("a |\n b"), "a \\| b");
        assert_eq!(link("https://x/a(b) c"), "https://x/a%28b%29%20c");
        let mut anchors = Anchors::default();
        let mut next = || anchors.next("Api Down_2!");
        assert_eq!((next(), next()), ("api-down_2".into(), "api-down_2-1".into()));
        assert_eq!(longest_run("a```b`", '`'), 3);
    }
}

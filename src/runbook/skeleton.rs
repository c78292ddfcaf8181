//! A page to begin with: the facts of an alert, and the sections that are to be filled in.

use crate::promql::syntax::ast::TextRange;
use crate::rules::comparison::{Limit, comparisons, relation};
use crate::rules::group::{Alert, Pair};
use crate::rules::prose::{cell, fence, prose, short, value_function};
use crate::runbook::slug::slug;

/// The sections of a page where the project demands none.
pub const SECTIONS: &[&str] = &["Impact", "Diagnosis", "Mitigation"];

/// What a page is to say.
#[derive(Debug)]
pub struct Outline<'a> {
    /// The page's name, the title of a page of several alerts.
    pub page: &'a str,
    /// The alerts that lead to it; at least one.
    pub entries: Vec<Entry<'a>>,
    /// The project's environments.
    pub envs: Vec<&'a str>,
    /// The sections below the facts.
    pub sections: Vec<&'a str>,
}

/// An alert with all that is known of it.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The key under which it is defined.
    pub name: &'a str,
    /// Its rules in all environments, with the environment's name; at least one.
    pub rules: Vec<(&'a str, &'a Alert)>,
    /// The anchor by which it leads to the page.
    pub anchor: Option<&'a str>,
    /// Panels that show it.
    pub panels: Vec<String>,
    /// Tests that name it.
    pub tests: Vec<String>,
}

/// A row of the table of facts.
#[derive(PartialEq)]
struct Row<'a> {
    name: &'a str,
    severity: &'a str,
    hold: String,
    limit: String,
    envs: Vec<&'a str>,
}

/// The text of the page.
pub fn page(outline: &Outline<'_>) -> String {
    let one = outline.entries.len() == 1;
    let first = &outline.entries[0];
    let mut out = match one {
        true => format!("# {}\n", first.name),
        false => format!("# {}\n", outline.page),
    };
    for entry in &outline.entries {
        heading(entry, one, &mut out);
        facts(entry, &outline.envs, &mut out);
    }
    for section in &outline.sections {
        out.push_str(&format!("\n## {section}\n"));
    }
    out
}

/// The heading of an alert among several, or the anchor that it needs.
fn heading(entry: &Entry<'_>, one: bool, out: &mut String) {
    let own = slug(entry.name);
    let anchor = entry.anchor.filter(|it| !it.is_empty());
    if let Some(anchor) = anchor.filter(|it| **it != own) {
        out.push_str(&format!("\n<a id=\"{}\"></a>\n", anchor.replace('"', "&quot;")));
    }
    if !one {
        out.push_str(&format!("\n## {}\n", entry.name));
    }
}

fn facts(entry: &Entry<'_>, envs: &[&str], out: &mut String) {
    let (_, first) = entry.rules[0];
    for text in ["summary", "description"] {
        if let Some(text) = first.annotation(text).map(prose).filter(|it| !it.is_empty())
        {
            out.push_str(&format!("\n{text}\n"));
        }
    }
    out.push_str(&table(&rows(entry), envs));
    for (label, expr) in expressions(entry) {
        if !label.is_empty() {
            out.push_str(&format!("\n{label}:\n"));
        }
        let fence = fence([expr.as_str()]);
        out.push_str(&format!("\n{fence}promql\n{expr}\n{fence}\n"));
    }
    let mut lines = Vec::new();
    if let Some(owner) = first.about.as_ref().and_then(|it| it.owner.as_ref()) {
        lines.push(format!("- Owner: {owner}"));
    }
    let labels = labels(&first.labels);
    if !labels.is_empty() {
        lines.push(format!("- Labels: {}", labels.join(", ")));
    }
    if !entry.panels.is_empty() {
        lines.push(format!("- Panels: {}", entry.panels.join(", ")));
    }
    if !entry.tests.is_empty() {
        lines.push(format!("- Tests: {}", entry.tests.join(", ")));
    }
    if !lines.is_empty() {
        out.push_str(&format!("\n{}\n", lines.join("\n")));
    }
}

/// The tiers; what is the same in several environments is one row.
fn rows<'a>(entry: &Entry<'a>) -> Vec<Row<'a>> {
    let mut out: Vec<Row<'a>> = Vec::new();
    for (env, alert) in &entry.rules {
        let row = Row {
            name: alert.name.as_str(),
            severity: alert.severity().unwrap_or("–"),
            hold: match alert.hold.value.0 {
                0 => "at once".to_owned(),
                _ => alert.hold.value.to_string(),
            },
            limit: limit(alert),
            envs: vec![env],
        };
        let same = |it: &&mut Row<'a>| {
            (it.name, it.severity, &it.hold, &it.limit)
                == (row.name, row.severity, &row.hold, &row.limit)
        };
        match out.iter_mut().find(same) {
            Some(it) if it.envs.contains(env) => {}
            Some(it) => it.envs.push(env),
            None => out.push(row),
        }
    }
    out
}

/// A table in which the checks of pages recognise what it states.
fn table(rows: &[Row<'_>], envs: &[&str]) -> String {
    let with_limit = rows.iter().any(|it| !it.limit.is_empty());
    let with_envs = rows.iter().any(|it| it.envs.len() != envs.len());
    let line = |cells: &[&str]| {
        let [alert, severity, hold, limit, envs] = cells else { return String::new() };
        let mut line = format!("| {alert} | {severity} | {hold} |");
        if with_limit {
            line.push_str(&format!(" {limit} |"));
        }
        if with_envs {
            line.push_str(&format!(" {envs} |"));
        }
        line + "\n"
    };
    let mut out = format!(
        "\n{}{}",
        line(&["alert", "severity", "for", "limit", "environments"]),
        line(&["---"; 5])
    );
    for row in rows {
        let (name, severity) = (format!("`{}`", cell(row.name)), cell(row.severity));
        let envs = row.envs.join(", ");
        out.push_str(&line(&[&name, &severity, &row.hold, &cell(&row.limit), &envs]));
    }
    out
}

/// The limits of an alert in words: `above 5%`; nothing where it compares with no number.
fn limit(alert: &Alert) -> String {
    let texts = ["summary", "description"].into_iter();
    let function = texts.filter_map(|it| alert.annotation(it)).find_map(value_function);
    let mut words: Vec<String> = Vec::new();
    for it in comparisons(&alert.expr.parsed.expr) {
        let Limit::Number(limit) = it.limit else { continue };
        let number = match function {
            Some(function) => {
                prose(&format!("{{{{ {limit} | {function} }}}}")).into_owned()
            }
            None => short(limit),
        };
        words.push(format!("{} {number}", relation(it.op)));
    }
    words.join(", ")
}

/// The expressions of the first environment that has the alert, each with a label where
/// there are several; tiers that differ in their limit only share one.
fn expressions(entry: &Entry<'_>) -> Vec<(String, String)> {
    let env = entry.rules[0].0;
    let mut out: Vec<(String, String, String)> = Vec::new();
    for (_, alert) in entry.rules.iter().filter(|it| it.0 == env) {
        let text = alert.expr.text.as_str().trim();
        let all = comparisons(&alert.expr.parsed.expr);
        let left = |range: TextRange| alert.expr.text.as_str()[range.bytes()].trim();
        let compared = match &all[..] {
            [it] if matches!(it.limit, Limit::Number(_)) => left(it.left.span),
            _ => text,
        };
        if out.iter().all(|it| it.0 != compared) {
            let tier = alert.about.as_ref().and_then(|it| it.tier.as_deref());
            let tier = tier.or(alert.severity()).unwrap_or_default();
            let label = format!("`{}` {tier}", alert.name).trim_end().to_owned();
            out.push((compared.to_owned(), label, text.to_owned()));
        }
    }
    let single = out.len() == 1;
    out.into_iter()
        .map(|(_, label, text)| (if single { String::new() } else { label }, text))
        .collect()
}

/// The labels that an alert sets itself, but for those that the table has.
fn labels(labels: &[Pair]) -> Vec<String> {
    let own = labels.iter().filter(|it| it.name.as_str() != "severity");
    own.map(|it| format!("`{}=\"{}\"`", it.name, it.value)).collect()
}

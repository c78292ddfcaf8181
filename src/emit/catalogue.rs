//! `ALERTS.md`: the alerts of an environment for people, on one page.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::definition::{Definition, definitions};
use crate::emit::{self, Emit, Target, faultless, name};
use crate::promql::duration::write_duration;
use crate::rules::book::Book;
use crate::rules::group::Alert;
use crate::rules::prose::{cell, fence, prose};

/// The catalogue.
pub const TARGET: Target = Target {
    name: "catalogue",
    summary: "ALERTS.md, the alerts for people",
    default: true,
    place: "ALERTS.md",
    claims: |_| Vec::new(),
    faults: faultless,
    emit: Emit::Alone(emit),
};

/// More bytes than most tiers take on the page.
const ROOM: usize = 1 << 10;

const WRITABLE: &str = "a string takes all that is written to it";

fn emit(book: &Book, _: &mut Sink) -> Vec<Artifact> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut anchors = Anchors::default();
    let files = emit::files(book);
    let n_rules: usize = files.iter().flat_map(|it| &it.1).map(|it| it.rules.len()).sum();
    let mut table = String::new();
    // One long page, which is not to be copied as it grows: only moved at the end, by the
    // table before it. Room that stays untouched costs next to nothing.
    let mut out = String::with_capacity(ROOM * n_rules);
    for (file, groups) in files {
        for (idx, it) in definitions(&groups).iter().enumerate() {
            if idx == 0 {
                out.extend(["\n## ", &name::stem(file), "\n"]);
            }
            for (_, alert) in &it.tiers {
                *counts.entry(severity(alert)).or_default() += 1;
            }
            rows(it, &anchors.next(it.name), &mut table).expect(WRITABLE);
            section(it, &mut out).expect(WRITABLE);
        }
    }
    table.insert_str(0, &head(book, counts).expect(WRITABLE));
    out.insert_str(0, &table);
    vec![Artifact::new("ALERTS.md", out, Kind::Plain)]
}

/// The title, how many rules there are of each severity, and the head of the table.
fn head(book: &Book, mut counts: BTreeMap<&str, usize>) -> Result<String, fmt::Error> {
    let mut out = match &*book.env {
        "default" => format!("# Alerts of {}\n\n", book.project),
        env => format!("# Alerts of {} in {env}\n\n", book.project),
    };
    let n_rules: usize = counts.values().sum();
    let plural = if n_rules == 1 { "" } else { "s" };
    write!(out, "{n_rules} alerting rule{plural}")?;
    // Declared severities in their order, then those that only rule files use.
    let mut severities = Vec::new();
    for name in book.severities.iter().map(|it| it.name.as_str()) {
        severities.extend(counts.remove_entry(name));
    }
    severities.extend(counts);
    for (idx, (name, count)) in severities.iter().enumerate() {
        let before = if idx == 0 { ": " } else { ", " };
        write!(out, "{before}{count} {name}")?;
    }
    out.push_str(".\n\n| alert | severity | after | meaning | runbook |\n");
    out.push_str("| --- | --- | --- | --- | --- |\n");
    Ok(out)
}

/// A row of the table for each tier.
fn rows(of: &Definition<'_>, anchor: &str, out: &mut String) -> fmt::Result {
    let first = of.tiers[0].1;
    let about = first.about.as_ref();
    let page = first.annotation("runbook_url").map_or_else(String::new, |url| {
        let page =
            about.and_then(|it| it.runbook.as_ref()).map_or("runbook", |it| &it.page);
        ["[", &cell(page), "](", &link(url), ")"].concat()
    });
    for (_, alert) in &of.tiers {
        let severity = cell(severity(alert));
        let summary = alert.annotation("summary").map(prose).unwrap_or_default();
        out.extend(["| [", of.name, "](#", anchor, ") | ", &severity, " | "]);
        match alert.hold.value.0 {
            0 => out.push_str("at once"),
            it => write_duration(it, out)?,
        }
        out.extend([" | ", &cell(&summary), " | ", &page, " |\n"]);
    }
    Ok(())
}

/// What the page says of an alert.
fn section(of: &Definition<'_>, out: &mut String) -> fmt::Result {
    let first = of.tiers[0].1;
    out.extend(["\n### ", of.name, "\n"]);
    let description = first.annotation("description").map(prose).unwrap_or_default();
    if !description.is_empty() {
        out.extend(["\n", &description, "\n"]);
    }
    facts(first, out);
    let fence = fence(of.tiers.iter().map(|it| it.1.expr.text.as_str()));
    for (_, alert) in &of.tiers {
        let severity = severity(alert);
        out.push_str("\n**");
        if alert.name.as_str() != of.name {
            out.extend([alert.name.as_str(), " "]);
        }
        match alert.about.as_ref().and_then(|it| it.tier.as_deref()) {
            Some(tier) if tier != severity => out.extend([tier, " (", severity, ")"]),
            _ => out.push_str(severity),
        }
        match alert.hold.value.0 {
            0 => out.push_str("** at once when this holds"),
            it => {
                out.push_str("** when this holds for ");
                write_duration(it, out)?;
            }
        }
        let expr = alert.expr.text.as_str().trim();
        out.extend([":\n\n", &fence, "promql\n", expr, "\n", &fence, "\n"]);
    }
    Ok(())
}

/// A line of who owns an alert, and where its runbook is.
fn facts(alert: &Alert, out: &mut String) {
    let about = alert.about.as_ref();
    // An empty line before the first, a blank between them, and the end of the line.
    let mut before = "\n";
    if let Some(owner) = about.and_then(|it| it.owner.as_ref()) {
        out.extend([before, "Owner: ", owner.as_str(), "."]);
        before = " ";
    }
    if let Some(other) = about.and_then(|it| it.companion_of.as_ref()) {
        out.extend([before, "Fires when the data of `", other, "` is missing."]);
        before = " ";
    }
    if let Some(url) = alert.annotation("runbook_url") {
        out.extend([before, "Runbook: <", &link(url), ">"]);
        before = " ";
    }
    if before == " " {
        out.push('\n');
    }
}

fn severity(alert: &Alert) -> &str {
    alert.severity().unwrap_or("without severity")
}

/// A URL in a link: what would end it is escaped.
fn link(url: &str) -> Cow<'_, str> {
    let ends = |it: char| matches!(it, '(' | ')' | '<' | '>' | '|' | ' ');
    if url.bytes().all(|it| it.is_ascii_graphic() && !ends(char::from(it))) {
        return Cow::Borrowed(url);
    }
    let mut out = String::with_capacity(url.len());
    for it in url.chars() {
        match it {
            it if ends(it) => out.push_str(&format!("%{:02X}", it as u32)),
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    Cow::Owned(out)
}

/// The anchors that renderers of Markdown give to headings: a number tells equal ones
/// apart.
#[derive(Default)]
struct Anchors(HashMap<String, usize>);

impl Anchors {
    fn next(&mut self, heading: &str) -> String {
        let mut anchor = heading.to_lowercase();
        anchor.retain(|it| it.is_alphanumeric() || matches!(it, '-' | '_' | ' '));
        if anchor.contains(' ') {
            anchor = anchor.replace(' ', "-");
        }
        let n_before = self.0.entry(anchor.clone()).or_default();
        *n_before += 1;
        match *n_before {
            1 => anchor,
            n => format!("{anchor}-{}", n - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_on_their_line() {
        assert_eq!(link("https://x/a(b) c"), "https://x/a%28b%29%20c");
        let mut anchors = Anchors::default();
        let mut next = || anchors.next("Api Down_2!");
        assert_eq!((next(), next()), ("api-down_2".into(), "api-down_2-1".into()));
    }
}

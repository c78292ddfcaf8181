//! What severities require of their alerts.

use std::collections::BTreeMap;

use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::lint::context::{Context, Site};
use crate::lint::coverage::panels;
use crate::lint::table::{Check, Found, Level, Lint};
use crate::rules::book::Book;

/// The lint.
pub static LINT: Lint = Lint {
    name: "severity-requires",
    level: Level::Deny,
    summary: "An alert without something that its severity `requires`.",
    why: "The manifest says what an alert must have before it may wake somebody.",
    example: "[severity.critical]\nrequires = [\"runbook\"]\n\n[alert.ApiDown]\nseverity = \"critical\"\nrunbook = false",
    instead: "Give the alert what is missing, or another severity.",
    peers: &[
        "pint alerts/annotation",
        "promruval hasAnnotations",
        "mixtool alert-description-missing-rule",
        "mixtool alert-summary-missing-rule",
    ],
    check: Check::Book(run),
};

/// What the tiers of one alert lack, by what it is.
struct Lack<'a> {
    site: Site<'a>,
    /// With the severity that requires it, where it says so.
    of: BTreeMap<&'a str, (&'a str, Span)>,
}

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let Some(book) = context.book else { return };
    let mut lacks: BTreeMap<(Span, &str), Lack<'a>> = BTreeMap::new();
    for site in context.own() {
        let Some(alert) = site.alert() else { continue };
        let Some(severity) = alert.severity() else { continue };
        let severity = book.severities.iter().find(|it| it.name == severity);
        for it in severity.iter().flat_map(|it| &it.requires) {
            if !has(context, book, site, it) {
                let name = alert.name.as_str();
                let lack = Lack { site, of: BTreeMap::new() };
                let lack = lacks.entry((alert.span, name)).or_insert(lack);
                let of = severity.map_or("", |it| &it.name);
                lack.of.entry(it.as_str()).or_insert((of, it.span()));
            }
        }
    }
    for ((at, name), Lack { site, of }) in lacks {
        let names = suggest::list(of.keys().copied(), 10);
        let said = LINT
            .finding(format!("`{name}` has no {}", names.replace(" and ", " and no ")));
        let mut said = said.at(at, "this alert");
        let mut places: Vec<(&str, Span)> = of.into_values().collect();
        places.sort_by_key(|it| (it.1.file, it.1.start));
        for (idx, (severity, place)) in places.iter().enumerate() {
            // Said once, at the last of those that belong together.
            let label = match places.get(idx + 1) {
                Some(next) if next.0 == *severity => String::new(),
                _ => format!("required of `{severity}`"),
            };
            said = said.context(*place, label);
        }
        out.push((Some(site), said.help("add it, or give the alert another severity")));
    }
}

/// Whether an alert has what is required.
fn has(context: &Context<'_>, book: &Book, site: Site<'_>, what: &Text) -> bool {
    let Some(alert) = site.alert() else { return true };
    let Some(about) = &alert.about else { return true };
    // What is derived from an alert has what the alert has.
    if about.companion_of.is_some() {
        return true;
    }
    let written =
        |name: &str| alert.annotation(name).is_some_and(|it| !it.trim().is_empty());
    match what.as_str() {
        it @ ("summary" | "description") => written(it),
        "owner" => about.owner.is_some(),
        "runbook" => about.runbook.is_some() || written("runbook_url"),
        "test" => context.tests.is_none_or(|it| it.of(site).fires),
        "panel" => panels::are_there(context, book, site),
        _ => true,
    }
}

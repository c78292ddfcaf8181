//! Critical alerts that not every environment has.

use std::collections::BTreeMap;

use crate::diag::suggest;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Found, Level, Lint};
use crate::rules::book::Book;
use crate::rules::group::Rule;

/// The lint.
pub static LINT: Lint = Lint {
    name: "environment-lacks-alert",
    level: Level::Off,
    summary: "An alert of the worst severity that an environment does not have.",
    why: "What is worth waking somebody in one environment is seldom nothing in the other. \
          Environments whose `severities` leave out the severity are not meant.",
    example: "[alert.ApiDown]\nseverity    = \"critical\"\nenv.staging = false",
    instead: "Let the environment have it, with another limit or a milder severity; or say \
              why it has not: `allow`.",
    peers: &[],
    check: Check::Book(run),
};

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let Some(book) = context.book else { return };
    let others = || context.books.iter().filter(|it| it.env != book.env);
    // An alert is looked at in the first environment that has it.
    let before = || context.books.iter().take_while(|it| it.env != book.env);
    let mut seen: BTreeMap<(&str, &str), Site<'a>> = BTreeMap::new();
    for site in context.own() {
        let Some(key) = key(site.rule) else { continue };
        if is_worst(book, site.rule) && !before().any(|it| alerts(it).any(|it| it == key))
        {
            seen.entry(key).or_insert(site);
        }
    }
    for (key, site) in seen {
        let lacks = others().filter(|other| {
            let mut rules = other.groups.iter().flat_map(|it| &it.rules);
            rules.any(|it| is_worst(other, it)) && !alerts(other).any(|it| it == key)
        });
        let lacks: Vec<&str> = lacks.map(|it| &*it.env).collect();
        if lacks.is_empty() {
            continue;
        }
        let names = suggest::list(lacks, 10);
        let said = LINT.finding(format!("{names} has no alert `{}`", site.name()));
        let said = said.at(site.span(), format!("`{}` has it", book.env));
        let help = "let it have the alert, or say in `allow` why it has not";
        out.push((Some(site), said.help(help)));
    }
}

/// The alerts of an environment, by what defines them and for which service.
fn alerts(book: &Book) -> impl Iterator<Item = (&str, &str)> {
    book.groups.iter().flat_map(|it| &it.rules).filter_map(key)
}

fn key(rule: &Rule) -> Option<(&str, &str)> {
    let Rule::Alert(alert) = rule else { return None };
    let about = alert.about.as_ref().filter(|it| it.companion_of.is_none())?;
    Some((&about.definition, about.job.as_deref().unwrap_or_default()))
}

/// Whether an alert has a severity that inhibits another one, and that none inhibits.
fn is_worst(book: &Book, rule: &Rule) -> bool {
    let Rule::Alert(alert) = rule else { return false };
    let Some(severity) = alert.severity() else { return false };
    let is = |it: &String| it == severity;
    let mut own = book.severities.iter().filter(|it| it.name == severity);
    own.any(|it| !it.inhibits.is_empty())
        && !book.severities.iter().any(|it| it.inhibits.iter().any(is))
}

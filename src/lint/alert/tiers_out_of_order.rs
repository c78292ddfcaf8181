//! Tiers of which the worse one is easier to reach.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::diag::diagnostic::Diagnostic;
use crate::lint::alert::limits::{Condition, Limit};
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Found, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "tiers-out-of-order",
    level: Level::Warn,
    summary: "Tiers of an alert of which the worse one is as easy to reach, or easier.",
    why: "The warning never comes before the page: somebody swapped the limits, or the \
          direction of the comparison. Tiers of the same condition are compared, whose \
          limits differ.",
    example: "expr     = 'disk_free_ratio < ${free}'\n\
              critical = { free = 0.2 }\n\
              warning  = { free = 0.1 }",
    instead: "Give the critical tier the limit that is harder to reach.",
    peers: &[],
    check: Check::Book(run),
};

/// Severities by rank where no project declares any.
const RANKS: &[(&str, u8)] =
    &[("critical", 3), ("page", 3), ("error", 2), ("warning", 1), ("info", 0)];

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let mut tiers: HashMap<_, Vec<Tier<'a>>> = HashMap::new();
    let mut order = Vec::new();
    for site in context.sites() {
        let Some(alert) = site.alert() else { continue };
        let Some(severity) = alert.severity() else { continue };
        let condition = Condition::of(site.tree());
        let key = (&*site.group.file, family(site), condition.shape.clone());
        let own = tiers.entry(key.clone()).or_default();
        if own.is_empty() {
            order.push(key);
        }
        own.push(Tier { site, severity, condition });
    }
    for key in order {
        let own = &tiers[&key];
        for (idx, a) in own.iter().enumerate() {
            for b in &own[idx + 1..] {
                if is_worse(context, a.severity, b.severity) {
                    out.extend(judge(a, b));
                } else if is_worse(context, b.severity, a.severity) {
                    out.extend(judge(b, a));
                }
            }
        }
    }
}

struct Tier<'a> {
    site: Site<'a>,
    severity: &'a str,
    condition: Condition,
}

/// What tiers of one alert have in common.
fn family(site: Site<'_>) -> (String, String) {
    let about = site.alert().and_then(|it| it.about.as_ref());
    match about {
        Some(it) => {
            let each: Vec<&str> = it.each.iter().map(|it| it.as_str()).collect();
            let job = it.job.as_deref().unwrap_or_default();
            (it.definition.to_string(), format!("{job}/{}", each.join("/")))
        }
        None => (site.name().to_string(), site.group.name.clone()),
    }
}

fn is_worse(context: &Context<'_>, a: &str, b: &str) -> bool {
    if let Some(book) = context.book {
        let own = book.severities.iter().find(|it| it.name == a);
        return own.is_some_and(|it| it.inhibits.iter().any(|it| it == b));
    }
    let rank = |name: &str| RANKS.iter().find(|it| it.0 == name).map(|it| it.1);
    rank(a).zip(rank(b)).is_some_and(|(a, b)| a > b)
}

fn judge<'a>(worse: &Tier<'a>, milder: &Tier<'a>) -> Option<Found<'a>> {
    let hold = |it: &Tier<'_>| it.site.alert().map(|it| it.hold.value);
    let (own, other) = (hold(worse)?, hold(milder)?);
    let order = worse.condition.difficulty(&milder.condition)?;
    let (a, b) = (worse.severity, milder.severity);
    let name = worse.site.name();
    let said = match order {
        Ordering::Greater => return None,
        // It comes later for being longer.
        Ordering::Equal if other < own => return None,
        Ordering::Equal => {
            let title = format!("`{b}` of `{name}` never comes before `{a}`");
            let text = worse.site.expr();
            let said = LINT.finding(title);
            let said = match worse.condition.limits.first() {
                Some(it) => limit(said, worse, it, true),
                None => {
                    let all = text.text.as_str().len();
                    said.within(&text.text, 0, all, "the condition of both")
                }
            };
            said.note(format!("`for` is {own} for `{a}`, and {other} for `{b}`")).help(
                format!("give `{b}` a limit that is easier to reach, or a shorter `for`"),
            )
        }
        Ordering::Less => {
            let title = format!("`{a}` of `{name}` is easier to reach than `{b}`");
            let (mine, theirs) = worse.condition.differing(&milder.condition)?;
            let said = limit(LINT.finding(title), worse, &mine, true);
            let said = limit(said, milder, &theirs, false);
            let said = match other < own {
                true => said.note(format!("it waits for {own}, and `{b}` for {other}")),
                false => said,
            };
            said.help("swap the limits")
        }
    };
    Some((Some(worse.site), said))
}

/// Shows the limit of a tier.
fn limit(said: Diagnostic, tier: &Tier<'_>, limit: &Limit, primary: bool) -> Diagnostic {
    let label = format!("{} for `{}`", limit.value, tier.severity);
    let at = limit.at.bytes();
    let place = tier.site.expr().text.place(at.start, at.end);
    match primary {
        true => said.at(place.span, label),
        false => said.context(place.span, label),
    }
}

//! Alerts that say the same.

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::lint::alert::limits::Condition;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Found, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "always-together",
    level: Level::Warn,
    summary: "Two alerts with the same labels of which one never fires without the other.",
    why: "One fault gives two messages to the same people. Compared are alerts of the same \
          condition that differ in their limits and times, or in their names only.",
    example: "[alert.ApiSlow]\nseverity = \"warning\"\nexpr = 'api:latency:p99 > 1'\n\n\
              [alert.ApiVerySlow]\nseverity = \"warning\"\nexpr = 'api:latency:p99 > 2'",
    instead: "Take one out, or make two tiers of different severity of them.",
    peers: &[],
    check: Check::Book(run),
};

/// So many alerts of a kind are compared with a further one.
const MAX_COMPARED: usize = 32;

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let mut seen: HashMap<_, Vec<(Site<'a>, Condition)>> = HashMap::new();
    for site in context.sites() {
        if site.alert().is_none() {
            continue;
        }
        let condition = Condition::of(site.tree());
        // Which files of others run on one server is not known.
        let file = if context.book.is_some() { "" } else { &*site.group.file };
        let key = (file, site.given(), condition.shape.clone());
        let earlier = seen.entry(key).or_default();
        let mut pairs = earlier.iter().take(MAX_COMPARED);
        out.extend(pairs.find_map(|(other, of)| judge((site, &condition), (*other, of))));
        earlier.push((site, condition));
    }
}

fn judge<'a>(
    (a, of_a): (Site<'a>, &Condition),
    (b, of_b): (Site<'a>, &Condition),
) -> Option<Found<'a>> {
    let times = |it: Site<'a>| {
        let alert = it.alert()?;
        Some((alert.hold.value, alert.keep_firing_for.value))
    };
    let ((hold_a, keep_a), (hold_b, keep_b)) = (times(a)?, times(b)?);
    let order = of_a.difficulty(of_b)?;
    let implies = |order: Ordering| {
        let (hold, keep) = (hold_a.cmp(&hold_b), keep_b.cmp(&keep_a));
        [order, hold, keep].iter().all(|it| *it != Ordering::Less)
    };
    let back = || {
        let (hold, keep) = (hold_b.cmp(&hold_a), keep_a.cmp(&keep_b));
        [order.reverse(), hold, keep].iter().all(|it| *it != Ordering::Less)
    };
    let (first, second, title) = match (implies(order), back()) {
        (true, true) => {
            (a, b, format!("`{}` and `{}` always fire together", b.name(), a.name()))
        }
        (true, false) => {
            (a, b, format!("`{}` fires only while `{}` does", a.name(), b.name()))
        }
        (false, true) => {
            (b, a, format!("`{}` fires only while `{}` does", b.name(), a.name()))
        }
        (false, false) => return None,
    };
    let title = match a.name().as_str() == b.name().as_str() {
        true => format!("two alerts `{}` fire together", a.name()),
        false => title,
    };
    let all = first.expr().text.as_str().len();
    let label = match order {
        Ordering::Equal => "the same condition, the same labels",
        _ => "holds only where the other condition does, with the same labels",
    };
    let said = LINT.finding(title);
    let said = said.within(&first.expr().text, 0, all, label);
    let said = said.context(second.span(), "the other one");
    let help = "take one out, or let their severities or conditions differ";
    Some((Some(first), said.help(help)))
}

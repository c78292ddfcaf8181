//! Alerts as people know them: one with all its tiers.

use std::collections::BTreeMap;

use crate::rules::group::{Alert, Group, Rule};

/// An alert with all its tiers.
#[derive(Clone, Debug)]
pub struct Definition<'a> {
    /// Its name: the key of the alert in the spec.
    pub name: &'a str,
    /// The rules that it became, each with its group; never empty.
    pub tiers: Vec<(&'a Group, &'a Alert)>,
}

/// The alerts of the groups of a file, in the order of their first tiers.
pub fn definitions<'a>(groups: &[&'a Group]) -> Vec<Definition<'a>> {
    let mut out: Vec<Definition<'a>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        for rule in &group.rules {
            let Rule::Alert(alert) = rule else { continue };
            let name = name(alert);
            let idx = *places.entry(name).or_insert(out.len());
            match out.get_mut(idx) {
                Some(it) => it.tiers.push((group, alert)),
                None => out.push(Definition { name, tiers: vec![(group, alert)] }),
            }
        }
    }
    out
}

/// Tiers of one alert stand together; a companion stands alone.
fn name(alert: &Alert) -> &str {
    match &alert.about {
        Some(about) if about.companion_of.is_none() => &about.definition,
        _ => alert.name.as_str(),
    }
}

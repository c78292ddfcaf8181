//! Names that are made: of files, of keys.

use std::collections::BTreeSet;

use crate::spec::form;

/// The longest name that a key of a group may have.
const LONGEST: usize = 63;

/// The name of the alerts or test file for a file of this path: its own name without
/// extensions, in letters that may be a key.
pub fn of_file(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extensions = [".yaml", ".yml", ".json", ".rules"];
    let mut stem = name;
    while let Some(shorter) = extensions.iter().find_map(|it| stem.strip_suffix(it)) {
        stem = shorter;
    }
    part(stem)
}

/// A text as a name of letters, digits, `-`, `_` and `.`.
pub fn part(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            it if it.is_ascii_alphanumeric() || matches!(it, '_' | '.') => out.push(it),
            _ if out.is_empty() || out.ends_with('-') => {}
            _ => out.push('-'),
        }
    }
    let inner = |it: char| it.is_ascii_alphanumeric();
    let out = out.trim_matches(|it| !inner(it));
    let out = out[..out.len().min(LONGEST)].trim_end_matches(|it| !inner(it));
    match out.is_empty() {
        true => "imported".to_string(),
        false => out.to_string(),
    }
}

/// Names that are taken, and a new one for what wants one of them.
#[derive(Clone, Debug, Default)]
pub struct Taken(BTreeSet<String>);

impl Taken {
    /// With these names.
    pub fn new(names: impl IntoIterator<Item = String>) -> Taken {
        Taken(names.into_iter().collect())
    }

    /// Takes the first of these names that is free, or the first with a number.
    pub fn take(&mut self, wanted: &[&str], joint: &str) -> String {
        let free =
            wanted.iter().find(|it| !self.0.contains(**it)).map(|it| it.to_string());
        let first = wanted.first().copied().unwrap_or("imported");
        let name = free.unwrap_or_else(|| {
            (2..)
                .map(|n: usize| format!("{first}{joint}{n}"))
                .find(|it| !self.0.contains(it))
                .unwrap_or_default()
        });
        self.0.insert(name.clone());
        name
    }
}

/// Whether a severity can be declared and be written as a key.
pub fn is_severity(text: &str) -> bool {
    (form::SEVERITY_NAME.fault)(text).is_none()
}

/// The key of an alert of this name: the name itself where it can be one.
pub fn of_alert(name: &str) -> String {
    let good = (form::ALERT_KEY.fault)(name).is_none() && !name.contains("${");
    match good {
        true => name.to_string(),
        false => format!("alert-{}", part(name)),
    }
}

/// The key of a record of this metric.
pub fn of_record(name: &str) -> String {
    let good = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | ':');
    let mut out: String =
        name.chars().map(|it| if good(it) { it } else { '_' }).collect();
    if out.starts_with(|it: char| it.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// The key of a group of this name.
pub fn of_group(name: &str) -> String {
    match (form::NAME.fault)(name) {
        None => name.to_string(),
        Some(_) => part(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_like_what_they_came_from() {
        assert_eq!(of_file("rules/kube.rules.yaml"), "kube");
        assert_eq!(of_file("a b/Node Alerts (new).yml"), "Node-Alerts-new");
        assert_eq!(of_file("x/.yaml"), "imported");
        assert_eq!(of_file(&"x".repeat(80)), "x".repeat(63));
    }

    #[test]
    fn keys_are_names_where_they_can_be() {
        assert_eq!(of_alert("CronjobFailed => Threshold"), "CronjobFailed => Threshold");
        assert_eq!(of_alert("let"), "alert-let");
        assert_eq!(of_record("tank.level"), "tank_level");
        assert_eq!(of_record("9:x"), "_9:x");
        assert_eq!(of_group("kube.rules"), "kube.rules");
        assert_eq!(of_group("Startup Probes"), "Startup-Probes");
    }

    #[test]
    fn a_taken_name_gets_a_number() {
        let mut taken = Taken::new(["a".to_string()]);
        assert_eq!(taken.take(&["a", "a-critical"], "-"), "a-critical");
        assert_eq!(taken.take(&["a", "a-critical"], "-"), "a-2");
        assert_eq!(taken.take(&["b"], "-"), "b");
    }
}

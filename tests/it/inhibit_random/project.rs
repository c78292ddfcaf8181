//! A random project, and what each of its rules can give.

use std::collections::{BTreeMap, BTreeSet};

use aqua_alerts::resolve::inhibit::Series;

use crate::random::Random;

pub const MANIFEST: &str = "[project]\nname = \"p\"\nedition = 1\n\
     [severity.critical]\ninhibits = [\"warning\"]\n[severity.warning]\n[severity.info]\n";

/// The values that labels have.
pub const VALUES: [&str; 2] = ["v0", "v1"];

const LABELS: [&str; 4] = ["instance", "device", "zone", "job"];

/// An alerting rule, and which alerts it gives.
#[derive(Clone, Debug)]
pub struct Rule {
    pub definition: usize,
    pub name: String,
    pub severity: &'static str,
    /// Labels of its results.
    pub results: BTreeSet<&'static str>,
    /// Those that have one value only.
    pub fixed: BTreeMap<&'static str, &'static str>,
    /// Labels that it sets, and those that differ between its tiers.
    pub set: BTreeMap<&'static str, &'static str>,
    pub set_by_tiers: BTreeSet<&'static str>,
    pub per: Option<BTreeSet<&'static str>>,
    /// Nothing tells which labels its results have.
    pub is_open: bool,
}

impl Rule {
    /// Whether a label of its results tells what they are about.
    pub fn counts(&self, name: &str) -> bool {
        self.results.contains(name)
            && !self.set.contains_key(name)
            && self.per.as_ref().is_none_or(|it| it.contains(name))
    }

    /// Whether it is another tier of the same definition.
    pub fn is_tier_of(&self, other: &Rule) -> bool {
        self.definition == other.definition && self.severity != other.severity
    }
}

/// A project.
#[derive(Debug, Default)]
pub struct Project {
    records: Vec<String>,
    alerts: Vec<String>,
    pub inhibits: Vec<String>,
    pub rules: Vec<Rule>,
    series: Series,
}

impl Project {
    /// Rules share names, or have their own.
    pub fn random(random: &mut Random, share: bool) -> Project {
        let mut out = Project::default();
        for idx in 0..2 + random.below(5) {
            let name = match share {
                true => random.pick(&["X", "Y", "Z"]).to_owned(),
                false => format!("N{idx}"),
            };
            out.alert(idx, name, random);
        }
        let names: &[&str] = if share { &["X", "Y", "Z"] } else { &["N0", "N1", "N2"] };
        for _ in 0..random.below(3) {
            let mut side = |severities: &[&str]| match random.percent(80) {
                true => random.pick(names).to_owned(),
                false => format!("{{severity=\"{}\"}}", random.pick(severities)),
            };
            let (source, target) = (side(&["critical"]), side(&["warning", "info"]));
            out.inhibits
                .push(format!("[[inhibit]]\nsource = '{source}'\ntarget = '{target}'\n"));
        }
        out
    }

    /// The alerts file.
    pub fn text(&self) -> String {
        [&self.records[..], &self.alerts, &self.inhibits].concat().join("")
    }

    /// What its tests show of series.
    pub fn shown(&self) -> Series {
        self.series.clone()
    }

    fn alert(&mut self, idx: usize, name: String, random: &mut Random) {
        let some = |random: &mut Random, percent: usize| -> BTreeSet<&'static str> {
            LABELS.into_iter().filter(|_| random.percent(percent)).collect()
        };
        let kind = random.weighted(&[60, 15, 20, 5]);
        let mut results = some(random, 50);
        if kind == 2 {
            // What is scraped has these.
            results.extend(["instance", "job"]);
        }
        let mut rule = Rule {
            definition: idx,
            name,
            severity: "",
            results: results.clone(),
            fixed: BTreeMap::new(),
            set: BTreeMap::new(),
            set_by_tiers: BTreeSet::new(),
            per: None,
            is_open: false,
        };
        let mut selector = String::new();
        if random.percent(30) {
            let label = random.pick(&LABELS);
            let value = random.pick(&VALUES);
            selector = format!("{{{label}=\"{value}\"}}");
            if results.contains(label) {
                rule.fixed.insert(label, value);
            }
        }
        let by: Vec<&str> = results.iter().copied().collect();
        let mut keys = String::new();
        let expr = match kind {
            0 => format!("sum by ({}) (m{idx}{selector})", by.join(", ")),
            1 => {
                self.records.push(format!(
                    "[record.\"r:{idx}\"]\nexpr = 'sum by ({}) (m{idx})'\n",
                    by.join(", ")
                ));
                format!("r:{idx}{selector}")
            }
            // A template names what the test leaves out. A matcher names a label that the
            // series need not have.
            2 => {
                let read: String =
                    by.iter().map(|it| format!("{{{{ $labels.{it} }}}}")).collect();
                keys += &format!("summary = 'a {read}'\n");
                let mut shown = some(random, 40);
                shown.retain(|it| results.contains(it));
                let shown: BTreeSet<String> =
                    shown.into_iter().map(str::to_owned).collect();
                self.series.insert(format!("m{idx}"), shown.clone());
                self.series.insert(format!("n{idx}"), shown);
                match random.percent(50) {
                    true => format!("m{idx}{selector}"),
                    false => {
                        self.records.push(format!(
                            "[record.\"r:{idx}\"]\nexpr = 'm{idx} / n{idx}'\n\
                             [record.\"s:{idx}\"]\nexpr = 'r:{idx} * 2'\n"
                        ));
                        format!("s:{idx}{selector}")
                    }
                }
            }
            _ => {
                rule.is_open = true;
                if random.percent(50) {
                    let per: BTreeSet<&str> =
                        results.iter().copied().filter(|_| random.percent(70)).collect();
                    let listed: Vec<_> = per.iter().map(|it| format!("{it:?}")).collect();
                    keys += &format!("per = [{}]\n", listed.join(", "));
                    rule.per = Some(per);
                }
                format!("m{idx}{selector}")
            }
        };
        // Without the label a matcher selects nothing.
        if !selector.is_empty() && rule.fixed.is_empty() && !expr.starts_with("sum") {
            return;
        }
        if random.percent(20) {
            let value = random.pick(&VALUES);
            rule.set.insert("zone", value);
            keys += &format!("labels = {{ zone = \"{value}\" }}\n");
        }
        let tiers = random.percent(35);
        match tiers {
            false => {
                let severity = random.pick(&["critical", "warning", "info"]);
                rule.severity = severity;
                let name = &rule.name;
                self.alerts.push(format!(
                    "[alert.A{idx}]\nname = '{name}'\nexpr = '{expr} > 1'\n\
                     severity = '{severity}'\n{keys}"
                ));
                self.rules.push(rule);
            }
            true => self.tiers(rule, &expr, &keys, random),
        }
    }

    fn tiers(&mut self, rule: Rule, expr: &str, keys: &str, random: &mut Random) {
        let idx = rule.definition;
        let mut text = format!(
            "[alert.A{idx}]\nname = '{}'\nexpr = '{expr} > ${{limit}}'\n{keys}",
            rule.name
        );
        let (own_zone, own_name) = (random.percent(15), random.percent(15));
        for (severity, limit, value) in [("critical", 2, "v0"), ("warning", 1, "v1")] {
            let mut tier = rule.clone();
            tier.severity = severity;
            let mut more = String::new();
            if own_zone {
                tier.set.insert("zone", value);
                tier.set_by_tiers.insert("zone");
                more += &format!(", labels = {{ zone = \"{value}\" }}");
            }
            if own_name && severity == "critical" {
                tier.name = format!("{}Badly", rule.name);
                more += &format!(", name = \"{}\"", tier.name);
            }
            text += &format!("{severity} = {{ limit = {limit}{more} }}\n");
            self.rules.push(tier);
        }
        self.alerts.push(text);
    }
}

//! Inhibitions as an Alertmanager takes them.
//!
//! Known here is what it makes of them: an alert is silent while another fires that
//! matches the source, where both have the same values of all labels `equal`, a missing
//! label counting as an empty one. An alert on both sides is inhibited by none that is
//! on both sides too (`inhibit/inhibit.go` in Alertmanager).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::promql::labels::Labels;
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::MatchOp;

/// While a source fires, its targets are silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inhibition {
    /// Which alerts inhibit.
    pub source: Vec<LabelMatch>,
    /// Which are inhibited.
    pub target: Vec<LabelMatch>,
    /// Labels whose values must be the same in both, in the order in which they are
    /// written.
    pub equal: Vec<String>,
    /// The values of `namespace` that its sources and targets can have, missing as the
    /// empty one; `None` if any.
    pub namespaces: Option<BTreeSet<String>>,
}

/// A matcher on a label of alerts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelMatch {
    /// The label.
    pub name: Arc<str>,
    /// How it matches.
    pub op: MatchOp,
    /// The value or the pattern, anchored at both ends.
    pub value: Arc<str>,
}

impl LabelMatch {
    /// A label that has this value.
    pub fn equal(name: &str, value: &str) -> LabelMatch {
        LabelMatch { name: name.into(), op: MatchOp::Equal, value: value.into() }
    }

    /// A label that has one of some values, which are sorted and not empty.
    pub fn one_of(name: &str, values: &BTreeSet<&str>) -> LabelMatch {
        let only = (values.len() == 1).then(|| values.first()).flatten();
        if let Some(value) = only {
            return LabelMatch::equal(name, value);
        }
        let values: Vec<String> = values.iter().map(|it| escape(it)).collect();
        let value = values.join("|").into();
        LabelMatch { name: name.into(), op: MatchOp::Regexp, value }
    }
}

/// A text as a pattern that matches it alone.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\.+*?()|[]{}^$".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Which of the alerts that fire make another one silent, by their places.
pub fn inhibited_by(
    inhibitions: &[Inhibition],
    firing: &[Labels],
    alert: &Labels,
) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    for it in inhibitions {
        let (source, target) = (matchers(&it.source), matchers(&it.target));
        if !target.holds(alert) {
            continue;
        }
        let both = source.holds(alert);
        for (idx, other) in firing.iter().enumerate() {
            let same = || it.equal.iter().all(|name| other.get(name) == alert.get(name));
            if source.holds(other) && same() && !(both && target.holds(other)) {
                out.insert(idx);
            }
        }
    }
    out
}

fn matchers(matches: &[LabelMatch]) -> Matchers {
    let parts = matches.iter().map(|it| (it.name.clone(), it.op, it.value.clone()));
    Matchers::from_parts(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inhibition(source: &str, target: &str, equal: &[&str]) -> Inhibition {
        Inhibition {
            source: vec![LabelMatch::equal("severity", source)],
            target: vec![LabelMatch {
                name: "severity".into(),
                op: MatchOp::Regexp,
                value: target.into(),
            }],
            equal: equal.iter().map(|it| it.to_string()).collect(),
            namespaces: None,
        }
    }

    fn alert(severity: &str, instance: &str) -> Labels {
        Labels::from_strs(&[("severity", severity), ("instance", instance)])
    }

    #[test]
    fn a_missing_label_is_an_empty_one() {
        let it = [inhibition("critical", "warning", &["instance", "pod"])];
        let firing = [alert("critical", "a"), alert("critical", "")];
        let by = |it_: &Labels| inhibited_by(&it, &firing, it_);
        assert_eq!(by(&alert("warning", "a")), BTreeSet::from([0]));
        assert_eq!(by(&alert("warning", "")), BTreeSet::from([1]));
        assert_eq!(by(&alert("warning", "b")), BTreeSet::new());
        assert_eq!(by(&alert("info", "a")), BTreeSet::new());
    }

    #[test]
    fn an_alert_on_both_sides_is_not_inhibited_by_another_such() {
        let it = [inhibition("critical", "critical|warning", &[])];
        let firing = [alert("critical", "a")];
        assert!(inhibited_by(&it, &firing, &alert("critical", "b")).is_empty());
        assert!(!inhibited_by(&it, &firing, &alert("warning", "b")).is_empty());
    }

    #[test]
    fn names_are_no_patterns() {
        let names = BTreeSet::from(["A.b", "C (5%)"]);
        let it = LabelMatch::one_of("alertname", &names);
        assert_eq!(&*it.value, "A\\.b|C \\(5%\\)");
        let only = LabelMatch::one_of("alertname", &BTreeSet::from(["A.b"]));
        assert_eq!(only, LabelMatch::equal("alertname", "A.b"));
    }
}

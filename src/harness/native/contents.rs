//! Labels, annotations and values of alerts beside what a test wants of them.

use std::collections::BTreeSet;

use crate::case::native::ready::{Expectation, ValueMatch};
use crate::case::native::timeline::State;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::harness::failure::Field;
use crate::harness::native::judge::{Fault, Judge, is_like};
use crate::harness::native::states::first;
use crate::harness::native::{apart, select};
use crate::harness::plan::RuleIdx;
use crate::harness::result::Timeline;
use crate::harness::words::{self, shown};
use crate::promql::value::Sample;

/// Alerts that are named beside one in which the same differs.
const NAMED: usize = 3;

/// Something of an alert that is not as wanted.
#[derive(Debug, PartialEq)]
struct Difference<'e> {
    field: Field,
    /// The name of the label or annotation.
    name: &'e str,
    want: &'e Text,
    found: String,
    /// What its place says.
    label: String,
    /// The value, where it is a number.
    value: Option<(ValueMatch, f64)>,
}

/// Alerts in which the same differs.
struct Told<'e> {
    rule: RuleIdx,
    names: Vec<String>,
    differences: Vec<Difference<'e>>,
    /// When it was looked at.
    time: Option<i64>,
}

impl Judge<'_> {
    /// The faults in the contents of some alerts, those in which the same differs in one, and
    /// how many alerts were not looked at, since there was no room for more faults.
    pub(super) fn contents(
        &self,
        expect: &Expectation,
        selected: &[(RuleIdx, &Timeline)],
        room: usize,
    ) -> (Vec<Fault>, usize) {
        if !has_contents(expect) {
            return (Vec::new(), 0);
        }
        let mut all: Vec<Told<'_>> = Vec::new();
        let mut extra: Vec<Fault> = Vec::new();
        for (at, (rule, timeline)) in selected.iter().enumerate() {
            if room <= all.len() + extra.len() {
                let told = self.told(expect, all, extra);
                return (told, selected.len() - at);
            }
            let time = self.looked_at(expect, timeline);
            let differences = self.differences(expect, *rule, timeline, time);
            if !differences.is_empty() {
                let name = shown(&timeline.labels);
                let same = |it: &&mut Told<'_>| {
                    it.rule == *rule && it.time == time && it.differences == differences
                };
                match all.iter_mut().find(same) {
                    Some(it) => it.names.push(name),
                    None => {
                        let names = vec![name];
                        all.push(Told { rule: *rule, names, differences, time });
                    }
                }
            }
            extra.extend(self.unnamed_labels(expect, *rule, timeline));
        }
        (self.told(expect, all, extra), 0)
    }

    fn told(
        &self,
        expect: &Expectation,
        all: Vec<Told<'_>>,
        extra: Vec<Fault>,
    ) -> Vec<Fault> {
        all.iter().map(|it| self.differ(expect, it)).chain(extra).collect()
    }

    /// What is said of alerts in which the same differs.
    fn differ(&self, expect: &Expectation, told: &Told<'_>) -> Fault {
        let Told { rule, names, differences, time } = told;
        let time = time.map(|it| words::time(it - self.ready.start));
        let title = title(differences, &names[0], time.as_deref());
        let mut parts = differences.iter();
        let start = (&expect.selector.text, 0..expect.selector.text.as_str().len());
        let (at, label) = match parts.next() {
            Some(it) => ((it.want, 0..it.want.as_str().len()), it.label.clone()),
            None => (start, String::new()),
        };
        let mut diagnostic = self.about(title, at, label, *rule);
        for it in parts {
            let end = it.want.as_str().len();
            diagnostic = diagnostic.within(it.want, 0, end, it.label.clone());
        }
        for (want, is) in differences.iter().filter_map(|it| it.value) {
            diagnostic = apart::advise(diagnostic, want, is, "\"");
        }
        if let [_, others @ ..] = &names[..]
            && !others.is_empty()
        {
            let mut list: Vec<&str> =
                others.iter().take(NAMED).map(String::as_str).collect();
            let more = format!("{} more", others.len().saturating_sub(NAMED));
            if NAMED < others.len() {
                list.push(&more);
            }
            let so = match (differences.len(), others.len()) {
                (1, 1) => "so does that of",
                (_, _) => "so do those of",
            };
            diagnostic = diagnostic.note(format!("{so} {}", and(&list)));
        }
        let (expected, found) = match &differences[..] {
            [one] => (one.want.to_string(), one.found.clone()),
            all => {
                let of = |text: &dyn Fn(&Difference<'_>) -> String| {
                    let it = all.iter().map(|it| format!("{}: {}", key(it), text(it)));
                    it.collect::<Vec<_>>().join(", ")
                };
                (of(&|it| it.want.to_string()), of(&|it| it.found.clone()))
            }
        };
        Fault { diagnostic, expected: Some(expected), found, failure: None }
    }

    /// When annotations and value of an alert are looked at.
    fn looked_at(&self, expect: &Expectation, timeline: &Timeline) -> Option<i64> {
        if expect.annotations.is_empty() && expect.value.is_none() {
            return None;
        }
        let begin = first(timeline, State::Firing).or(timeline.stretches.first());
        expect.at.map(|it| it + self.ready.start).or(begin.map(|it| it.from))
    }

    fn differences<'e>(
        &self,
        expect: &'e Expectation,
        rule: RuleIdx,
        timeline: &Timeline,
        tick: Option<i64>,
    ) -> Vec<Difference<'e>> {
        let mut out = Vec::new();
        for (key, want) in &expect.labels {
            let is = timeline.labels.get(key.as_str());
            if is_like(want.as_str(), is) || self.is_unreadable(rule, key.as_str()) {
                continue;
            }
            let (label, found) = match is {
                "" => (format!("it has no label `{key}`"), "nothing".to_string()),
                is => (format!("it is {is:?}"), is.to_string()),
            };
            let (field, name) = (Field::Label, key.as_str());
            out.push(Difference { field, name, want, found, label, value: None });
        }
        let Some(tick) = tick else { return out };
        let annotations = self.run.annotations(rule, timeline, tick);
        for (key, want) in &expect.annotations {
            let is = annotations.symbol(key.as_str());
            let is_like = is.is_some_and(|is| is_like(want.as_str(), is));
            if is_like || self.is_unreadable(rule, key.as_str()) {
                continue;
            }
            let (label, found) = match is {
                Some(is) => (format!("it is {is:?}"), is.to_string()),
                None => (format!("it has no annotation `{key}`"), "nothing".to_string()),
            };
            let (field, name) = (Field::Annotation, key.as_str());
            out.push(Difference { field, name, want, found, label, value: None });
        }
        if let Some((wanted, want)) = &expect.value {
            let value = match timeline.point_at(tick).map(|it| &it.value) {
                Some(Sample::Float(value)) => Some(*value),
                Some(Sample::Histogram(_)) | None => None,
            };
            if !value.is_some_and(|it| wanted.holds(it)) {
                let (found, told) = match value {
                    Some(is) => {
                        (apart::float(Some(*wanted), is), apart::value(*wanted, is))
                    }
                    None => ("no number".to_string(), "no number".to_string()),
                };
                let (field, label) = (Field::Value, format!("it is {told}"));
                let value = value.map(|is| (*wanted, is));
                out.push(Difference { field, name: "", want, found, label, value });
            }
        }
        out
    }

    /// Labels beyond those that the test names, where it is to name them all.
    fn unnamed_labels(
        &self,
        expect: &Expectation,
        rule: RuleIdx,
        timeline: &Timeline,
    ) -> Option<Fault> {
        if !expect.exact {
            return None;
        }
        let selector = &expect.selector;
        let equal = selector.matchers.iter().filter(|it| select::is_equality(it));
        let mut named: BTreeSet<&str> = equal.map(|it| &*it.name).collect();
        named.extend(expect.labels.iter().map(|it| it.0.as_str()));
        named.insert("alertname");
        let extra = timeline.labels.iter().filter(|it| !named.contains(&*it.0));
        let extra: Vec<String> =
            extra.map(|it| format!("{}=\"{}\"", it.0, it.1)).collect();
        if extra.is_empty() {
            return None;
        }
        let found = extra.join(", ");
        let name = shown(&timeline.labels);
        let title = format!("{name} carries labels that are not named");
        let at = (&selector.text, 0..selector.text.as_str().len());
        let diagnostic = self.about(title, at, format!("also {found}"), rule);
        let expected = Some("no other label".to_string());
        Some(Fault { diagnostic, expected, found, failure: None })
    }
}

fn has_contents(expect: &Expectation) -> bool {
    !expect.labels.is_empty()
        || !expect.annotations.is_empty()
        || expect.value.is_some()
        || expect.exact
}

/// What a difference is called in one line.
fn key<'d>(it: &'d Difference<'_>) -> &'d str {
    match it.field {
        Field::Label | Field::Annotation => it.name,
        Field::Value => "value",
    }
}

/// ``the labels `a` and `b` and the value of `X` differ at 5m``
fn title(differences: &[Difference<'_>], alert: &str, time: Option<&str>) -> String {
    let mut parts = Vec::new();
    for field in [Field::Label, Field::Annotation] {
        let of_field = differences.iter().filter(|it| it.field == field);
        let names: Vec<&str> = of_field.map(|it| it.name).collect();
        let plural = if names.len() == 1 { "" } else { "s" };
        if !names.is_empty() {
            let list = suggest::list(names.iter().copied(), 3);
            parts.push(format!("the {}{plural} {list}", field.as_str()));
        }
    }
    if differences.iter().any(|it| it.field == Field::Value) {
        parts.push("the value".to_string());
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let verb = if differences.len() == 1 { "differs" } else { "differ" };
    let timed = differences.iter().any(|it| it.field != Field::Label);
    let at = time.filter(|_| timed).map(|it| format!(" at {it}")).unwrap_or_default();
    format!("{} of {alert} {verb}{at}", and(&parts))
}

/// `a, b and c`
fn and(all: &[&str]) -> String {
    match all {
        [] => String::new(),
        [one] => one.to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

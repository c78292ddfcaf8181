//! Which alerts a selector means.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::promql::infer::Presence;
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::promql::matcher::Matchers;
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::{MatchOp, Matcher};
use crate::promql::syntax::parse_selector;
use crate::resolve::inhibit::carried::Alerting;
use crate::rules::inhibition::LabelMatch;

/// Alerts, found by the values of their labels as an Alertmanager sees them.
pub(super) struct Index<'i, 'a> {
    alerts: &'i [Alerting<'a>],
    /// What the server adds to alerts that have no label of the name.
    external: &'i [(String, String)],
    /// Of each label that a selector asked for.
    labels: HashMap<Arc<str>, Holders>,
}

/// Which alerts can have a label.
#[derive(Default)]
struct Holders {
    of_value: HashMap<Symbol, Vec<usize>>,
    /// Those that can have any value.
    of_any: Vec<usize>,
}

impl<'i, 'a> Index<'i, 'a> {
    pub(super) fn new(
        alerts: &'i [Alerting<'a>],
        external: &'i [(String, String)],
    ) -> Index<'i, 'a> {
        Index { alerts, external, labels: HashMap::new() }
    }

    /// What an alert has of a label that it lacks itself.
    fn missing(&self, label: &str) -> &'i str {
        self.external.iter().find(|it| it.0 == label).map_or("", |it| &it.1)
    }

    /// The places of those that may satisfy all matchers.
    pub(super) fn select(&mut self, matchers: &[Matcher]) -> Vec<usize> {
        let tests: Vec<Test> = matchers.iter().map(test).collect();
        let some = matchers.iter().filter_map(|it| self.candidates(it));
        let candidates = some.min_by_key(Vec::len);
        let mut out = candidates.unwrap_or_else(|| (0..self.alerts.len()).collect());
        let may = |idx: &usize, it: &Test| {
            may_match(&self.alerts[*idx], it, self.missing(&it.0))
        };
        out.retain(|idx| tests.iter().all(|it| may(idx, it)));
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Alerts among which are all that can satisfy a matcher; `None` where it does not say
    /// which values these have.
    fn candidates(&mut self, matcher: &Matcher) -> Option<Vec<usize>> {
        let values = values(matcher)?;
        if !self.labels.contains_key(&matcher.name) {
            let missing = self.missing(&matcher.name);
            let holders = Holders::of(self.alerts, &matcher.name, missing);
            self.labels.insert(matcher.name.clone(), holders);
        }
        let holders = &self.labels[&matcher.name];
        let named = values.iter().filter_map(|it| holders.of_value.get(it)).flatten();
        Some(named.chain(&holders.of_any).copied().collect())
    }
}

impl Holders {
    fn of(alerts: &[Alerting<'_>], label: &str, missing: &str) -> Holders {
        let mut out = Holders::default();
        for (idx, it) in alerts.iter().enumerate() {
            let mut add =
                |value: Symbol| out.of_value.entry(value).or_default().push(idx);
            let fact = it.facts.look(label);
            if !missing.is_empty() && fact.presence != Presence::Always {
                add(missing.into());
            }
            match (&fact.values, fact.presence) {
                _ if is_name(label) => add(it.name.into()),
                (_, Presence::Never) => {}
                (Some(values), _) => values.iter().cloned().for_each(add),
                (None, _) => out.of_any.push(idx),
            }
        }
        out
    }
}

/// A matcher, compiled.
type Test = (Arc<str>, Matchers);

fn test(matcher: &Matcher) -> Test {
    (matcher.name.clone(), Matchers::new(std::slice::from_ref(matcher)))
}

/// Whether some alert of a rule can satisfy a matcher; `missing` is what it has of the label
/// where the rule's results lack it.
fn may_match(it: &Alerting<'_>, (name, test): &Test, missing: &str) -> bool {
    let holds = |value: &str| test.hold_for(value);
    if is_name(name) {
        return holds(it.name);
    }
    let fact = it.facts.look(name);
    let empty = fact.presence != Presence::Always && holds(missing);
    let values = fact.values.as_ref();
    let other = fact.presence != Presence::Never
        && values.is_none_or(|it| it.iter().any(|it| holds(it)));
    empty || other
}

/// The only values of a label that satisfy a matcher, where these are few and it cannot be
/// missing.
fn values(matcher: &Matcher) -> Option<Vec<Symbol>> {
    let values: Vec<Symbol> = match matcher.op {
        MatchOp::Equal => vec![matcher.value.clone()],
        MatchOp::Regexp => {
            Pattern::new(&matcher.value).ok()?.values()?.map(Symbol::from).collect()
        }
        MatchOp::NotEqual | MatchOp::NotRegexp => return None,
    };
    (!values.iter().any(|it| it.is_empty())).then_some(values)
}

fn is_name(label: &str) -> bool {
    matches!(label, "alertname" | METRIC_NAME)
}

/// The matchers of a side; what is wrong with it is said.
pub(super) fn selector(text: &Text, sink: &mut Sink) -> Option<Vec<Matcher>> {
    match parse_selector(text.as_str(), &Dialect::everything()) {
        Ok(it) => Some(it.matchers),
        Err(errors) => {
            for it in errors {
                let at = it.at.bytes();
                sink.push_once(
                    Diagnostic::error("bad-selector", it.message)
                        .within(text, at.start, at.end, "")
                        .help("write an alert's name or a selector: `{severity=\"warning\"}`"),
                );
            }
            None
        }
    }
}

/// The one name that a side is for, where it says one.
pub(super) fn named(text: &Text) -> Option<Arc<str>> {
    let selector = parse_selector(text.as_str(), &Dialect::everything()).ok()?;
    let is_equal = |it: &&Matcher| is_name(&it.name) && it.op == MatchOp::Equal;
    selector.matchers.iter().find(is_equal).map(|it| it.value.clone())
}

/// The matchers of a side on labels other than the name.
pub(super) fn without_name(matchers: &[Matcher]) -> Vec<LabelMatch> {
    let others = matchers.iter().filter(|it| !is_name(&it.name));
    let matched = |it: &Matcher| LabelMatch {
        name: it.name.clone(),
        op: it.op,
        value: it.value.clone(),
    };
    others.map(matched).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::inhibit::made::of_jobs;

    fn matchers(selector: &str) -> Vec<Matcher> {
        parse_selector(selector, &Dialect::everything()).unwrap().matchers
    }

    #[test]
    fn only_alerts_that_can_have_the_value_are_looked_at() {
        for n_jobs in [30, 60] {
            of_jobs(n_jobs, |alerts, _, _| {
                let mut index = Index::new(alerts, &[]);
                let mut looked = |selector: &str| {
                    let found = index.candidates(&matchers(selector)[0]);
                    found.map(|it| it.len())
                };
                assert_eq!(looked("{job=\"job-7\"}"), Some(2));
                assert_eq!(looked("{job=~\"job-7|job-8\"}"), Some(4));
                assert_eq!(looked("{job=~\"job-7.*\"}"), None);
                assert_eq!(looked("{job=~\"|job-7\"}"), None);
                // Each can have this instance, some a device.
                assert_eq!(looked("{instance=\"a\"}"), Some(2 * n_jobs));
                assert_eq!(looked("{device=\"a\"}"), Some(2 * n_jobs / 3));
            });
        }
    }

    #[test]
    fn what_is_selected_may_match() {
        of_jobs(30, |alerts, _, _| {
            let external =
                [("zone".to_owned(), "eu".to_owned()), ("job".into(), "x".into())];
            let mut index = Index::new(alerts, &[]);
            let mut select = |selector: &str| index.select(&matchers(selector));
            assert_eq!(select("A{job=\"job-7\"}"), [14, 15]);
            assert_eq!(select("{job=\"job-7\",device=\"a\"}"), [15]);
            assert_eq!(select("{job=\"job-7\",device!=\"a\"}"), [14, 15]);
            assert_eq!(select("{job=~\"job-7|job-7\"}"), [14, 15]);
            assert_eq!(select("B{job=\"job-7\"}"), [] as [usize; 0]);
            assert_eq!(select("{job=\"\"}"), [] as [usize; 0]);
            assert_eq!(select("{zone=\"\",job=\"job-0\"}"), [0, 1]);
            assert_eq!(select("{zone=\"eu\",job=\"job-0\"}"), [] as [usize; 0]);
            let mut index = Index::new(alerts, &external);
            let mut select = |selector: &str| index.select(&matchers(selector));
            assert_eq!(select("{zone=\"eu\",job=\"job-0\"}"), [0, 1]);
            assert_eq!(select("{zone=~\"e.*\",job=\"job-0\"}"), [0, 1]);
            // Only where the alert has none itself.
            assert_eq!(select("{job=\"x\"}"), [] as [usize; 0]);
        });
    }
}

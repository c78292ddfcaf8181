//! Which alerts a selector means.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::promql::infer::Presence;
use crate::promql::labels::METRIC_NAME;
use crate::promql::matcher::Matchers;
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::{MatchOp, Matcher};
use crate::promql::syntax::parse_selector;
use crate::resolve::inhibit::carried::Alerting;
use crate::rules::inhibition::LabelMatch;

/// Alerts, found by their names.
pub(super) struct Index<'i, 'a> {
    alerts: &'i [Alerting<'a>],
    by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'i, 'a> Index<'i, 'a> {
    pub(super) fn new(alerts: &'i [Alerting<'a>]) -> Index<'i, 'a> {
        let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
        for (idx, it) in alerts.iter().enumerate() {
            by_name.entry(it.alert.name.as_str()).or_default().push(idx);
        }
        Index { alerts, by_name }
    }

    /// The places of those that may satisfy all matchers.
    pub(super) fn select(&self, matchers: &[Matcher]) -> Vec<usize> {
        let tests: Vec<Test> = matchers.iter().map(test).collect();
        let may_match =
            |idx: &usize| tests.iter().all(|it| may_match(&self.alerts[*idx], it));
        match matchers.iter().find_map(names) {
            Some(names) => {
                let named = names.iter().filter_map(|it| self.by_name.get(&**it));
                let mut out: Vec<usize> =
                    named.flatten().copied().filter(may_match).collect();
                out.sort_unstable();
                out.dedup();
                out
            }
            None => (0..self.alerts.len()).filter(may_match).collect(),
        }
    }
}

/// A matcher, compiled.
type Test = (Arc<str>, Matchers);

fn test(matcher: &Matcher) -> Test {
    (matcher.name.clone(), Matchers::new(std::slice::from_ref(matcher)))
}

/// Whether some alert of a rule can satisfy a matcher.
fn may_match(it: &Alerting<'_>, (name, test): &Test) -> bool {
    let holds = |value: &str| test.hold_for(value);
    if is_name(name) {
        return holds(it.alert.name.as_str());
    }
    let fact = it.facts.look(name);
    let empty = fact.presence != Presence::Always && holds("");
    let values = fact.values.as_ref();
    let other = fact.presence != Presence::Never
        && values.is_none_or(|it| it.iter().any(|it| holds(it)));
    empty || other
}

/// The only names of alerts that can satisfy a matcher, where these are few.
fn names(matcher: &Matcher) -> Option<Vec<Arc<str>>> {
    match matcher.op {
        _ if !is_name(&matcher.name) => None,
        MatchOp::Equal => Some(vec![matcher.value.clone()]),
        MatchOp::Regexp => {
            let pattern = Pattern::new(&matcher.value).ok()?;
            Some(pattern.values()?.map(Arc::from).collect())
        }
        MatchOp::NotEqual | MatchOp::NotRegexp => None,
    }
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

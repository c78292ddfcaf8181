//! What is said where no alert that a selector selects was ever active.

use std::collections::BTreeSet;

use crate::case::native::ready::{AlertSelector, Expectation};
use crate::case::native::timeline::TimeLine;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::harness::native::judge::{Fault, Judge};
use crate::harness::plan::RuleIdx;
use crate::harness::result::Timeline;
use crate::harness::words::{self, shown};
use crate::promql::labels::{Labels, quote};
use crate::promql::matcher::Matchers;
use crate::promql::syntax::ast::Matcher;

/// Alerts that are told of where another one was to be active.
const ACTIVE: usize = 3;

impl Judge<'_> {
    /// No alert of the rule with the labels of the selector was ever active.
    pub(super) fn nothing(
        &self,
        rule: RuleIdx,
        expect: &Expectation,
        text: &Text,
    ) -> Fault {
        let selector = &expect.selector;
        let alerts = self.run.alerts.iter().filter(|it| it.rule_idx == rule);
        let others: Vec<&Timeline> = alerts.flat_map(|it| it.timelines.iter()).collect();
        let whole = 0..text.as_str().len();
        let alone = others.is_empty();
        let mut diagnostic = match alone {
            true => {
                let title = format!("`{}` is never active", selector.text);
                let label = "never active".to_string();
                self.about(title, (text, whole), label, rule)
            }
            false => self.other_labels(rule, selector, &others, text),
        };
        let mut failure = None;
        match &expect.line {
            Some((line @ TimeLine::States(phases, _), _)) => {
                let first = phases.iter().map(|it| it.from).min().unwrap_or(0);
                let wanted = |it: &i64| first <= it - self.ready.start;
                if let Some(tick) = self.ticks(rule).iter().find(wanted) {
                    if alone {
                        diagnostic = self.picture(diagnostic, rule, line, None, tick);
                    }
                    (diagnostic, failure) =
                        self.never_there(diagnostic, rule, selector, tick, alone);
                }
            }
            _ if alone => diagnostic = self.nearest(diagnostic, rule),
            _ => {}
        }
        for other in others.iter().take(ACTIVE) {
            let name = shown(&other.labels);
            let did = words::did(other, self.ready.start);
            diagnostic = diagnostic.note(format!("active was {name}: {did}"));
        }
        if ACTIVE < others.len() {
            let n_more = others.len() - ACTIVE;
            diagnostic = diagnostic.note(format!("active were {n_more} more"));
        }
        Fault { diagnostic, expected: None, found: "never active".to_string(), failure }
    }

    /// The alerts of a rule have other labels than a selector wants.
    fn other_labels(
        &self,
        rule: RuleIdx,
        selector: &AlertSelector,
        others: &[&Timeline],
        line: &Text,
    ) -> Diagnostic {
        let title = format!("no alert of `{}` has these labels", selector.name);
        let fails = |matcher: &&Matcher, labels: &Labels| {
            !Matchers::new(std::slice::from_ref(matcher)).holds(labels)
        };
        let failing = |labels: &Labels| {
            let all = selector.matchers.iter().filter(|it| fails(it, labels));
            all.collect::<Vec<&Matcher>>()
        };
        let nearest = others.iter().min_by_key(|it| failing(&it.labels).len());
        let mut failing =
            nearest.map_or(Vec::new(), |it| failing(&it.labels)).into_iter();
        let said = |it: &Matcher| {
            let name = &*it.name;
            let all = others.iter().map(|it| it.labels.get(name));
            let values: BTreeSet<&str> = all.filter(|it| !it.is_empty()).collect();
            match suggest::nearest(&it.value, values.iter().copied()) {
                Some(near) => format!("did you mean {}?", quote(near)),
                None if values.is_empty() => {
                    format!("active alerts have no label `{name}`")
                }
                None => format!(
                    "active alerts have {}",
                    suggest::list(values.iter().copied(), 4)
                ),
            }
        };
        let text = &selector.text;
        let Some(first) = failing.next() else {
            let whole = 0..line.as_str().len();
            return self.about(title, (line, whole), "never active".to_string(), rule);
        };
        let mut diagnostic =
            self.about(title, (text, first.span.bytes()), said(first), rule);
        for it in failing {
            let at = it.span.bytes();
            diagnostic = diagnostic.within(text, at.start, at.end, said(it));
        }
        diagnostic
    }
}

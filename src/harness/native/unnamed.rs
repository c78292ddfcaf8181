//! Alerts that fire although no expectation selects them.

use crate::case::native::ready::Expectation;
use crate::case::native::timeline::State;
use crate::diag::diagnostic::Diagnostic;
use crate::harness::native::expect::needs_alert;
use crate::harness::native::judge::Judge;
use crate::harness::native::select;
use crate::harness::native::states::first;
use crate::harness::plan::RuleIdx;
use crate::harness::result::{Stretch, Timeline};
use crate::harness::words::{self, key, shown};
use crate::promql::matcher::Matchers;

impl Judge<'_> {
    /// Alerts that fire although no expectation selects them.
    pub fn unnamed(&mut self) {
        let selection = |it: &Expectation| {
            let rules = select::rules(self.run.plan(), &it.selector);
            (rules, select::matchers(&it.selector))
        };
        let selections: Vec<(Vec<RuleIdx>, Matchers)> =
            self.ready.expects.iter().map(selection).collect();
        // Where one that is to be active was not found, these were told of as what is.
        let is_told = |rule: &RuleIdx| {
            self.ready.expects.iter().zip(&selections).any(|(it, (rules, matchers))| {
                let line = it.line.as_ref();
                line.is_none_or(|it| needs_alert(&it.0))
                    && rules.first() == Some(rule)
                    && self.selected(rules, matchers).is_empty()
            })
        };
        let told: Vec<RuleIdx> =
            self.run.alerts.iter().map(|it| it.rule_idx).filter(is_told).collect();
        for alert in &self.run.alerts {
            let named = selections.iter().any(|it| it.0.contains(&alert.rule_idx));
            if !named && !self.ready.only || told.contains(&alert.rule_idx) {
                continue;
            }
            for timeline in &alert.timelines {
                let selected = selections.iter().any(|it| {
                    it.0.contains(&alert.rule_idx) && it.1.holds(&timeline.labels)
                });
                let fires = first(timeline, State::Firing);
                let (false, Some(stretch)) = (selected, fires) else { continue };
                self.surprise(alert.rule_idx, timeline, stretch, named);
            }
        }
    }

    fn surprise(
        &mut self,
        rule: RuleIdx,
        timeline: &Timeline,
        first: &Stretch,
        named: bool,
    ) {
        let start = self.ready.start;
        let name = shown(&timeline.labels);
        let title = format!(
            "{name} fires at {} too, in {}",
            words::time(first.from - start),
            self.book.env
        );
        let why = match named {
            true => "the test names other alerts of this rule only",
            false => "the test says `only`",
        };
        let found = words::did(timeline, start);
        let diagnostic = Diagnostic::error("test-failed", title.clone())
            .at(self.ready.span, why)
            .context(self.alert(rule).span, "the alert")
            .note(format!("it was {found}"));
        let (diagnostic, failure) = self.there(diagnostic, rule, timeline, first.from);
        let diagnostic = diagnostic.help(format!(
            "expect it as well: `expect.'{}' = \"{found}\"`",
            key(&timeline.labels)
        ));
        self.fail(
            title,
            self.ready.span,
            "no other alert".to_string(),
            found,
            diagnostic,
        );
        self.because(failure);
    }
}

//! Silence that proves nothing: there was nothing to compare, or nothing with the labels of
//! the alert that is to be silent.

use std::collections::BTreeSet;

use crate::case::native::ready::AlertSelector;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::harness::explain::cause::NOTHING;
use crate::harness::explain::wanted;
use crate::harness::failure::Failure;
use crate::harness::native::judge::{Fault, Judge};
use crate::harness::native::{data, select};
use crate::harness::plan::RuleIdx;
use crate::promql::labels::{Symbol, quote};
use crate::promql::syntax::ast::{Expr, Matcher};

/// The name of a label, and its value.
type Label = (Symbol, Symbol);

impl<'a> Judge<'a> {
    /// The part of a rule that never had anything to compare, of series with these labels.
    pub(super) fn lacking(&self, rule: RuleIdx, wanted: &[Label]) -> Option<&'a Expr> {
        let asked = self.asked(rule);
        data::lacking(asked, &asked.whole.expr, wanted)
    }

    /// The place of a part of a rule's expression.
    fn place(&self, rule: RuleIdx, part: &Expr) -> Span {
        let at = part.span.bytes();
        self.alert(rule).expr.text.place(at.start, at.end).span
    }

    pub(super) fn vacuous(&self, rules: &[RuleIdx], text: &Text) -> Option<Fault> {
        let mut rules = rules.iter();
        let (rule, part) = rules.find_map(|it| Some((*it, self.lacking(*it, &[])?)))?;
        let alert = self.alert(rule);
        let whole = 0..text.as_str().len();
        let label = "proves nothing: there was nothing to compare".to_string();
        let title = format!("`{}` is silent because it has no data", alert.name);
        let diagnostic = self.about(title, (text, whole), label, rule);
        let failure = self.is_deep().then(|| self.why_lacking(rule, part));
        let reasons = failure.as_ref().map_or(&[][..], |it| &it.reasons);
        let place = self.place(rule, part);
        let is_told = reasons.iter().filter_map(|it| it.span).any(|it| {
            it.file == place.file && place.start <= it.start && it.end <= place.end
        });
        let mut diagnostic = match is_told {
            true => diagnostic,
            false => diagnostic.context(place, "this never had a sample"),
        };
        if self.remarks(rule).is_empty() {
            let help =
                "give the test series that the alert reads, or write `never, no data`";
            diagnostic = diagnostic.help(help);
        }
        Some(Fault { diagnostic, found: "no data".to_string(), expected: None, failure })
    }

    /// Why a part of a rule never had a sample.
    fn why_lacking(&self, rule: RuleIdx, part: &'a Expr) -> Failure {
        let ticks = self.ticks(rule);
        let n_steps = i64::try_from(ticks.len()).unwrap_or(1).saturating_sub(1);
        let last = ticks.start + n_steps * ticks.step;
        let asserted = self.asserted(self.alert(rule).name.as_str(), last);
        let mut failure = asserted.why_lacking(rule, part);
        failure.reasons.retain(|it| it.text != NOTHING);
        failure
    }

    /// The labels of a selector that no series of the test has.
    pub(super) fn unheard(&self, selector: &AlertSelector) -> Vec<Label> {
        let series = self.run.storage.series();
        let has = |it: &Matcher| {
            series.iter().any(|one| one.labels.get(&it.name) == &*it.value)
        };
        let equal = selector.matchers.iter().filter(|it| select::is_equality(it));
        equal
            .filter(|it| !has(it))
            .map(|it| (it.name.clone(), it.value.clone()))
            .collect()
    }

    /// The part of a rule that never had anything to compare from which alerts with these
    /// labels could come; nothing where the rule may set the labels, or other rules write
    /// what it reads.
    pub(super) fn without(&self, rule: RuleIdx, unheard: &[Label]) -> Option<&'a Expr> {
        let plan = self.run.plan();
        let slot = &plan.slots[rule];
        let own = slot.labels();
        let own: Vec<&str> = own.iter().map(|it| &*it.0).collect();
        let wanted = wanted::without(unheard, &own);
        let read = plan.writers_for(&slot.reads.selectors);
        match wanted.is_empty() || !read.is_empty() {
            true => None,
            false => self.lacking(rule, &wanted),
        }
    }

    /// Silence of alerts that could not be, since nothing that is compared has their labels.
    pub(super) fn mistaken(
        &self,
        selector: &AlertSelector,
        rules: &[RuleIdx],
    ) -> Option<Fault> {
        let unheard = self.unheard(selector);
        let parts: Option<Vec<&Expr>> =
            rules.iter().map(|it| self.without(*it, &unheard)).collect();
        let (rule, part) = (*rules.first()?, *parts?.first()?);
        let own = self.run.plan().slots[rule].labels();
        let matcher = selector.matchers.iter().find(|it| {
            let is = |other: &Label| other.0 == it.name && other.1 == it.value;
            unheard.iter().any(is) && own.iter().all(|own| *own.0 != *it.name)
        })?;
        let (name, value) = (&*matcher.name, &*matcher.value);
        let series = self.run.storage.series().iter();
        let values: BTreeSet<&str> =
            series.map(|it| it.labels.get(name)).filter(|it| !it.is_empty()).collect();
        let label = match suggest::nearest(value, values.iter().copied()) {
            Some(near) => format!("did you mean {}?", quote(near)),
            None if values.is_empty() => format!("no series has a label `{name}`"),
            None => format!("series have {}", suggest::list(values.iter().copied(), 4)),
        };
        let written = format!("{name}={}", quote(value));
        let title = format!(
            "`{}` is silent because no series has `{written}`",
            self.alert(rule).name
        );
        let at = (&selector.text, matcher.span.bytes());
        let diagnostic = self.about(title, at, label, rule);
        let label = format!("nothing here has `{written}`");
        let diagnostic = diagnostic.context(self.place(rule, part), label);
        let help = "give the test such a series, or write `never, no data`";
        Some(Fault {
            diagnostic: diagnostic.help(help),
            expected: None,
            found: "no data".to_string(),
            failure: None,
        })
    }
}

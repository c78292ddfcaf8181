//! What is found out about one test.

use crate::case::native::ready::Ready;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::failure::{Failure, WHILE};
use crate::harness::native::compared::Asked;
use crate::harness::native::texts;
use crate::harness::plan::RuleIdx;
use crate::harness::promtool;
use crate::harness::result::{self, AssertionResult, Outcome, RuleError, Ticks};
use crate::harness::run::Run;
use crate::promql::annotation::Annotation;
use crate::promql::re2::Pattern;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Rule};

/// Collects what is found out about one test.
#[derive(Debug)]
pub struct Judge<'a> {
    /// The test.
    pub ready: &'a Ready,
    /// The environment.
    pub book: &'a Book,
    /// What happened.
    pub run: &'a Run<'a>,
    /// One for each assertion.
    pub assertions: Vec<AssertionResult>,
    /// What is to be said that belongs to no assertion.
    pub said: Vec<Diagnostic>,
    /// What makes one doubt that assertions prove anything, though they hold.
    pub doubts: Vec<Diagnostic>,
    /// Rules that fired as expected.
    pub fired: Vec<RuleIdx>,
    /// Rules that stayed silent as expected.
    pub silent: Vec<RuleIdx>,
    /// Rules whose failure has been told.
    failed_rules: Vec<RuleIdx>,
    /// Labels and annotations of rules of which has been told that nobody can read them.
    unreadable: Vec<(RuleIdx, Text)>,
    /// The worst so far.
    pub outcome: Outcome,
    /// Assertions that do not hold.
    pub(super) n_failed: usize,
}

/// A fault found while an expectation is judged.
pub(super) struct Fault {
    pub(super) diagnostic: Diagnostic,
    /// What is wanted of contents; of all others, the time line.
    pub(super) expected: Option<String>,
    pub(super) found: String,
    /// Why, beside what the diagnostic says.
    pub(super) failure: Option<Failure>,
}

impl<'a> Judge<'a> {
    /// Nothing found out yet.
    pub fn new(ready: &'a Ready, book: &'a Book, run: &'a Run<'a>) -> Judge<'a> {
        Judge {
            ready,
            book,
            run,
            assertions: Vec::new(),
            said: Vec::new(),
            doubts: Vec::new(),
            fired: Vec::new(),
            silent: Vec::new(),
            failed_rules: Vec::new(),
            unreadable: Vec::new(),
            outcome: Outcome::Passed,
            n_failed: 0,
        }
    }

    /// Takes an assertion that holds.
    pub fn pass(&mut self, title: String, span: crate::diag::source::Span) {
        let it = AssertionResult::new(title, Some(span), Outcome::Passed);
        self.assertions.push(it);
    }

    /// Takes an assertion that does not hold.
    pub fn fail(
        &mut self,
        title: String,
        span: crate::diag::source::Span,
        expected: String,
        found: String,
        diagnostic: Diagnostic,
    ) {
        let expected = Some(expected);
        let fault = Fault { diagnostic, expected, found, failure: None };
        self.fail_of(title, span, vec![fault], "");
    }

    /// The same with all of its faults; `line` is the time line.
    pub(super) fn fail_of(
        &mut self,
        title: String,
        span: crate::diag::source::Span,
        faults: Vec<Fault>,
        line: &str,
    ) {
        self.outcome = self.outcome.max(Outcome::Failed);
        self.n_failed += faults.len();
        let mut it = AssertionResult::new(title, Some(span), Outcome::Failed);
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        for fault in faults {
            expected.push(fault.expected.unwrap_or_else(|| line.to_string()));
            found.push(fault.found);
            let (said, failure) = (Some(fault.diagnostic), fault.failure.map(Box::new));
            it.faults.push(result::Fault { said, failure });
        }
        expected.dedup();
        (it.expected, it.found) = (expected.join("; "), found.join("; "));
        self.assertions.push(it);
    }

    /// Gives the last assertion, which does not hold, its reasons.
    pub fn because(&mut self, failure: Option<Failure>) {
        let last = self.assertions.last_mut().and_then(|it| it.faults.last_mut());
        if let (Some(it), Some(_)) = (last, &failure) {
            it.failure = failure.map(Box::new);
        }
    }

    /// A rule that failed while the test ran.
    pub fn rule_error(&mut self, error: &RuleError) {
        self.outcome = Outcome::Error;
        // The first tick tells it all.
        if self.failed_rules.contains(&error.rule_idx) {
            return;
        }
        self.failed_rules.push(error.rule_idx);
        let text = self.run.plan().slots[error.rule_idx].expr_text();
        let said = promtool::rule_fails(error, text, self.ready.start);
        self.said.push(said.context(self.ready.span, WHILE));
    }

    /// Labels and annotations that nobody could read.
    pub fn templates(&mut self) {
        for texts::Fault { rule, name, said } in texts::faults(self.run, self.ready) {
            self.outcome = Outcome::Error;
            self.said.push(said.context(self.ready.span, WHILE));
            self.unreadable.push((rule, name));
        }
    }

    /// Whether it was told of a label or annotation that nobody can read it.
    pub fn is_unreadable(&self, rule: RuleIdx, name: &str) -> bool {
        self.unreadable.iter().any(|it| it.0 == rule && it.1.as_str() == name)
    }

    pub(super) fn alert(&self, idx: RuleIdx) -> &'a Alert {
        match self.run.plan().slots[idx].rule {
            Rule::Alert(alert) => alert,
            Rule::Record(_) => unreachable!("selections hold alerts only"),
        }
    }

    pub(super) fn asked(&self, idx: RuleIdx) -> Asked<'a> {
        let whole = &*self.alert(idx).expr.parsed;
        Asked { run: self.run, whole, ticks: self.ticks(idx) }
    }

    pub(super) fn ticks(&self, idx: RuleIdx) -> Ticks {
        self.run.setup().ticks(self.run.plan().slots[idx].group)
    }

    /// Everything common to messages about one alert of a rule.
    pub(super) fn about(
        &self,
        title: String,
        at: (&Text, std::ops::Range<usize>),
        label: String,
        rule: RuleIdx,
    ) -> Diagnostic {
        let (text, range) = at;
        let env = &self.book.env;
        let diagnostic = Diagnostic::error("test-failed", format!("{title}, in {env}"))
            .within(text, range.start, range.end, label)
            .context(self.alert(rule).span, "the alert");
        let remarks = self.remarks(rule);
        remarks.iter().fold(diagnostic, |it, remark| it.note(remark.to_string()))
    }

    /// What PromQL remarks on the expression of a rule: often why it gives nothing.
    pub(super) fn remarks(&self, rule: RuleIdx) -> Vec<Annotation> {
        self.run.remarks(&self.alert(rule).expr.parsed, self.ticks(rule))
    }
}

/// Whether a text is what a test wants: literally, or by `re:` and a pattern.
pub fn is_like(want: &str, is: &str) -> bool {
    match want.strip_prefix("re:") {
        Some(pattern) => Pattern::new(pattern).is_ok_and(|it| it.is_match(is)),
        None => want == is,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_match_literally_or_by_pattern() {
        assert!(is_like("a.c", "a.c") && !is_like("a.c", "abc"));
        assert!(is_like("re:a.c", "abc") && !is_like("re:a.c", "abcd"));
        assert!(!is_like("re:(", "("));
    }
}

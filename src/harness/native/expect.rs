//! What a test expects of the alerts that a selector selects.

use crate::case::native::ready::Expectation;
use crate::case::native::timeline::{State, TimeLine};
use crate::diag::diagnostic::Diagnostic;
use crate::harness::native::judge::{Fault, Judge};
use crate::harness::native::select;
use crate::harness::native::states::{first, nearest_phase};
use crate::harness::plan::RuleIdx;
use crate::harness::result::{self, Timeline};
use crate::promql::matcher::Matchers;

/// Faults of one expectation that are told: more say the same again.
const MOST: usize = 4;

impl<'a> Judge<'a> {
    /// Judges an expectation.
    pub fn expectation(&mut self, expect: &Expectation) {
        let title = expect.selector.text.to_string();
        let rules = select::rules(self.run.plan(), &expect.selector);
        if let Some((TimeLine::Absent, text)) = &expect.line {
            match (rules.first(), self.idle(expect)) {
                (None, None) => self.pass(title, expect.span),
                (None, Some(Fault { diagnostic, found, .. })) => {
                    let expected = "no alert".to_string();
                    self.fail(title, expect.span, expected, found, diagnostic);
                }
                (Some(rule), _) => {
                    let span = self.alert(*rule).span;
                    let fault = Diagnostic::error(
                        "test-failed",
                        format!("{} has the alert `{title}`", self.book.env),
                    )
                    .at(text.span(), "expected to be absent")
                    .context(span, "declared here");
                    let found = "the alert".to_string();
                    self.fail(title, expect.span, "no alert".to_string(), found, fault);
                }
            }
            return;
        }
        if rules.is_empty() {
            // An alert of other environments.
            return;
        }
        let faults = self.faults(expect, &rules);
        match faults.is_empty() {
            true => {
                self.pass(title, expect.span);
                // Without data on purpose, what is like it is there on purpose, too.
                if !matches!(expect.line, Some((TimeLine::Never { no_data: true }, _))) {
                    self.doubt(&rules);
                }
                match &expect.line {
                    Some((TimeLine::Never { .. }, _)) => {
                        let unheard = self.unheard(&expect.selector);
                        let with_data = rules.into_iter().filter(|it| {
                            self.lacking(*it, &[]).is_none()
                                && self.without(*it, &unheard).is_none()
                        });
                        let with_data: Vec<RuleIdx> = with_data.collect();
                        self.silent.extend(with_data);
                    }
                    // `pending 5m..6m, never firing`
                    Some((line, _)) if never_fires(line) => self.silent.extend(rules),
                    Some(_) => self.fired.extend(self.that_fired(&rules, expect)),
                    None => {}
                }
            }
            false => {
                let line = expect.line.as_ref().map_or("", |it| it.1.as_str());
                self.fail_of(title, expect.span, faults, line);
            }
        }
    }

    fn that_fired(&self, rules: &[RuleIdx], expect: &Expectation) -> Vec<RuleIdx> {
        let matchers = select::matchers(&expect.selector);
        let fires = |it: &(RuleIdx, &Timeline)| {
            it.1.stretches.iter().any(|it| it.state == result::State::Firing)
        };
        let mut out: Vec<RuleIdx> = self
            .selected(rules, &matchers)
            .into_iter()
            .filter(fires)
            .map(|it| it.0)
            .collect();
        out.dedup();
        out
    }

    /// The alerts of some rules that matchers select.
    pub(super) fn selected(
        &self,
        rules: &[RuleIdx],
        matchers: &Matchers,
    ) -> Vec<(RuleIdx, &'a Timeline)> {
        self.run
            .alerts
            .iter()
            .filter(|it| rules.contains(&it.rule_idx))
            .flat_map(|it| it.timelines.iter().map(|line| (it.rule_idx, line)))
            .filter(|it| matchers.holds(&it.1.labels))
            .collect()
    }

    fn faults(&self, expect: &Expectation, rules: &[RuleIdx]) -> Vec<Fault> {
        let matchers = select::matchers(&expect.selector);
        let selected = self.selected(rules, &matchers);
        let mut out = Vec::new();
        let mut n_more = 0;
        match &expect.line {
            Some((line @ TimeLine::Never { no_data }, text)) => {
                let fires =
                    |it: &(RuleIdx, &Timeline)| self.fires(it.0, it.1, line, text);
                out.extend(selected.iter().filter_map(fires).take(MOST));
                let fire =
                    selected.iter().filter(|it| first(it.1, State::Firing).is_some());
                n_more += fire.count().saturating_sub(MOST);
                if out.is_empty() && !no_data {
                    out.extend(self.vacuous(rules, text));
                }
                if out.is_empty() && !no_data {
                    out.extend(self.mistaken(&expect.selector, rules));
                }
                // One that was pending has contents.
                if selected.is_empty() {
                    out.extend(self.idle(expect));
                }
            }
            Some((line, text)) => {
                let unseen = rules.first().and_then(|it| self.unseen(*it, line));
                out.extend(
                    rules
                        .first()
                        .zip(unseen)
                        .map(|(rule, phase)| self.no_evaluation(*rule, phase, text)),
                );
                // What such a phase excludes is no fault of its own.
                let is_told = |state, time| {
                    let phase = nearest_phase(line, state, time);
                    phase.zip(unseen).is_some_and(|it| it.0.at == it.1.at)
                };
                if selected.is_empty() && needs_alert(line) {
                    out.extend(rules.first().map(|it| self.nothing(*it, expect, text)));
                }
                let deviating = selected.iter().filter(|it| {
                    let first = self.deviation(it.0, it.1, line);
                    first.is_some_and(|it| !is_told(it.1, it.0 - self.ready.start))
                });
                let deviating: Vec<&(RuleIdx, &Timeline)> = deviating.collect();
                let deviates =
                    |it: &&(RuleIdx, &Timeline)| self.deviates(it.0, it.1, line, text);
                out.extend(deviating.iter().take(MOST).filter_map(deviates));
                n_more += deviating.len().saturating_sub(MOST);
            }
            None if selected.is_empty() => {
                let text = &expect.selector.text;
                out.extend(rules.first().map(|it| self.nothing(*it, expect, text)));
            }
            None => {}
        }
        let room = MOST.saturating_sub(out.len());
        let (contents, n_unseen) = self.contents(expect, &selected, room);
        out.extend(contents);
        n_more += out.len().saturating_sub(MOST);
        out.truncate(MOST);
        if let Some(note) = more(n_more, n_unseen)
            && let Some(last) = out.pop()
        {
            let diagnostic = last.diagnostic.note(note);
            out.push(Fault { diagnostic, ..last });
        }
        out
    }

    /// Contents of an alert that is not to be there.
    pub(super) fn idle(&self, expect: &Expectation) -> Option<Fault> {
        let name = &expect.selector.name;
        let env = &self.book.env;
        let title = format!("there is no `{name}` to look at, in {env}");
        let diagnostic = Diagnostic::error("test-failed", title)
            .at(expect.idle?, "nothing could have this")
            .help("take it out, or say when the alert fires: `is = \"firing 5m..\"`");
        let diagnostic = match &expect.line {
            Some((_, text)) => diagnostic.context(text.span(), "expected to be silent"),
            None => diagnostic,
        };
        Some(Fault {
            diagnostic,
            found: "no alert".to_string(),
            expected: None,
            failure: None,
        })
    }
}

/// What is said of faults of an expectation that are not told, and of alerts whose contents
/// nobody looked at.
fn more(n_more: usize, n_unseen: usize) -> Option<String> {
    let faults = (n_more != 0).then(|| format!("and {n_more} more of this expectation"));
    let alerts = (n_unseen != 0).then(|| {
        let alerts = if n_unseen == 1 { "alert is" } else { "alerts are" };
        format!("{n_unseen} more {alerts} not looked at")
    });
    let all: Vec<String> = faults.into_iter().chain(alerts).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

fn never_fires(line: &TimeLine) -> bool {
    line.names(State::Firing) && line.phases(State::Firing).next().is_none()
}

pub(super) fn needs_alert(line: &TimeLine) -> bool {
    match line {
        TimeLine::States(phases, _) => !phases.is_empty(),
        TimeLine::Never { .. } | TimeLine::Absent => false,
    }
}

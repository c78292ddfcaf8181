//! When alerts are in which state, beside a time line.

use crate::case::native::timeline::{Phase, State, TimeLine};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::harness::native::draw;
use crate::harness::native::judge::{Fault, Judge};
use crate::harness::plan::RuleIdx;
use crate::harness::result::{self, Stretch, Timeline};
use crate::harness::words::{self, shown};

impl Judge<'_> {
    pub(super) fn fires(
        &self,
        rule: RuleIdx,
        timeline: &Timeline,
        line: &TimeLine,
        text: &Text,
    ) -> Option<Fault> {
        let first =
            timeline.stretches.iter().find(|it| it.state == result::State::Firing)?;
        let start = self.ready.start;
        let name = shown(&timeline.labels);
        let title = format!("{name} fires at {}", words::time(first.from - start));
        let whole = 0..text.as_str().len();
        let diagnostic =
            self.about(title, (text, whole), "expected never to fire".to_string(), rule);
        let at = first.from;
        let diagnostic = self.picture(diagnostic, rule, line, Some(timeline), at);
        let (diagnostic, failure) = self.there(diagnostic, rule, timeline, at);
        Some(Fault {
            diagnostic,
            expected: None,
            found: words::did(timeline, start),
            failure,
        })
    }

    /// A phase in which the rule is never evaluated, which asserts nothing.
    pub(super) fn unseen<'l>(
        &self,
        rule: RuleIdx,
        line: &'l TimeLine,
    ) -> Option<&'l Phase> {
        let TimeLine::States(phases, _) = line else { return None };
        let start = self.ready.start;
        let seen =
            |it: &Phase| self.ticks(rule).iter().any(|tick| it.covers(tick - start));
        phases.iter().find(|it| !seen(it))
    }

    pub(super) fn no_evaluation(
        &self,
        rule: RuleIdx,
        phase: &Phase,
        text: &Text,
    ) -> Fault {
        let ticks = self.ticks(rule);
        let step = words::time(ticks.step);
        let title = "no evaluation falls into this time".to_string();
        let label = format!("the rule is evaluated every {step}");
        let diagnostic = self.about(title, (text, phase.at.bytes()), label, rule);
        let before = phase.from.div_euclid(ticks.step) * ticks.step;
        let (before, after) = (words::time(before), words::time(before + ticks.step));
        Fault {
            diagnostic: diagnostic.help(format!(
                "the nearest evaluations are at {before} and {after}; `a..b` begins at `a` \
                 and ends before `b`"
            )),
            found: "no evaluation".to_string(),
            expected: None,
            failure: None,
        }
    }

    /// Where a time line of states does not hold.
    pub(super) fn deviates(
        &self,
        rule: RuleIdx,
        timeline: &Timeline,
        line: &TimeLine,
        text: &Text,
    ) -> Option<Fault> {
        let start = self.ready.start;
        let (tick, state, wanted) = self.deviation(rule, timeline, line)?;
        let time = tick - start;
        let phase = nearest_phase(line, state, time);
        let range = phase.map_or(0..text.as_str().len(), |it| it.at.bytes());
        let name = shown(&timeline.labels);
        let at = words::time(time);
        let is = match timeline.state_at(tick) {
            None => "inactive",
            Some(it) => it.as_str(),
        };
        let title = match wanted {
            true => format!("{name} is {is} at {at}, not {}", state.name()),
            false => format!("{name} is {} at {at}", state.name()),
        };
        let label = match (wanted, first(timeline, state)) {
            (true, Some(it)) if tick < it.from => {
                format!("{} from {} on", state.name(), words::time(it.from - start))
            }
            (true, _) => format!("not {} at {at}", state.name()),
            (false, _) => format!("already or still {} at {at}", state.name()),
        };
        let diagnostic = self.about(title, (text, range), label, rule);
        let diagnostic = self.picture(diagnostic, rule, line, Some(timeline), tick);
        let (diagnostic, failure) = match (wanted, timeline.state_at(tick)) {
            (true, None | Some(result::State::Pending)) => {
                self.not_there(diagnostic, rule, timeline, tick)
            }
            (_, _) => self.there(diagnostic, rule, timeline, tick),
        };
        Some(Fault {
            diagnostic,
            expected: None,
            found: words::did(timeline, start),
            failure,
        })
    }

    /// The first tick at which a time line of states does not hold: of which state, and
    /// whether that is wanted there.
    pub(super) fn deviation(
        &self,
        rule: RuleIdx,
        timeline: &Timeline,
        line: &TimeLine,
    ) -> Option<(i64, State, bool)> {
        self.ticks(rule).iter().find_map(|tick| {
            let time = tick - self.ready.start;
            [State::Pending, State::Firing].into_iter().find_map(|state| {
                if !line.names(state) {
                    return None;
                }
                let is = timeline.state_at(tick) == Some(same(state));
                let inside = line.phases(state).any(|it| it.covers(time));
                let early = line.phases(state).any(|it| it.by && time < it.from);
                match (inside, is) {
                    (true, false) => Some((tick, state, true)),
                    (false, true) if !early => Some((tick, state, false)),
                    (_, _) => None,
                }
            })
        })
    }

    /// Adds the picture of what was expected and what happened, which differ at a tick.
    pub(super) fn picture(
        &self,
        diagnostic: Diagnostic,
        rule: RuleIdx,
        line: &TimeLine,
        timeline: Option<&Timeline>,
        at: i64,
    ) -> Diagnostic {
        let ticks = self.ticks(rule);
        let mut lines = draw::lines(line, timeline, ticks, self.ready.start, at);
        let step = words::time(ticks.step);
        lines.push(format!(
            "           evaluated every {step}; `.` inactive, `p` pending, `#` firing"
        ));
        diagnostic.note(lines.join("\n"))
    }
}

fn same(state: State) -> result::State {
    match state {
        State::Pending => result::State::Pending,
        State::Firing => result::State::Firing,
    }
}

pub(super) fn first(timeline: &Timeline, state: State) -> Option<&Stretch> {
    timeline.stretches.iter().find(|it| it.state == same(state))
}

/// The phase that a deviation at a time belongs to.
pub(super) fn nearest_phase(line: &TimeLine, state: State, time: i64) -> Option<&Phase> {
    line.phases(state).min_by_key(|it| {
        let before = (it.from - time).max(0);
        let after = it.to.map_or(0, |to| (time - to + 1).max(0));
        before.max(after)
    })
}

//! What a rule must not hide.
//!
//! A rule matches all alerts of the names on its sides, also of other rules with these
//! names, and a label that both sides lack is equal to an Alertmanager. So each pair that a
//! rule can match is looked at: where it would hide an alert that differs from its source in
//! a label that both have, or has none in common with it, the rule is narrowed until it does
//! not, with a label more that must be equal, missing, or there.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::source::Span;
use crate::promql::infer::Presence;
use crate::promql::syntax::ast::MatchOp;
use crate::resolve::inhibit::carried::Alerting;
use crate::resolve::inhibit::classes::{Classes, Labels};
use crate::resolve::inhibit::meeting::{Lacking, Sides, can_any, meeting};
use crate::resolve::inhibit::texts;
use crate::rules::inhibition::LabelMatch;

/// What a rule asks of alerts besides their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// Labels that must be equal.
    pub(super) equal: BTreeSet<String>,
    /// Labels that sources, and those that targets, must not have, and must have.
    missing: [BTreeSet<String>; 2],
    present: [BTreeSet<String>; 2],
}

impl Draft {
    pub(super) fn new(equal: BTreeSet<String>) -> Draft {
        Draft { equal, ..Draft::default() }
    }

    /// Whether it differs from another in `equal` at most.
    pub(super) fn matches_like(&self, other: &Draft) -> bool {
        self.missing == other.missing && self.present == other.present
    }

    /// What it matches on a side.
    pub(super) fn matchers(&self, side: usize) -> impl Iterator<Item = LabelMatch> {
        let missing = self.missing[side].iter().map(|it| LabelMatch::equal(it, ""));
        let there = |it: &String| LabelMatch {
            op: MatchOp::NotEqual,
            ..LabelMatch::equal(it, "")
        };
        missing.chain(self.present[side].iter().map(there))
    }

    /// Those of some sources and targets of which one may hide the other.
    pub(super) fn meeting(
        &self,
        alerts: &[Alerting<'_>],
        mut sides: Sides,
    ) -> Vec<Sides> {
        for (side, places) in sides.iter_mut().enumerate() {
            let (missing, present) = (&self.missing[side], &self.present[side]);
            places.retain(|idx| {
                let is = |name: &str| alerts[*idx].facts.look(name).presence;
                missing.iter().all(|it| is(it) != Presence::Always)
                    && present.iter().all(|it| is(it) != Presence::Never)
            });
        }
        meeting(alerts, &self.equal, Lacking::Same, sides)
    }
}

/// Labels that the tiers of a definition set themselves.
pub(super) type OfTiers<'k> = BTreeMap<Span, BTreeSet<&'k str>>;

/// Which pairs hide each other by what is written.
pub(super) enum Meant<'k> {
    /// The tiers of one definition; `apart` are labels in which some of them differ.
    Tiers { apart: &'k BTreeSet<&'k str>, of_tiers: &'k OfTiers<'k>, any_own: bool },
    /// Alerts of a `[[inhibit]]`. `identifying`: labels by which alerts are told apart.
    Alerts { identifying: &'k BTreeSet<&'k str> },
}

/// A pair that cannot be told from what is meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stop {
    pub(super) pair: [usize; 2],
    /// Whether the labels of neither are known.
    pub(super) unknown: bool,
}

/// Narrows rules.
pub(super) struct Guard<'g, 'a> {
    pub(super) alerts: &'g [Alerting<'a>],
    /// Of each alert the one that is looked at in its place. Between tiers its name may be
    /// another: no label `alertname` is ever compared there.
    pub(super) kinds: &'g [usize],
    /// Sources and targets for which the rule is.
    pub(super) sides: [&'g [usize]; 2],
    pub(super) meant: Meant<'g>,
}

impl Guard<'_, '_> {
    /// Narrows a rule that matches alerts of some classes: of a `[[inhibit]]`, of one alert
    /// of each kind.
    pub(super) fn narrow(
        &self,
        mut draft: Draft,
        [sources, targets]: [&Classes<'_>; 2],
    ) -> Result<Draft, Stop> {
        for source in sources {
            for target in targets {
                self.settle(&mut draft, source, target)?;
            }
        }
        Ok(draft)
    }

    fn settle(
        &self,
        draft: &mut Draft,
        (source, sources): (&Labels<'_>, &Vec<usize>),
        (target, targets): (&Labels<'_>, &Vec<usize>),
    ) -> Result<(), Stop> {
        let meeting = |draft: &Draft| self.meeting(draft, [sources, targets]);
        let stop = |parts: &[Sides], unknown: bool| {
            let pair = [0, 1].map(|side| parts[0][side][0]);
            Stop { pair, unknown }
        };
        let shared = source.shared(target);
        let mut set = source.both_set(target);
        if let Meant::Alerts { identifying } = self.meant {
            set.retain(|it| identifying.contains(it));
        }
        let is_known = source.closed || target.closed;
        let is_equal = |it: &&str| draft.equal.contains(*it);
        if is_known && set.is_empty() && !shared.is_empty() && shared.iter().all(is_equal)
        {
            return Ok(());
        }
        let parts = meeting(draft);
        if parts.is_empty() {
            return Ok(());
        }
        for name in &shared {
            if !draft.equal.contains(*name) {
                self.take(draft, name);
            }
        }
        if !is_known {
            let parts = meeting(draft);
            return match parts.is_empty() {
                true => Ok(()),
                false => Err(stop(&parts, true)),
            };
        }
        if shared.is_empty() && !self.may_share_nothing(source, target) {
            return match self.block(draft, [source, target], [sources, targets]) {
                true => Ok(()),
                false => Err(stop(&parts, false)),
            };
        }
        for name in set {
            let parts = meeting(draft);
            if !draft.equal.contains(name) && self.is_set_apart(draft, name, &parts) {
                self.take(draft, name);
            }
        }
        Ok(())
    }

    /// Those of some sources and targets of which one may hide the other, and which are no
    /// tiers of one definition. It depends on what is known of them alone.
    fn meeting(&self, draft: &Draft, sides: [&Vec<usize>; 2]) -> Vec<Sides> {
        if let Meant::Alerts { .. } = self.meant {
            return draft.meeting(self.alerts, sides.map(Vec::clone));
        }
        let kinds = sides.map(|side| {
            let kinds: BTreeSet<usize> = side.iter().map(|it| self.kinds[*it]).collect();
            kinds.into_iter().collect()
        });
        let mut parts = draft.meeting(self.alerts, kinds);
        for part in &mut parts {
            for (side, places) in part.iter_mut().zip(sides) {
                let kinds: BTreeSet<usize> = side.iter().copied().collect();
                let is_of = |it: &usize| kinds.contains(&self.kinds[*it]);
                *side = places.iter().copied().filter(is_of).collect();
            }
        }
        parts.retain(|it| self.is_foreign(it));
        parts
    }

    /// Whether some of a source and a target are no tiers of one definition.
    fn is_foreign(&self, sides: &Sides) -> bool {
        match self.meant {
            Meant::Alerts { .. } => true,
            Meant::Tiers { .. } => {
                let mut keys = sides.iter().flatten().map(|it| self.alerts[*it].key());
                let first = keys.next();
                keys.any(|it| first.as_ref() != Some(&it))
            }
        }
    }

    /// What is about all there is may hide any of its name, where nothing else is meant.
    fn may_share_nothing(&self, source: &Labels<'_>, target: &Labels<'_>) -> bool {
        match self.meant {
            Meant::Alerts { .. } => false,
            Meant::Tiers { any_own, .. } => {
                !any_own && (source.results.is_empty() || target.results.is_empty())
            }
        }
    }

    /// Whether a label in which alerts differ that the rule is for.
    fn is_apart(&self, name: &str) -> bool {
        match self.meant {
            Meant::Tiers { apart, .. } => apart.contains(name),
            Meant::Alerts { .. } => self.can(0, name) != self.can(1, name),
        }
    }

    fn can(&self, side: usize, name: &str) -> bool {
        can_any(self.alerts, self.sides[side], name)
    }

    /// Lets the rule hide nothing that differs in a label.
    fn take(&self, draft: &mut Draft, name: &str) {
        let missing = (0..2).find(|side| !self.can(*side, name));
        match missing.filter(|_| self.is_apart(name)) {
            Some(side) => draft.missing[side].insert(name.to_owned()),
            None => draft.equal.insert(name.to_owned()),
        };
    }

    /// Lets the rule not match both of a source and a target that have no label in common;
    /// whether it can.
    fn block(
        &self,
        draft: &mut Draft,
        classes: [&Labels<'_>; 2],
        places: [&Vec<usize>; 2],
    ) -> bool {
        // What only the others have must be missing: best what they always have.
        let foreign = |side: usize, certain: bool| -> BTreeSet<String> {
            let is_certain = |name: &str| {
                let mut facts =
                    places[side].iter().map(|it| self.alerts[*it].facts.look(name));
                facts.all(|it| it.presence == Presence::Always)
            };
            let names = classes[side].results.iter().filter(|it| !self.can(side, it));
            let names = names.filter(|it| !certain || is_certain(it));
            names
                .take(if certain { 1 } else { usize::MAX })
                .map(|it| (*it).to_owned())
                .collect()
        };
        let there = |draft: &Draft, side: usize| -> BTreeSet<String> {
            let tells = |it: &&String| classes[side].lacks(it) && self.can(side, it);
            draft.equal.iter().find(tells).cloned().into_iter().collect()
        };
        for side in 0..2 {
            let names = foreign(side, true);
            if !names.is_empty() {
                draft.missing[side].extend(names);
                return true;
            }
        }
        for side in 0..2 {
            let names = there(draft, side);
            if !names.is_empty() {
                draft.present[side].extend(names);
                return true;
            }
        }
        for side in 0..2 {
            let names = foreign(side, false);
            if !names.is_empty() {
                draft.missing[side].extend(names);
                return true;
            }
        }
        false
    }

    /// Whether a label that the rules of both sides set tells alerts of some parts apart.
    fn is_set_apart(&self, draft: &Draft, name: &str, parts: &[Sides]) -> bool {
        match self.meant {
            Meant::Alerts { .. } => {
                parts.iter().any(|it| texts::differ(self.alerts, name, it))
            }
            Meant::Tiers { of_tiers, .. } => parts
                .iter()
                .any(|it| texts::tell(self.alerts, name, it, of_tiers, &draft.equal)),
        }
    }
}

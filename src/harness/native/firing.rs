//! Assertions about one moment: the alerts that fire.

use crate::case::native::ready::{Firing, Instant};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::harness::failure::{self, Failure, Reason, Subject};
use crate::harness::native::judge::Judge;
use crate::harness::plan::RuleIdx;
use crate::harness::result::State;
use crate::harness::words::{self, shown};
use crate::promql::dialect::Dialect;
use crate::promql::labels::{Labels, Symbol, quote};
use crate::promql::syntax;

/// An alert that fires.
struct Found {
    rule: RuleIdx,
    /// The last evaluation of its rule.
    tick: i64,
    labels: Labels,
    annotations: Labels,
}

/// Alerts about which reasons are given.
const MOST: usize = 3;

/// Judges which alerts fire: as many as are wanted, and these.
pub fn assert(judge: &mut Judge<'_>, instant: &Instant, wanted: &[Firing]) {
    let mut left = found(judge, instant);
    let all = left.iter().map(|it| shown(&it.labels)).collect::<Vec<_>>();
    let time = words::time(instant.time);
    let (title, heading) = match &instant.alert {
        None => (
            format!("alerts that fire at {time}"),
            format!("other alerts fire at {time} than expected"),
        ),
        Some(name) => (
            format!("{name} at {time}"),
            format!("`{name}` fires at {time} otherwise than expected"),
        ),
    };
    let mut missing: Vec<&Firing> = Vec::new();
    // Those that say more first, so that a text does not take what a table needs.
    let (texts, tables): (Vec<_>, Vec<_>) =
        wanted.iter().partition(|it| it.annotations.is_none());
    for want in tables.into_iter().chain(texts) {
        match left.iter().position(|it| is(want, it)) {
            Some(at) => drop(left.remove(at)),
            None => missing.push(want),
        }
    }
    if missing.is_empty() && left.is_empty() {
        judge.pass(title, instant.span);
        if let Some(name) = &instant.alert {
            let rules = judge.asserted(name.as_str(), 0).named();
            judge.doubt(&rules);
        }
        return;
    }
    let mut diagnostic =
        Diagnostic::error("test-failed", format!("{heading}, in {}", judge.book.env));
    let mut silent: Vec<Labels> = Vec::new();
    let n_missing = missing.len();
    let mut rules: Vec<RuleIdx> = Vec::new();
    for (want, near) in nearest(judge, missing, &mut left) {
        let end = want.text.as_str().len();
        match near {
            None => {
                diagnostic = diagnostic.within(&want.text, 0, end, "does not fire");
                silent.push(alert_labels(&want.labels));
            }
            Some(near) => {
                diagnostic = other_labels(diagnostic, want, &near.labels);
                diagnostic = other_annotations(diagnostic, want, &near);
                rules.push(near.rule);
            }
        }
    }
    let mut places: Vec<Span> = rules.iter().map(|it| judge.alert(*it).span).collect();
    places.sort_unstable();
    places.dedup();
    for place in places {
        diagnostic = diagnostic.context(place, "the alert");
    }
    if n_missing == 0 {
        diagnostic = diagnostic.at(instant.span, "more alerts fire");
    }
    for it in &left {
        diagnostic = diagnostic.note(format!("{} fires", shown(&it.labels)));
    }
    let expected: Vec<String> = wanted.iter().map(|it| it.text.to_string()).collect();
    // Of one alone nobody asks which is meant.
    let several = 1 < n_missing.max(silent.len() + left.len());
    let failure = judge.is_deep().then(|| why(judge, instant, &silent, &left, several));
    judge.fail(title, instant.span, expected.join(", "), all.join(", "), diagnostic);
    judge.because(failure);
}

/// Why some alerts do not fire, and others do.
fn why(
    judge: &Judge<'_>,
    instant: &Instant,
    silent: &[Labels],
    extra: &[Found],
    several: bool,
) -> Failure {
    let name = instant.alert.as_ref().map_or(String::new(), Text::to_string);
    let mut out = Failure {
        subject: Subject::Alerts(name),
        time: instant.time,
        ..Failure::default()
    };
    let mut add = |head: Option<String>, it: Failure| {
        out.reasons.extend(it.reasons.into_iter().map(|it| match &head {
            Some(head) => Reason { text: format!("{head}: {}", it.text), ..it },
            None => it,
        }));
        if out.values.is_none() {
            out.values = it.values;
        }
    };
    for labels in silent.iter().take(MOST) {
        let name = labels.get("alertname");
        let rules = judge.asserted(name, 0).named();
        let tick = tick(judge, instant, rules.first().copied());
        let head = several.then(|| shown(labels));
        add(head, judge.asserted(name, tick).why_missing(labels));
    }
    for it in extra.iter().take(MOST) {
        let head = match several {
            true => shown(&it.labels),
            false => "it".to_string(),
        };
        let name = it.labels.get("alertname");
        add(None, judge.asserted(name, it.tick).why(&head, &it.labels, it.rule));
    }
    failure::once(&mut out.reasons);
    out
}

/// The last evaluation of a rule at or before a moment.
fn tick(judge: &Judge<'_>, instant: &Instant, rule: Option<RuleIdx>) -> i64 {
    let moment = judge.ready.start + instant.time;
    let Some(ticks) = rule.map(|it| judge.ticks(it)) else { return moment };
    let last = moment.min(ticks.end) - ticks.start;
    ticks.start + last.div_euclid(ticks.step) * ticks.step
}

/// The alerts that fire at the last evaluation of their rule at or before the moment.
fn found(judge: &Judge<'_>, instant: &Instant) -> Vec<Found> {
    let name = instant.alert.as_ref().map(Text::as_str);
    let mut out = Vec::new();
    for alert in
        judge.run.alerts.iter().filter(|it| name.is_none_or(|name| it.name == name))
    {
        let rule = alert.rule_idx;
        let tick = tick(judge, instant, Some(rule));
        for timeline in &alert.timelines {
            if timeline.state_at(tick) == Some(State::Firing) {
                let annotations = judge.run.annotations(rule, timeline, tick);
                let labels = timeline.labels.clone();
                out.push(Found { rule, tick, labels, annotations });
            }
        }
    }
    out.sort_by(|a, b| a.labels.cmp(&b.labels));
    out
}

fn is(want: &Firing, found: &Found) -> bool {
    alert_labels(&want.labels) == found.labels
        && want.annotations.as_ref().is_none_or(|it| pairs(it) == found.annotations)
}

/// `ApiDown{a="b"}` as the labels of an alert.
pub fn alert_labels(labels: &Labels) -> Labels {
    let name = labels.metric_name().to_string();
    match name.is_empty() {
        true => labels.clone(),
        false => labels.drop_name().with("alertname", &name),
    }
}

/// Annotations by name; unlike labels, they keep empty texts.
fn pairs(all: &[(Text, Text)]) -> Labels {
    let mut pairs: Vec<(Symbol, Symbol)> =
        all.iter().map(|it| (it.0.shared(), it.1.shared())).collect();
    pairs.sort();
    Labels::from_sorted(pairs)
}

/// Each alert that is missing, with the one that fires in its place: under the same labels,
/// or else under others that can only be meant for them.
fn nearest<'w>(
    judge: &Judge<'_>,
    missing: Vec<&'w Firing>,
    left: &mut Vec<Found>,
) -> Vec<(&'w Firing, Option<Found>)> {
    let same = |want: &Firing, left: &mut Vec<Found>| {
        let labels = alert_labels(&want.labels);
        let at = left.iter().position(|it| it.labels == labels)?;
        Some(left.remove(at))
    };
    let mut out: Vec<(&Firing, Option<Found>)> =
        missing.into_iter().map(|it| (it, same(it, left))).collect();
    let n_unlike = |want: &Labels, is: &Labels| {
        want.iter().filter(|it| is.get(&it.0) != &*it.1).count()
    };
    for (want, near) in out.iter_mut().filter(|it| it.1.is_none()) {
        let wanted = alert_labels(&want.labels);
        let meant = left.iter().enumerate().filter(|it| is_meant(judge, &wanted, it.1));
        let meant = meant.map(|(at, it)| {
            (n_unlike(&wanted, &it.labels), n_unlike(&it.labels, &wanted), at)
        });
        *near = meant.min().map(|it| left.remove(it.2));
    }
    out
}

/// Whether an alert may be the one that is wanted although some labels differ: those that
/// its rule sets, and those that no series of the test has.
fn is_meant(judge: &Judge<'_>, wanted: &Labels, found: &Found) -> bool {
    let own = judge.run.plan().slots[found.rule].labels();
    let series = judge.run.storage.series();
    wanted.iter().all(|(name, value)| match &**name {
        "alertname" => found.labels.get(name) == &**value,
        _ => {
            found.labels.get(name) == &**value
                || own.iter().any(|it| it.0 == *name)
                || series.iter().all(|it| it.labels.get(name) != &**value)
        }
    })
}

/// Says which labels an alert has that fires in the place of another one.
fn other_labels(diagnostic: Diagnostic, want: &Firing, is: &Labels) -> Diagnostic {
    let text = &want.text;
    let selector = syntax::parse_selector(text.as_str(), &Dialect::everything());
    let matchers = selector.map_or(Vec::new(), |it| it.matchers);
    let wanted = alert_labels(&want.labels);
    let mut diagnostic = diagnostic;
    for (name, value) in wanted.iter().filter(|it| is.get(&it.0) != &*it.1) {
        let at = matchers.iter().find(|it| it.name == *name && it.value == *value);
        let at = at.map_or(0..text.as_str().len(), |it| it.span.bytes());
        let label = match is.get(name) {
            "" => format!("it has no label `{name}`"),
            is => format!("it is {is:?}"),
        };
        diagnostic = diagnostic.within(text, at.start, at.end, label);
    }
    let more = is.iter().filter(|it| wanted.symbol(&it.0).is_none());
    let more: Vec<String> = more.map(|it| format!("{}={}", it.0, quote(&it.1))).collect();
    if more.is_empty() {
        return diagnostic;
    }
    let name = want.labels.metric_name();
    let end = match text.as_str().starts_with(name) && !name.is_empty() {
        true => name.len(),
        false => text.as_str().len(),
    };
    let label = format!("it also has {}", more.join(", "));
    diagnostic
        .within(text, 0, end, label)
        .help(format!("all labels are compared: `{}`", words::key(is)))
}

/// Says in which annotations an alert differs that fires with the right labels.
fn other_annotations(
    mut diagnostic: Diagnostic,
    want: &Firing,
    found: &Found,
) -> Diagnostic {
    let Some(all) = &want.annotations else { return diagnostic };
    for (name, text) in all {
        let is = found.annotations.symbol(name.as_str());
        let label = match is {
            Some(is) if **is == *text.as_str() => continue,
            Some(is) => format!("it is {is:?}"),
            None => "the alert has no such annotation".to_string(),
        };
        diagnostic = diagnostic.within(text, 0, text.as_str().len(), label);
    }
    for (name, is) in found.annotations.iter() {
        if all.iter().any(|it| it.0.as_str() == &**name) {
            continue;
        }
        let end = want.text.as_str().len();
        let label = format!("also has the annotation `{name}`: {is:?}");
        diagnostic = diagnostic.within(&want.text, 0, end, label);
    }
    diagnostic
}

//! Random projects: which of all alerts that their rules can give hide each other.
//!
//! The inhibitions are put to what an Alertmanager makes of them (`inhibited_by`, which the
//! tests of `tests/real` hold against one). Whether a pair may hide each other follows here
//! from what was written of both rules, and not from what was inferred.

mod project;

use std::collections::BTreeSet;

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::resolve;
use aqua_alerts::resolve::inhibit;
use aqua_alerts::rules::inhibition::{Inhibition, inhibited_by};
use aqua_alerts::spec;
use libtest_mimic::{Failed, Trial};

use crate::inhibit_random::project::{Project, Rule};
use crate::random::Random;

pub fn trials() -> Vec<Trial> {
    let of = |title: &str, share: bool, n_hidden: usize| {
        let title = format!("inhibit_random::{title}");
        Trial::test(title, move || run(share, n_hidden))
    };
    vec![
        of("rules_of_one_name_hide_only_what_is_the_same", true, 2_000),
        of("rules_with_names_of_their_own_hide_only_what_is_the_same", false, 2_000),
    ]
}

const N_PROJECTS: u64 = 1_500;

/// An alert that fires, and its rule.
struct Firing<'p> {
    rule: &'p Rule,
    labels: Labels,
}

/// `n_hidden`: so many pairs at least are hidden, so that something is tried.
fn run(share: bool, n_hidden: usize) -> Result<(), Failed> {
    let (mut n_sound, mut n_found) = (0, 0);
    for seed in 0..N_PROJECTS {
        let project = Project::random(&mut Random::new(seed), share);
        let Some(inhibitions) = inhibitions(&project) else { continue };
        n_sound += 1;
        let firing: Vec<Firing<'_>> = project.rules.iter().flat_map(all).collect();
        n_found += look(&project, &inhibitions, &firing)
            .map_err(|it| format!("seed {seed}: {it}\n{}", project.text()))?;
    }
    println!("{n_sound} of {N_PROJECTS} projects, {n_found} pairs hidden");
    assert!(N_PROJECTS / 2 < n_sound, "{n_sound} projects are without errors");
    assert!(n_hidden < n_found, "{n_found} pairs are hidden");
    Ok(())
}

/// What is inferred; `None` where something is wrong, such as a circle.
fn inhibitions(project: &Project) -> Option<Vec<Inhibition>> {
    let files = [
        ("aqua-alerts.toml".to_owned(), project::MANIFEST.to_owned()),
        ("alerts/a.toml".to_owned(), project.text()),
    ];
    let mut sink = Sink::new();
    let read = spec::read::read(&files, &mut SourceMap::new(), &mut sink)?;
    let book = resolve::resolve(&read, "default", &mut sink)?;
    let told = vec![inhibit::told(&book)];
    let mut inferred = inhibit::infer(told, true, &project.shown(), &mut sink);
    inferred.pop().filter(|_| !sink.has_errors())
}

/// Each alert that a rule can give: with each of two values of each label.
fn all(rule: &Rule) -> Vec<Firing<'_>> {
    let names = [("alertname", rule.name.as_str()), ("severity", rule.severity)];
    let mut all = vec![Labels::from_strs(&names)];
    for name in &rule.results {
        let values = match rule.fixed.get(name) {
            Some(only) => vec![*only],
            None => project::VALUES.to_vec(),
        };
        let with = |it: &Labels| -> Vec<Labels> {
            values.iter().map(|value| it.with(name, value)).collect()
        };
        all = all.iter().flat_map(with).collect();
    }
    let set =
        |it: Labels| rule.set.iter().fold(it, |it, (name, value)| it.with(name, value));
    all.into_iter().map(|it| Firing { rule, labels: set(it) }).collect()
}

/// Looks at all pairs; gives how many are hidden.
fn look(
    project: &Project,
    inhibitions: &[Inhibition],
    firing: &[Firing<'_>],
) -> Result<usize, String> {
    let all: Vec<Labels> = firing.iter().map(|it| it.labels.clone()).collect();
    let mut n_hidden = 0;
    for target in firing {
        let mut by = BTreeSet::new();
        for it in inhibitions {
            let hidden = inhibited_by(std::slice::from_ref(it), &all, &target.labels);
            for source in hidden.iter().map(|it| &firing[*it]) {
                // Those of tiers match the severity first.
                let of_tiers = &*it.source[0].name == "severity";
                let may = may_hide(project, source, target, of_tiers);
                may.map_err(|why| {
                    let (source, target) = (&source.labels, &target.labels);
                    format!("{why}: {source:?} hides {target:?} by {it:?}")
                })?;
            }
            n_hidden += hidden.len();
            by.extend(hidden);
        }
        for (idx, source) in firing.iter().enumerate() {
            if must_hide(project, source, target) && !by.contains(&idx) {
                let (source, target) = (&source.labels, &target.labels);
                return Err(format!(
                    "{source:?} does not hide {target:?}: {inhibitions:?}"
                ));
            }
        }
    }
    Ok(n_hidden)
}

/// The labels by which alerts are told apart: neither the name nor how bad it is.
fn names(it: &Labels) -> BTreeSet<&str> {
    let all = it.iter().map(|it| &*it.0);
    all.filter(|it| !["alertname", "severity"].contains(it)).collect()
}

/// Whether nothing is said against it that one hides the other.
fn may_hide(
    project: &Project,
    source: &Firing<'_>,
    target: &Firing<'_>,
    of_tiers: bool,
) -> Result<(), String> {
    let (a, b) = (source.rule, target.rule);
    let shared: Vec<&str> =
        names(&source.labels).intersection(&names(&target.labels)).copied().collect();
    for name in &shared {
        let is_same = source.labels.get(name) == target.labels.get(name);
        if !is_same && tells(project, a, b, name) {
            return Err(format!("`{name}` differs"));
        }
    }
    // Where nothing tells what a rule's results have, what it sets is all there is.
    let is_common = |it: &&&str| a.counts(it) || b.counts(it) || a.is_open || b.is_open;
    let has_none = |it: &Rule| !it.results.iter().any(|name| it.counts(name));
    // Of one name what is about all there is may hide any.
    let may = of_tiers && (has_none(a) || has_none(b));
    match shared.iter().any(|it| is_common(&it)) || may || a.is_tier_of(b) {
        true => Ok(()),
        false => Err("they have nothing in common".to_owned()),
    }
}

/// Whether different values of a label mean that two alerts are about different things.
fn tells(project: &Project, a: &Rule, b: &Rule, name: &str) -> bool {
    let is_set = |it: &Rule| it.set.contains_key(name);
    match (is_set(a), is_set(b)) {
        (true, true) => {
            let by_tiers = |it: &Rule| it.set_by_tiers.contains(name);
            // As far as it is known.
            let is_known = |it: &&Rule| !it.is_open || it.per.is_some();
            let mut known = project.rules.iter().filter(is_known);
            let is_carried = known.any(|it| it.counts(name));
            !by_tiers(a) && !by_tiers(b) && is_carried
        }
        // `per` says what counts.
        (true, false) => b.counts(name) && a.per.is_none(),
        (false, true) => a.counts(name) && b.per.is_none(),
        (false, false) => a.counts(name) && b.counts(name),
    }
}

/// Tiers of one definition hide each other where all else is the same, unless others have
/// their name.
fn must_hide(project: &Project, source: &Firing<'_>, target: &Firing<'_>) -> bool {
    let (a, b) = (source.rule, target.rule);
    let mut others = project.rules.iter().filter(|it| it.definition != a.definition);
    let is_named = |it: &Rule| [&a.name, &b.name].contains(&&it.name);
    a.is_tier_of(b)
        && !a.is_open
        && (a.severity, b.severity) == ("critical", "warning")
        && a.results.iter().all(|it| source.labels.get(it) == target.labels.get(it))
        && !others.any(is_named)
}

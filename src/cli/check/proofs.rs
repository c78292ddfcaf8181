//! What the tests of an environment prove of its alerts, as plain data.

use std::collections::HashMap;

use crate::case::glob::matches;
use crate::case::native::timeline::{State, TimeLine};
use crate::case::promtool::{self, ExpectedAlert, TestFile};
use crate::cli::fs;
use crate::cli::load::Loaded;
use crate::cli::test::rule_files::{cleaned, matching};
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap};
use crate::diag::text::Text;
use crate::doc::yaml;
use crate::harness::native::{firing, select};
use crate::harness::panels::stage::{Scene, Stage};
use crate::harness::plan::{Plan, RuleIdx};
use crate::lint::context::{Context, Proof, RuleKey, Site, Tests};
use crate::rules::book::Book;
use crate::rules::group::Alert;

/// What the tests of an environment prove.
pub(super) fn proofs(stage: &Stage<'_>) -> Tests {
    let mut out = Tests::default();
    out.metrics.extend(stage.loaded.iter().map(|it| it.metric_name().to_owned()));
    for scene in &stage.scenes {
        timelines(scene, &mut out);
        moments(scene, &mut out);
    }
    out
}

fn timelines(scene: &Scene<'_>, out: &mut Tests) {
    for it in &scene.ready.expects {
        let mut proof = Proof::default();
        match it.line.as_ref().map(|it| &it.0) {
            None | Some(TimeLine::Absent) => {}
            Some(TimeLine::Never { .. }) => proof.silent = true,
            Some(TimeLine::States(phases, _)) => {
                let mut firing = phases.iter().filter(|it| it.state == State::Firing);
                if let Some(first) = firing.next() {
                    proof.fires = true;
                    proof.silent |= 0 < first.from && !first.by;
                }
            }
        }
        add(scene.plan, select::rules(scene.plan, &it.selector), proof, out);
    }
}

fn moments(scene: &Scene<'_>, out: &mut Tests) {
    let alerts = || select::alerts(scene.plan);
    for it in &scene.ready.moments {
        let Some(firing) = &it.firing else { continue };
        for it in firing {
            let labels = firing::alert_labels(&it.labels);
            let (name, severity) = (labels.get("alertname"), labels.get("severity"));
            let own = alerts().filter(|(_, alert)| {
                alert.name.as_str() == name && may_have(alert, severity)
            });
            let own = own.map(|it| it.0).collect();
            add(scene.plan, own, Proof { fires: true, silent: false }, out);
        }
        if let Some(alert) = it.alert.as_ref().filter(|_| firing.is_empty()) {
            let own = alerts().filter(|it| it.1.name.as_str() == alert.as_str());
            let own = own.map(|it| it.0).collect();
            add(scene.plan, own, Proof { fires: false, silent: true }, out);
        }
    }
}

/// Whether an alert may carry this severity.
fn may_have(alert: &Alert, severity: &str) -> bool {
    alert.severity().is_none_or(|own| own == severity)
}

fn add(plan: &Plan<'_>, rules: Vec<RuleIdx>, proof: Proof, out: &mut Tests) {
    let key = |idx: RuleIdx| -> Option<RuleKey> {
        let slot = &plan.slots[idx];
        Site { group: slot.group, rule: slot.rule, idx }.key()
    };
    for key in rules.into_iter().filter_map(key) {
        add_to(key, proof, out);
    }
}

fn add_to(key: RuleKey, proof: Proof, out: &mut Tests) {
    let own = out.alerts.entry(key).or_default();
    own.fires |= proof.fires;
    own.silent |= proof.silent;
}

/// Adds what promtool's test files among some prove: those that name the project, in all
/// environments, or rule files that were built of it, in theirs. `proofs` are those of the
/// books.
pub(super) fn add_promtool(
    loaded: &Loaded,
    files: &[(FileId, String)],
    sources: &SourceMap,
    proofs: &mut [Tests],
) {
    let mut alerts: Vec<HashMap<&str, Vec<(Site<'_>, &Alert)>>> = Vec::new();
    for (file, path) in files {
        // What is wrong with them `test` says.
        let sink = &mut Sink::new();
        let documents =
            yaml::read_first(*file, &sources.file(*file).text, |_| true, sink);
        let Some(root) = documents.first().filter(|it| promtool::is_tests(it)) else {
            continue;
        };
        let test = promtool::read(root, sink);
        let books = tested(loaded, path, &test);
        if alerts.is_empty() && !books.is_empty() {
            alerts = loaded.books.iter().map(by_name).collect();
        }
        for asserted in test.tests.iter().flat_map(|it| &it.alerts) {
            for book in &books {
                let named = alerts[*book].get(asserted.name.as_str());
                let expected = &asserted.expected;
                for (site, alert) in named.into_iter().flatten() {
                    let is = |it: &ExpectedAlert| {
                        let own = it.labels.iter().find(|it| it.0.as_str() == "severity");
                        may_have(alert, own.map_or("", |it| it.1.as_str()))
                    };
                    let fires = expected.iter().any(is);
                    let proof = Proof { fires, silent: expected.is_empty() };
                    if let Some(key) = site.key() {
                        add_to(key, proof, &mut proofs[*book]);
                    }
                }
            }
        }
    }
}

/// The alerts of an environment by their names.
fn by_name(book: &Book) -> HashMap<&str, Vec<(Site<'_>, &Alert)>> {
    let mut out: HashMap<&str, Vec<(Site<'_>, &Alert)>> = HashMap::new();
    for site in Context::of_book(book, None).sites() {
        if let Some(alert) = site.alert() {
            out.entry(alert.name.as_str()).or_default().push((site, alert));
        }
    }
    out
}

/// The places of the books whose rules a test file names: all where it names the project. What
/// was built need not be there while the project is checked.
fn tested(loaded: &Loaded, path: &str, test: &TestFile) -> Vec<usize> {
    let root = &loaded.root;
    let own = fs::named_project(root, "");
    let mut names = |folder: &str| fs::names(root, folder).into();
    let mut is_own = |pattern: &str| {
        let files = matching(pattern, path, &mut names).unwrap_or_default();
        files.iter().any(|it| fs::named_project(root, it) == own)
    };
    let patterns = || test.rule_files.iter().map(Text::as_str);
    let all = own.is_some() && patterns().any(&mut is_own);
    let built: Vec<String> = patterns()
        .filter_map(|it| {
            let pattern = cleaned(&format!("{path}/../{it}"));
            Some(pattern.strip_prefix("build/")?.split_once('/')?.0.to_owned())
        })
        .collect();
    let named =
        |book: &Book| all || built.iter().any(|it| matches(it, &book.env) == Some(true));
    let books = loaded.books.iter().enumerate();
    books.filter(|it| named(it.1)).map(|it| it.0).collect()
}

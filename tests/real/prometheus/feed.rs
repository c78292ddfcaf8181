//! What an exporter of the platform serves: the series of its own tests, of as many as have
//! none in common, as they are at the time of a step.

use std::collections::BTreeSet;
use std::fs;

use aqua_alerts::case::native::fill;
use aqua_alerts::case::native::ready::{Line, Ready};
use aqua_alerts::case::native::{read, timeline};
use aqua_alerts::case::notation::Sample;
use aqua_alerts::cli::load::Loaded;
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::doc::toml;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::resolve;
use libtest_mimic::Failed;

use crate::parts;
use crate::prometheus::faster::{FACTOR, INTERVAL, STEP};

/// The series of tests that are shown together.
pub struct Feed {
    tests: Vec<Ready>,
}

impl Feed {
    pub fn new(loaded: &Loaded) -> Result<Feed, Failed> {
        let (mut firing, silent): (Vec<Ready>, Vec<Ready>) =
            ready(loaded)?.into_iter().partition(fires);
        firing.extend(silent);
        let mut known: BTreeSet<Labels> = BTreeSet::new();
        let mut tests = Vec::new();
        for test in firing {
            let own = || test.series.iter().map(|it| it.labels.clone());
            if own().all(|it| !known.contains(&it)) {
                known.extend(own());
                tests.push(test);
            }
        }
        println!("{} series of {} tests", known.len(), tests.len());
        Ok(Feed { tests })
    }

    /// What is served at a step, in Prometheus's text format.
    pub fn metrics(&self, step: usize) -> String {
        let mut out = format!("{STEP} {step}\n");
        // Nothing is there before the first step.
        let Some(step) = step.checked_sub(1) else { return out };
        let time = step as i64 * INTERVAL * FACTOR;
        for test in &self.tests {
            let place = usize::try_from(time / test.interval).unwrap_or_default();
            for line in &test.series {
                if let Some(value) = value(line, place) {
                    out += &format!("{} {value}\n", written(&line.labels));
                }
            }
        }
        out
    }
}

fn value(line: &Line, place: usize) -> Option<String> {
    match line.samples.get(place)? {
        Sample::Float(it) if it.is_finite() => Some(it.to_string()),
        Sample::Float(it) if it.is_infinite() => {
            Some(if *it > 0.0 { "+Inf" } else { "-Inf" }.to_owned())
        }
        // The format has no native histograms; none of the platform's tests has either.
        Sample::Float(_) | Sample::Gap | Sample::Histogram(_) => None,
    }
}

fn written(labels: &Labels) -> String {
    let escape =
        |it: &str| it.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let own = labels.iter().filter(|it| &*it.0 != "__name__");
    let own: Vec<String> =
        own.map(|it| format!("{}=\"{}\"", it.0, escape(&it.1))).collect();
    format!("{}{{{}}}", labels.metric_name(), own.join(","))
}

/// Whether a test expects an alert to fire.
fn fires(test: &Ready) -> bool {
    let lines = test.expects.iter().filter_map(|it| it.line.as_ref());
    lines.map(|it| &it.0).any(|it| it.phases(timeline::State::Firing).next().is_some())
}

/// All tests of the platform in production.
fn ready(loaded: &Loaded) -> Result<Vec<Ready>, Failed> {
    let env = "production";
    let envs: Vec<String> =
        loaded.project.manifest.environments.iter().map(|it| it.name.clone()).collect();
    let parameters = resolve::environment_parameters(&loaded.project, env);
    let lookup = |name: &str| {
        let it = parameters.iter().find(|it| &*it.0 == name);
        it.map(|it| it.1.clone())
    };
    let dialect = Dialect::everything();
    let own =
        fill::Env { name: env, interval: SPACING, dialect: &dialect, lookup: &lookup };
    let mut out = Vec::new();
    let mut sink = Sink::new();
    for path in parts::files(parts::platform(), "testdata")? {
        let text = fs::read_to_string(path)?;
        let node =
            toml::read(FileId(0), &text.as_str().into(), &mut sink).ok_or("no tests")?;
        for case in read::read(&node, &envs, &mut sink) {
            let is_for = |it: &aqua_alerts::diag::text::Text| it.as_str() == env;
            if case.envs.is_empty() || case.envs.iter().any(is_for) {
                out.extend(fill::fill(&case, &own, &mut sink));
            }
        }
    }
    assert!(!sink.has_errors(), "{:?}", sink.into_sorted());
    Ok(out)
}

/// Of samples where a test says nothing of it, in milliseconds.
const SPACING: i64 = 30_000;

//! Prometheus's own script suite: how many evaluations agree, file by file.

use std::fs;
use std::path::Path;

use aqua_alerts::case::script::read;
use aqua_alerts::harness::script::{dialect, run};
use libtest_mimic::Trial;

const SUITE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/conformance/prometheus/promql/promqltest/testdata"
);

/// The evaluations of each file, and how many must pass.
const FILES: &[(&str, usize, usize)] = &[
    ("aggregators", 160, 160),
    ("at_modifier", 71, 71),
    ("collision", 2, 2),
    ("duration_expression", 59, 59),
    ("extended_vectors", 169, 169),
    ("fill-modifier", 46, 46),
    ("functions", 431, 431),
    ("histograms", 185, 185),
    ("info", 42, 42),
    ("limit", 37, 37),
    ("literals", 25, 25),
    ("name_label_dropping", 30, 30),
    ("native_histograms", 522, 513),
    ("operators", 213, 213),
    ("range_queries", 18, 18),
    ("selectors", 31, 31),
    ("staleness", 17, 17),
    ("start_timestamps", 26, 26),
    ("subquery", 34, 34),
    ("trig_functions", 19, 19),
    ("type_and_unit", 58, 58),
];

/// One test per file, of Prometheus's suite and of our own.
pub fn trials() -> Vec<Trial> {
    let own = Trial::test("promql/engine", || {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/promql/engine.test");
        let text = fs::read_to_string(path)?;
        let (script, errors) = read(&text);
        assert!(errors.is_empty(), "{errors:?}");
        let reports = run(&script, &dialect());
        let failures: Vec<String> = reports
            .iter()
            .filter_map(|it| Some((it, it.failure.as_ref()?)))
            .map(|(it, why)| format!("engine.test:{}: {}: {why}", it.line, it.expr))
            .collect();
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        Ok(())
    });
    FILES
        .iter()
        .map(|(name, n_evals, n_passing)| {
            Trial::test(format!("conformance/{name}"), move || {
                check(name, *n_evals, *n_passing);
                Ok(())
            })
        })
        .chain([own])
        .collect()
}

fn check(name: &str, n_evals: usize, n_passing: usize) {
    let path = Path::new(SUITE).join(format!("{name}.test"));
    let Ok(text) = fs::read_to_string(&path) else {
        println!("skipped: {} is absent", path.display());
        return;
    };
    let (script, errors) = read(&text);
    for it in &errors {
        println!("{name}.test:{}: {}", it.line, it.message);
    }
    let reports = run(&script, &dialect());
    let mut passed = 0;
    for it in &reports {
        match &it.failure {
            Some(why) => println!("{name}.test:{}: {}: {why}", it.line, it.expr),
            None => passed += 1,
        }
    }
    let n_bad = errors.iter().filter(|it| it.is_eval).count();
    let n_total = reports.len() + n_bad;
    println!("{name}: {passed} of {n_total} pass");
    assert!(passed >= n_passing, "{name}: {passed} pass, {n_passing} did before");
    assert!(n_total >= n_evals, "{name}: {n_total} evaluations, {n_evals} expected");
}

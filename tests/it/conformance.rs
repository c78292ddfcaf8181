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

/// The evaluations of each file: every one must pass.
const FILES: &[(&str, usize)] = &[
    ("aggregators", 160),
    ("at_modifier", 71),
    ("collision", 2),
    ("duration_expression", 59),
    ("extended_vectors", 169),
    ("fill-modifier", 46),
    ("functions", 431),
    ("histograms", 185),
    ("info", 42),
    ("limit", 37),
    ("literals", 25),
    ("name_label_dropping", 30),
    ("native_histograms", 522),
    ("operators", 213),
    ("range_queries", 18),
    ("selectors", 31),
    ("staleness", 17),
    ("start_timestamps", 26),
    ("subquery", 34),
    ("trig_functions", 19),
    ("type_and_unit", 58),
];

/// How many that are.
const N_EVALS: usize = 2195;

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
    let total = Trial::test("conformance/total", || {
        let total: usize = FILES.iter().map(|it| it.1).sum();
        let named = |it: &&str| FILES.iter().any(|file| file.0 == *it);
        let found = scripts();
        assert!(found.iter().map(String::as_str).all(|it| named(&it)), "{found:?}");
        assert_eq!(total, N_EVALS);
        println!("{total} evaluations in {} files", FILES.len());
        Ok(())
    });
    FILES
        .iter()
        .map(|(name, n_evals)| {
            Trial::test(format!("conformance/{name}"), move || {
                check(name, *n_evals);
                Ok(())
            })
        })
        .chain([own, total])
        .collect()
}

/// The names of the scripts that are there.
fn scripts() -> Vec<String> {
    let Ok(entries) = fs::read_dir(SUITE) else { return Vec::new() };
    let name = |it: fs::DirEntry| it.file_name().to_string_lossy().into_owned();
    let names = entries.flatten().map(name);
    names.filter_map(|it| Some(it.strip_suffix(".test")?.to_string())).collect()
}

fn check(name: &str, n_evals: usize) {
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
    assert!(errors.is_empty(), "{name}: {} lines cannot be read", errors.len());
    assert_eq!((passed, n_total), (n_evals, n_evals), "{name}: all must pass");
}

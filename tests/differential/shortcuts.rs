//! This crate against itself: tests with only what matters, and with every rule at every
//! tick in turn, as Prometheus goes. Verdict and messages are the same.
//!
//! Rules out of few words, so that they meet: names that several rules write, records of
//! records, rules that read later ones or themselves, `ALERTS`, selectors without a name,
//! results without series, offsets, limits, joins that fail, templates that ask. A test
//! loads some of the series and asserts something of some of the rules.

use std::fmt::Write as _;

use aqua_alerts::case::promtool::{self, TestFile};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::doc::yaml;
use aqua_alerts::harness::plan::Plan;
use aqua_alerts::harness::promtool::{ordered, run_group};
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::rulefile::read::{Config, read};
use aqua_alerts::rules::group::Group;
use libtest_mimic::{Failed, Trial};

use crate::peers;
use crate::random::Random;

const METRICS: usize = 5;
const RECORDS: usize = 5;
const ALERTS: usize = 4;

fn shortcuts() -> Result<(), Failed> {
    let seed = peers::number("AQUA_SEED", 1);
    let n_files = (peers::number("AQUA_QUERIES", 2000) / 4).max(1);
    let mut rng = Random::new(seed ^ 0x5c0e);
    let (mut n_tests, mut n_failing, mut n_different) = (0, 0, 0);
    for _ in 0..n_files {
        let (rules, tests) = (rules(&mut rng), tests(&mut rng));
        let (groups, file) = parse(&rules, &tests)?;
        let groups: Vec<&Group> = groups.iter().collect();
        let ordered = ordered(&groups, &file);
        let (short, long) =
            (Plan::new(&ordered), Plan::new(&ordered).without_shortcuts());
        let dialect = Dialect::new(Version::LATEST);
        for group in &file.tests {
            let verdict = |plan: &Plan<'_>| {
                let it = run_group(&file, group, plan, &[], dialect);
                (it.outcome, it.messages)
            };
            let (ours, wanted) = (verdict(&short), verdict(&long));
            n_tests += 1;
            n_failing += usize::from(!wanted.1.iter().all(|it| it.contains("exp:")));
            if ours != wanted {
                n_different += 1;
                println!(
                    "seed {seed}, {}\n{rules}{tests}with shortcuts: {:?}\n{}\nwithout: \
                     {:?}\n{}",
                    group.title(),
                    ours.0,
                    ours.1.join("\n"),
                    wanted.0,
                    wanted.1.join("\n")
                );
            }
        }
        if 3 < n_different {
            break;
        }
    }
    println!("{n_tests} tests, {n_failing} in which a rule fails");
    match n_different {
        0 => Ok(()),
        n => Err(format!("{n} verdicts differ").into()),
    }
}

fn parse(rules: &str, tests: &str) -> Result<(Vec<Group>, TestFile), String> {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let dialect = Dialect::new(Version::LATEST);
    let config = Config {
        dialect: &dialect,
        legacy_names: false,
        ignore_unknown: false,
        template: &|_, _| {},
    };
    let id = sources.add("rules.yaml", rules);
    let groups = read(id, "rules.yaml", rules, &config, &mut sink);
    let id = sources.add("test.yaml", tests);
    let documents = yaml::read(id, tests, &mut sink);
    let file = promtool::read(documents.first().ok_or("no document")?, &mut sink);
    let faults: Vec<String> = sink
        .into_sorted()
        .into_iter()
        .filter(|it| it.code != "duplicate-rule")
        .map(|it| it.title)
        .collect();
    match faults.is_empty() {
        true => Ok((groups, file)),
        false => Err(format!("{}\n{rules}{tests}", faults.join("; "))),
    }
}

fn rules(rng: &mut Random) -> String {
    let mut out = "groups:\n".to_owned();
    let n_words = if rng.percent(25) { 32 } else { 21 };
    for idx in 0..rng.within(1, 3) {
        writeln!(out, "- name: g{idx}").unwrap();
        if rng.percent(10) {
            writeln!(out, "  query_offset: {}", rng.pick(&["1m", "30s", "0s", "13h"]))
                .unwrap();
        }
        if rng.percent(10) {
            writeln!(out, "  limit: {}", rng.within(1, 2)).unwrap();
        }
        if rng.percent(10) {
            writeln!(out, "  labels: {{t: g}}").unwrap();
        }
        writeln!(out, "  rules:").unwrap();
        for _ in 0..rng.within(1, 4) {
            let expr = serde_json::to_string(&expression(rng, n_words)).unwrap();
            match rng.percent(50) {
                true => {
                    let name = match rng.percent(4) {
                        true => rng.pick(&["ALERTS", "ALERTS_FOR_STATE"]).to_owned(),
                        false => format!("r{}", rng.below(RECORDS)),
                    };
                    write!(out, "  - record: {name}\n    expr: {expr}\n").unwrap();
                }
                false => alert(rng, &expr, &mut out),
            }
            if rng.percent(30) {
                let labels =
                    ["{t: a}", "{t: b}", "{k: \"\"}", "{k: \"1\"}", "{alertname: A1}"];
                writeln!(out, "    labels: {}", rng.pick(&labels)).unwrap();
            }
        }
    }
    out
}

fn alert(rng: &mut Random, expr: &str, out: &mut String) {
    write!(out, "  - alert: A{}\n    expr: {expr}\n", rng.below(ALERTS)).unwrap();
    if rng.percent(40) {
        writeln!(out, "    for: {}", rng.pick(&["1m", "2m", "90s"])).unwrap();
    }
    if rng.percent(20) {
        writeln!(out, "    keep_firing_for: 2m").unwrap();
    }
    if rng.percent(30) {
        let record = rng.below(RECORDS);
        let texts = [
            format!("{{{{ query \"r{record}\" | len }}}}"),
            "{{ range query \"ALERTS\" }}{{ .Labels.alertname }} {{ end }}".to_owned(),
            "{{ range query \"{k='1'}\" }}{{ .Value }} {{ end }}".to_owned(),
            "{{ $value }} of {{ $labels.k }}".to_owned(),
        ];
        let text = serde_json::to_string(&texts[rng.below(texts.len())]).unwrap();
        writeln!(out, "    annotations: {{text: {text}}}").unwrap();
    }
}

/// A selector of something loaded, recorded or written by alerts.
fn selector(rng: &mut Random) -> String {
    let labels = ["", "", "", "{k=\"1\"}", "{k=~\"1|2\"}", "{t=\"a\"}", "{t=\"\"}"];
    let labels = rng.pick(&labels);
    match rng.below(12) {
        0..=4 => format!("m{}{labels}", rng.below(METRICS)),
        5..=8 => format!("r{}{labels}", rng.below(RECORDS)),
        9 => format!("ALERTS{{alertname=\"A{}\"}}", rng.below(ALERTS)),
        10 => rng.pick(&["ALERTS", "ALERTS_FOR_STATE", "ALERTS{t!=\"a\"}"]).to_owned(),
        _ => rng.pick(&["{k=\"1\"}", "{__name__=~\"r.\"}", "{t=\"b\"}"]).to_owned(),
    }
}

/// An expression out of some of the words: the later ones often fail.
fn expression(rng: &mut Random, n_words: usize) -> String {
    let (one, two) = (selector(rng), selector(rng));
    let failing =
        "label_replace(vector(1) or absent(gone{a=\"b\"}), \"a\", \"\", \"\", \"\")";
    match rng.below(n_words) {
        0 | 1 => one,
        2 => format!("{one} > 1"),
        3 => format!("sum({one})"),
        4 => format!("sum by (k) ({one})"),
        5 => format!("count({one}) + count({two})"),
        6 => format!("{one} * on (k) {two}"),
        7 => format!("{one} * on (k) group_left {two}"),
        8 => format!("absent({one})"),
        9 => "vector(1)".to_owned(),
        10 => format!("{one} or vector(0)"),
        11 => format!("{one} unless {two}"),
        12 => format!("{one} and on () {two}"),
        13 => format!("{one} offset 1m"),
        14 => format!("{one} offset -1m"),
        15 => format!("{one} @ end()"),
        16 => format!("max_over_time(({one})[3m:1m])"),
        17 => format!("count_over_time({one}[3m])"),
        18 => format!("label_replace({one}, \"k\", \"$1\", \"k\", \"(.).*\")"),
        19 => "vector(time()) > 120".to_owned(),
        20 => format!("absent_over_time({one}[2m])"),
        21 => format!("sum_over_time(({one} or vector(0))[1d:5s])"),
        22 => format!("avg_over_time((sum({one}) or vector(0))[5m:1m])"),
        23 => rng.pick(&["\"text\"", "m0[2m]", "(m1[3m:1m])", "gone[1m]"]).to_owned(),
        24 => format!("{one} unless {failing}"),
        25 => format!("clamp_max({one}, scalar({failing}))"),
        26 => format!("absent({one}) or absent({failing})"),
        27 => format!("topk(scalar({one}), {two})"),
        28 => format!("quantile(scalar({one}), {two})"),
        29 => "count_values(\"v\", vector(1))".to_owned(),
        30 => format!("histogram_quantile(scalar({one}), {two})"),
        _ => format!("{one} == bool {two}"),
    }
}

fn tests(rng: &mut Random) -> String {
    let mut out =
        "evaluation_interval: 1m\ngroup_eval_order: [g0, g1, g2]\ntests:\n".to_owned();
    for _ in 0..4 {
        let spacing = rng.pick(&["1m", "30s", "2m"]);
        write!(out, "- interval: {spacing}\n  input_series:\n").unwrap();
        for metric in 0..METRICS {
            for k in 1..=2 {
                if rng.percent(30) {
                    let values =
                        ["1x6", "0+1x6", "_x2 1x4", "2 3 stale 1", "1 _ _ 4 0 2"];
                    let values = rng.pick(&values);
                    writeln!(
                        out,
                        "  - {{series: 'm{metric}{{k=\"{k}\"}}', values: '{values}'}}"
                    )
                    .unwrap();
                }
            }
        }
        if rng.percent(10) {
            writeln!(out, "  - {{series: 'r{}', values: '1x6'}}", rng.below(RECORDS))
                .unwrap();
        }
        writeln!(out, "  alert_rule_test:").unwrap();
        for _ in 0..rng.within(0, 2) {
            writeln!(
                out,
                "  - {{eval_time: {}m, alertname: A{}, exp_alerts: [{{exp_labels: {{x: y}}}}]}}",
                rng.within(0, 8),
                rng.below(ALERTS)
            )
            .unwrap();
        }
        writeln!(out, "  promql_expr_test:").unwrap();
        for _ in 0..rng.within(0, 2) {
            let expr = serde_json::to_string(&selector(rng)).unwrap();
            writeln!(
                out,
                "  - {{eval_time: {}m, expr: {expr}, exp_samples: [{{labels: x, value: 7}}]}}",
                rng.within(0, 8)
            )
            .unwrap();
        }
    }
    out
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("shortcuts", shortcuts)]
}

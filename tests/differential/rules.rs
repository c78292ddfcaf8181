//! Random groups of rules over all ticks of a test, against promtool.
//!
//! Records that depend on each other, alerts with `for` and `keep_firing_for`,
//! templates, and what reads `ALERTS`. Every expectation is impossible; all messages
//! must be the same.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use aqua_alerts::promql::check;
use libtest_mimic::{Failed, Trial};

use crate::answer::{self, Answer};
use crate::compare::{Verdict, compare};
use crate::peers;
use crate::promtool::{self, Case, Flags, Promtool};
use crate::query::{Generator, Query};
use crate::random::Random;
use crate::series::{self, Data};
use crate::tally::Tally;

const FLAGS: Flags = Flags { experimental: true, delayed: false };

/// Rules as a rule file, and their names.
#[derive(Debug, Default)]
struct Rules {
    text: String,
    groups: Vec<String>,
    records: Vec<String>,
    alerts: Vec<String>,
}

fn rules() -> Result<(), Failed> {
    let Some(program) = peers::find("promtool") else {
        println!("skipped: no promtool in AQUA_PEERS, PATH or target/peers/usr/bin");
        return Ok(());
    };
    let seed = peers::number("AQUA_SEED", 1);
    let n_files = (peers::number("AQUA_QUERIES", 2000) / 50).max(1);
    let mut rng = Random::new(seed ^ 0x0a1e);
    let mut tally = Tally::default();
    let mut n_rules = 0;
    for _ in 0..n_files {
        let data = series::random(&mut rng);
        let rules = random(&mut rng, &data);
        n_rules += rules.records.len() + rules.alerts.len();
        let text = file(&mut rng, &data, &rules);
        let ask = Promtool { program: &program, flags: FLAGS };
        let theirs = split(&ask.stderr_with_rules(&text, Some(&rules.text)));
        let ours = split(&promtool::messages(&text, Some(&rules.text), FLAGS)?);
        if theirs.is_empty() || ours.len() != theirs.len() {
            tally.count(&Answer::Samples(Vec::new()), Verdict::Different);
            println!("{} and {} messages", ours.len(), theirs.len());
        }
        let mut is_shown = false;
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let verdict = same(ours, theirs);
            tally.count(&read(theirs).1, verdict);
            if verdict == Verdict::Different && !is_shown {
                is_shown = true;
                println!("seed {seed}\nours\n{ours}\ntheirs\n{theirs}");
                keep(&rules.text, &text, seed);
            }
        }
    }
    println!("{n_rules} rules in {n_files} files");
    tally.print();
    match tally.n_different {
        0 => Ok(()),
        n => Err(format!("{n} messages differ, seed {seed}").into()),
    }
}

/// Leaves the files of a difference where they can be looked at.
fn keep(rules: &str, test: &str, seed: u64) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/differential")
        .join(format!("seed-{seed}"));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("rules.yaml"), rules).unwrap();
    fs::write(dir.join("test.yaml"), test).unwrap();
    println!("rules:\n{rules}files: {}", dir.display());
}

fn split(messages: &str) -> Vec<String> {
    answer::split(messages.strip_prefix("  FAILED:\n").unwrap_or(messages))
        .iter()
        .map(|it| it.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"))
        .map(|it| it.trim_end().to_string())
        .collect()
}

/// What a message is about, and what it says.
fn read(message: &str) -> (String, Answer) {
    match answer::read(message).as_deref() {
        Ok([answer]) => {
            let about = message.lines().next().unwrap_or_default();
            (about.split(", err").next().unwrap_or_default().to_string(), answer.clone())
        }
        _ => (String::new(), Answer::Error(message.to_string())),
    }
}

fn same(ours: &str, theirs: &str) -> Verdict {
    let ((about, ours), (other, theirs)) = (read(ours), read(theirs));
    match about == other {
        true => compare(&about, &ours, &theirs),
        false => Verdict::Different,
    }
}

/// A test that asks for all records, alerts, and what is recorded of these.
fn file(rng: &mut Random, data: &Data, rules: &Rules) -> String {
    let end = data.end();
    let mut queries = Vec::new();
    let mut times: Vec<i64> =
        (0..4).map(|_| rng.within(0, end / 5000) * 5000).chain([end]).collect();
    times.sort_unstable();
    times.dedup();
    for time in &times {
        let mut ask = |text: String| queries.push(Query { text, time: *time });
        rules.records.iter().for_each(|it| ask(it.clone()));
        ask("ALERTS".to_string());
        ask("ALERTS_FOR_STATE".to_string());
        ask("sum by (alertname, alertstate) (count_over_time(ALERTS[10m]))".to_string());
    }
    let case = Case { data: data.clone(), queries };
    let test = promtool::file(data.interval, &[case]);
    let mut out = format!(
        "rule_files: [rules.yaml]\ngroup_eval_order: [{}]\n{test}  external_labels: \
         {{cluster: c1}}\n  external_url: http://x.y\n  alert_rule_test:\n",
        rules.groups.join(", ")
    );
    for time in &times {
        for alert in &rules.alerts {
            write!(
                out,
                "  - eval_time: {time}ms\n    alertname: {alert}\n    exp_alerts: \
                 [{{exp_labels: {{impossible: yes}}}}]\n"
            )
            .unwrap();
        }
    }
    out
}

fn random(rng: &mut Random, data: &Data) -> Rules {
    let mut rules = Rules { text: "groups:\n".to_string(), ..Rules::default() };
    for idx in 0..rng.within(1, 3) {
        let name = format!("g{idx}");
        writeln!(rules.text, "- name: {name}\n  rules:").unwrap();
        rules.groups.push(name);
        for _ in 0..rng.within(1, 5) {
            let is_alert = rng.percent(50);
            let mut expr = expression(rng, data, &rules, is_alert);
            while check::parse(&expr, &FLAGS.dialect()).is_err() {
                expr = expression(rng, data, &rules, is_alert);
            }
            match is_alert {
                true => alert(rng, &mut rules, &expr),
                false => record(rng, &mut rules, &expr),
            }
        }
    }
    rules
}

fn record(rng: &mut Random, rules: &mut Rules, expr: &str) {
    let name = match rules.records.is_empty() || rng.percent(90) {
        true => format!("rec:{}", rules.records.len()),
        false => rules.records[rng.below(rules.records.len())].clone(),
    };
    let expr = quoted(expr);
    write!(rules.text, "  - record: {name}\n    expr: {expr}\n").unwrap();
    if rng.percent(40) {
        let labels = ["{tier: gold}", "{job: all, tier: \"1\"}", "{instance: \"\"}"];
        writeln!(rules.text, "    labels: {}", rng.pick(&labels)).unwrap();
    }
    if !rules.records.contains(&name) {
        rules.records.push(name);
    }
}

fn alert(rng: &mut Random, rules: &mut Rules, expr: &str) {
    let name = format!("Alert{}", rules.alerts.len());
    let expr = quoted(expr);
    write!(rules.text, "  - alert: {name}\n    expr: {expr}\n").unwrap();
    if rng.percent(60) {
        let times = ["15s", "30s", "1m", "2m30s", "5m", "7s"];
        writeln!(rules.text, "    for: {}", rng.pick(&times)).unwrap();
    }
    if rng.percent(35) {
        let times = ["30s", "1m", "3m"];
        writeln!(rules.text, "    keep_firing_for: {}", rng.pick(&times)).unwrap();
    }
    let labels = [
        "severity: page",
        "severity: \"{{ if gt $value 1.0 }}high{{ else }}low{{ end }}\"",
        "job: \"x-{{ $labels.job }}\"",
        "instance: \"\"",
    ];
    if rng.percent(60) {
        writeln!(rules.text, "    labels: {{{}}}", rng.pick(&labels)).unwrap();
    }
    let texts = [
        "{{ $labels.job }} is {{ $value }}",
        "{{ printf \"%.3f\" $value }} of {{ .Labels.instance }}",
        "{{ humanize $value }}, {{ $value | humanize1024 }}",
        "{{ $value | humanizePercentage }} {{ humanizeDuration $value }}",
        "{{ range $k, $v := $labels }}{{ $k }}={{ $v | toUpper }};{{ end }}",
        "{{ with query \"sum(up)\" }}{{ . | first | value }}{{ end }}",
        "{{ $externalURL }} {{ $externalLabels.cluster }} {{ title $labels.job }}",
        "{{ $labels.missing }}|{{ reReplaceAll \"a(.)\" \"<$1>\" $labels.job }}",
        "{{ printf \"%e\" 1.25 }} {{ if eq $labels.job \"api\" }}A{{ end }}",
        "{{ $labels.nothing.at.all }}",
        "{{ query \"up\" | sortByLabel \"instance\" | len }}",
    ];
    if rng.percent(80) {
        let text = quoted(rng.pick(&texts));
        writeln!(rules.text, "    annotations: {{summary: {text}}}").unwrap();
    }
    rules.alerts.push(name);
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn expression(rng: &mut Random, data: &Data, rules: &Rules, is_alert: bool) -> String {
    // What is recorded has another order there than here: nothing may depend on it.
    if !rules.records.is_empty() && rng.percent(35) {
        let name = &rules.records[rng.below(rules.records.len())];
        return match rng.below(8) {
            0 => format!("{name} > 1"),
            1 => format!("max by (job) ({name})"),
            2 => format!("count without (instance) ({name} offset 1m)"),
            3 => format!("avg_over_time({name}[3m])"),
            4 => format!("changes({name}[5m]) > 0"),
            5 => format!("absent({name})"),
            6 => format!("{name} unless {name} offset 2m"),
            _ => format!("last_over_time({name}[2m])"),
        };
    }
    if !rules.alerts.is_empty() && rng.percent(20) {
        let name = &rules.alerts[rng.below(rules.alerts.len())];
        return match rng.below(3) {
            0 => format!("ALERTS{{alertname=\"{name}\"}}"),
            1 => "count by (alertstate) (ALERTS)".to_string(),
            _ => format!("ALERTS_FOR_STATE{{alertname=\"{name}\"}} > 0"),
        };
    }
    let plain = [
        "up == 0",
        "rate(http_requests_total[2m]) > 0.1",
        "temperature > 20",
        "absent(up{job=\"db\"})",
        "http_requests_total > 10 and on (job, instance) up == 1",
        "temperature - temperature offset 1m",
        "latency",
        "histogram_quantile(0.9, rate(latency[2m]))",
        "odd",
        "vector(time()) % 120 < 60",
        "vector(1)",
        "1",
    ];
    if rng.percent(50) {
        return rng.pick(&plain).to_string();
    }
    let (end, dialect) = (data.end(), FLAGS.dialect());
    let depth = rng.pick(&[1, 1, 2]);
    let mut generator = Generator { rng, dialect, end };
    let operand = generator.operand(depth);
    match is_alert {
        true => format!("{operand} > {}", rng.within(-5, 20)),
        false => operand,
    }
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("rules", rules)]
}

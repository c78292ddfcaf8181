//! `build` against `promtool check rules` on the rule files that it writes, how its time
//! grows, and what it takes again after one file was edited.
//!
//! promtool reads and checks as many rules as `build` compiles, checks and writes thrice:
//! as objects, as rule files and as a page for people.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::run::{Cost, Program};
use crate::{Bench, Measured, report};

/// Alerts of a file.
const PER_FILE: usize = 100;

const MANIFEST: &str = r#"[project]
name = "large"
edition = 1
[prometheus]
version = "3.5"
interval = "30s"
[build]
namespace = "monitoring"
labels = { release = "kube-prometheus-stack" }
[runbooks]
url = "https://docs.example.com/runbooks/"
[owner.platform]
labels = { team = "platform" }
[env.production]
external_labels = { cluster = "production" }
let = { namespace = "production" }
"#;

/// Measures projects of a thousand, ten thousand and, where nothing is compared, a hundred
/// thousand alerts.
pub fn run(bench: &Bench) {
    for n_alerts in [1_000, 10_000, 100_000] {
        let dir = bench.dir.join(format!("build-{n_alerts}"));
        write(&dir, n_alerts);
        let runs = if n_alerts <= 10_000 { bench.runs } else { 1 };
        let fresh = |_| {
            let _ = fs::remove_dir_all(dir.join("build"));
            Program::ours().run(&dir, &["build"], &[], 1)
        };
        let ours = best((0..runs).map(fresh).collect());
        let rules = dir.join("build/production/rules");
        let files: Vec<String> = (0..n_alerts / PER_FILE).map(stem).collect();
        let files: Vec<String> = files.iter().map(|it| format!("{it}.yaml")).collect();
        let promtool = bench.promtool.as_ref().filter(|_| n_alerts <= 10_000);
        let promtool =
            promtool.map(|it| it.run(&rules, &["check", "rules"], &files, runs));
        report(Measured { name: format!("build of {n_alerts} alerts"), ours, promtool });
        let edited = |idx: usize| {
            edit(&dir, idx);
            Program::ours().run(&dir, &["build"], &[], 1)
        };
        let ours = best((0..runs).map(edited).collect());
        let name = "  one file edited".to_owned();
        report(Measured { name, ours, promtool: None });
    }
}

fn best(all: Vec<Cost>) -> Cost {
    Cost {
        wall: all.iter().map(|it| it.wall).min().unwrap_or_default(),
        memory: all.iter().map(|it| it.memory).max().unwrap_or_default(),
        passed: all.iter().all(|it| it.passed),
        runs: all.len(),
    }
}

fn stem(file: usize) -> String {
    format!("svc-{file:04}")
}

fn write(dir: &Path, n_alerts: usize) {
    let _ = fs::remove_dir_all(dir);
    fs::create_dir_all(dir.join("alerts")).expect("a folder for the input");
    fs::write(dir.join("aqua-alerts.toml"), MANIFEST).expect("a manifest");
    for idx in 0..n_alerts / PER_FILE {
        let path = dir.join(format!("alerts/{}.toml", stem(idx)));
        fs::write(path, alerts(idx)).expect("alerts");
    }
}

/// Another threshold in one of the files.
fn edit(dir: &Path, run: usize) {
    let path = dir.join(format!("alerts/{}.toml", stem(0)));
    let text = alerts(0).replacen("> 1000", &format!("> {}", 1001 + run), 1);
    fs::write(path, text).expect("alerts");
}

/// A file of a service: tiers, quantiles and queues, with summaries and descriptions.
fn alerts(file: usize) -> String {
    let service = stem(file);
    let mut out = format!(
        r#"owner = "platform"
[service.{service}]
match = {{ app = "{service}" }}
[service.{service}.endpoint.metrics]
interval = "15s"
[record]
"job:http_errors:ratio_rate5m_{file}" = '''
sum by (job) (rate(http_requests_total{{job="${{job}}",namespace="${{namespace}}",status=~"5.."}}[5m]))
  / sum by (job) (rate(http_requests_total{{job="${{job}}",namespace="${{namespace}}"}}[5m]))
'''
"#
    );
    let mut n_rules = 0;
    let mut number = 0;
    while n_rules < PER_FILE {
        let name = format!("Svc{file:04}Alert{number:03}");
        let (text, n_tiers) = match number % 4 {
            0 => (tiers(number), 2),
            1 | 2 => (quantile(number), 1),
            _ => (queue(number), 1),
        };
        let _ = write!(out, "\n[alert.{name}]\n{text}");
        n_rules += n_tiers;
        number += 1;
    }
    out
}

fn tiers(number: usize) -> String {
    format!(
        r#"expr = 'sum by (job, instance) (rate(http_requests_total{{job="${{job}}",namespace="${{namespace}}",handler="/api/v1/h{number}",status=~"5.."}}[5m])) / sum by (job, instance) (rate(http_requests_total{{job="${{job}}",namespace="${{namespace}}",handler="/api/v1/h{number}"}}[5m])) > ${{ratio}}'
critical = {{ ratio = 0.05, for = "2m" }}
warning = {{ ratio = 0.01, for = "15m" }}
summary = "{{{{ $labels.instance }}}}: {{{{ $value | humanizePercentage }}}} of requests fail (limit {{{{ ${{ratio}} | humanizePercentage }}}})"
description = "Requests to handler h{number} of ${{job}} fail on {{{{ $labels.instance }}}} in ${{namespace}}."
"#
    )
}

fn quantile(number: usize) -> String {
    format!(
        r#"severity = "warning"
expr = 'histogram_quantile(0.99, sum by (job, le) (rate(http_request_duration_seconds_bucket{{job="${{job}}",namespace="${{namespace}}",handler="/api/v1/h{number}"}}[5m]))) > 2.5'
for = "10m"
summary = "${{job}}: the slowest requests take {{{{ $value | humanizeDuration }}}}"
description = "The 99th percentile of the latency of handler h{number} is too high."
"#
    )
}

fn queue(number: usize) -> String {
    format!(
        r#"severity = "critical"
expr = 'queue_depth{{job="${{job}}",namespace="${{namespace}}",queue="q{number}"}} > 1000 and deriv(queue_depth{{job="${{job}}",namespace="${{namespace}}",queue="q{number}"}}[15m]) > 0'
for = "5m"
summary = "{{{{ $labels.queue }}}} holds {{{{ $value | humanize }}}} messages"
description = "The queue grows and is not emptied."
"#
    )
}

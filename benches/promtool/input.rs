//! Rules and tests of any size, as teams have them: error ratios with a `for`, and tests
//! that follow one alert each.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Alerts in the rule file.
    pub rules: usize,
    /// Test groups, each about one of the alerts.
    pub tests: usize,
    /// Series of a test.
    pub series: usize,
    /// Minutes that a test lasts.
    pub steps: usize,
}

/// Writes `rules.yaml` and `tests.yaml`.
pub fn write(dir: &Path, shape: Shape) {
    fs::create_dir_all(dir).expect("a folder for the input");
    fs::write(dir.join("rules.yaml"), rules("g", 0..shape.rules)).expect("rules");
    fs::write(dir.join("tests.yaml"), tests(shape)).expect("tests");
}

/// Writes rules in files of a hundred and gives their names.
pub fn rules_in_files(dir: &Path, n_rules: usize) -> Vec<String> {
    fs::create_dir_all(dir).expect("a folder for the input");
    let n_files = n_rules.div_ceil(100);
    let file = |idx: usize| {
        let name = format!("rules-{idx}.yaml");
        let range = 100 * idx..n_rules.min(100 * (idx + 1));
        fs::write(dir.join(&name), rules(&format!("g{idx}"), range)).expect("rules");
        name
    };
    (0..n_files).map(file).collect()
}

fn rules(group: &str, range: std::ops::Range<usize>) -> String {
    let mut out = format!("groups:\n- name: {group}\n  rules:\n");
    for idx in range {
        let _ = write!(
            out,
            "  - alert: HttpErrors{idx}
    expr: |
      sum by (job, instance) (rate(http_requests_total{{job=\"svc{idx}\",status=~\"5..\"}}[5m]))
        / sum by (job, instance) (rate(http_requests_total{{job=\"svc{idx}\"}}[5m])) > 0.05
    for: 5m
    labels:
      severity: critical
    annotations:
      summary: '{{{{ $labels.instance }}}} of {{{{ $labels.job }}}} fails'
      description: '{{{{ $value | humanizePercentage }}}} of all requests fail.'
      runbook_url: https://example.com/runbooks/http-errors-{idx}
"
        );
    }
    out
}

fn tests(shape: Shape) -> String {
    let mut out =
        "rule_files: [rules.yaml]\nevaluation_interval: 1m\ntests:\n".to_owned();
    let n_instances = (shape.series / 2).max(1);
    for test in 0..shape.tests {
        let rule = test % shape.rules;
        let _ = write!(out, "- name: errors {test}\n  interval: 1m\n  input_series:\n");
        for instance in 0..n_instances {
            for (status, rise) in [(500, 6), (200, 54)] {
                let _ = write!(
                    out,
                    "  - series: http_requests_total{{job=\"svc{rule}\",instance=\"i{instance}\",\
                     status=\"{status}\"}}\n    values: 0+{rise}x{}\n",
                    shape.steps
                );
            }
        }
        let _ = write!(
            out,
            "  alert_rule_test:
  - eval_time: 3m
    alertname: HttpErrors{rule}
  - eval_time: {}m
    alertname: HttpErrors{rule}
    exp_alerts:
",
            shape.steps
        );
        for instance in 0..n_instances {
            let _ = write!(
                out,
                "    - exp_labels: {{severity: critical, job: svc{rule}, instance: i{instance}}}
      exp_annotations:
        summary: i{instance} of svc{rule} fails
        description: 10% of all requests fail.
        runbook_url: https://example.com/runbooks/http-errors-{rule}
"
            );
        }
    }
    out
}

//! What is said about faulty rule files, as it is drawn.

use expect_test::{Expect, expect};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::render::{self, render};
use crate::diag::sink::Sink;
use crate::diag::source::SourceMap;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::rulefile::read::{Config, read};
use crate::rules::group::{Group, Rule};

fn groups(text: &str) -> (Vec<Group>, String) {
    let mut sources = SourceMap::new();
    let file = sources.add("rules.yaml", text);
    let mut sink = Sink::new();
    let template = |text: &Text, sink: &mut Sink| {
        if let Some(at) = text.as_str().find("{{ end }}") {
            sink.push(Diagnostic::error("template", "unexpected `end`").within(
                text,
                at,
                at + 9,
                "",
            ));
        }
    };
    let dialect = Dialect::everything();
    let config = Config {
        dialect: &dialect,
        legacy_names: false,
        ignore_unknown: false,
        template: &template,
    };
    let groups = read(file, "rules.yaml", text, &config, &mut sink);
    (groups, render(&sink.into_sorted(), &sources, render::Config::PLAIN))
}

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&groups(text).1);
}

#[test]
fn a_plain_file() {
    let (groups, said) = groups(
        "\
groups:
- name: a
  interval: 30s
  query_offset: 0s
  limit: 1_0
  labels: {team: platform}
  rules:
  - record: job:up:sum
    expr: sum by (job) (up)
  - alert: Down
    expr: |
      up == 0
    for: 5m
    keep_firing_for: 0
    labels: {severity: critical, priority: 1}
    annotations:
      summary: '{{ $labels.job }} is down'
",
    );
    assert_eq!(said, "");
    let group = &groups[0];
    assert_eq!((group.name.as_str(), group.limit), ("a", 10));
    assert_eq!(group.interval.map(|it| it.0), Some(30_000));
    assert_eq!(group.query_offset.map(|it| it.0), Some(0));
    let Rule::Alert(alert) = &group.rules[1] else { panic!("an alert") };
    assert_eq!(alert.hold.value.0, 300_000);
    assert_eq!(alert.labels[1].value.as_str(), "1");
    assert_eq!(alert.expr.text.as_str(), "up == 0\n");
}

#[test]
fn faults_of_a_plain_file_are_told_at_once() {
    let text = "\
groups:
- name: a
  intervall: 1m
  rules:
  - alert: A
    record: b
    expr: up
  - alert: B
    expr: |
      sum by (job) (
        rate(x[5m) > 1
      )
    for: 5
    labels:
      __name__: x
      severity: [critical]
  - record: job:{x}
    expr: up
    for: 5m
    annotations: {a: b}
  - expr: up
  - alert: C
    labels: {a: '{{ end }}'}
- name: a
- rules: {}
- 5
";
    check(
        text,
        expect![[r#"
        error[unknown-key]: unknown field `intervall` in a group
         --> rules.yaml:3:3
          |
        3 |   intervall: 1m
          |   ^^^^^^^^^ Prometheus refuses the file for this
          |
        help: write `interval`
          |
        3 -   intervall: 1m
        3 +   interval: 1m
          |

        error[record-and-alert]: rule has both `record` and `alert`
         --> rules.yaml:5:12
          |
        5 |   - alert: A
          |            ^ an alert
        6 |     record: b
          |             - a recording rule
          |
          = help: make two rules of it

        error[promql]: unexpected ")" in subquery or range, expected ":" or "]"
          --> rules.yaml:11:18
           |
        11 |         rate(x[5m) > 1
           |                  ^

        error[bad-duration]: `for` is not a duration
          --> rules.yaml:13:10
           |
        13 |     for: 5
           |          ^ not a valid duration string: "5"
           |
           = help: add a unit: `5s`, `5m`

        error[bad-name]: `__name__` cannot be set as a label
          --> rules.yaml:15:7
           |
        15 |       __name__: x
           |       ^^^^^^^^ the metric's name is no label here

        error[wrong-type]: `severity` is not a string
          --> rules.yaml:16:17
           |
        16 |       severity: [critical]
           |                 ^^^^^^^^^^ an array

        error[bad-name]: `job:{x}` is no name for a recorded metric
          --> rules.yaml:17:13
           |
        17 |   - record: job:{x}
           |             ^^^^^^^ a name has no braces
           |
           = help: put labels under `labels`, a selector into `expr`

        error[not-for-records]: recording rule has `for`
          --> rules.yaml:19:5
           |
        17 |   - record: job:{x}
           |             ------- a recording rule
        18 |     expr: up
        19 |     for: 5m
           |     ^^^ only alerts have this

        error[not-for-records]: recording rule has `annotations`
          --> rules.yaml:20:5
           |
        17 |   - record: job:{x}
           |             ------- a recording rule
        ...
        20 |     annotations: {a: b}
           |     ^^^^^^^^^^^ only alerts have this

        error[missing-key]: rule has neither `record` nor `alert`
          --> rules.yaml:21:5
           |
        21 |   - expr: up
           |     ^^^^ this rule

        error[missing-key]: rule has no `expr`
          --> rules.yaml:22:12
           |
        22 |   - alert: C
           |            ^ this rule

        error[template]: unexpected `end`
          --> rules.yaml:23:18
           |
        23 |     labels: {a: '{{ end }}'}
           |                  ^^^^^^^^^

        error[duplicate-group]: group `a` is there twice
          --> rules.yaml:24:9
           |
         2 | - name: a
           |         - first here
        ...
        24 | - name: a
           |         ^ again here

        error[missing-key]: group has no name
          --> rules.yaml:25:3
           |
        25 | - rules: {}
           |   ^^^^^ this group
           |
           = help: add `name: …`

        error[wrong-type]: `rules` is not a list
          --> rules.yaml:25:10
           |
        25 | - rules: {}
           |          ^^ a table

        error[wrong-type]: a group is a mapping
          --> rules.yaml:26:3
           |
        26 | - 5
           |   ^ an integer

    "#]],
    );
}

#[test]
fn objects_of_kubernetes() {
    let text = "\
apiVersion: v1
kind: Namespace
metadata: {name: x}
---
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: {name: one}
spec:
  groups:
  - name: a
    partial_response_strategy: warn
    rules:
    - {alert: A, expr: up == 0, fro: 5m}
---
apiVersion: v1
kind: List
items:
- kind: PrometheusRule
  metadata: {name: two}
  spec: {groups: [{name: a, rules: [{record: r, expr: up}]}]}
- kind: Service
";
    let (groups, said) = groups(text);
    let names: Vec<_> = groups.iter().map(|it| (&*it.file, it.rules.len())).collect();
    assert_eq!(names, [("rules.yaml#one", 1), ("rules.yaml#two", 1)]);
    expect![[r#"
        warning[unknown-key]: unknown field `fro` in a rule
          --> rules.yaml:13:33
           |
        13 |     - {alert: A, expr: up == 0, fro: 5m}
           |                                 ^^^ dropped by the API server
           |
        help: write `for`
           |
        13 -     - {alert: A, expr: up == 0, fro: 5m}
        13 +     - {alert: A, expr: up == 0, for: 5m}
           |

    "#]]
    .assert_eq(&said);
}

#[test]
fn odd_documents() {
    for text in ["", "---\n", "groups:\n", "groups: []\n", "{}\n"] {
        let (groups, said) = groups(text);
        assert!(groups.is_empty());
        assert!(said.starts_with("warning[no-rules]"), "{text}: {said}");
    }
    check(
        "- a\n",
        expect![[r#"
        error[wrong-type]: rule file is not a mapping
         --> rules.yaml:1:1
          |
        1 | - a
          | ^^^ an array
          |
          = help: begin it with `groups:`

    "#]],
    );
    check(
        "groups: {a: b}\n",
        expect![[r#"
        error[wrong-type]: `groups` is not a list
         --> rules.yaml:1:9
          |
        1 | groups: {a: b}
          |         ^^^^^^ a table

    "#]],
    );
    check(
        "groups: [{name: a, rules: [{record: a, expr: 1}]}]\n---\nx: 1\n",
        expect![[r#"
            warning[document-ignored]: document is passed over
             --> rules.yaml:3:1
              |
            1 | groups: [{name: a, rules: [{record: a, expr: 1}]}]
              | -------------------------------------------------- the first is here
            2 | ---
            3 | x: 1
              | ^^^^ Prometheus reads the first document only

        "#]],
    );
    check(
        "groups: [{name: a, rules: [{record: a, expr: 1}, {record: a, expr: 2}]}]\n",
        expect![[r#"
            warning[duplicate-rule]: rule `a` is there twice
             --> rules.yaml:1:59
              |
            1 | groups: [{name: a, rules: [{record: a, expr: 1}, {record: a, expr: 2}]}]
              |                                     - first here          ^ the same name and labels again

        "#]],
    );
}

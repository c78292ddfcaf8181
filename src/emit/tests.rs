//! Whole outputs of a small book made by hand.

mod claims;
mod sizes;

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::few::Few;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{
    Draft, Target, check, defaults, emit, grafana, kustomize, operator_size,
    prometheus_rule, rule_file, yaml,
};
use crate::promql::dialect::{Dialect, Version};
use crate::promql::syntax::ast::{Expr, ExprKind, Parsed, TextRange};
use crate::rulefile::write;
use crate::rules::book::{Book, Objects};
use crate::rules::dashboard::{
    Board, Content, Dashboard, Mark, Panel, PanelKind, Query, Row,
};
use crate::rules::group::{
    Alert, Expression, Group, Millis, Pair, Record, Rule, Setting,
};
use crate::rules::limits::{Thresholds, Zone};
use crate::rules::look::Look;
use crate::rules::monitor::{Endpoint, Monitor, MonitorKind, Port};
use crate::rules::output::Output;

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

fn text(it: &str) -> Text {
    Text::opaque(it, SPAN)
}

fn expression(it: &str) -> Expression {
    let kind = ExprKind::Number { value: 0.0, duration: false };
    let expr = Expr { id: 0, span: TextRange::default(), kind };
    let parsed = Parsed { expr, n_nodes: 1, comments: Vec::new() };
    Expression { text: text(it), parsed: Arc::new(parsed) }
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<Pair> {
    let pair = |it: &(&str, &str)| Pair { name: text(it.0), value: text(it.1) };
    pairs.iter().map(pair).collect()
}

fn alert(name: &str, expr: &str, hold: i64, labels: &[(&str, &str)]) -> Rule {
    Rule::from(Alert {
        name: text(name),
        expr: expression(expr),
        hold: Setting { value: Millis(hold), defined_by: Few::default() },
        keep_firing_for: Setting::default(),
        labels: pairs(labels),
        allow: Vec::new(),
        annotations: pairs(&[
            ("summary", "{{ $labels.instance }} is down | out"),
            ("runbook_url", "https://docs/api-down"),
        ]),
        span: SPAN,
        about: None,
    })
}

fn group(file: &str, name: &str, rules: Vec<Rule>) -> Group {
    Group {
        name: name.into(),
        file: file.into(),
        interval: None,
        query_offset: None,
        limit: 0,
        labels: Vec::new(),
        rules,
        allow: Vec::new(),
        span: SPAN,
    }
}

fn book(groups: Vec<Group>) -> Book {
    Book {
        project: "Platform".into(),
        env: "prod".into(),
        external_labels: Vec::new(),
        foreign_labels: Vec::new(),
        interval: Millis(30_000),
        retention: None,
        dialect: Dialect::new(Version::LATEST),
        groups,
        monitors: Vec::new(),
        probes: Vec::new(),
        dashboards: Vec::new(),
        jobs: Vec::new(),
        severities: Vec::new(),
        policies: Vec::new(),
        allow: Vec::new(),
        inhibits: Vec::new(),
        inhibitions: Vec::new(),
        objects: Objects {
            namespace: Some("monitoring".into()),
            labels: vec![("release".into(), "stack".into())],
            annotations: Vec::new(),
        },
        output: Output::default(),
    }
}

fn outputs(book: &Book) -> Vec<Artifact> {
    let mut sink = Sink::new();
    let out = emit(book, &defaults(), &mut sink);
    assert_eq!(out, emit(book, &defaults(), &mut sink), "not the same twice");
    out
}

fn output<'a>(artifacts: &'a [Artifact], path: &str) -> &'a str {
    let found = artifacts.iter().find(|it| it.path == path);
    &found.unwrap_or_else(|| panic!("no {path}")).text
}

#[test]
fn rules_are_written_as_people_write_them() {
    let record = Record {
        name: text("job:errors:rate5m"),
        expr: expression("\n  sum by (job) (rate(errors[5m]))\n    / 2\n"),
        allow: Vec::new(),
        labels: Vec::new(),
        each: Vec::new(),
        span: SPAN,
    };
    let rules = vec![
        Rule::from(record),
        alert("ApiDown", "up == 0", 90_000, &[("severity", "critical"), ("on", "yes")]),
    ];
    let mut group = group("alerts/team/api.toml", "api", rules);
    group.interval = Some(Millis(60_000));
    group.limit = 5;
    let got = outputs(&book(vec![group]));
    expect_test::expect![[r#"
        # Made by aqua-alerts from alerts/team/api.toml. The next build overwrites changes.
        apiVersion: monitoring.coreos.com/v1
        kind: PrometheusRule
        metadata:
          name: platform-prod-team-api
          namespace: monitoring
          labels:
            release: stack
            app.kubernetes.io/managed-by: aqua-alerts
            app.kubernetes.io/instance: platform-prod
        spec:
          groups:
          - name: api
            interval: 1m
            limit: 5
            rules:
            - record: job:errors:rate5m
              expr: |-
                sum by (job) (rate(errors[5m]))
                  / 2
            - alert: ApiDown
              expr: up == 0
              for: 1m30s
              labels:
                severity: critical
                "on": "yes"
              annotations:
                summary: "{{ $labels.instance }} is down | out"
                runbook_url: https://docs/api-down
    "#]]
    .assert_eq(output(&got, "prometheus-rules/team-api.yaml"));
    expect_test::expect![[r#"
        # Made by aqua-alerts from alerts/team/api.toml. The next build overwrites changes.
        groups:
    "#]]
    .assert_eq(&output(&got, "rules/team-api.yaml").lines().take(2).fold(
        String::new(),
        |out, line| out + line + "\n",
    ));
    expect_test::expect![[r#"
        # Alerts of Platform in prod

        1 alerting rule: 1 critical.

        | alert | severity | after | meaning | runbook |
        | --- | --- | --- | --- | --- |
        | [ApiDown](#apidown) | critical | 1m30s | `instance` is down \| out | [runbook](https://docs/api-down) |

        ## team/api

        ### ApiDown

        Runbook: <https://docs/api-down>

        **critical** when this holds for 1m30s:

        ```promql
        up == 0
        ```
    "#]].assert_eq(output(&got, "ALERTS.md"));
}

#[test]
fn an_object_is_divided_between_groups_only() {
    let rules = |n: usize| {
        let expr = format!("up{{x=\"{}\"}} > 0", "x".repeat(90_000));
        (0..n).map(|_| alert("A", &expr, 0, &[])).collect::<Vec<_>>()
    };
    let groups = [1, 1, 1, 4, 1]
        .iter()
        .enumerate()
        .map(|(idx, n)| group("alerts/a.toml", &format!("g{idx}"), rules(*n)));
    let mut sink = Sink::new();
    let got = emit(&book(groups.collect()), &defaults(), &mut sink);
    let objects: Vec<_> = got.iter().filter(|it| it.kind == Kind::Resource).collect();
    let paths: Vec<&str> = objects.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "prometheus-rules/a.yaml",
            "prometheus-rules/a.2.yaml",
            "prometheus-rules/a.3.yaml",
            "prometheus-rules/a.4.yaml",
        ]
    );
    assert!(objects[1].text.contains("name: platform-prod-a.2\n"));
    let codes: Vec<_> = sink.into_sorted().iter().map(|it| it.code).collect();
    assert_eq!(codes, ["group-too-large"]);
}

/// What is said when a book is written; the same is said where it is only looked at.
fn said(book: &Book) -> Vec<Diagnostic> {
    said_of(book, &[&prometheus_rule::TARGET, &kustomize::TARGET]);
    said_of(book, &defaults())
}

fn said_of(book: &Book, targets: &[&'static Target]) -> Vec<Diagnostic> {
    let (mut written, mut seen) = (Sink::new(), Sink::new());
    emit(book, targets, &mut written);
    let dashboards = emit(book, &[&grafana::TARGET], &mut Sink::new());
    let draft = Draft { book, targets, dashboards: &dashboards };
    check(&draft, &mut seen);
    let written = written.into_sorted();
    // That nothing is to be applied is no fault.
    let faults = written.iter().filter(|it| it.level != Level::Note).cloned();
    assert_eq!(seen.into_sorted(), faults.collect::<Vec<_>>());
    written
}

#[test]
fn an_object_is_not_more_than_the_operator_takes() {
    let text = "😀".repeat(30_000);
    let rule = || alert("A", "up == 0", 0, &[("x", &text)]);
    let book = book(["a", "b"].map(|it| group("alerts/a.toml", it, vec![rule()])).into());
    let got = outputs(&book);
    let objects = got.iter().filter(|it| it.kind == Kind::Resource);
    assert_eq!(objects.count(), 2);
    assert!(said(&book).is_empty());
}

#[test]
fn what_objects_are_given_counts_in_their_size() {
    let n_objects = |n_bytes: usize| {
        let expr = format!("up{{x=\"{}\"}} > 0", "x".repeat(90_000));
        let group = |name| group("alerts/a.toml", name, vec![alert("A", &expr, 0, &[])]);
        let mut book = book(vec![group("a"), group("b")]);
        book.objects.annotations = vec![("x".into(), "x".repeat(n_bytes))];
        outputs(&book).iter().filter(|it| it.kind == Kind::Resource).count()
    };
    assert_eq!(n_objects(20_000), 1);
    assert_eq!(n_objects(60_000), 2);
}

#[test]
fn quick_measures_of_a_group_are_never_below_the_exact_one() {
    let odd = [
        "",
        "plain",
        "<>&\"\\",
        "\u{1}\t\n\u{7f}",
        "ü\u{2028}\u{2029}€",
        "{{ $value }}",
        "😀😀😀😀😀😀😀😀 ",
    ];
    for it in odd {
        for n_rules in [0, 1, 7] {
            let it = it.repeat(40);
            let labels = [(&*it, &*it), ("severity", "critical")];
            let rules = (0..n_rules).map(|_| alert(&it, &it, i64::MAX / 2, &labels));
            let mut group = group("alerts/a.toml", &it, rules.collect());
            group.labels = pairs(&labels);
            group.interval = Some(Millis(i64::MAX / 2));
            let exact = prometheus_rule::applied_size(&write::group(&group));
            let most = prometheus_rule::most_applied(&group);
            assert!(exact <= most, "{exact} {most} {it:?}");
            let printed = yaml::print("", &write::group(&group));
            let most = prometheus_rule::most_in(&printed);
            assert!(exact <= most, "{exact} {most} {printed}");
            let operator = operator_size::of(&group);
            assert!(operator <= 3 * (most + 64), "{operator} {most} {printed}");
        }
    }
}

#[test]
fn a_group_that_the_operator_refuses_is_an_error_at_its_longest_text() {
    let rule =
        |n_bytes: usize| alert("A", "up == 0", 0, &[("x", "x".repeat(n_bytes).as_str())]);
    let said = |rules: Vec<Rule>| {
        let said = said(&book(vec![group("alerts/a.toml", "a", rules)]));
        said.into_iter().map(|it| (it.level, it.help.join(" "))).collect::<Vec<_>>()
    };
    assert!(said(vec![rule(200 << 10)]).is_empty());
    let long = said(vec![rule(300 << 10)]);
    assert_eq!(long, [(Level::Warning, "write a shorter text".to_owned())]);
    let long = said(vec![rule(600 << 10)]);
    assert_eq!(long, [(Level::Error, "write a shorter text".to_owned())]);
    let many = said((0..10).map(|_| rule(60 << 10)).collect());
    assert!(many[0].0 == Level::Error && many[0].1.starts_with("divide it"), "{many:?}");
}

fn passed(json: &str) -> Content {
    Content::Json { read: json.into(), written: json.into() }
}

#[test]
fn a_dashboard_that_no_config_map_holds_is_an_error() {
    let said = |n_bytes: usize| {
        let mut book = book(Vec::new());
        let json = format!("{{\"title\": \"{}\"}}", "x".repeat(n_bytes));
        book.dashboards = vec![Dashboard {
            name: "own".into(),
            file: "dashboards/own.json".into(),
            content: passed(&json),
            span: SPAN,
        }];
        let said = said(&book);
        said.iter().map(|it| (it.code, it.labels.len())).collect::<Vec<_>>()
    };
    assert!(said(1_000_000).is_empty());
    assert_eq!(said(1 << 20), [("dashboard-too-large", 1)]);
}

#[test]
fn names_that_fall_together_are_told_apart_and_stay() {
    let names = |files: &[&str]| -> Vec<String> {
        let rules = || vec![alert("A", "up == 0", 0, &[])];
        let groups = files.iter().map(|it| group(it, "g", rules()));
        let got = outputs(&book(groups.collect()));
        let objects = got.iter().filter(|it| it.kind == Kind::Resource);
        let name = |it: &Artifact| {
            let line = it.text.lines().find(|it| it.starts_with("  name: ")).unwrap();
            line["  name: ".len()..].to_owned()
        };
        objects.map(name).collect()
    };
    let all =
        ["alerts/a-b.toml", "alerts/a_b.toml", "alerts/a/b.toml", "alerts/A-B.toml"];
    let got = names(&all);
    assert_eq!(got[0], "platform-prod-a-b");
    let good = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    for (idx, name) in got.iter().enumerate() {
        assert!(name.chars().all(good), "{name}");
        assert!(!got[..idx].contains(name), "{name}");
    }
    // Of those that stay, none is renamed where one goes.
    assert_eq!(names(&[all[0], all[1], all[3]]), [&*got[0], &*got[1], &*got[3]]);
}

#[test]
fn monitors_pin_their_job() {
    let mut book = book(Vec::new());
    let endpoint = |port, fields: serde_json::Value| Endpoint {
        port,
        fields: fields.as_object().unwrap().clone().into_iter().collect(),
        span: SPAN,
    };
    let own = json!({ "sourceLabels": ["a"], "targetLabel": "job" });
    book.monitors = vec![
        Monitor {
            job: "api-service".into(),
            kind: MonitorKind::Service,
            match_labels: vec![("app".into(), "api".into())],
            namespaces: vec!["prod".into()],
            endpoints: vec![
                endpoint(
                    Port::Name("metrics".into()),
                    json!({ "interval": "15s", "relabelings": [own], "zzz": 1, "path": "/m" }),
                ),
                endpoint(Port::Number(8001), json!({ "params": { "x": ["no"] } })),
            ],
            fields: vec![("sampleLimit".into(), json!(5))],
            span: SPAN,
        },
        Monitor {
            job: "worker".into(),
            kind: MonitorKind::Pod,
            match_labels: vec![("app".into(), "worker".into())],
            namespaces: Vec::new(),
            endpoints: vec![endpoint(Port::Number(9), json!({}))],
            fields: Vec::new(),
            span: SPAN,
        },
    ];
    let got = outputs(&book);
    expect_test::expect![[r##"
        # Made by aqua-alerts from the service `api-service`. The next build overwrites changes.
        apiVersion: monitoring.coreos.com/v1
        kind: ServiceMonitor
        metadata:
          name: platform-prod-api-service
          namespace: monitoring
          labels:
            release: stack
            app.kubernetes.io/managed-by: aqua-alerts
            app.kubernetes.io/instance: platform-prod
        spec:
          endpoints:
          - port: metrics
            path: /m
            interval: 15s
            relabelings:
            - sourceLabels:
              - a
              targetLabel: job
            - targetLabel: job
              replacement: api-service
            zzz: 1
          - targetPort: 8001
            params:
              x:
              - "no"
            relabelings:
            - targetLabel: job
              replacement: api-service
          selector:
            matchLabels:
              app: api
          namespaceSelector:
            matchNames:
            - prod
          sampleLimit: 5
    "##]]
        .assert_eq(output(&got, "service-monitors/api-service.yaml"));
    expect_test::expect![[r#"
        # Made by aqua-alerts from the service `worker`. The next build overwrites changes.
        apiVersion: monitoring.coreos.com/v1
        kind: PodMonitor
        metadata:
          name: platform-prod-worker
          namespace: monitoring
          labels:
            release: stack
            app.kubernetes.io/managed-by: aqua-alerts
            app.kubernetes.io/instance: platform-prod
        spec:
          podMetricsEndpoints:
          - portNumber: 9
            relabelings:
            - targetLabel: job
              replacement: worker
          selector:
            matchLabels:
              app: worker
    "#]].assert_eq(output(&got, "pod-monitors/worker.yaml"));
    expect_test::expect![[r#"
        # Made by aqua-alerts from Platform for prod. The next build overwrites changes.
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        resources:
        - service-monitors/api-service.yaml
        - pod-monitors/worker.yaml
    "#]]
    .assert_eq(output(&got, "kustomization.yaml"));
}

#[test]
fn dashboards_are_grafanas() {
    let mut book = book(Vec::new());
    let panel = Panel {
        id: 1,
        shows: None,
        derived: false,
        metrics: Vec::new(),
        title: "Errors".into(),
        description: Some("Errors.".into()),
        kind: PanelKind::Timeseries,
        unit: "percentunit".into(),
        decimals: None,
        min: Some(0.0),
        max: None,
        width: None,
        height: None,
        queries: vec![Query {
            expr: text("rate(x[$__rate_interval])\n"),
            legend: Some("{{status}}".into()),
            unit: None,
            limit: None,
        }],
        thresholds: Thresholds {
            limits: vec![(0.05, "critical".into())],
            zones: vec![Zone::above(0.05, "critical")],
            open: false,
        },
        look: Look::default(),
        links: Vec::new(),
        allow: Vec::new(),
        span: SPAN,
    };
    let row = |title: &str, collapsed, panel| Row {
        id: 2,
        title: Some(title.into()),
        collapsed,
        repeat: None,
        panels: vec![panel],
    };
    let board = Board {
        uid: "platform-prod-overview".into(),
        title: "Overview".into(),
        description: None,
        tags: vec!["x".into()],
        from: "6h".into(),
        refresh: "1m".into(),
        variables: Vec::new(),
        links: Vec::new(),
        allow: Vec::new(),
        marks: vec![Mark {
            severity: "critical".into(),
            alerts: vec!["A.b".into(), "B".into()],
        }],
        annotations: Vec::new(),
        rows: vec![row("R", false, panel.clone()), row("S", true, panel)],
        grafana: json!({ "timezone": "utc", "time": { "to": "now-1m" } }),
    };
    book.dashboards = vec![
        Dashboard {
            name: "overview".into(),
            file: "dashboards/overview.toml".into(),
            content: Content::Board(board),
            span: SPAN,
        },
        Dashboard {
            name: "own".into(),
            file: "dashboards/own.json".into(),
            content: passed("{\"a\": 1.0}"),
            span: SPAN,
        },
    ];
    let got = outputs(&book);
    assert_eq!(output(&got, "dashboards/own.json"), "{\"a\": 1.0}\n");
    let json: Json =
        serde_json::from_str(output(&got, "dashboards/overview.json")).unwrap();
    let at = |pointer: &str| json.pointer(pointer).unwrap_or(&Json::Null).clone();
    assert_eq!(at("/title"), "Overview (prod)");
    assert_eq!(at("/uid"), "platform-prod-overview");
    assert_eq!(
        at("/annotations/list/1/expr"),
        "ALERTS{alertstate=\"firing\",severity=\"critical\",alertname=~\"A\\\\.b|B\"}"
    );
    assert_eq!(at("/panels/1/targets/0/expr"), "rate(x[$__rate_interval])");
    assert_eq!(at("/panels/1/gridPos"), json!({ "h": 8, "w": 24, "x": 0, "y": 1 }));
    assert_eq!(at("/panels/2/panels/0/title"), "Errors");
    assert_eq!(at("/timezone"), "utc");
    assert_eq!(at("/time"), json!({ "from": "now-6h", "to": "now-1m" }));
    expect_test::expect![[r##"
        # Made by aqua-alerts from Platform for prod. The next build overwrites changes.
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        configMapGenerator:
        - name: platform-prod-overview
          namespace: monitoring
          files:
          - platform-prod-overview.json=dashboards/overview.json
        - name: platform-prod-own
          namespace: monitoring
          files:
          - platform-prod-own.json=dashboards/own.json
        generatorOptions:
          disableNameSuffixHash: true
          labels:
            grafana_dashboard: "1"
            release: stack
            app.kubernetes.io/managed-by: aqua-alerts
            app.kubernetes.io/instance: platform-prod
    "##]]
    .assert_eq(output(&got, "kustomization.yaml"));
}

#[test]
fn the_spec_of_an_object_is_printed_as_a_rule_file() {
    let mut rules = Vec::new();
    let texts = [
        "plain",
        "two\nlines",
        "  begins with blanks\n\n  and\nspec:\n  - goes on\n\n",
        "\n\tspec:\n",
        "ends with a blank \n ",
        "carriage\r\nreturn",
        "# no comment",
        "'\"\u{85}\u{2028}\u{1}",
        "",
        &"long ".repeat(200),
    ];
    for it in texts {
        let mut rule = alert("ApiDown", "up == 0", 0, &[("label", it)]);
        let Rule::Alert(alert) = &mut rule else { unreachable!() };
        alert.annotations.push(Pair { name: text("note"), value: text(it) });
        alert.expr.text = text(it);
        rules.push(rule);
    }
    let mut groups = vec![group("alerts/a.toml", "a", rules)];
    groups.push(group("alerts/b.toml", "b", vec![alert("B", "up == 0", 0, &[])]));
    let book = book(groups);
    let write = |target: &Target, before: &[Artifact]| {
        target.write(&book, before, &mut Sink::new())
    };
    let objects = write(&prometheus_rule::TARGET, &[]);
    let alone = write(&rule_file::TARGET, &[]);
    assert_eq!(objects.len(), 2);
    assert_eq!(write(&rule_file::TARGET, &objects), alone);
    assert!(objects.iter().all(|it| yaml::spec("", &it.text).is_some()));
}

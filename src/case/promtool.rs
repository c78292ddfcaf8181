//! promtool's unit tests of rules: the YAML file as data (`cmd/promtool/unittest.go`).
//!
//! Strict as promtool: an unknown key at any level refuses the file. Scalars are taken
//! by their text, as its YAML reader does where a string is wanted: `500` is a label
//! value too.

use std::sync::LazyLock;

use crate::case::scalar;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::node::Table;
use crate::promql::duration::format_duration;

/// A file of tests.
#[derive(Clone, Debug, Default)]
pub struct TestFile {
    /// `rule_files`: patterns, relative to the file's directory.
    pub rule_files: Vec<Text>,
    /// `evaluation_interval` in milliseconds; a minute where it is missing or 0.
    pub interval: i64,
    /// `group_eval_order`
    pub group_order: Vec<Text>,
    /// `fuzzy_compare`: floats may differ by one ulp.
    pub fuzzy: bool,
    /// `tests`
    pub tests: Vec<TestGroup>,
}

/// One of the `tests`: series, and what is asserted of them.
#[derive(Clone, Debug)]
pub struct TestGroup {
    /// `name`
    pub name: Option<Text>,
    /// The number of the group in its file, from 0.
    pub idx: usize,
    /// Where it is written.
    pub span: Span,
    /// `interval`: distance of the samples in milliseconds.
    pub interval: i64,
    /// `input_series`
    pub series: Vec<InputSeries>,
    /// `alert_rule_test`
    pub alerts: Vec<AlertTest>,
    /// `promql_expr_test`
    pub exprs: Vec<ExprTest>,
    /// `external_labels`
    pub external_labels: Vec<(String, String)>,
    /// `external_url`
    pub external_url: String,
    /// `start_timestamp` in milliseconds since 1970.
    pub start: i64,
}

/// One of the `input_series`.
#[derive(Clone, Debug)]
pub struct InputSeries {
    /// `series`
    pub series: Text,
    /// `values`
    pub values: Text,
}

/// One of `alert_rule_test`.
#[derive(Clone, Debug)]
pub struct AlertTest {
    /// `eval_time` in milliseconds.
    pub eval_time: i64,
    /// `alertname`; empty where it is missing.
    pub name: String,
    /// `exp_alerts`
    pub expected: Vec<ExpectedAlert>,
    /// Where it is written.
    pub span: Span,
    /// The line to which a message about it belongs: the value of `alertname`.
    pub head: Span,
    /// The value of `eval_time`, or else `head`.
    pub time_span: Span,
}

/// One of `exp_alerts`.
#[derive(Clone, Debug)]
pub struct ExpectedAlert {
    /// `exp_labels`
    pub labels: Vec<(Text, Text)>,
    /// `exp_annotations`
    pub annotations: Vec<(Text, Text)>,
    /// The key that it begins with.
    pub head: Span,
}

/// One of `promql_expr_test`.
#[derive(Clone, Debug)]
pub struct ExprTest {
    /// `expr`
    pub expr: Text,
    /// `eval_time` in milliseconds.
    pub eval_time: i64,
    /// `exp_samples`
    pub expected: Vec<ExpectedSample>,
    /// Where it is written.
    pub span: Span,
    /// The value of `eval_time`, or else `span`.
    pub time_span: Span,
}

/// One of `exp_samples`.
#[derive(Clone, Debug)]
pub struct ExpectedSample {
    /// `labels`: a series as text.
    pub labels: Text,
    /// `value`
    pub value: f64,
    /// `histogram`; the value is ignored where it is not empty.
    pub histogram: Text,
    /// Where the value, or else the sample is written.
    pub value_span: Span,
}

impl TestGroup {
    /// The name, or the number for a nameless group, as in promtool's JUnit report.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) if !name.as_str().is_empty() => name.as_str().to_string(),
            _ => format!("unnamed#{}", self.idx),
        }
    }
}

const MINUTE: i64 = 60_000;

/// A test evaluates its rules at most so often: more than a year at 15 s.
const MAX_TICKS: i64 = 2_500_000;

const FILE_KEYS: &[&str] =
    &["rule_files", "evaluation_interval", "group_eval_order", "tests", "fuzzy_compare"];

const TEST_KEYS: &[&str] = &[
    "interval",
    "input_series",
    "alert_rule_test",
    "promql_expr_test",
    "external_labels",
    "external_url",
    "name",
    "start_timestamp",
];

const ALERT_KEYS: &[&str] = &["eval_time", "alertname", "exp_alerts"];

const EXPR_KEYS: &[&str] = &["expr", "eval_time", "exp_samples"];

/// Keys, and where they stand; of several homes the first tells most.
const HOMES: &[(&[&str], &str)] = &[
    (
        &["interval"],
        "in a test: how far its samples are apart; how often rules run is \
         `evaluation_interval`",
    ),
    (
        &["evaluation_interval"],
        "at the top of the file; how far a test's samples are apart is `interval`",
    ),
    (&["eval_time"], "in an item of `alert_rule_test` or `promql_expr_test`"),
    (FILE_KEYS, "at the top of the file"),
    (TEST_KEYS, "in a test, an item of `tests`"),
    (ALERT_KEYS, "in an item of `alert_rule_test`"),
    (EXPR_KEYS, "in an item of `promql_expr_test`"),
];

/// Whether a document is a file of tests rather than any other YAML: it names rule files,
/// or has tests that are promtool's.
pub fn is_tests(root: &Node) -> bool {
    let is_test = |it: &Node| TEST_KEYS.iter().any(|key| it.get(key).is_some());
    let tests = root.get("tests").and_then(Node::as_array);
    root.get("kind").is_none()
        && (root.get("rule_files").is_some_and(|it| it.as_array().is_some())
            || tests.is_some_and(|it| it.iter().any(is_test)))
}

/// The first key that only vmalert-tool's files of tests have.
fn of_vmalert(root: &Node) -> Option<&Text> {
    fn items(it: Option<&Node>) -> &[Node] {
        it.and_then(Node::as_array).unwrap_or_default()
    }
    fn key<'n>(it: &'n Node, name: &str) -> Option<&'n Text> {
        Some(&it.as_table()?.entry(name)?.key)
    }
    key(root, "disable_alertgroup_label").or_else(|| {
        items(root.get("tests")).iter().find_map(|test| {
            let alerts = items(test.get("alert_rule_test"));
            key(test, "metricsql_expr_test")
                .or_else(|| alerts.iter().find_map(|it| key(it, "groupname")))
        })
    })
}

/// Reads a file of tests; what is wrong goes to the sink.
pub fn read(root: &Node, sink: &mut Sink) -> TestFile {
    let mut file = TestFile { interval: MINUTE, ..TestFile::default() };
    if let Some(key) = of_vmalert(root) {
        let title = "a test file of vmalert-tool's, which evaluates MetricsQL";
        sink.push(
            Diagnostic::error("wrong-file", title)
                .at(key.span(), "not a key of promtool's")
                .help("run it with vmalert-tool"),
        );
        return file;
    }
    let Some(table) = table(root, "a file of tests", FILE_KEYS, sink) else {
        return file;
    };
    file.rule_files = texts(table, "rule_files", sink);
    file.group_order = texts(table, "group_eval_order", sink);
    file.fuzzy = table.get("fuzzy_compare").is_some_and(|it| scalar::boolean(it, sink));
    match millis(table, "evaluation_interval", sink) {
        0 => {}
        millis => file.interval = millis,
    }
    for (idx, name) in file.group_order.iter().enumerate() {
        if let Some(first) = file.group_order[..idx].iter().find(|it| *it == name) {
            sink.push(
                Diagnostic::error(
                    "repeated-group",
                    format!("group name repeated in evaluation order: {name}"),
                )
                .at(name.span(), "named again here")
                .context(first.span(), "first named here"),
            );
        }
    }
    for (idx, node) in items(table, "tests", sink).iter().enumerate() {
        let test = group(node, idx, file.interval, sink);
        test.iter().for_each(|it| check_length(it, file.interval, sink));
        file.tests.extend(test);
    }
    file
}

fn group(node: &Node, idx: usize, interval: i64, sink: &mut Sink) -> Option<TestGroup> {
    let table = table(node, "a test group", TEST_KEYS, sink)?;
    let own = millis(table, "interval", sink);
    let start = table.get("start_timestamp").map_or(0, |it| scalar::timestamp(it, sink));
    Some(TestGroup {
        name: table.get("name").and_then(|it| scalar::text(it, sink)),
        idx,
        span: node.span,
        interval: if own == 0 { interval } else { own },
        series: items(table, "input_series", sink)
            .iter()
            .filter_map(|it| input_series(it, sink))
            .collect(),
        alerts: items(table, "alert_rule_test", sink)
            .iter()
            .filter_map(|it| alert_test(it, sink))
            .collect(),
        exprs: items(table, "promql_expr_test", sink)
            .iter()
            .filter_map(|it| expr_test(it, sink))
            .collect(),
        external_labels: pairs(table, "external_labels", sink)
            .into_iter()
            .map(|it| (it.0.to_string(), it.1.to_string()))
            .collect(),
        external_url: text(table, "external_url", node, sink).as_str().to_string(),
        start,
    })
}

/// Says which assertion makes a test too long.
fn check_length(test: &TestGroup, interval: i64, sink: &mut Sink) {
    let alerts = test.alerts.iter().map(|it| (it.eval_time, it.span));
    let exprs = test.exprs.iter().map(|it| (it.eval_time, it.span));
    let Some((last, span)) = alerts.chain(exprs).max_by_key(|it| it.0) else { return };
    if MAX_TICKS < last / interval.max(1) {
        let title = format!("test evaluates its rules more than {MAX_TICKS} times");
        let (last, every) = (format_duration(last), format_duration(interval));
        sink.push(
            Diagnostic::error("too-long", title)
                .at(span, format!("{last} at an `evaluation_interval` of {every}"))
                .help("assert earlier, or evaluate less often"),
        );
    }
}

fn input_series(node: &Node, sink: &mut Sink) -> Option<InputSeries> {
    let table = table(node, "an input series", &["series", "values"], sink)?;
    let series = text(table, "series", node, sink);
    let values = text(table, "values", node, sink);
    Some(InputSeries { series, values })
}

fn alert_test(node: &Node, sink: &mut Sink) -> Option<AlertTest> {
    let table = table(node, "an alert test", ALERT_KEYS, sink)?;
    let mut expected = Vec::new();
    for it in items(table, "exp_alerts", sink) {
        let keys = ["exp_labels", "exp_annotations"];
        let Some(table) = self::table(it, "an expected alert", &keys, sink) else {
            continue;
        };
        let labels = pairs(table, "exp_labels", sink);
        let annotations = pairs(table, "exp_annotations", sink);
        expected.push(ExpectedAlert { labels, annotations, head: head(it) });
    }
    let name = text(table, "alertname", node, sink);
    let head = match name.as_str() {
        "" => head(node),
        // What stands in quotes, so that it can be replaced.
        all => name.place(0, all.len()).span,
    };
    Some(AlertTest {
        eval_time: millis(table, "eval_time", sink),
        name: name.as_str().to_string(),
        expected,
        span: node.span,
        head,
        time_span: table.get("eval_time").map_or(head, |it| it.span),
    })
}

fn expr_test(node: &Node, sink: &mut Sink) -> Option<ExprTest> {
    let table = table(node, "an expression test", EXPR_KEYS, sink)?;
    let mut expected = Vec::new();
    for it in items(table, "exp_samples", sink) {
        let keys = ["labels", "value", "histogram"];
        let Some(table) = self::table(it, "an expected sample", &keys, sink) else {
            continue;
        };
        expected.push(ExpectedSample {
            labels: text(table, "labels", it, sink),
            value: table.get("value").map_or(0.0, |it| scalar::float(it, sink)),
            histogram: text(table, "histogram", it, sink),
            value_span: table
                .get("histogram")
                .or(table.get("value"))
                .map_or(head(it), |it| it.span),
        });
    }
    Some(ExprTest {
        expr: text(table, "expr", node, sink),
        eval_time: millis(table, "eval_time", sink),
        expected,
        span: node.span,
        time_span: table.get("eval_time").map_or(node.span, |it| it.span),
    })
}

/// What null stands for.
static EMPTY: LazyLock<Table> = LazyLock::new(Table::new);

/// A table with these keys and no others; YAML's null is an empty one.
fn table<'a>(
    node: &'a Node,
    what: &str,
    keys: &[&str],
    sink: &mut Sink,
) -> Option<&'a Table> {
    if node.is_null() {
        return Some(&EMPTY);
    }
    let Some(table) = node.as_table() else {
        let title = format!("{what} is a table");
        sink.push(Diagnostic::error("wrong-type", title).at(node.span, node.what()));
        return None;
    };
    for entry in table {
        let key = entry.key.as_str();
        if !keys.contains(&key) {
            let home = HOMES.iter().find(|it| it.0.contains(&key));
            sink.push(match home {
                Some((_, place)) => misplaced(&entry.key, what, place),
                None => scalar::unknown_key(&entry.key, what, keys),
            });
        }
    }
    Some(table)
}

/// A key that stands elsewhere.
fn misplaced(key: &Text, what: &str, place: &str) -> Diagnostic {
    let title = format!("unknown key `{key}` in {what}");
    Diagnostic::error("unknown-key", title)
        .at(key.span(), "not a key of it")
        .help(format!("`{key}` stands {place}"))
}

/// The first key of a table: it stands for a table of many lines.
fn head(node: &Node) -> Span {
    let first = node.as_table().and_then(|it| it.iter().next());
    first.map_or(node.span, |it| it.key.span())
}

fn items<'a>(table: &'a Table, key: &str, sink: &mut Sink) -> &'a [Node] {
    match table.get(key) {
        Some(node) if !node.is_null() => match node.as_array() {
            Some(items) => items,
            None => {
                let title = format!("`{key}` takes a list");
                sink.push(
                    Diagnostic::error("wrong-type", title).at(node.span, node.what()),
                );
                &[]
            }
        },
        _ => &[],
    }
}

fn texts(table: &Table, key: &str, sink: &mut Sink) -> Vec<Text> {
    let items = items(table, key, sink);
    items.iter().filter_map(|it| scalar::text(it, sink)).collect()
}

fn text(table: &Table, key: &str, around: &Node, sink: &mut Sink) -> Text {
    let found = table.get(key).and_then(|it| scalar::text(it, sink));
    found.unwrap_or_else(|| Text::fixed("", around.span.head()))
}

fn millis(table: &Table, key: &str, sink: &mut Sink) -> i64 {
    table.get(key).map_or(0, |it| scalar::duration(it, sink))
}

fn pairs(table: &Table, key: &str, sink: &mut Sink) -> Vec<(Text, Text)> {
    let Some(node) = table.get(key) else { return Vec::new() };
    match node.as_table() {
        Some(table) => table
            .iter()
            .map(|it| {
                let value = scalar::text(&it.value, sink);
                let value = value.unwrap_or_else(|| Text::fixed("", it.key.span()));
                (it.key.clone(), value)
            })
            .collect(),
        None => {
            if !node.is_null() {
                let title = format!("`{key}` takes a table of names and texts");
                sink.push(
                    Diagnostic::error("wrong-type", title).at(node.span, node.what()),
                );
            }
            Vec::new()
        }
    }
}

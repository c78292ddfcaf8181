//! Test files to tests, one for each case, as written.

use std::sync::Arc;

use crate::case::duration;
use crate::case::native::keys;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::node::{Entry, Kind, Node};
use crate::doc::reader::{self, Declared, Fields};
use crate::doc::toml;

/// A test, or one case of a test with what it has from the test.
#[derive(Clone, Debug)]
pub struct Case {
    /// The names of the test and of the case, joined by ` / `.
    pub name: String,
    /// Where it begins: the header of the case, or of the test.
    pub span: Span,
    /// How long it lasts.
    pub until: Option<Text>,
    /// The spacing of samples in milliseconds, where the test says so.
    pub interval: Option<i64>,
    /// Unix time of the first sample in milliseconds.
    pub start: i64,
    /// The interval at which every group is evaluated, in milliseconds; `None` is each at
    /// its own.
    pub evaluation: Option<i64>,
    /// `$externalLabels`, where the test says what they are.
    pub external_labels: Option<Vec<(String, String)>>,
    /// `$externalURL`
    pub external_url: String,
    /// The rules that it sees.
    pub view: View,
    /// The environments to which it is restricted; empty for none.
    pub envs: Vec<Text>,
    /// Parameters; of a repeated name the last counts.
    pub parameters: Vec<(Text, Text)>,
    /// Parameters of the whole file, for what the test does not define itself.
    pub shared: Vec<(Text, Text)>,
    /// Blocks of series.
    pub series: Vec<Text>,
    /// Whether alerts that are not named must stay silent.
    pub only: bool,
    /// What is expected of alerts.
    pub expects: Vec<Expect>,
    /// Assertions about moments.
    pub moments: Vec<Moment>,
    /// Names of findings that are meant.
    pub allow: Vec<Text>,
    /// What is there, but of a wrong type.
    odd: Odd,
}

/// Keys that are there, but of a wrong type, which has been said: they are not missing.
#[derive(Clone, Copy, Debug, Default)]
struct Odd {
    until: bool,
    assertions: bool,
}

/// The rules that the tests of a file see, and their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Only those of these alerts files, in this order.
    pub rules: Option<Vec<Text>>,
    /// Groups in the order of their evaluation; those that are not named go with the
    /// first.
    pub order: Vec<Text>,
}

/// What is expected of the alerts that a selector selects.
#[derive(Clone, Debug)]
pub struct Expect {
    /// The selector.
    pub selector: Text,
    /// What is expected.
    pub want: Want,
    /// What differs by environment.
    pub envs: Vec<(Text, Want)>,
    /// Where it stands, from the selector to the end of the value.
    pub span: Span,
}

/// The assertions of an expectation, as written.
#[derive(Clone, Debug, Default)]
pub struct Want {
    /// The time line.
    pub line: Option<Text>,
    /// Annotations by name.
    pub annotations: Vec<(Text, Text)>,
    /// Labels by name.
    pub labels: Vec<(Text, Text)>,
    /// Whether the labels are all that it carries.
    pub exact: Option<bool>,
    /// The value.
    pub value: Option<Text>,
    /// When annotations and value are looked at.
    pub at: Option<Text>,
}

/// An assertion about a moment.
#[derive(Clone, Debug)]
pub struct Moment {
    /// When.
    pub time: Text,
    /// Only alerts of this name are looked at.
    pub alert: Option<Text>,
    /// All alerts that fire then.
    pub firing: Option<Vec<Firing>>,
    /// An expression.
    pub expr: Option<Text>,
    /// Its samples.
    pub samples: Option<Vec<Text>>,
    /// Its only value.
    pub value: Option<Text>,
    /// Whether samples without a metric name must have none.
    pub exact: bool,
    /// Where it stands.
    pub span: Span,
}

/// An alert that fires at a moment.
#[derive(Clone, Debug)]
pub struct Firing {
    /// Its name and labels.
    pub alert: Text,
    /// All of its annotations, where they are to be looked at.
    pub annotations: Option<Vec<(Text, Text)>>,
}

/// Reads the text of a test file; `envs` are the project's environments.
pub fn read_text(
    file: FileId,
    text: &Arc<str>,
    envs: &[String],
    sink: &mut Sink,
) -> Vec<Case> {
    let mut said = Sink::new();
    let node = toml::read(file, text, &mut said);
    // `[test]` is there twice only where `[[test]]` was meant, which is said below.
    let is_table =
        |node: &Node| node.get("test").is_some_and(|it| it.as_table().is_some());
    let single = node.as_ref().is_some_and(is_table);
    let said = said.into_sorted().into_iter();
    sink.extend(said.filter(|it| !(single && it.code == "duplicate-key")));
    node.map_or_else(Vec::new, |it| read(&it, envs, sink))
}

/// Reads a test file; `envs` are the project's environments.
pub fn read(node: &Node, envs: &[String], sink: &mut Sink) -> Vec<Case> {
    let fixtures = fixture_names(node);
    let declared =
        Declared::new().with("an environment", envs.to_vec()).with("a fixture", fixtures);
    let mut said = Sink::new();
    reader::check(node, &keys::FILE, &declared, &mut said);
    // Below `[[tests]]` stands `[test.expect]`, which is right but for the `s`.
    let plural = node.get("tests").and_then(|_| node.get("test")).map(|it| it.span);
    let is_of_it = |it: &Diagnostic| {
        it.code == "wrong-type" && it.place().is_some_and(|it| Some(it) == plural)
    };
    sink.extend(said.into_sorted().into_iter().filter(|it| !is_of_it(it)));
    let Some(file) = Fields::of(node, &keys::FILE) else { return Vec::new() };
    let tests = file.tables("test");
    if tests.is_empty() && !sink.has_errors() {
        sink.push(
            Diagnostic::error("no-test", "a test file without a test")
                .at(node.span.head(), "proves nothing")
                .help("add `[[test]]`, or remove the file"),
        );
    }
    let mut out = Vec::new();
    for test in tests {
        let base = base(&file, &test);
        let cases = test.tables("case");
        if cases.is_empty() {
            out.push(base);
            continue;
        }
        for fields in cases {
            out.push(with_case(&base, &fields));
        }
    }
    for case in &out {
        faults(case, sink);
    }
    twice(&out, sink);
    out
}

fn fixture_names(node: &Node) -> Vec<String> {
    let table = node.as_table().and_then(|it| it.get("fixture")).and_then(Node::as_table);
    table
        .into_iter()
        .flat_map(|it| it.iter())
        .map(|it| it.key.as_str().to_string())
        .collect()
}

fn base(file: &Fields<'_>, test: &Fields<'_>) -> Case {
    let mut case = Case {
        name: String::new(),
        span: test.span,
        until: None,
        interval: interval(test, "interval"),
        start: test
            .text("start")
            .and_then(|it| chrono::DateTime::parse_from_rfc3339(it.as_str()).ok())
            .map_or(0, |it| it.timestamp_millis()),
        evaluation: interval(test, "evaluation").or(interval(file, "evaluation")),
        external_labels: test.table("external_labels").map(|it| {
            let text = |it: &Entry| Some((it.key.to_string(), it.value.as_str()?.into()));
            it.others().into_iter().filter_map(text).collect()
        }),
        external_url: test.text("external_url").map(Text::to_string).unwrap_or_default(),
        view: View {
            rules: file.node("rules").map(|_| file.texts("rules")),
            order: file.texts("order"),
        },
        envs: Vec::new(),
        parameters: Vec::new(),
        shared: parameters(file),
        series: Vec::new(),
        only: false,
        expects: Vec::new(),
        moments: Vec::new(),
        allow: allow(file).chain(allow(test)).collect(),
        odd: Odd::default(),
    };
    let fixtures = file.table("fixture").map(|it| it.other_tables()).unwrap_or_default();
    for name in test.texts("fixtures") {
        let fixture = fixtures.iter().find(|it| it.0.key.as_str() == name.as_str());
        let Some((_, fields)) = fixture else { continue };
        case.parameters.extend(parameters(fields));
        case.series.extend(fields.text("series").cloned());
    }
    add(&mut case, test);
    case
}

fn allow<'f>(fields: &Fields<'f>) -> impl Iterator<Item = Text> + use<'f> {
    let all = fields.tables("allow");
    all.into_iter()
        .filter(|it| it.text("why").is_some())
        .filter_map(|it| it.text("lint").cloned())
}

fn interval(fields: &Fields<'_>, key: &str) -> Option<i64> {
    let millis = duration::parse(fields.text(key)?.as_str()).ok()?;
    (0 < millis).then_some(millis)
}

fn with_case(base: &Case, fields: &Fields<'_>) -> Case {
    let mut case = base.clone();
    case.span = fields.span;
    add(&mut case, fields);
    case
}

/// Adds the keys that tests and cases share.
fn add(case: &mut Case, fields: &Fields<'_>) {
    if let Some(name) = fields.text("name") {
        if !case.name.is_empty() {
            case.name.push_str(" / ");
        }
        case.name.push_str(name.as_str());
    }
    if let Some(until) = fields.text("until") {
        case.until = Some(until.clone());
    }
    let envs = fields.texts("env");
    if !envs.is_empty() {
        case.envs = envs;
    }
    case.only = fields.boolean("only").unwrap_or(case.only);
    case.parameters.extend(parameters(fields));
    case.series.extend(fields.text("series").cloned());
    for expect in fields.table("expect").map(|it| expects(&it)).unwrap_or_default() {
        // A case may say anew what its test says.
        case.expects.retain(|it| it.selector != expect.selector);
        case.expects.push(expect);
    }
    let moments = fields.tables("at");
    let n_moments = fields.array("at").len();
    let n_before = case.moments.len();
    case.moments.extend(moments.iter().filter_map(moment));
    let is_odd = |key: &str| fields.has(key) && fields.node(key).is_none();
    case.odd.until |= is_odd("until");
    case.odd.assertions |= ["expect", "at", "only"].into_iter().any(is_odd)
        || ["alert_rule_test", "exp_alerts", "promql_expr_test"]
            .into_iter()
            .any(|it| fields.has(it))
        || case.moments.len() - n_before < n_moments
        || fields.table("expect").is_some_and(|it| it.others().len() < it.n_keys());
}

fn parameters(fields: &Fields<'_>) -> Vec<(Text, Text)> {
    let Some(table) = fields.table("let") else { return Vec::new() };
    table.others().into_iter().filter_map(pair).collect()
}

fn pair(entry: &Entry) -> Option<(Text, Text)> {
    Some((entry.key.clone(), scalar(&entry.value)?))
}

/// A string, or a number as it is written.
fn scalar(node: &Node) -> Option<Text> {
    match &node.kind {
        Kind::Integer(_, text) | Kind::Float(_, text) if text.as_str().contains('_') => {
            Some(Text::opaque(&text.as_str().replace('_', ""), text.span()))
        }
        _ => node.raw().cloned(),
    }
}

fn expects(table: &Fields<'_>) -> Vec<Expect> {
    let mut out = Vec::new();
    for entry in table.others() {
        let (want, envs) = match Fields::of(&entry.value, keys::expectation()) {
            Some(fields) => (want(&fields), overrides(&fields)),
            None => (
                Want { line: entry.value.as_text().cloned(), ..Want::default() },
                Vec::new(),
            ),
        };
        out.push(Expect { selector: entry.key.clone(), want, envs, span: entry.span });
    }
    out
}

fn pairs(fields: &Fields<'_>, name: &str) -> Vec<(Text, Text)> {
    let entries = fields.table(name).map(|it| it.others()).unwrap_or_default();
    entries.into_iter().filter_map(pair).collect()
}

/// `summary`, `description` and those below `annotations`.
fn annotations(fields: &Fields<'_>) -> Vec<(Text, Text)> {
    let own = ["summary", "description"].into_iter().filter_map(|it| fields.entry(it));
    let mut out: Vec<_> = own.filter_map(pair).collect();
    out.extend(pairs(fields, "annotations"));
    out
}

fn want(fields: &Fields<'_>) -> Want {
    Want {
        line: fields.text("is").cloned(),
        annotations: annotations(fields),
        labels: pairs(fields, "labels"),
        exact: fields.boolean("exact"),
        value: fields.node("value").and_then(scalar),
        at: fields.text("at").cloned(),
    }
}

fn overrides(fields: &Fields<'_>) -> Vec<(Text, Want)> {
    let Some(table) = fields.table("env") else { return Vec::new() };
    table
        .others()
        .into_iter()
        .map(|it| match Fields::of(&it.value, keys::expectation_of_environment()) {
            Some(fields) => (it.key.clone(), want(&fields)),
            None => {
                let line = it.value.as_text().cloned();
                (it.key.clone(), Want { line, ..Want::default() })
            }
        })
        .collect()
}

fn moment(fields: &Fields<'_>) -> Option<Moment> {
    let texts = |name| fields.node(name).map(|_| fields.texts(name));
    Some(Moment {
        time: fields.text("time")?.clone(),
        alert: fields.text("alert").cloned(),
        firing: fields
            .node("firing")
            .map(|_| fields.array("firing").iter().filter_map(firing).collect()),
        expr: fields.text("expr").cloned(),
        samples: texts("samples"),
        value: fields.node("value").and_then(scalar),
        exact: fields.boolean("exact").unwrap_or(false),
        span: fields.span,
    })
}

fn firing(node: &Node) -> Option<Firing> {
    if let Some(alert) = node.as_text() {
        return Some(Firing { alert: alert.clone(), annotations: None });
    }
    let fields = Fields::of(node, keys::firing())?;
    let alert = fields.text("alert")?.clone();
    Some(Firing { alert, annotations: Some(annotations(&fields)) })
}

/// What a table of keys cannot say.
fn faults(case: &Case, sink: &mut Sink) {
    let asserts = !case.expects.is_empty() || !case.moments.is_empty() || case.only;
    if !asserts && !case.odd.assertions {
        sink.push(
            Diagnostic::error("empty-test", "a test that expects nothing")
                .at(case.span, "has neither `expect` nor `at`")
                .help("say what the alerts do: `expect.ApiDown = \"firing 6m..\"`"),
        );
    }
    let needs_until = !case.expects.is_empty() || case.only || case.moments.is_empty();
    if case.until.is_none() && needs_until && !case.odd.until {
        sink.push(
            Diagnostic::error("missing-key", "missing key `until` in a test")
                .at(case.span, "has no `until`")
                .help("add `until = \"30m\"`: how long the test lasts"),
        );
    }
    for moment in &case.moments {
        let message = match (&moment.firing, &moment.expr, &moment.samples, &moment.value)
        {
            (None, None, None, None) => "asserts nothing",
            (None, ..) if moment.alert.is_some() => "`alert` needs `firing`",
            (_, _, None, _) if moment.exact => "`exact` needs `samples`",
            (_, None, Some(_), _) | (_, None, _, Some(_)) => {
                "`samples` and `value` need an `expr`"
            }
            (_, Some(_), None, None) => "`expr` needs `samples` or `value`",
            (_, Some(_), Some(_), Some(_)) => "`samples` and `value` exclude each other",
            (_, _, _, _) => continue,
        };
        sink.push(
            Diagnostic::error("bad-assertion", "an assertion that cannot be made")
                .at(moment.span, message)
                .help("write `firing = [...]`, or `expr` with `samples` or `value`"),
        );
    }
}

/// Two tests of one name cannot be told apart.
fn twice(cases: &[Case], sink: &mut Sink) {
    for (idx, case) in cases.iter().enumerate() {
        let Some(other) = cases[..idx].iter().find(|it| it.name == case.name) else {
            continue;
        };
        if case.name.is_empty() {
            continue;
        }
        sink.push(
            Diagnostic::error(
                "duplicate-test",
                format!("two tests are called `{}`", case.name),
            )
            .at(case.span, "called so again")
            .context(other.span, "first here"),
        );
    }
}

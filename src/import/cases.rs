//! promtool's tests to a file of native tests.

use chrono::{DateTime, SecondsFormat};

use crate::case::promtool::{TestFile, TestGroup};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::doc::node::{Kind, Node};
use crate::doc::yaml::Comment;
use crate::import::comment::{self, About, Part};
use crate::import::moment::{MOMENT, Moments};
use crate::import::name::Taken;
use crate::import::project::Project;
use crate::import::series;
use crate::import::toml::{self, Entries};
use crate::promql::duration::format_duration;
use crate::rules::group::Group;

/// A file of tests that was read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file's text.
    pub text: &'a str,
    /// Its first document.
    pub document: &'a Node,
    /// Its comments.
    pub comments: &'a [Comment],
    /// What it says.
    pub file: &'a TestFile,
}

/// What the tests see.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The alerts files of the rule files that it names, in their order, with the groups
    /// of each in the order of the file.
    pub rules: &'a [(String, Vec<&'a Group>)],
    /// All alerts files that the project has, in the order of their paths.
    pub all: &'a [String],
    /// The project.
    pub project: &'a Project,
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The text; empty where there was no test to write.
    pub text: String,
    /// Tests in it.
    pub n_tests: usize,
    /// Comments that it holds.
    pub n_comments: usize,
    /// The places of the tests in the file that they come from, in order; those that are
    /// left out are not there.
    pub tests: Vec<usize>,
}

/// The text of a file of native tests. What cannot keep its meaning is said.
pub fn write(source: Source<'_>, seen: Seen<'_>, sink: &mut Sink) -> Written {
    let notes = Notes::of(source);
    let mut out = Written::default();
    let mut names = Taken::default();
    let mut tests = String::new();
    for (idx, group) in source.file.tests.iter().enumerate() {
        let writer = Test { source, seen, group, notes: &notes.tests[idx] };
        let text = match writer.write(&mut names, sink) {
            Ok(text) => text,
            Err(why) => {
                let comment = format!(" Left out: {}, {why}.", title(group));
                tests.push('\n');
                toml::comments(&[comment], &mut tests);
                continue;
            }
        };
        tests.push('\n');
        tests.push_str(&text);
        out.n_comments += notes.tests[idx].len();
        out.n_tests += 1;
        out.tests.push(idx);
    }
    if out.n_tests == 0 {
        return Written::default();
    }
    toml::comments(&notes.head, &mut out.text);
    let head = head(source.file, seen);
    if !head.is_empty() {
        toml::gap(&mut out.text);
        out.text.push_str(&head);
    }
    out.text.push_str(if out.text.is_empty() { &tests[1..] } else { &tests });
    if !notes.foot.is_empty() {
        toml::gap(&mut out.text);
        toml::comments(&notes.foot, &mut out.text);
    }
    out.n_comments += notes.head.len() + notes.foot.len();
    out
}

/// The keys at the top of the file: what differs from how native tests are run.
fn head(file: &TestFile, seen: Seen<'_>) -> String {
    let mut entries = Entries::new();
    let groups = seen.rules.iter().flat_map(|it| it.1.iter().copied());
    let groups: Vec<&Group> = groups.filter(|it| !it.rules.is_empty()).collect();
    if needs_pace(file, &groups, seen.project) {
        entries.add("evaluation", toml::string(&format_duration(file.interval)));
    }
    let named: Vec<&String> = seen.rules.iter().map(|it| &it.0).collect();
    if !named.iter().copied().eq(seen.all) {
        let items: Vec<String> = named.iter().map(|it| toml::string(it)).collect();
        entries.add("rules", toml::array(&items));
    }
    let place =
        |it: &&Group| file.group_order.iter().position(|name| name.as_str() == it.name);
    let mut ordered = groups.clone();
    ordered.sort_by_key(|it| place(it).unwrap_or(0));
    if !ordered.iter().zip(&groups).all(|(a, b)| std::ptr::eq(*a, *b)) {
        let mut items: Vec<String> =
            ordered.iter().map(|it| toml::string(&it.name)).collect();
        items.dedup();
        entries.add("order", toml::array(&items));
    }
    let mut out = String::new();
    entries.print(&mut out);
    out
}

/// Whether it matters that promtool evaluates every group at one interval, and sees no
/// sample after its last evaluation.
fn needs_pace(file: &TestFile, groups: &[&Group], project: &Project) -> bool {
    let tests = file.tests.iter();
    let alerts = tests.clone().flat_map(|it| it.alerts.iter().map(|it| it.eval_time));
    let exprs = tests.flat_map(|it| it.exprs.iter().map(|it| it.eval_time));
    project.interval != Some(file.interval)
        || groups.iter().any(|it| it.interval.is_some_and(|it| it.0 != file.interval))
        || alerts.chain(exprs).any(|it| it % file.interval != 0)
}

/// A part of a test that comments can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Test,
    Series(usize),
    Alert(usize),
    Expr(usize),
}

/// Comments by what they are about.
#[derive(Debug, Default)]
struct Notes {
    head: Vec<String>,
    /// For each test, in order.
    tests: Vec<Vec<(Of, String)>>,
    foot: Vec<String>,
}

impl Notes {
    fn of(source: Source<'_>) -> Notes {
        let mut parts: Vec<Part<(usize, Of)>> = Vec::new();
        for (idx, test) in source.file.tests.iter().enumerate() {
            let mut add = |span: Span, of| parts.push(Part { span, id: (idx, of) });
            add(test.span, Of::Test);
            for (n, it) in test.series.iter().enumerate() {
                add(it.series.span().to(it.values.span()), Of::Series(n));
            }
            for (n, it) in test.alerts.iter().enumerate() {
                add(it.span, Of::Alert(n));
            }
            for (n, it) in test.exprs.iter().enumerate() {
                add(it.span, Of::Expr(n));
            }
        }
        let table = match &source.document.kind {
            Kind::Table(table) => table.entry("tests"),
            _ => None,
        };
        let body = table.map_or(0, |it| it.key.span().start);
        let found = comment::place(source.comments, &parts, body, source.text);
        let mut notes = Notes {
            tests: vec![Vec::new(); source.file.tests.len()],
            ..Notes::default()
        };
        for (comment, about) in source.comments.iter().zip(found) {
            let text = comment.text.clone();
            match about {
                About::Head => notes.head.push(text),
                About::Part((test, of)) => notes.tests[test].push((of, text)),
                About::Foot => notes.foot.push(text),
            }
        }
        notes
    }
}

/// What a test is called; native tests have names.
fn title(group: &TestGroup) -> String {
    match &group.name {
        Some(name) if !name.as_str().is_empty() => name.as_str().to_string(),
        _ => format!("test {}", group.idx + 1),
    }
}

/// A test to be written.
struct Test<'a> {
    source: Source<'a>,
    seen: Seen<'a>,
    group: &'a TestGroup,
    notes: &'a [(Of, String)],
}

impl Test<'_> {
    fn notes(&self, of: Of) -> Vec<String> {
        let own = self.notes.iter().filter(|it| it.0 == of);
        own.map(|it| it.1.clone()).collect()
    }

    /// The text, or why the test is left out.
    fn write(&self, names: &mut Taken, sink: &mut Sink) -> Result<String, &'static str> {
        let group = self.group;
        let (moments, n_moments) = self.moments(sink);
        if n_moments == 0 {
            let why = "which asserts nothing";
            sink.push(
                Diagnostic::warning("left-out", format!("a test {why} is left out"))
                    .at(group.span, "proves nothing"),
            );
            return Err(why);
        }
        let alerts = group.alerts.iter().map(|it| it.eval_time);
        let until = alerts.chain(group.exprs.iter().map(|it| it.eval_time)).max();
        let notes: Vec<Vec<String>> =
            (0..group.series.len()).map(|it| self.notes(Of::Series(it))).collect();
        let series = series::block(group, until.unwrap_or(0), &notes, sink)
            .ok_or("whose series cannot be read")?;
        let mut entries = Entries::new();
        let title = title(group);
        entries.add("name", toml::string(&names.take(&[&title], " ")));
        if self.seen.project.interval != Some(group.interval) {
            entries
                .add("interval", toml::string(&format_duration(group.interval.max(1))));
        }
        if let Some(start) = DateTime::from_timestamp_millis(group.start)
            && group.start != 0
        {
            let text = start.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            entries.add("start", toml::string(&text));
        }
        let labels = group.external_labels.iter();
        let labels: Vec<_> =
            labels.map(|it| (it.0.clone(), toml::string(&it.1))).collect();
        match labels.is_empty() && self.seen.project.external_labels {
            true => entries.add("external_labels", "{}"),
            false => entries.table("external_labels", &labels),
        }
        if !group.external_url.is_empty() {
            entries.add("external_url", toml::string(&group.external_url));
        }
        if !series.is_empty() {
            entries.add(
                "series",
                toml::expression(toml::escaped(&series).trim_end_matches('\n')),
            );
        }
        let mut out = String::new();
        toml::comments(&self.notes(Of::Test), &mut out);
        out.push_str("[[test]]\n");
        entries.print(&mut out);
        out.push_str(&moments);
        Ok(out)
    }

    /// The assertions, and how many there are.
    fn moments(&self, sink: &mut Sink) -> (String, usize) {
        let moments = Moments { seen: self.seen, fuzzy: self.source.file.fuzzy };
        let mut out = String::new();
        let mut n_moments = 0;
        let mut add = |of, text: String| {
            n_moments += usize::from(text.starts_with(MOMENT));
            toml::comments(&self.notes(of), &mut out);
            out.push_str(&text);
        };
        for (idx, test) in self.group.alerts.iter().enumerate() {
            add(Of::Alert(idx), moments.alert(test, sink));
        }
        for (idx, test) in self.group.exprs.iter().enumerate() {
            add(Of::Expr(idx), moments.expr(test, sink));
        }
        (out, n_moments)
    }
}

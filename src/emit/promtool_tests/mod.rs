//! `tests/<file>.yaml`: promtool's unit tests of the rule files beside them.
//!
//! What native tests say, as far as promtool can say it; what it cannot stands in a
//! comment and in a warning. Who ran the tests is not known here: they come as data.

mod document;
mod part;
mod values;

use crate::case::exported::{Exported, LeftOut};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{Emit, Target, faultless, name, yaml};
use crate::promql::dialect::{Dialect, Features};
use crate::rules::book::Book;
use part::Part;

/// The project's tests as promtool's. They come from a run of the tests: [`emit`] writes
/// them.
pub const TARGET: Target = Target {
    name: "promtool-tests",
    summary: "the project's tests as promtool's",
    default: false,
    place: "tests/",
    claims: |_| Vec::new(),
    faults: faultless,
    emit: Emit::Alone(|_, _| Vec::new()),
};

/// The tests of a native test file in one environment.
#[derive(Debug)]
pub struct File {
    /// Its path as the user knows it: `testdata/api.toml`.
    pub path: String,
    /// Its tests, with the lines at which they begin.
    pub tests: Vec<(u32, Exported)>,
}

/// Writes tests for the rule files of a book: a file for each native one, and a further
/// one for each further interval of evaluation, of which promtool has one a file.
pub fn emit(book: &Book, files: &[File], sink: &mut Sink) -> Vec<Artifact> {
    let mut parts: Vec<Part<'_>> =
        files.iter().flat_map(|it| part::parts(book, it)).collect();
    for part in &parts {
        for (line, test) in &part.tests {
            warnings(book, &format!("{}:{line}", part.path), test, sink);
        }
    }
    parts.retain(|it| it.tests.iter().any(|it| !is_empty(&it.1)));
    let stems: Vec<&str> = parts.iter().map(|it| it.stem.as_str()).collect();
    let names = name::unique(&stems);
    let artifact = |(part, name): (&Part<'_>, String)| {
        let path = format!("{}{name}.yaml", TARGET.place);
        Artifact::new(path, text(book, part), Kind::Plain)
    };
    parts.iter().zip(names).map(artifact).collect()
}

fn is_empty(test: &Exported) -> bool {
    test.alerts.is_empty() && test.results.is_empty()
}

/// What a test that asserts nothing asserted of what promtool can see.
const NOTHING: &str = "it asserts nothing that promtool can see";

fn warnings(book: &Book, place: &str, test: &Exported, sink: &mut Sink) {
    let (name, env) = (&test.name, &book.env);
    let warning = |what: &str, span, why: &str| {
        let title = format!("promtool's tests lack {what}, in {env}");
        Diagnostic::warning("not-for-promtool", title).at(span, why)
    };
    match (&test.left_out[..], is_empty(test)) {
        ([], false) => {}
        ([], true) => sink.push(warning(&format!("`{name}`"), test.span, NOTHING)),
        ([first, more @ ..], is_empty) => {
            let what = match is_empty {
                true => format!("`{name}`"),
                false => line_of(&first.what),
            };
            let warning = warning(&what, first.span, &first.why);
            let note = |it: Diagnostic, other: &LeftOut| it.note(sentence(other));
            let mut warning = more.iter().take(MAX_NOTES).fold(warning, note);
            if MAX_NOTES < more.len() {
                warning = warning.note(format!("and {} more", more.len() - MAX_NOTES));
            }
            sink.push(warning);
        }
    }
    if test.start != 0 && !is_empty(test) {
        let title = format!("the promtool test of {place} needs promtool 3.14");
        sink.push(
            Diagnostic::warning("needs-newer-promtool", title)
                .at(test.span, "its `start` is unknown to older ones"),
        );
    }
}

/// The most further assertions that one warning names.
const MAX_NOTES: usize = 3;

fn sentence(it: &LeftOut) -> String {
    line_of(&format!("{}: {}", it.what, it.why))
}

/// A text on one line, for a comment.
fn line_of(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|it| !it.is_control()).collect()
}

fn text(book: &Book, part: &Part<'_>) -> String {
    let head = document::Head::new(part);
    let mut out = yaml::print(&comment(book, part.path), &head);
    out.push_str("tests:\n");
    for (line, test) in &part.tests {
        let place = format!("{}:{line}", part.path);
        if is_empty(test) {
            let why = test.left_out.first().map_or(NOTHING, |it| &it.why);
            let left = format!("left out: {place}, `{}`: {why}", test.name);
            out.push_str(&format!("# {}\n", line_of(&left)));
            continue;
        }
        let mut comment = line_of(&place);
        for it in &test.left_out {
            comment.push_str(&format!("\nleft out: {}", sentence(it)));
        }
        if test.start != 0 {
            comment.push_str("\nneeds promtool 3.14 or later");
        }
        out.push_str(&yaml::print(&comment, &[document::Test::new(test)]));
    }
    out
}

fn comment(book: &Book, path: &str) -> String {
    let mut out = yaml::made_from(path);
    let flags = flags(book);
    if !flags.is_empty() {
        out.push_str(&format!(
            "\nRun it with `promtool test rules --enable-feature={}`.",
            flags.join(",")
        ));
    }
    out
}

/// The flags that promtool needs for the rules of a book.
fn flags(book: &Book) -> Vec<&'static str> {
    let plain = Dialect::new(book.dialect.version).features;
    let with = |flag: &str| {
        let mut features = plain;
        features.enable(flag);
        // A flag that is on by itself needs no word.
        features != plain && features_with(book.dialect.features, flag)
    };
    Features::FLAGS.into_iter().map(|it| it.name).filter(|it| with(it)).collect()
}

fn features_with(features: Features, flag: &str) -> bool {
    let mut same = features;
    same.enable(flag);
    same == features
}

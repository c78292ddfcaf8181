//! The tests of the project as promtool's, where `build` writes them.

use crate::cli::inhibit::Tests;
use crate::cli::load::Loaded;
use crate::cli::output::Wanted;
use crate::cli::session::Session;
use crate::cli::test;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::text::Text;
use crate::emit::choice::Asked;
use crate::emit::promtool_tests;
use crate::rules::book::Book;
use crate::spec::model::{self, Project};

/// Whether tests are to be written as promtool's, for some environment.
pub(super) fn wants_tests(project: &Project, asked: Asked<'_>) -> bool {
    let manifest = &project.manifest;
    let builds = manifest.environments.iter().map(|it| &it.build);
    let named = |it: &model::Build| {
        let names = it.targets.iter().flatten();
        names.map(Text::as_str).any(|it| it == promtool_tests::TARGET.name)
    };
    asked.names.iter().any(|it| it == promtool_tests::TARGET.name)
        || !asked.only && builds.chain([&manifest.build]).any(named)
}

/// The tests of a project as promtool's.
#[derive(Default)]
pub(super) struct Exported {
    /// For each environment.
    pub(super) tests: Vec<Vec<promtool_tests::File>>,
    /// Files of native tests.
    pub(super) n_native: usize,
    /// Test files that are promtool's already.
    pub(super) n_yaml: usize,
}

/// The tests of the project as promtool's, for each of these environments; the others
/// leave `loaded`.
pub(super) fn promtool_tests(
    loaded: &mut Loaded,
    files: Option<Tests>,
    envs: &[String],
    session: &mut Session,
) -> Exported {
    let (files, others): (Vec<_>, Vec<_>) = files
        .unwrap_or_else(|| test::own(loaded, session))
        .into_iter()
        .partition(|it| it.1.ends_with(".toml"));
    let files: Vec<FileId> = files.into_iter().map(|it| it.0).collect();
    let Some(tests) = test::native::exported(loaded, &files, session) else {
        return Default::default();
    };
    let is_wanted =
        |book: &Book| envs.is_empty() || envs.iter().any(|it| **it == *book.env);
    let (books, tests): (_, Vec<_>) = std::mem::take(&mut loaded.books)
        .into_iter()
        .zip(tests)
        .filter(|it| is_wanted(&it.0))
        .unzip();
    loaded.books = books;
    let n_yaml = others.iter().filter(|it| !it.1.ends_with(".test")).count();
    Exported { tests, n_native: files.len(), n_yaml }
}

/// Says that no test is written, and which tests are promtool's already; `n_native` is how
/// many files of tests there are that might have been.
pub(super) fn said_of_tests(
    wanted: &[Wanted],
    n_native: usize,
    n_yaml: usize,
    sink: &mut Sink,
) {
    let note = match n_yaml {
        0 => None,
        1 => Some("1 YAML file in `testdata` is promtool's already".to_owned()),
        n => Some(format!("{n} YAML files in `testdata` are promtool's already")),
    };
    if !wanted.iter().any(|it| is_test(&it.path)) {
        let title = "`--target promtool-tests` has no test to write";
        // Why some are left out has been said; the other targets are written.
        let mut it = match n_native {
            0 => Diagnostic::error("no-test", title)
                .help("write tests in `testdata/*.toml`, or leave the target out"),
            _ => Diagnostic::warning("no-test", title),
        };
        it.notes.extend(note);
        sink.push(it);
    } else if let Some(title) = note {
        let it = Diagnostic::warning("not-converted", title);
        sink.push(Diagnostic { level: Level::Note, ..it });
    }
}

/// Whether a path below the output folder is that of a test of promtool's.
fn is_test(path: &str) -> bool {
    path.split_once('/').is_some_and(|it| promtool_tests::TARGET.owns(it.1))
}

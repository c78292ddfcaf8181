//! The inhibitions of a project, with what its tests show of the labels of series.

use std::sync::Arc;

use rayon::prelude::*;

use crate::case::native::{fill, read};
use crate::case::promtool;
use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::cli::{lints, test};
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, SourceMap};
use crate::diag::text::Text;
use crate::doc::yaml;
use crate::promql::labels::Labels;
use crate::promql::syntax::parse_metric;
use crate::resolve;
use crate::resolve::inhibit::alike::alike;
use crate::resolve::inhibit::{self, Series, Told};

/// The files of tests of a project.
pub type Tests = Vec<(FileId, String)>;

/// Infers the inhibitions of all books. The tests are read, and given back, only where the
/// rules alone do not tell enough.
pub fn infer(loaded: &mut Loaded, session: &mut Session) -> Option<Tests> {
    let all = loaded.books.len() == loaded.project.manifest.environments.len();
    let told: Vec<Told<'_>> = loaded.books.par_iter().map(inhibit::told).collect();
    let needs = told.iter().any(Told::needs_series);
    let tests = needs.then(|| test::own(loaded, session));
    let series = match &tests {
        Some(it) => series(loaded, it, &session.sources),
        None => Series::new(),
    };
    let mut sink = Sink::new();
    let inferred = inhibit::infer(told, all, &series, &mut sink);
    for (book, inhibitions) in loaded.books.iter_mut().zip(inferred) {
        book.inhibitions = inhibitions;
    }
    sink.extend(alike(&loaded.project.manifest.environments, &loaded.books));
    lints::apply(&lints::of_project(&loaded.project.manifest.lints), &mut sink);
    session.sink.extend(sink.into_sorted());
    tests
}

/// Label names of the series of tests, by metric: with the parameters of all environments,
/// so that what is inferred does not depend on which of them are asked for. What is wrong
/// with tests is not said here.
fn series(loaded: &Loaded, tests: &[(FileId, String)], sources: &SourceMap) -> Series {
    let envs: Vec<String> =
        loaded.project.manifest.environments.iter().map(|it| it.name.clone()).collect();
    let parameters: Vec<_> = envs
        .iter()
        .map(|it| resolve::environment_parameters(&loaded.project, it))
        .collect();
    let of_file = |(file, path): &(FileId, String)| {
        let text = &sources.file(*file).text;
        match path.rsplit('.').next() {
            Some("toml") => native(*file, text, &envs, &parameters),
            Some("yaml" | "yml") => of_promtool(*file, text),
            _ => Vec::new(),
        }
    };
    let all: Vec<Vec<Labels>> = tests.par_iter().map(of_file).collect();
    let mut out = Series::new();
    for labels in all.into_iter().flatten() {
        let names = out.entry(labels.metric_name().to_owned()).or_default();
        let own = labels.drop_name();
        names.extend(own.iter().map(|it| it.0.to_string()));
    }
    out
}

fn native(
    file: FileId,
    text: &Arc<str>,
    envs: &[String],
    parameters: &[Vec<(Arc<str>, Text)>],
) -> Vec<Labels> {
    let sink = &mut Sink::new();
    let mut out = Vec::new();
    for case in read::read_text(file, text, envs, sink) {
        for parameters in parameters {
            let lookup = |name: &str| {
                let it = parameters.iter().find(|it| &*it.0 == name);
                it.map(|it| it.1.clone())
            };
            out.extend(fill::series(&case, &lookup));
        }
    }
    out
}

fn of_promtool(file: FileId, text: &str) -> Vec<Labels> {
    let sink = &mut Sink::new();
    let roots = yaml::read(file, text, sink);
    let mut out = Vec::new();
    for root in roots.iter().filter(|it| promtool::is_tests(it)) {
        for test in promtool::read(root, sink).tests {
            let series = test.series.iter();
            out.extend(series.filter_map(|it| parse_metric(it.series.as_str()).ok()));
        }
    }
    out
}

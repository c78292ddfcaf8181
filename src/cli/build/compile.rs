//! What is written for each environment, as texts.

use rayon::prelude::*;

use crate::cli::output::Wanted;
use crate::diag::sink::Sink;
use crate::emit::choice::{self, Asked, Chosen};
use crate::emit::{self, Target, promtool_tests};
use crate::rules::book::Book;
use crate::rules::output::Own;

/// What is written for each environment.
pub(super) fn choices<'b>(
    books: &'b [Book],
    asked: Asked<'_>,
    sink: &mut Sink,
) -> Vec<Chosen<'b>> {
    let mut out = Vec::new();
    for book in books {
        let mut said = Sink::new();
        out.push(choice::choose(book, asked, &mut said));
        said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
    }
    out
}

/// Writes what is chosen of all books, and the tests of each where there are any; the paths
/// begin with the environment.
pub(super) fn compile(
    books: &[Book],
    chosen: &[Chosen<'_>],
    asked: Asked<'_>,
    tests: &[Vec<promtool_tests::File>],
    sink: &mut Sink,
) -> Vec<Wanted> {
    let written: Vec<_> = books
        .par_iter()
        .enumerate()
        .map(|(idx, book)| {
            let mut sink = Sink::new();
            let chosen = &chosen[idx];
            let wants = |it: &Target| asked.wants(it);
            let mut out = emit::emit_only(book, &chosen.targets, wants, &mut sink);
            if let Some(tests) = tests.get(idx)
                && chosen.has(promtool_tests::TARGET.name)
                && asked.wants(&promtool_tests::TARGET)
            {
                out.extend(promtool_tests::emit(book, tests, &mut sink));
            }
            let own = chosen.own.iter().copied();
            let own = own.filter(|it| !asked.only || asked.has(it.name.as_str()));
            let own: Vec<&Own> = own.collect();
            out.extend(emit::own::emit(book, &own, &mut sink));
            (out, sink)
        })
        .collect();
    let mut out = Vec::new();
    for (book, (artifacts, said)) in books.iter().zip(written) {
        sink.extend(said.into_sorted());
        out.extend(artifacts.into_iter().map(|it| Wanted {
            path: format!("{}/{}", book.env, it.path),
            text: it.text,
        }));
    }
    out
}

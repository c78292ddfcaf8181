//! `--strict`: what promtool passes in silence is an error, of the test or the file where
//! it was found.

use crate::cli::session::Session;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::source::Span;
use crate::harness::result::{FileResult, Outcome};
use crate::harness::silence;

/// Makes errors of the warnings about silent passes, and puts them into the results too.
pub(super) fn apply(results: &mut [FileResult], session: &mut Session) {
    for it in session.sink.raise(silence::CODES) {
        for result in results.iter_mut() {
            let here = |it: &Span| session.sources.file(it.file).path == result.path;
            let places: Vec<Span> =
                it.labels.iter().map(|it| it.span).filter(here).collect();
            if !places.is_empty() {
                let holds = |whole: Span| places.iter().any(|it| whole.to(*it) == whole);
                // A test is there once for each environment.
                let holds = |idx: &usize| result.tests[*idx].span.is_some_and(holds);
                let tests: Vec<usize> = (0..result.tests.len()).filter(holds).collect();
                if tests.is_empty() {
                    spoil(result, None, &it);
                }
                tests.into_iter().for_each(|idx| spoil(result, Some(idx), &it));
            }
        }
    }
}

/// Makes an error of a test, or of the file where it is none of a test, for a silent pass.
pub(super) fn spoil(result: &mut FileResult, test: Option<usize>, why: &Diagnostic) {
    if why.level == Level::Note || !silence::CODES.contains(&why.code) {
        return;
    }
    result.outcome = Outcome::Error;
    let messages = match test.map(|it| &mut result.tests[it]) {
        Some(test) => {
            test.outcome = Outcome::Error;
            &mut test.messages
        }
        None => &mut result.messages,
    };
    if !messages.contains(&why.title) {
        messages.push(why.title.clone());
    }
}

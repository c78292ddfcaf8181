//! `--strict`: what promtool passes in silence is an error, of the test or the file where
//! it was found.

use crate::cli::session::Session;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::harness::result::{FileResult, Outcome};
use crate::harness::silence;

/// Makes errors of the warnings about silent passes that are left, those about files, and
/// puts them into the results too.
pub(super) fn apply(results: &mut [FileResult], session: &mut Session) {
    for it in session.sink.raise(silence::CODES) {
        let Some(place) = it.place() else { continue };
        let path = &session.sources.file(place.file).path;
        for result in results.iter_mut().filter(|result| result.path == *path) {
            result.outcome = Outcome::Error;
            say(&mut result.messages, &it);
        }
    }
}

/// Makes an error of a warning about silent passes and of the tests that it is about,
/// given by their places.
pub(super) fn spoil(
    result: &mut FileResult,
    tests: impl IntoIterator<Item = usize>,
    why: &mut Diagnostic,
) {
    if why.level != Level::Warning || !silence::CODES.contains(&why.code) {
        return;
    }
    why.level = Level::Error;
    result.outcome = Outcome::Error;
    for idx in tests {
        let test = &mut result.tests[idx];
        test.outcome = Outcome::Error;
        say(&mut test.messages, why);
    }
}

fn say(messages: &mut Vec<String>, why: &Diagnostic) {
    if !messages.contains(&why.title) {
        messages.push(why.title.clone());
    }
}

//! Many tests together: what they all fail of is told of once.

use std::collections::{HashMap, HashSet};

use crate::diag::diagnostic::{Diagnostic, Label};
use crate::diag::source::Span;
use crate::harness::failure::WHILE;
use crate::harness::report::failure::of_test;
use crate::harness::result::TestResult;

/// A message that others repeat for their tests.
struct First {
    /// Its place among all.
    idx: usize,
    /// Its test, and those of the others.
    tests: HashSet<Span>,
}

/// Everything that is to be said about some tests. A rule that fails in many of them in
/// the same way is told of once, with their number.
pub fn of_tests<'t>(tests: impl Iterator<Item = &'t TestResult>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::new();
    let mut firsts: HashMap<(String, Vec<Span>), First> = HashMap::new();
    for it in tests.flat_map(of_test) {
        let names_test = |it: &&Label| it.text == WHILE;
        let Some(test) = it.labels.iter().find(names_test).map(|it| it.span) else {
            out.push(it);
            continue;
        };
        let places = it.labels.iter().filter(|it| !names_test(it)).map(|it| it.span);
        let key = (it.title.clone(), places.collect());
        let first = firsts.entry(key).or_insert_with(|| {
            out.push(it);
            First { idx: out.len() - 1, tests: HashSet::new() }
        });
        first.tests.insert(test);
    }
    for First { idx, tests } in firsts.into_values() {
        match tests.len() - 1 {
            0 => {}
            1 => out[idx].notes.push("and in one more test".to_string()),
            n => out[idx].notes.push(format!("and in {n} more tests")),
        }
    }
    out
}

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

/// A message that a test gives in one environment, without its name, and where it is said.
struct Said {
    bare: Diagnostic,
    envs: Vec<String>,
    idx: usize,
}

/// Everything that is to be said about some tests. What fails alike in several environments
/// is told of once, with their names; a rule that fails in many tests in the same way too,
/// with their number.
pub fn of_tests<'t>(tests: impl Iterator<Item = &'t TestResult>) -> Vec<Diagnostic> {
    let mut out: Vec<Diagnostic> = Vec::new();
    let mut firsts: HashMap<(String, Vec<Span>), First> = HashMap::new();
    let mut by_place: HashMap<(Option<Span>, String), Vec<Said>> = HashMap::new();
    let of_env = |test: &'t TestResult| {
        of_test(test).into_iter().map(|it| (it, test.env.as_deref()))
    };
    for (it, env) in tests.flat_map(of_env) {
        if let Some((bare, env)) = env.and_then(|env| without_env(&it, env)) {
            let key = (bare.place(), bare.title.clone());
            let earlier = by_place.entry(key).or_default();
            match earlier.iter_mut().find(|it| it.bare == bare) {
                Some(said) => {
                    said.envs.push(env);
                    out[said.idx].title = format!("{}{}", bare.title, within(&said.envs));
                }
                None => {
                    let envs = vec![env];
                    earlier.push(Said { bare, envs, idx: out.len() });
                    out.push(it);
                }
            }
            continue;
        }
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

/// A message without the environment that its title ends with, and that.
fn without_env(said: &Diagnostic, env: &str) -> Option<(Diagnostic, String)> {
    let title = said.title.strip_suffix(&within(&[env.to_owned()]))?.to_owned();
    Some((Diagnostic { title, ..said.clone() }, env.to_owned()))
}

/// `, in a, b and c`
fn within(envs: &[String]) -> String {
    match envs {
        [] => String::new(),
        [only] => format!(", in {only}"),
        [first @ .., last] => format!(", in {} and {last}", first.join(", ")),
    }
}

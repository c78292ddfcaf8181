//! The tests that make one file of promtool's.

use std::borrow::Cow;

use crate::case::exported::{Exported, LeftOut};
use crate::emit::name;
use crate::emit::promtool_tests::{File, is_empty};
use crate::emit::rule_file;
use crate::rules::book::Book;
use crate::rules::group::{Group, Millis};

/// A file of promtool's.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// The path of the native file.
    pub(super) path: &'a str,
    /// What its name is made of.
    pub(super) stem: String,
    /// How often all groups are evaluated, in milliseconds.
    pub(super) evaluation: i64,
    /// The tests, with the lines at which they begin.
    pub(super) tests: Vec<(u32, Cow<'a, Exported>)>,
    /// The files with the rules that it tests, below the environment's folder.
    pub(super) rule_files: Vec<String>,
    /// Their groups in the order of evaluation.
    pub(super) groups: Vec<&'a Group>,
}

/// The parts of a native file: one for each interval of evaluation, the first without a
/// mark in its name.
pub(super) fn parts<'a>(book: &'a Book, file: &'a File) -> Vec<Part<'a>> {
    let path = file.path.strip_prefix("testdata/").unwrap_or(&file.path);
    let stem = name::stem(path);
    let mut out: Vec<Part<'a>> = Vec::new();
    for (line, test) in &file.tests {
        let evaluation = test.evaluation;
        let idx = match out.iter().position(|it| it.evaluation == evaluation) {
            Some(idx) => idx,
            None => {
                let stem = match out.is_empty() {
                    true => stem.to_owned(),
                    false => format!("{stem}@{}", Millis(evaluation)),
                };
                out.push(Part {
                    path: &file.path,
                    stem,
                    evaluation,
                    tests: Vec::new(),
                    rule_files: Vec::new(),
                    groups: Vec::new(),
                });
                out.len() - 1
            }
        };
        out[idx].tests.push((*line, Cow::Borrowed(test)));
    }
    for part in &mut out {
        find_rules(book, part);
        part.tests.iter_mut().for_each(|it| keep_order(book, &part.groups, &mut it.1));
        // Without those of tests that cannot be made.
        find_rules(book, part);
    }
    out
}

/// The rule files that the tests of a part need.
fn find_rules<'a>(book: &'a Book, part: &mut Part<'a>) {
    let tests = part.tests.iter().filter(|it| !is_empty(&it.1));
    let groups = tests.flat_map(|it| &it.1.groups).filter_map(|it| book.groups.get(*it));
    let files: Vec<&str> = groups.map(|it| &*it.file).collect();
    let paths = rule_file::paths(book).into_iter().filter(|it| files.contains(&it.0));
    part.rule_files = paths.map(|it| it.1).collect();
    let all = book.groups.iter().filter(|it| !it.rules.is_empty());
    part.groups = all.filter(|it| files.contains(&&*it.file)).collect();
}

/// promtool orders groups by name. Where two groups share one, a test that needs another
/// order cannot be made.
fn keep_order(book: &Book, groups: &[&Group], test: &mut Cow<'_, Exported>) {
    let rank = |idx: usize| {
        let name = &book.groups[idx].name;
        groups.iter().position(|it| it.name == *name)
    };
    let clash = test.order.iter().find(|it| rank(it.1) <= rank(it.0));
    let Some((first, second)) = clash.filter(|_| !is_empty(test)) else { return };
    let n_called = |name: &str| groups.iter().filter(|it| it.name == name).count();
    let is_shared = |it: &usize| 1 < n_called(&book.groups[*it].name);
    let several = [*first, *second].into_iter().find(is_shared);
    let why = match several {
        Some(idx) => {
            let name = &book.groups[idx].name;
            format!("promtool orders groups by name, and several are called `{name}`")
        }
        None => "its groups have an order of their own".to_owned(),
    };
    let test = test.to_mut();
    test.alerts.clear();
    test.results.clear();
    test.left_out = vec![LeftOut { what: "the test".to_owned(), why, span: test.span }];
}

//! `rules/<file>.yaml`: plain rule files, for Prometheus without an operator.

use std::collections::HashMap;

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{self, Emit, Target, faultless, name, prometheus_rule, yaml};
use crate::rulefile::write;
use crate::rules::book::Book;

/// Plain rule files.
pub const TARGET: Target = Target {
    name: "rule-file",
    summary: "plain Prometheus rule files",
    default: true,
    place: "rules/",
    claims: |_| Vec::new(),
    faults: faultless,
    emit: Emit::After(emit),
};

/// The alerts files of a book, each with the path of its rules below the environment's
/// folder.
pub fn paths(book: &Book) -> Vec<(&str, String)> {
    let files: Vec<&str> = emit::files(book).into_iter().map(|it| it.0).collect();
    let names = name::of_files(&files).into_iter().map(|it| format!("rules/{it}.yaml"));
    files.into_iter().zip(names).collect()
}

fn emit(book: &Book, before: &[Artifact], _: &mut Sink) -> Vec<Artifact> {
    let written: HashMap<&str, &str> =
        before.iter().map(|it| (it.path.as_str(), it.text.as_str())).collect();
    let files: Vec<_> = emit::files(book).into_iter().zip(paths(book)).collect();
    emit::map(&files, |((file, groups), (_, path))| {
        let comment = yaml::made_from(file);
        // To print YAML is the dearest part of a build: an object with all groups of the
        // file is printed already.
        let stem = path.strip_prefix("rules/").and_then(|it| it.strip_suffix(".yaml"));
        let stem = stem.unwrap_or_default();
        let [object, second] = [1, 2].map(|it| prometheus_rule::path(stem, it));
        let spec = match written.contains_key(&*second) {
            true => None,
            false => written.get(&*object).and_then(|it| yaml::spec(&comment, it)),
        };
        let text = match spec {
            Some(spec) => spec,
            None => yaml::print(&comment, &write::groups(groups.iter().copied())),
        };
        Artifact::new(path, text, Kind::Plain)
    })
}

//! `rules/<file>.yaml`: plain rule files, for Prometheus without an operator.

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{self, Target, name, yaml};
use crate::rulefile::write;
use crate::rules::book::Book;

/// Plain rule files.
pub const TARGET: Target = Target {
    name: "rule-file",
    summary: "plain Prometheus rule files",
    default: true,
    place: "rules/",
    emit,
};

/// The alerts files of a book, each with the path of its rules below the environment's
/// folder.
pub fn paths(book: &Book) -> Vec<(&str, String)> {
    let files: Vec<&str> = emit::files(book).into_iter().map(|it| it.0).collect();
    let names = name::of_files(&files).into_iter().map(|it| format!("rules/{it}.yaml"));
    files.into_iter().zip(names).collect()
}

fn emit(book: &Book, _: &[Artifact], _: &mut Sink) -> Vec<Artifact> {
    let files: Vec<_> = emit::files(book).into_iter().zip(paths(book)).collect();
    emit::map(&files, |((file, groups), (_, path))| {
        let groups = write::groups(groups.iter().copied());
        let text = yaml::print(&yaml::made_from(file), &groups);
        Artifact::new(path, text, Kind::Plain)
    })
}

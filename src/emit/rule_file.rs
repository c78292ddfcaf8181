//! `rules/<file>.yaml`: plain rule files, for Prometheus without an operator.

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{self, Target, name, yaml};
use crate::rulefile::write;
use crate::rules::book::Book;

/// Plain rule files.
pub const TARGET: Target =
    Target { name: "rule-file", summary: "plain Prometheus rule files", emit };

fn emit(book: &Book, _: &[Artifact], _: &mut Sink) -> Vec<Artifact> {
    let files = emit::files(book);
    let paths: Vec<&str> = files.iter().map(|it| it.0).collect();
    let files: Vec<_> = files.into_iter().zip(name::of_files(&paths)).collect();
    emit::map(&files, |((file, groups), name)| {
        let groups = write::groups(groups.iter().copied());
        let text = yaml::print(&yaml::made_from(file), &groups);
        Artifact::new(format!("rules/{name}.yaml"), text, Kind::Plain)
    })
}

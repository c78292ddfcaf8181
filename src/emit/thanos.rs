//! `thanos/<file>.yaml`: rule files for Thanos Ruler, which are Prometheus's with a
//! strategy for partial responses in each group (Thanos `pkg/rules/manager.go`).

use serde::Serialize;

use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{self, Emit, Target, faultless, name, yaml};
use crate::rulefile::write;
use crate::rules::book::Book;

/// Rule files for Thanos Ruler.
pub const TARGET: Target = Target {
    name: "thanos",
    summary: "rule files for Thanos Ruler",
    default: false,
    place: "thanos/",
    claims: |_| Vec::new(),
    faults: faultless,
    emit: Emit::Alone(emit),
};

#[derive(Debug, Serialize)]
struct Groups<'a> {
    groups: Vec<Group<'a>>,
}

#[derive(Debug, Serialize)]
struct Group<'a> {
    #[serde(flatten)]
    group: write::Group<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_response_strategy: Option<&'a str>,
}

fn emit(book: &Book, _: &mut Sink) -> Vec<Artifact> {
    let files = emit::files(book);
    let paths: Vec<&str> = files.iter().map(|it| it.0).collect();
    let files: Vec<_> = files.iter().zip(name::of_files(&paths)).collect();
    let strategy = book.output.partial_response_strategy.as_deref();
    emit::map(&files, |((file, groups), stem)| {
        let group =
            |it| Group { group: write::group(it), partial_response_strategy: strategy };
        let groups = Groups { groups: groups.iter().copied().map(group).collect() };
        let text = yaml::print(&yaml::made_from(file), &groups);
        Artifact::new(format!("{}{stem}.yaml", TARGET.place), text, Kind::Plain)
    })
}

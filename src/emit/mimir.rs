//! `mimir/<namespace>.yaml`: rule namespaces as `mimirtool rules sync` and `load` read them
//! (Mimir `pkg/mimirtool/rules`), and as groups of the ruler's API.

use serde::Serialize;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::{self, Emit, Target, name, parameter, yaml};
use crate::rulefile::write;
use crate::rules::book::Book;
use crate::rules::group;
use crate::rules::output::Mimir;

/// Rule namespaces for Mimir.
pub const TARGET: Target = Target {
    name: "mimir",
    summary: "rule namespaces for Mimir's ruler and mimirtool",
    default: false,
    place: "mimir/",
    claims: |_| Vec::new(),
    faults: |it, sink| drop(emit(it.book, sink)),
    emit: Emit::Alone(emit),
};

#[derive(Debug, Serialize)]
struct Namespace<'a> {
    namespace: &'a str,
    groups: Vec<Group<'a>>,
}

#[derive(Debug, Serialize)]
struct Group<'a> {
    #[serde(flatten)]
    group: write::Group<'a>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    source_tenants: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    align_evaluation_time_on_interval: Option<bool>,
}

/// The groups of one namespace, with the files that they are from.
struct Gathered<'a> {
    name: String,
    files: Vec<&'a str>,
    groups: Vec<&'a group::Group>,
}

fn emit(book: &Book, sink: &mut Sink) -> Vec<Artifact> {
    let gathered = gather(book, sink);
    let parts: Vec<&str> = gathered.iter().map(|it| it.name.as_str()).collect();
    let parts: Vec<_> = gathered.iter().zip(name::unique(&parts)).collect();
    let Mimir { source_tenants, aligned, .. } = &book.output.mimir;
    emit::map(&parts, |(it, stem)| {
        let group = |it| Group {
            group: write::group(it),
            source_tenants,
            align_evaluation_time_on_interval: aligned.then_some(true),
        };
        let groups = it.groups.iter().copied().map(group).collect();
        let namespace = Namespace { namespace: &it.name, groups };
        let text = yaml::print(&yaml::made_from(&it.files.join(", ")), &namespace);
        Artifact::new(format!("{}{stem}.yaml", TARGET.place), text, Kind::Plain)
    })
}

/// The namespaces in the order of their first files. mimirtool refuses a namespace that is
/// in two files, so that one namespace is one file.
fn gather<'a>(book: &'a Book, sink: &mut Sink) -> Vec<Gathered<'a>> {
    let files = emit::files(book);
    let paths: Vec<&str> = files.iter().map(|it| it.0).collect();
    let mut out: Vec<Gathered<'a>> = Vec::new();
    for ((file, groups), stem) in files.into_iter().zip(name::of_files(&paths)) {
        let name = match &book.output.mimir.namespace {
            None => stem,
            Some(text) => namespace(text, book, &stem, sink),
        };
        let idx = out.iter().position(|it| it.name == name).unwrap_or_else(|| {
            out.push(Gathered { name, files: Vec::new(), groups: Vec::new() });
            out.len() - 1
        });
        out[idx].files.push(file);
        for group in groups {
            let same = out[idx].groups.iter().find(|it| it.name == group.name);
            if let Some(first) = same {
                sink.push_once(twice(&out[idx].name, group, first));
                continue;
            }
            out[idx].groups.push(group);
        }
    }
    out
}

fn namespace(text: &Text, book: &Book, stem: &str, sink: &mut Sink) -> String {
    let values =
        [("file", stem), ("env", &*book.env), ("project", book.project.as_str())];
    parameter::fill(text, &values, sink).unwrap_or_else(|| stem.to_owned())
}

fn twice(namespace: &str, group: &group::Group, first: &group::Group) -> Diagnostic {
    let title = format!("two groups `{}` in the namespace `{namespace}`", group.name);
    Diagnostic::error("duplicate-group", title)
        .at(group.span, "called so again")
        .context(first.span, "first here")
        .help("rename one, or write `${file}` into `[build.mimir] namespace`")
}

//! Targets of a project's own: Tera templates over what is resolved.
//!
//! What a template sees is [`model`], how it is run [`engine`], within which bounds
//! [`budget`]. A template that fails writes nothing.

pub mod budget;
pub mod engine;
mod error;
pub mod model;
pub mod reference;

use std::collections::BTreeMap;

use tera::{Context, Value};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::own::engine::Engine;
use crate::emit::{TARGETS, parameter};
use crate::rules::book::Book;
use crate::rules::kebab::kebab;
use crate::rules::output::{Own, Per};

/// What a file is made for: its variable, and the parameters of its path.
struct Item {
    variable: Option<(&'static str, Value)>,
    parameters: Vec<(&'static str, String)>,
}

/// Writes the files of targets, in their order.
pub fn emit(book: &Book, targets: &[&Own], sink: &mut Sink) -> Vec<Artifact> {
    if targets.is_empty() {
        return Vec::new();
    }
    let data = model::data(book);
    let mut out = Vec::new();
    let mut taken: BTreeMap<String, &Own> = BTreeMap::new();
    for target in targets {
        let mut said = Sink::new();
        let files = files(book, target, &data, &mut taken, &mut said);
        if !said.has_errors() {
            out.extend(files);
        }
        said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
    }
    out
}

fn files<'b>(
    book: &Book,
    target: &'b Own,
    data: &model::Data,
    taken: &mut BTreeMap<String, &'b Own>,
    sink: &mut Sink,
) -> Vec<Artifact> {
    let Some(mut engine) = Engine::new(target, sink) else { return Vec::new() };
    let mut context = Context::new();
    for (name, value) in &data.environment {
        context.insert_value(*name, value.clone());
    }
    let mut out = Vec::new();
    for item in items(target.per, data) {
        let Some(path) = path(book, target, &item, taken, sink) else { break };
        if let Some((name, value)) = item.variable {
            context.insert_value(name, value);
        }
        let Some(text) = engine.render(&context, sink) else { break };
        taken.insert(path.to_lowercase(), target);
        out.push(Artifact::new(path, text, Kind::Plain));
    }
    out
}

/// What there is a file for.
fn items(per: Per, data: &model::Data) -> Vec<Item> {
    let of = |variable: &'static str, values: &[(String, Value)]| -> Vec<Item> {
        let item = |(name, value): &(String, Value)| Item {
            variable: Some((variable, value.clone())),
            parameters: vec![(variable, name.clone())],
        };
        values.iter().map(item).collect()
    };
    match per {
        Per::Environment => vec![Item { variable: None, parameters: Vec::new() }],
        Per::File => of("file", &data.files),
        Per::Dashboard => of("dashboard", &data.dashboards),
        Per::Owner => of("owner", &data.owners),
        Per::Alert => {
            let mut out = of("alert", &data.alerts);
            for item in &mut out {
                let name = kebab(&item.parameters[0].1);
                item.parameters.push(("alert.kebab", name));
            }
            out
        }
    }
}

/// The path of a file, which nothing else may have.
fn path(
    book: &Book,
    target: &Own,
    item: &Item,
    taken: &BTreeMap<String, &Own>,
    sink: &mut Sink,
) -> Option<String> {
    let mut values = vec![("env", &*book.env), ("project", book.project.as_str())];
    values.extend(item.parameters.iter().map(|it| (it.0, it.1.as_str())));
    let path = parameter::fill(&target.path, &values, sink)?;
    let bad = |title: String, label: &str| {
        Diagnostic::error("bad-path", title).at(target.path.span(), label)
    };
    if let Some(why) = fault(&path) {
        let title = format!("`{path}` cannot be the path of a file");
        sink.push_once(bad(title, why).help("write a path such as `handbook/oncall.md`"));
        return None;
    }
    if let Some(it) = TARGETS.iter().find(|it| it.owns(&path)) {
        let title = format!("`{path}` belongs to the target `{}`", it.name);
        sink.push_once(bad(title, "another target writes there").help("choose another"));
        return None;
    }
    let Some(other) = taken.get(&path.to_lowercase()) else { return Some(path) };
    let title = format!("two files would be `{path}`");
    let it = bad(title, "the path of both");
    sink.push_once(match other.name == target.name {
        true => {
            let name = item.parameters.first().map_or("env", |it| it.0);
            it.help(format!("write `${{{name}}}` into the path"))
        }
        false => it
            .context(other.path.span(), "the other target")
            .help("choose another path for one of them"),
    });
    None
}

/// What is wrong with a path below the environment's folder.
fn fault(path: &str) -> Option<&'static str> {
    const LONGEST: usize = 200;
    const TAKEN: &str = ".aqua-alerts";
    match path {
        _ if path.chars().any(|it| it.is_control() || matches!(it, '\\' | ':')) => {
            Some("has `\\`, `:` or a control character")
        }
        _ if path.split('/').any(|it| matches!(it, "" | "." | "..")) => {
            Some("does not stay below the environment's folder")
        }
        _ if path.split('/').any(|it| LONGEST < it.len()) => Some("has too long a name"),
        _ if path.split('/').any(|it| it.starts_with(TAKEN)) => {
            Some("names that begin with `.aqua-alerts` are for what `build` itself keeps")
        }
        _ => None,
    }
}

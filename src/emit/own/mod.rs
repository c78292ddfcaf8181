//! Targets of a project's own: Tera templates over what is resolved.
//!
//! What a template sees is [`model`], how it is run [`engine`], within which bounds
//! [`budget`]. A template that fails writes nothing.

pub mod budget;
pub mod engine;
mod error;
pub mod model;
pub mod reference;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use tera::{Context, Value};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::choice::{self, Asked};
use crate::emit::own::engine::Engine;
use crate::emit::{TARGETS, Target, parameter};
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
    // Which of the project's names are none has been said.
    let written = Asked { names: &[], only: false };
    let written = choice::choose(book, written, &mut Sink::new()).targets;
    let mut out = Vec::new();
    let mut taken: BTreeMap<String, &Own> = BTreeMap::new();
    for target in targets {
        let mut said = Sink::new();
        let files = files(book, target, (&data, &written), &mut taken, &mut said);
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
    (data, written): (&model::Data, &[&Target]),
    taken: &mut BTreeMap<String, &'b Own>,
    sink: &mut Sink,
) -> Vec<Artifact> {
    let Some(mut engine) = Engine::new(target, sink) else { return Vec::new() };
    let mut context = Context::new();
    for (name, value) in &data.environment {
        context.insert_value(*name, value.clone());
    }
    let mut out = Vec::new();
    let items = items(target.per, data);
    for item in &items {
        let Some(path) = path(book, target, (item, &items), (taken, written), sink)
        else {
            break;
        };
        if let Some((name, value)) = &item.variable {
            context.insert_value(*name, value.clone());
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
            for (item, file) in out.iter_mut().zip(&data.files_of_alerts) {
                let name = kebab(&item.parameters[0].1);
                item.parameters.push(("alert.kebab", name));
                item.parameters.push(("file", file.clone()));
            }
            out
        }
    }
}

/// Parameters of which a path needs some, so that each file has one of its own: the first
/// of these that tell all of them apart, without those that the path has.
fn lacking(target: &Own, items: &[Item]) -> Option<Vec<&'static str>> {
    let choices: &[&[&'static str]] = match target.per {
        Per::Environment => &[],
        Per::File => &[&["file"]],
        Per::Dashboard => &[&["dashboard"]],
        Per::Owner => &[&["owner"]],
        // A pack gives one alert to several files.
        Per::Alert => {
            &[&["alert.kebab"], &["alert"], &["file", "alert.kebab"], &["file", "alert"]]
        }
    };
    let value = |it: &Item, name: &str| {
        it.parameters.iter().find(|it| it.0 == name).map(|it| it.1.to_lowercase())
    };
    let tells_apart = |names: &[&str]| {
        let mut seen: BTreeSet<Vec<Option<String>>> = BTreeSet::new();
        let key = |it: &Item| names.iter().map(|name| value(it, name)).collect();
        items.iter().all(|it| seen.insert(key(it)))
    };
    let names = choices.iter().find(|it| tells_apart(it))?;
    let has = |it: &str| target.path.as_str().contains(&format!("${{{it}}}"));
    let lacking: Vec<&str> = names.iter().copied().filter(|it| !has(it)).collect();
    (!lacking.is_empty()).then_some(lacking)
}

/// The path of a file among those of a target, which nothing else may have.
fn path(
    book: &Book,
    target: &Own,
    (item, items): (&Item, &[Item]),
    (taken, written): (&BTreeMap<String, &Own>, &[&Target]),
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
    // The place of one that is not written here may be in the way of another command only.
    let is_written = |it: &Target| written.iter().any(|of| of.name == it.name);
    let is_taken =
        |it: &&&Target| it.owns(&path) || is_written(it) && it.is_crossed(&path);
    if let Some(it) = TARGETS.iter().find(is_taken) {
        let title = format!("`{path}` belongs to the target `{}`", it.name);
        let it = bad(title, "another target writes there");
        sink.push_once(it.help("choose another path"));
        return None;
    }
    let lower = path.to_lowercase();
    let Some(other) = taken.get(&lower) else {
        let Some((both, other)) = crossed(&lower, taken) else { return Some(path) };
        let it = bad(format!("`{both}` would be a file and a folder"), "one of them");
        let it = match other.name == target.name {
            true => it,
            false => it.context(other.path.span(), "the other"),
        };
        sink.push_once(it.help("choose another path for one of them"));
        return None;
    };
    let title = format!("two files would be `{path}`");
    let it = bad(title, "the path of both");
    sink.push_once(match other.name == target.name {
        true => it.help(match lacking(target, items) {
            Some(names) => {
                let names: Vec<String> =
                    names.iter().map(|it| format!("`${{{it}}}`")).collect();
                format!("write {} into the path", names.join(" and "))
            }
            None => "give one of them another name".to_owned(),
        }),
        false => it
            .context(other.path.span(), "the other target")
            .help("choose another path for one of them"),
    });
    None
}

/// A path that is a file's and, for another file, a folder's, and the target of the file
/// that is taken.
fn crossed<'p, 'b>(
    path: &'p str,
    taken: &'p BTreeMap<String, &'b Own>,
) -> Option<(&'p str, &'b Own)> {
    let folders = path.match_indices('/').map(|it| &path[..it.0]);
    let mut above = folders.filter_map(|it| Some((it, *taken.get(it)?)));
    let below = || {
        let start = format!("{path}/");
        let (name, own) = taken.range(start.clone()..).next()?;
        name.starts_with(&start).then_some((path, *own))
    };
    above.next().or_else(below)
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

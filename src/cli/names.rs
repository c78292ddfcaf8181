//! Names of objects and dashboards that the environments of a project would both give.
//!
//! They are looked for in all environments, whichever are asked for: what is built of one
//! today meets what was built of the other yesterday.

use crate::cli::load::Loaded;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::choice::{self, Asked};
use crate::emit::claim::{self, Written};
use crate::resolve;
use crate::rules::book::Book;
use crate::rules::name::slug;
use crate::spec::model::Environment;

/// Says which names would be given twice by what the project's environments write.
pub fn check(loaded: &Loaded, asked: Asked<'_>, sink: &mut Sink) {
    let all = &loaded.project.manifest.environments;
    let is_loaded =
        |it: &Environment| loaded.books.iter().any(|book| *book.env == it.name);
    let alike = |it: &Environment, other: &Environment| {
        claim::are_alike(&slug(&it.name), &slug(&other.name))
    };
    let is_alike =
        |it: &&Environment| all.iter().any(|own| is_loaded(own) && alike(own, it));
    let others = all.iter().filter(|it| !is_loaded(it)).filter(is_alike);
    // What is wrong with environments that were not asked for is not said.
    let others: Vec<Book> = others
        .filter_map(|it| resolve::resolve(&loaded.project, &it.name, &mut Sink::new()))
        .collect();
    let mut books: Vec<&Book> = loaded.books.iter().chain(&others).collect();
    let place = |book: &Book| all.iter().position(|it| it.name == *book.env);
    books.sort_by_key(|it| place(it));
    let mut once: Vec<&Environment> = Vec::new();
    for env in books.iter().filter_map(|it| all.get(place(it)?)) {
        match once.iter().find(|it| slug(&it.name) == slug(&env.name)) {
            Some(first) => sink.push_once(same(first, env)),
            None => once.push(env),
        }
    }
    books.retain(|book| once.iter().any(|it| it.name == *book.env));
    let mut written: Vec<Written<'_>> = Vec::new();
    for book in books {
        let mut targets = choice::choose(book, asked, &mut Sink::new()).targets;
        targets.retain(|it| asked.wants(it));
        written.push((book, targets));
    }
    claim::clashes(&written).into_iter().for_each(|it| sink.push_once(it));
}

/// An error about two environments whose names are the same in names of objects.
fn same(first: &Environment, second: &Environment) -> Diagnostic {
    let name = slug(&second.name);
    let title = format!(
        "the environments `{}` and `{}` would have the same objects",
        first.name, second.name
    );
    let mut out = Diagnostic::error("same-name", title)
        .note(format!("in names of objects and dashboards both are `{name}`"))
        .help("rename one of them");
    if let Some(span) = second.span {
        out = out.at(span, "the same small letters and digits");
    }
    match first.span {
        Some(span) => out.context(span, "the other one"),
        None => out,
    }
}

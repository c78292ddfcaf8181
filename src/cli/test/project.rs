//! A project as the rules of promtool's test files: those of its environments.

use std::path::Path;

use crate::cli::load::{self, Loaded};
use crate::cli::session::Session;
use crate::cli::test::native::old_server;
use crate::cli::test::rule_files::Parsed;
use crate::rules::book::Book;

/// The rules of the project in a folder, in each of the environments that were asked for.
/// `path` is how a test file named it; `own` is the project that the command works on.
pub(super) fn books(
    root: &Path,
    path: &str,
    envs: &[String],
    own: Option<&Loaded>,
    session: &mut Session,
) -> Vec<Parsed> {
    let n_errors = session.sink.n_errors();
    let wanted = |it: &&Book| envs.is_empty() || envs.iter().any(|env| **env == *it.env);
    let books: Vec<Book> = match own.filter(|it| it.root == root) {
        Some(own) => own.books.iter().filter(wanted).cloned().collect(),
        None => {
            let loaded = load::load_from(root, envs, session);
            loaded.map(|it| it.books).unwrap_or_default()
        }
    };
    session.sink.extend(books.iter().find_map(old_server));
    let faulty = n_errors < session.sink.n_errors();
    let shown = if path.is_empty() { "." } else { path };
    let fault = || format!("the project `{shown}` is invalid");
    let faults: Vec<String> = faulty.then(fault).into_iter().collect();
    if books.is_empty() {
        return vec![Parsed { place: 0, env: None, groups: Vec::new(), faults }];
    }
    let parsed = |it: Book| Parsed {
        place: 0,
        env: Some((it.env, it.dialect)),
        groups: it.groups,
        faults: faults.clone(),
    };
    books.into_iter().map(parsed).collect()
}

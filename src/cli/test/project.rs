//! A project as the rules of promtool's test files: those of its environments.

use std::path::Path;

use crate::cli::load;
use crate::cli::session::Session;
use crate::cli::test::Own;
use crate::cli::test::native::old_server;
use crate::cli::test::rule_files::Parsed;
use crate::rules::book::Book;

/// The rules of the project in a folder, in each of the environments that were asked for.
/// `path` is how a test file named it.
pub(super) fn books(
    root: &Path,
    path: &str,
    envs: &[String],
    own: &Own,
    session: &mut Session,
) -> Vec<Parsed> {
    let n_errors = session.sink.n_errors();
    let wanted = |it: &&Book| envs.is_empty() || envs.iter().any(|env| **env == *it.env);
    let is_own = own.root() == Some(root);
    let books: Vec<Book> = match own {
        Own::Sound(own) if is_own => own.books.iter().filter(wanted).cloned().collect(),
        // What is wrong with it has been said.
        Own::Invalid { .. } if is_own => Vec::new(),
        Own::Sound(_) | Own::Invalid { .. } | Own::None => {
            let loaded = load::load_from(root, envs, session);
            loaded.map(|it| it.books).unwrap_or_default()
        }
    };
    session.sink.extend(books.iter().find_map(old_server));
    let invalid = is_own && matches!(own, Own::Invalid { .. });
    let faulty = invalid || n_errors < session.sink.n_errors();
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

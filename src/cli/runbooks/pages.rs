//! The runbook pages of a project, read and checked.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::fs;
use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::diag::diagnostic::Diagnostic;
use crate::runbook::content::{self, Demands};
use crate::runbook::link::{self, Pages};
use crate::runbook::page::{self, Page};
use crate::runbook::target::Seen;

/// Checks that the pages to which alerts lead exist; with `odd`, also what is odd about
/// the pages themselves. Gives the pages, where the project says where they are.
pub fn check(loaded: &Loaded, odd: bool, session: &mut Session) -> Option<Pages> {
    let pages = read(loaded, session)?;
    let groups = loaded.books.iter().flat_map(|it| &it.groups);
    link::check(groups.clone(), &pages, &mut session.sink);
    if odd {
        let declared = loaded.books.iter().flat_map(|it| &it.severities);
        let used = link::alerts(groups.clone()).filter_map(|it| it.severity());
        let severities: BTreeSet<&str> =
            declared.map(|it| it.name.as_str()).chain(used).collect();
        let demands = Demands {
            sections: &loaded.project.manifest.runbooks.sections,
            severities: &severities,
            look: &|path| match fs::exists(&loaded.root, path) {
                true => Seen::There,
                false => Seen::Missing,
            },
        };
        content::check(groups, &pages, demands, &mut session.sink);
    }
    Some(pages)
}

/// The pages of the project; `None` where it says nowhere where they are, or the folder
/// cannot be read, which is said.
pub fn read(loaded: &Loaded, session: &mut Session) -> Option<Pages> {
    let source = loaded.project.manifest.runbooks.source.as_ref()?;
    let folder = source.as_str().trim_start_matches("./").trim_end_matches('/');
    let (sources, sink) = (&mut session.sources, &mut session.sink);
    if !fs::is_folder(&loaded.root, folder) {
        sink.push(
            Diagnostic::error("no-folder", format!("there is no folder `{folder}`"))
                .at(source.span(), "runbook pages are looked for here")
                .help("name a folder below the manifest's"),
        );
        return None;
    }
    let files = fs::read_pages(&loaded.root, folder, sources, sink)?;
    let read = |(path, text): (String, Option<Arc<str>>)| {
        let below = path[folder.len()..].trim_start_matches('/');
        match text {
            Some(text) => {
                page::read(sources.add(path.as_str(), text.clone()), below, &text)
            }
            None => Page::unread(below),
        }
    };
    Some(Pages::new(folder, files.into_iter().map(read).collect()))
}

//! Whether alerts lead to pages.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::rules::group::{Alert, Group, Rule, Runbook};
use crate::runbook::page::Page;
use crate::runbook::target::percent_decoded;

/// At most this many anchors of a page are listed.
const MAX_LISTED: usize = 8;

/// The pages of a folder.
#[derive(Debug)]
pub struct Pages {
    /// The folder as the user knows it: `docs/runbooks`.
    pub folder: String,
    pages: Vec<Page>,
    /// By name; of two pages of one name the first.
    names: BTreeMap<String, usize>,
}

impl Pages {
    /// The pages of `folder`, in any order.
    pub fn new(folder: &str, mut pages: Vec<Page>) -> Pages {
        pages.sort_by(|a, b| a.path.cmp(&b.path));
        let mut names = BTreeMap::new();
        for (idx, page) in pages.iter().enumerate() {
            names.entry(page.name().to_owned()).or_insert(idx);
        }
        Pages { folder: folder.trim_end_matches('/').to_owned(), pages, names }
    }

    /// The page of a name: `api-down` finds `api-down.md`, `api-down/index.md` and
    /// `api-down/README.md`.
    pub fn get(&self, name: &str) -> Option<&Page> {
        self.index(name).map(|it| &self.pages[it])
    }

    /// The page at a place in the order of paths.
    pub fn page(&self, idx: usize) -> &Page {
        &self.pages[idx]
    }

    /// All pages in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    /// The place of the page of a name.
    pub fn index(&self, name: &str) -> Option<usize> {
        let name = name.trim_matches('/');
        let name = name.strip_suffix(".md").unwrap_or(name);
        self.names.get(name).copied()
    }

    /// The place of the page of a path below the folder.
    pub fn at_path(&self, path: &str) -> Option<usize> {
        self.pages.binary_search_by(|it| it.path.as_str().cmp(path)).ok()
    }
}

/// The alerts of groups.
pub fn alerts<'a>(
    groups: impl IntoIterator<Item = &'a Group>,
) -> impl Iterator<Item = &'a Alert> {
    groups.into_iter().flat_map(|it| &it.rules).filter_map(Rule::as_alert)
}

/// The alerts of groups that have a runbook.
pub fn runbooks<'a>(
    groups: impl IntoIterator<Item = &'a Group>,
) -> impl Iterator<Item = (&'a Alert, &'a Runbook)> {
    alerts(groups).filter_map(|it| Some((it, it.about.as_ref()?.runbook.as_ref()?)))
}

/// Reports runbooks whose page or anchor does not exist; one that several tiers or
/// environments share, once.
pub fn check<'a>(
    groups: impl IntoIterator<Item = &'a Group>,
    pages: &Pages,
    sink: &mut Sink,
) {
    let mut seen = BTreeSet::new();
    for (alert, runbook) in runbooks(groups) {
        // An address elsewhere is not ours to look up.
        let elsewhere = runbook.page.is_empty() && runbook.url.contains("://");
        if !elsewhere && seen.insert((runbook.span, &runbook.page, &runbook.anchor)) {
            one(alert, runbook, pages, sink);
        }
    }
}

/// Whether the name of a page is a path that stays below the folder of pages.
pub fn is_below(page: &str) -> bool {
    page.split('/').all(|it| !it.is_empty() && it != "." && it != "..")
        && !page.contains(['\\', ':', '\0'])
}

fn one(alert: &Alert, runbook: &Runbook, pages: &Pages, sink: &mut Sink) {
    let name = &runbook.page;
    let folder = &pages.folder;
    let Some(page) = pages.get(name) else {
        let title = format!("runbook page `{name}` does not exist");
        let mut it = Diagnostic::error("runbook-page", title)
            .at(runbook.span, format!("leads to no page in `{folder}`"));
        let near = suggest::nearest(name, pages.names.keys().map(String::as_str));
        if let Some(near) = near {
            it = it.help(format!("there is a page `{near}`"));
        }
        sink.push(it.help(match is_below(name) {
            true => format!(
                "`aqua-alerts runbooks new` begins `{folder}/{name}.md`; or name the page \
                 of `{}` with `runbook = \"…\"`",
                alert.name
            ),
            false => format!(
                "name a page below `{folder}`, or write the whole address of one elsewhere: \
                 `runbook = \"https://…\"`"
            ),
        }));
        return;
    };
    let Some(anchor) = &runbook.anchor else { return };
    let decoded = percent_decoded(anchor);
    if page.file.is_none() || page.has_anchor(&decoded) {
        return;
    }
    let title = format!("runbook page `{name}` has no anchor `#{anchor}`");
    let mut it = Diagnostic::error("runbook-anchor", title)
        .at(runbook.span, format!("`{folder}/{}` has no such heading", page.path));
    if let Some(near) = suggest::nearest(&decoded, page.anchors()) {
        it = it.help(format!("there is an anchor `#{near}`"));
    }
    let mut anchors: Vec<&str> = page.anchors().collect();
    anchors.retain(|it| !it.is_empty());
    it = match anchors.is_empty() {
        true => it.note("the page has no anchors"),
        false => {
            it.note(format!("its anchors are {}", suggest::list(anchors, MAX_LISTED)))
        }
    };
    sink.push(it);
}

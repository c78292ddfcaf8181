//! Whether alerts lead to pages, and pages to each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::rules::group::{Alert, Group, Rule, Runbook};
use crate::runbook::page::{Link, Page};

/// At most this many anchors of a page are listed.
const MAX_LISTED: usize = 8;

/// The pages of a folder.
#[derive(Debug)]
pub struct Pages {
    /// The folder as the user knows it: `docs/runbooks`.
    folder: String,
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

    /// All pages in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = &Page> {
        self.pages.iter()
    }

    fn index(&self, name: &str) -> Option<usize> {
        let name = name.trim_matches('/');
        let name = name.strip_suffix(".md").unwrap_or(name);
        self.names.get(name).copied()
    }
}

/// The alerts of groups that have a runbook.
fn runbooks<'a>(
    groups: impl IntoIterator<Item = &'a Group>,
) -> impl Iterator<Item = (&'a Alert, &'a Runbook)> {
    groups.into_iter().flat_map(|it| &it.rules).filter_map(|it| match it {
        Rule::Alert(it) => Some((it, it.about.as_ref()?.runbook.as_ref()?)),
        Rule::Record(_) => None,
    })
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
        if seen.insert((runbook.span, &runbook.page, &runbook.anchor)) {
            one(alert, runbook, pages, sink);
        }
    }
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
        sink.push(it.help(format!(
            "write `{folder}/{name}.md`, or name the page of `{}` with `runbook = \"…\"`",
            alert.name
        )));
        return;
    };
    let Some(anchor) = &runbook.anchor else { return };
    let decoded = percent_decoded(anchor);
    if page.anchors().any(|it| it == decoded) {
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

/// Reports what is odd about the pages themselves: no title, links that lead nowhere,
/// pages that neither an alert nor a page that an alert leads to mentions.
pub fn check_pages<'a>(
    groups: impl IntoIterator<Item = &'a Group>,
    pages: &Pages,
    sink: &mut Sink,
) {
    let mut open: Vec<usize> =
        runbooks(groups).filter_map(|it| pages.index(&it.1.page)).collect();
    let mut used: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(idx) = open.pop() {
        let page = &pages.pages[idx];
        for link in &page.links {
            if let Some(Target { page: Some(next), .. }) = target(page, link, pages)
                && used.insert(next)
            {
                open.push(next);
            }
        }
    }
    for (idx, page) in pages.pages.iter().enumerate() {
        let start = Span { file: page.file, start: 0, end: 0 };
        if page.title.is_none() && page.headings.is_empty() {
            let title = format!("runbook page `{}` has no heading", page.path);
            sink.push(
                Diagnostic::warning("runbook-heading", title)
                    .at(start, "begins without one")
                    .help("begin the page with `# ` and the name of the alert"),
            );
        }
        if !used.contains(&idx) && !page.name().is_empty() && !is_private(&page.path) {
            let title = format!("no alert leads to the runbook page `{}`", page.path);
            let at = page.headings.first().map_or(start, |it| it.span);
            sink.push(
                Diagnostic::warning("runbook-orphan", title)
                    .at(first_line(at), "neither an alert nor a page in use mentions it")
                    .help(
                        "delete the page, or name it in an alert with `runbook = \"…\"`",
                    ),
            );
        }
        for link in &page.links {
            dead(page, link, pages, sink);
        }
    }
}

/// A heading's span ends behind its line.
fn first_line(span: Span) -> Span {
    Span { end: span.end.saturating_sub(1).max(span.start), ..span }
}

/// Templates and partials are kept beside pages under names with `_`.
fn is_private(path: &str) -> bool {
    path.split('/').any(|it| it.starts_with('_') && it != "_index.md")
}

/// Where a link inside the folder leads.
struct Target<'l> {
    path: String,
    page: Option<usize>,
    anchor: Option<&'l str>,
}

/// The target of a relative link to a page; nothing for URLs, other files, and what
/// lies outside the folder.
fn target<'l>(page: &Page, link: &'l Link, pages: &Pages) -> Option<Target<'l>> {
    let (path, anchor) = match link.target.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (link.target.as_str(), None),
    };
    let own = page.path.rsplit_once('/').map_or("", |it| it.0);
    let mut parts: Vec<&str> = match path {
        "" => page.path.split('/').collect(),
        _ => own.split('/').filter(|it| !it.is_empty()).collect(),
    };
    let is_page = path.ends_with(".md") || path.ends_with(".markdown");
    if path.starts_with('/') || path.contains(':') || !(path.is_empty() || is_page) {
        return None;
    }
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let path = percent_decoded(&parts.join("/"));
    let page = pages.pages.binary_search_by(|it| it.path.as_str().cmp(&path)).ok();
    Some(Target { path, page, anchor })
}

fn dead(page: &Page, link: &Link, pages: &Pages, sink: &mut Sink) {
    let Some(target) = target(page, link, pages) else { return };
    let code = "runbook-link";
    let Some(idx) = target.page else {
        let title = format!("link to `{}`, which does not exist", target.path);
        let label = format!("no such page in `{}`", pages.folder);
        sink.push(Diagnostic::warning(code, title).at(link.span, label));
        return;
    };
    let Some(anchor) = target.anchor.filter(|it| !it.is_empty()) else { return };
    let other = &pages.pages[idx];
    let decoded = percent_decoded(anchor);
    if other.anchors().any(|it| it == decoded) {
        return;
    }
    let title = format!("link to `#{anchor}`, which `{}` does not have", other.path);
    let mut it = Diagnostic::warning(code, title).at(link.span, "no such heading");
    if let Some(near) = suggest::nearest(&decoded, other.anchors()) {
        it = it.help(format!("there is an anchor `#{near}`"));
    }
    sink.push(it);
}

/// Undoes `%41`; what is no escape, or would give no text, stays.
fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|it| {
            bytes[at] == b'%' && it.bytes().all(|it| it.is_ascii_hexdigit())
        });
        match code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn escapes_in_anchors() {
        assert_eq!(percent_decoded("a%20b%C3%BC"), "a bü");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%ff"), "%zz%ff");
    }
}

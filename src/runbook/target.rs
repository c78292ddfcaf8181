//! Where the links of a page lead, as far as that can be known without a network.

use crate::runbook::link::Pages;
use crate::runbook::page::{Link, Page};

/// What stands at a path below the project's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Missing,
    /// A file or a folder.
    There,
}

/// Looks at a path below the project's folder.
pub type Look<'a> = &'a dyn Fn(&str) -> Seen;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Somewhere that is not looked at: an address, a path from the root of a site, what
    /// lies outside the project.
    Elsewhere,
    /// To a page, by its place, and a fragment of it.
    Page(usize, Option<String>),
    /// To something that is there and no page.
    There,
    /// To nothing; the path below the project's folder.
    Missing(String),
}

/// The target of a link.
///
/// Links to files are as on GitHub: relative to the page's file. A link without a file's
/// ending may also be one of a site, where `api-down.md` is `api-down/` or
/// `api-down.html`.
pub(super) fn target(page: &Page, link: &Link, pages: &Pages, look: Look<'_>) -> Target {
    let written = link.target.trim();
    let (path, fragment) = match written.split_once('#') {
        Some((path, fragment)) => (path, Some(percent_decoded(fragment))),
        None => (written, None),
    };
    let fragment = fragment.filter(|it| !it.is_empty() && !it.starts_with(":~:"));
    let path = path.split('?').next().unwrap_or(path);
    if path.is_empty() {
        let own = pages.at_path(&page.path);
        return own.map_or(Target::Elsewhere, |it| Target::Page(it, fragment));
    }
    // Addresses, sites' roots, and what templates of sites fill in.
    if path.starts_with('/') || path.contains([':', '{', '<', '$', '\\']) {
        return Target::Elsewhere;
    }
    let path = percent_decoded(path);
    let own = page.path.rsplit_once('/').map_or("", |it| it.0);
    let Some(full) = joined(&format!("{}/{own}", pages.folder), &path) else {
        return Target::Elsewhere;
    };
    let below = |full: &str| -> Option<String> {
        Some(full.strip_prefix(&pages.folder)?.strip_prefix('/')?.to_owned())
    };
    if let Some(idx) = below(&full).and_then(|it| pages.at_path(&it)) {
        return Target::Page(idx, fragment);
    }
    let file = full.rsplit('/').next().unwrap_or_default();
    let is_page = file.ends_with(".md") || file.ends_with(".markdown");
    if !is_page {
        let stem = page.name();
        let site = joined(&format!("{}/{stem}", pages.folder), &path);
        for candidate in [Some(full.clone()), site].into_iter().flatten() {
            let name = candidate.strip_suffix(".html").unwrap_or(&candidate);
            if let Some(idx) = below(name).and_then(|it| pages.index(&it)) {
                return Target::Page(idx, fragment);
            }
        }
    }
    match look(&full) {
        Seen::There => Target::There,
        Seen::Missing => Target::Missing(full),
    }
}

/// A path from a folder on; `None` where it leaves the project.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Undoes `%41`; what is no escape, or would give no text, stays.
pub fn percent_decoded(text: &str) -> String {
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
    use super::*;
    use crate::diag::source::{FileId, Span};
    use crate::runbook::page;

    #[test]
    fn escapes_in_anchors() {
        assert_eq!(percent_decoded("a%20b%C3%BC"), "a bü");
        assert_eq!(percent_decoded("100%"), "100%");
        assert_eq!(percent_decoded("%zz%ff"), "%zz%ff");
    }

    #[test]
    fn links_lead_to_pages_files_and_elsewhere() {
        let paths = ["api/down.md", "api/slow.md", "disk full.md", "ml/README.md"];
        let pages: Vec<Page> = paths.map(|it| page::read(FileId(0), it, "")).to_vec();
        let pages = Pages::new("docs/runbooks", pages);
        let look = |path: &str| match path {
            "scripts/x.sh" | "docs/runbooks/api/p.png" => Seen::There,
            _ => Seen::Missing,
        };
        let missing = |path: &str| Target::Missing(path.to_owned());
        let page = |idx: usize, fragment: Option<&str>| {
            Target::Page(idx, fragment.map(str::to_owned))
        };
        for (written, expect) in [
            ("#a%20b", page(0, Some("a b"))),
            ("slow.md", page(1, None)),
            ("./slow.md#x", page(1, Some("x"))),
            ("../disk%20full.md", page(2, None)),
            ("slow", page(1, None)),
            ("../slow/#x", page(1, Some("x"))),
            ("../ml/", page(3, None)),
            ("slow.html", page(1, None)),
            ("p.png", Target::There),
            ("../../../scripts/x.sh?raw=1", Target::There),
            ("gone.md", missing("docs/runbooks/api/gone.md")),
            ("gone", missing("docs/runbooks/api/gone")),
            ("../../../../other/x.md", Target::Elsewhere),
            ("/runbooks/api", Target::Elsewhere),
            ("mailto:a@b", Target::Elsewhere),
            ("https://x/y.md", Target::Elsewhere),
            ("{{< ref \"x\" >}}", Target::Elsewhere),
        ] {
            let span = Span { file: FileId(0), start: 0, end: 0 };
            let link = Link { target: written.to_owned(), span };
            assert_eq!(target(pages.page(0), &link, &pages, &look), expect, "{written}");
        }
    }
}

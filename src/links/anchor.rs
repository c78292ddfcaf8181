//! Whether a page has an anchor.

use std::collections::HashSet;

use crate::diag::source::FileId;
use crate::links::address::Address;
use crate::runbook::html;
use crate::runbook::page;
use crate::runbook::target::percent_decoded;

/// What is known of the anchors of a page.
#[derive(Debug)]
pub enum Anchors {
    /// All of them, and the text in which scripts may hide more.
    Known(HashSet<String>, String),
    /// It is no text, or a text without anchors.
    Unknown,
}

/// Whether a fragment names a place of a page at all: not the top, no text to be marked,
/// no route of an application, no lines of a file.
pub fn is_anchor(fragment: &str) -> bool {
    let lines = fragment.strip_prefix('L').is_some_and(|it| {
        it.chars().all(|it| it.is_ascii_digit() || matches!(it, '-' | 'L' | 'C'))
    });
    !(fragment.is_empty()
        || fragment == "top"
        || fragment.starts_with(":~:")
        || fragment.starts_with(['/', '!', '?'])
        || fragment.contains('=')
        || lines && fragment.len() != 1)
}

/// The anchors of a page that came from an address.
pub fn anchors(address: &Address, content_type: &str, body: Vec<u8>) -> Anchors {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let path = address.path.split('?').next().unwrap_or_default();
    let markdown = path.ends_with(".md") || path.ends_with(".markdown");
    match kind.to_ascii_lowercase().as_str() {
        "text/markdown" => in_markdown(&body),
        "text/plain" if markdown => in_markdown(&body),
        "text/html" | "application/xhtml+xml" | "" => in_html(body),
        _ => Anchors::Unknown,
    }
}

fn in_markdown(body: &[u8]) -> Anchors {
    let text = String::from_utf8_lossy(body);
    let page = page::read(FileId(0), "", &text);
    Anchors::Known(page.anchors().map(str::to_owned).collect(), String::new())
}

fn in_html(body: Vec<u8>) -> Anchors {
    let anchors = html::anchors(&body).into_iter().collect();
    // Moved where that goes: pages are large, and many are held at once.
    let text = String::from_utf8(body)
        .unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    Anchors::Known(anchors, text)
}

impl Anchors {
    /// Whether a fragment is among them; what cannot be known is.
    pub fn has(&self, fragment: &str) -> bool {
        let Anchors::Known(all, text) = self else { return true };
        let decoded = percent_decoded(fragment);
        let candidates = [fragment, &decoded];
        let named = |it: &&str| {
            // GitHub's pages call the anchors of files so, and find them without it.
            all.contains(*it) || all.contains(&format!("user-content-{it}"))
        };
        // Where scripts make the page, the anchor stands in their data.
        let hidden = |it: &&str| {
            [
                format!("user-content-{it}"),
                format!("\"#{it}\""),
                format!("\\\"#{it}\\\""),
                format!("\"anchor\":\"{it}\""),
            ]
            .iter()
            .any(|it| text.contains(it.as_str()))
        };
        candidates.iter().any(named) || candidates.iter().any(hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::address::parse;

    #[test]
    fn anchors_are_found_in_pages_of_all_kinds() {
        let html = b"<h2 id=one>x</h2><a name='user-content-two'></a><p id='\xC3\xBC'>
            <script>{\"toc\":[{\"anchor\":\"three\"}]}</script>";
        let markdown = b"# One\n## One\n<a name='x'></a>\n";
        for (path, kind, body, fragment, expect) in [
            ("/", "text/html; charset=utf-8", &html[..], "one", true),
            ("/", "TEXT/HTML", html, "two", true),
            ("/", "", html, "three", true),
            ("/", "text/html", html, "%C3%BC", true),
            ("/", "text/html", html, "four", false),
            ("/a.md", "text/plain", markdown, "one-1", true),
            ("/a.md", "text/plain", markdown, "two", false),
            ("/a", "text/markdown", markdown, "x", true),
            ("/a", "text/plain", markdown, "x", true),
            ("/a.pdf", "application/pdf", b"", "x", true),
        ] {
            let (address, _) = parse(&format!("https://h{path}")).unwrap();
            let anchors = anchors(&address, kind, body.to_vec());
            assert_eq!(anchors.has(fragment), expect, "{path} {kind} {fragment}");
        }
    }

    #[test]
    fn not_every_fragment_is_an_anchor() {
        for it in ["", "top", ":~:text=x", "/route", "!/x", "L10", "L10-L20", "a=b"] {
            assert!(!is_anchor(it), "{it}");
        }
        for it in ["Logs", "L", "x-1", "L1a"] {
            assert!(is_anchor(it), "{it}");
        }
    }
}

//! Reads a Markdown page: its title, its anchors, its links.
//!
//! Anchors are those that GitHub gives to headings, with explicit ids (`{#id}`, `<a
//! id="…">`) beside them, since other sites are built from the same pages.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::diag::source::{FileId, Span};

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its path below the runbooks' folder, with `/`: `api/down.md`.
    pub path: String,
    /// The file that it was read from.
    pub file: FileId,
    /// Its title: the first heading of the first level, or the front matter's.
    pub title: Option<String>,
    /// Its headings in order.
    pub headings: Vec<Heading>,
    /// Ids that it sets itself.
    pub ids: Vec<String>,
    /// Its links in order.
    pub links: Vec<Link>,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its level, from 1.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Its anchor, as GitHub makes it.
    pub anchor: String,
    /// Where it stands.
    pub span: Span,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it leads to, as written.
    pub target: String,
    /// Where it stands.
    pub span: Span,
}

impl Page {
    /// All anchors: of headings in order, then ids.
    pub fn anchors(&self) -> impl Iterator<Item = &str> {
        let headings = self.headings.iter().map(|it| it.anchor.as_str());
        headings.chain(self.ids.iter().map(String::as_str))
    }

    /// The name under which alerts refer to it: `api/down` for `api/down.md` and for
    /// `api/down/index.md`; empty for the folder's own index.
    pub fn name(&self) -> &str {
        let (folder, file) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let stem = strip_extension(file);
        match stem {
            "index" | "README" | "readme" | "_index" => folder,
            _ => strip_extension(&self.path),
        }
    }
}

fn strip_extension(path: &str) -> &str {
    path.strip_suffix(".md").or(path.strip_suffix(".markdown")).unwrap_or(path)
}

/// Reads a page.
pub fn read(file: FileId, path: &str, text: &str) -> Page {
    let mut page = Page {
        path: path.to_owned(),
        file,
        title: None,
        headings: Vec::new(),
        ids: Vec::new(),
        links: Vec::new(),
    };
    let span = |range: Range<usize>| Span {
        file,
        start: range.start as u32,
        end: range.end as u32,
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut open: Option<(u8, String)> = None;
    let mut front_matter = false;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                page.ids.extend(id.map(|it| it.to_string()));
                open = Some((level as u8, String::new()));
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, text)) = open.take() else { continue };
                let slug = slug(&text);
                let count = counts.entry(slug.clone()).or_default();
                let anchor = match *count {
                    0 => slug,
                    n => format!("{slug}-{n}"),
                };
                *count += 1;
                let text = text.trim().to_owned();
                if level == 1 && page.title.is_none() {
                    page.title = Some(text.clone());
                }
                let line = range.start..range.end;
                page.headings.push(Heading { level, text, anchor, span: span(line) });
            }
            Event::Text(it) | Event::Code(it) => {
                if front_matter && page.title.is_none() {
                    page.title = front_title(&it);
                }
                if let Some((_, text)) = &mut open {
                    text.push_str(&it);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some((_, text)) = &mut open {
                    text.push(' ');
                }
            }
            Event::Html(it) | Event::InlineHtml(it) => ids(&it, &mut page.ids),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let target = dest_url.to_string();
                page.links.push(Link { target, span: span(range) });
            }
            Event::Start(Tag::MetadataBlock(_)) => front_matter = true,
            Event::End(TagEnd::MetadataBlock(_)) => front_matter = false,
            _ => {}
        }
    }
    page
}

/// The anchor that GitHub gives to a heading, before it is made unique.
pub fn slug(heading: &str) -> String {
    let mut out = String::new();
    for it in heading.trim().chars() {
        match it {
            ' ' => out.push('-'),
            '-' | '_' => out.push(it),
            it if it.is_alphanumeric() || is_mark(it) => out.extend(it.to_lowercase()),
            _ => {}
        }
    }
    out
}

/// Combining marks, which belong to the letter before them: those that occur in
/// decomposed Latin, Greek and Cyrillic, and joiners and vowel signs of Indic scripts.
fn is_mark(it: char) -> bool {
    matches!(it, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{900}'..='\u{DFF}')
}

fn front_title(block: &str) -> Option<String> {
    let line = block.lines().find_map(|it| it.strip_prefix("title:"))?;
    let title = line.trim().trim_matches(['"', '\'']);
    (!title.is_empty()).then(|| title.to_owned())
}

/// Collects the values of `id` and `name` attributes in a piece of HTML.
fn ids(html: &str, out: &mut Vec<String>) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        let (tag, after) = rest.split_at(end);
        rest = after;
        let anchor = tag.starts_with("a ") || tag.starts_with("A ");
        attribute(tag, "id", out);
        if anchor {
            attribute(tag, "name", out);
        }
    }
}

fn attribute(tag: &str, name: &str, out: &mut Vec<String>) {
    let lower = tag.to_ascii_lowercase();
    for (at, _) in lower.match_indices(name) {
        let before = tag[..at].ends_with(|it: char| it.is_ascii_whitespace());
        let Some(value) = tag[at + name.len()..].trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let value = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split(|it: char| it.is_ascii_whitespace() || it == '/').next(),
        };
        if before && let Some(value) = value.filter(|it| !it.is_empty()) {
            out.push(value.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_githubs() {
        let cases = [
            ("API is down", "api-is-down"),
            ("What's `up == 0`?", "whats-up--0"),
            ("Step 1: scale_up (fast)", "step-1-scale_up-fast"),
            ("A -- B", "a----b"),
            ("Überlauf & Größe", "überlauf--größe"),
            ("5xx / latency", "5xx--latency"),
            ("日本語", "日本語"),
            ("  trimmed  ", "trimmed"),
            ("👍 done", "-done"),
        ];
        for (heading, anchor) in cases {
            assert_eq!(slug(heading), anchor, "{heading}");
        }
    }

    #[test]
    fn a_page_has_a_title_anchors_and_links() {
        let text = "\
---
title: ignored where a heading is
---
# The `api` is *down*

See [logs](../logs.md#query) and <https://example.com>.

<a id=\"first\"></a><a name='second'>x</a> <div class=\"id\" ID=third>

Check
-----

## Check {#check-twice}

```
# not a heading
```
## Check
";
        let page = read(FileId(3), "api-down.md", text);
        assert_eq!(page.title.as_deref(), Some("ignored where a heading is"));
        let anchors: Vec<_> = page.anchors().collect();
        let want = [
            "the-api-is-down",
            "check",
            "check-1",
            "check-2",
            "first",
            "second",
            "third",
            "check-twice",
        ];
        assert_eq!(anchors, want);
        let at = page.headings[0].span;
        let line = text[at.start as usize..at.end as usize].trim_end();
        assert_eq!(line, "# The `api` is *down*");
        let targets: Vec<_> = page.links.iter().map(|it| it.target.as_str()).collect();
        assert_eq!(targets, ["../logs.md#query", "https://example.com"]);
    }

    #[test]
    fn names_of_pages() {
        for (path, name) in [
            ("api-down.md", "api-down"),
            ("api/down.markdown", "api/down"),
            ("api/down/index.md", "api/down"),
            ("api/README.md", "api"),
            ("index.md", ""),
        ] {
            assert_eq!(read(FileId(0), path, "").name(), name);
        }
    }
}

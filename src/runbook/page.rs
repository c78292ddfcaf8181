//! Reads a Markdown page: its title, its anchors, its links, what it states.
//!
//! Anchors are those that GitHub gives to headings, with explicit ids (`{#id}`, `<a
//! id="…">`) beside them, since other sites are built from the same pages.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::diag::source::{FileId, Span};
use crate::runbook::facts::{self, Cell, Statement};
use crate::runbook::html;
use crate::runbook::slug::Slugs;

/// A page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its path below the runbooks' folder, with `/`: `api/down.md`.
    pub path: String,
    /// The file that it was read from; `None` for one that could not be read, of which
    /// nothing is known but that it exists.
    pub file: Option<FileId>,
    /// Its title: the first heading of the first level, or the front matter's.
    pub title: Option<String>,
    /// Its headings in order.
    pub headings: Vec<Heading>,
    /// Ids that it sets itself.
    pub ids: Vec<String>,
    /// Its links in order.
    pub links: Vec<Link>,
    /// What it states about alerts.
    pub statements: Vec<Statement>,
    /// All of its text, code and headings included.
    pub text: String,
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
    /// Whether nothing follows before the next heading of its level or above.
    pub empty: bool,
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
    /// A page that exists and cannot be read.
    pub fn unread(path: &str) -> Page {
        Page {
            path: path.to_owned(),
            file: None,
            title: None,
            headings: Vec::new(),
            ids: Vec::new(),
            links: Vec::new(),
            statements: Vec::new(),
            text: String::new(),
        }
    }

    /// All anchors: of headings in order, then ids.
    pub fn anchors(&self) -> impl Iterator<Item = &str> {
        let headings = self.headings.iter().map(|it| it.anchor.as_str());
        headings.chain(self.ids.iter().map(String::as_str))
    }

    /// Whether a fragment leads to one of its anchors.
    pub fn has_anchor(&self, fragment: &str) -> bool {
        self.anchors().any(|it| it == fragment)
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

    /// Whether it mentions an alert: the name as a word, or a heading such as `API down`
    /// for `ApiDown`.
    pub fn names(&self, alert: &str) -> bool {
        let inner = |it: char| it.is_alphanumeric() || it == '_';
        let is_word = |at: usize| {
            !self.text[..at].ends_with(inner)
                && !self.text[at + alert.len()..].starts_with(inner)
        };
        let titles = self.headings.iter().map(|it| &it.text).chain(&self.title);
        self.text.match_indices(alert).any(|it| is_word(it.0))
            || titles.into_iter().any(|it| same_name(it, alert))
    }

    /// The place of the whole: its first heading, or its beginning.
    pub fn head(&self) -> Option<Span> {
        let start = Span { file: self.file?, start: 0, end: 0 };
        Some(self.headings.first().map_or(start, |it| it.span))
    }
}

/// Whether two names have the same letters and digits, whatever separates the words.
pub fn same_name(a: &str, b: &str) -> bool {
    let letters = |it: &str| -> String {
        it.chars()
            .filter(|it| it.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    letters(a) == letters(b)
}

fn strip_extension(path: &str) -> &str {
    path.strip_suffix(".md").or(path.strip_suffix(".markdown")).unwrap_or(path)
}

/// Reads a page.
pub fn read(file: FileId, path: &str, text: &str) -> Page {
    let mut reader = Reader {
        file,
        page: Page { file: Some(file), ..Page::unread(path) },
        slugs: Slugs::default(),
        heading: None,
        n_images: 0,
        html: None,
        table: Table::default(),
        n_tables: 0,
        apart: Vec::new(),
        front_matter: false,
        open: Vec::new(),
    };
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.end_html();
    reader.lines(text);
    reader.page
}

struct Reader {
    file: FileId,
    page: Page,
    slugs: Slugs,
    /// The heading that is open: its level, its text.
    heading: Option<(u8, String)>,
    /// How many images are open; their text is no text of headings.
    n_images: usize,
    /// The piece of HTML that is being collected.
    html: Option<(String, Range<usize>)>,
    table: Table,
    n_tables: usize,
    /// What is no running text, as ranges in order: code, tables, front matter.
    apart: Vec<Range<usize>>,
    front_matter: bool,
    /// The headings around what is read, by their place on the page.
    open: Vec<usize>,
}

/// The table that is open.
#[derive(Default)]
struct Table {
    head: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
    row: Vec<Cell>,
    cell: Option<Cell>,
}

impl Reader {
    fn span(&self, range: &Range<usize>) -> Span {
        Span { file: self.file, start: range.start as u32, end: range.end as u32 }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Html(it) | Event::InlineHtml(it) => {
                let (text, whole) =
                    self.html.get_or_insert_with(|| (String::new(), range.clone()));
                text.push_str(&it);
                whole.end = range.end;
                return;
            }
            Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => {}
            _ => self.end_html(),
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, &range),
            Event::Text(it) | Event::Code(it) => self.text(&it, &range),
            // GitHub's headings lose the line end, and its blank.
            Event::SoftBreak | Event::HardBreak => self.text("\n", &range),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Heading { level, id, .. } => {
                self.page.ids.extend(id.map(|it| it.to_string()));
                self.heading = Some((level as u8, String::new()));
                return;
            }
            Tag::Image { dest_url, .. } => {
                self.n_images += 1;
                let link = Link { target: dest_url.to_string(), span: self.span(&range) };
                self.page.links.push(link);
            }
            Tag::Link { dest_url, .. } => {
                let link = Link { target: dest_url.to_string(), span: self.span(&range) };
                self.page.links.push(link);
            }
            Tag::MetadataBlock(_) => {
                self.front_matter = true;
                self.apart.push(range);
                return;
            }
            Tag::HtmlBlock => return self.apart.push(range),
            Tag::CodeBlock(_) => self.apart.push(range),
            Tag::Table(_) => {
                self.table = Table::default();
                self.apart.push(range);
            }
            Tag::TableCell => {
                let span = self.span(&range);
                self.table.cell = Some(Cell { text: String::new(), span });
            }
            _ => {}
        }
        if self.heading.is_none() {
            self.content();
        }
    }

    fn end(&mut self, tag: TagEnd, range: &Range<usize>) {
        match tag {
            TagEnd::Heading(_) => {
                if let Some((level, text)) = self.heading.take() {
                    self.add_heading(level, &text, range);
                }
            }
            TagEnd::Image => self.n_images = self.n_images.saturating_sub(1),
            TagEnd::MetadataBlock(_) => self.front_matter = false,
            TagEnd::TableCell => self.table.row.extend(self.table.cell.take()),
            TagEnd::TableHead => self.table.head = std::mem::take(&mut self.table.row),
            TagEnd::TableRow => {
                let row = std::mem::take(&mut self.table.row);
                self.table.rows.push(row);
            }
            TagEnd::Table => {
                let Table { head, rows, .. } = std::mem::take(&mut self.table);
                let within = self.within();
                let found = facts::table(&head, &rows, self.n_tables);
                let found = found
                    .into_iter()
                    .map(|it| Statement { within: within.clone(), ..it });
                self.page.statements.extend(found);
                self.n_tables += 1;
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, range: &Range<usize>) {
        if self.front_matter {
            return self.front_matter(text, range);
        }
        if let Some((_, heading)) = &mut self.heading {
            if self.n_images == 0 {
                heading.push_str(text);
            }
        } else {
            self.content();
        }
        if let Some(cell) = &mut self.table.cell {
            cell.text.push_str(text);
        }
        self.page.text.push_str(text);
        if self.heading.is_none() && !self.page.text.ends_with(char::is_whitespace) {
            // Pieces of one word are rare, names beside each other are not.
            self.page.text.push(' ');
        }
    }

    /// Addresses without markup, which GitHub makes links of.
    fn bare(&mut self, line: &str, start: usize, linked: &[(u32, u32)]) {
        for (at, _) in line.match_indices("http") {
            let rest = &line[at..];
            let quoted = !line[..at].matches('`').count().is_multiple_of(2);
            let within = line[..at].ends_with(['<', '"', '\'', '=', '(', '`', '/']);
            if quoted
                || within
                || !(rest.starts_with("http://") || rest.starts_with("https://"))
            {
                continue;
            }
            let stop = |it: char| it.is_whitespace() || "<>\"'`|)]".contains(it);
            let url = &rest[..rest.find(stop).unwrap_or(rest.len())];
            let url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
            let place = (start + at)..(start + at + url.len());
            let before = linked.partition_point(|it| it.0 <= place.start as u32);
            let inside = before
                .checked_sub(1)
                .is_some_and(|idx| (place.start as u32) < linked[idx].1);
            if !inside {
                let span = self.span(&place);
                self.page.links.push(Link { target: url.to_owned(), span });
            }
        }
    }

    /// Something stands below the headings that are open.
    fn content(&mut self) {
        for idx in &self.open {
            self.page.headings[*idx].empty = false;
        }
    }

    fn add_heading(&mut self, level: u8, text: &str, range: &Range<usize>) {
        let anchor = self.slugs.next(text);
        let text = text.replace('\n', " ").trim().to_owned();
        if level == 1 && self.page.title.is_none() {
            self.page.title = Some(text.clone());
        }
        self.page.text.push('\n');
        self.open.retain(|it| self.page.headings[*it].level < level);
        // A section that has sections is not empty.
        self.content();
        self.open.push(self.page.headings.len());
        let span = self.span(range);
        self.page.headings.push(Heading { level, text, anchor, span, empty: true });
    }

    fn within(&self) -> Vec<String> {
        self.open.iter().rev().map(|it| self.page.headings[*it].text.clone()).collect()
    }

    /// The end of a piece of HTML.
    fn end_html(&mut self) {
        let Some((html, range)) = self.html.take() else { return };
        let found = html::read(html.as_bytes());
        self.page.ids.extend(found.anchors);
        let span = self.span(&range);
        let links = found.links.into_iter().map(|target| Link { target, span });
        self.page.links.extend(links);
        if self.heading.is_none() {
            for (level, text) in &found.headings {
                self.add_heading(*level, text, &range);
            }
            if !found.text.trim().is_empty() && found.headings.is_empty() {
                self.content();
            }
        }
        self.page.text.push_str(&found.text);
    }

    fn front_matter(&mut self, block: &str, range: &Range<usize>) {
        self.page.text.push_str(block);
        let mut at = range.start;
        for line in block.split_inclusive('\n') {
            let whole = at..at + line.len();
            at = whole.end;
            if let Some(title) = line.strip_prefix("title:")
                && self.page.title.is_none()
            {
                let title = title.trim().trim_matches(['"', '\'']);
                self.page.title = (!title.is_empty()).then(|| title.to_owned());
            }
            let span = self.span(&whole);
            if line.starts_with(|it: char| it.is_alphabetic()) {
                self.page.statements.extend(facts::line(line.trim_end(), span));
            }
        }
    }

    /// Finds statements and bare addresses in the lines that are running text.
    fn lines(&mut self, text: &str) {
        let mut linked: Vec<(u32, u32)> =
            self.page.links.iter().map(|it| (it.span.start, it.span.end)).collect();
        linked.sort_unstable();
        let mut at = 0;
        let mut apart = std::mem::take(&mut self.apart).into_iter().peekable();
        let mut found = Vec::new();
        for line in text.split_inclusive('\n') {
            let range = at..at + line.len();
            at = range.end;
            while apart.next_if(|it| it.end <= range.start).is_some() {}
            if apart.peek().is_some_and(|it| it.start < range.end) {
                continue;
            }
            self.bare(line, range.start, &linked);
            let Some(statement) = facts::line(line.trim_end(), self.span(&range)) else {
                continue;
            };
            let place = range.start as u32;
            let before =
                self.page.headings.iter().rev().filter(|it| it.span.end <= place);
            let mut level = u8::MAX;
            let mut within = Vec::new();
            for it in before {
                if it.level < level {
                    level = it.level;
                    within.push(it.text.clone());
                }
            }
            found.push(Statement { within, ..statement });
        }
        self.page.statements.extend(found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(text: &str) -> Vec<String> {
        read(FileId(0), "a.md", text).anchors().map(str::to_owned).collect()
    }

    #[test]
    fn a_page_has_a_title_anchors_and_links() {
        let text = "\
---
title: ignored where a heading is
severity: critical
---
# The `api` is *down*

See [logs](../logs.md#query) and <https://example.com>, ![x](p.png).

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
        let got: Vec<_> = page.anchors().collect();
        let want = [
            "the-api-is-down",
            "check",
            "check-1",
            "check-2",
            "check-twice",
            "first",
            "second",
            "third",
        ];
        let mut sorted = got.clone();
        sorted[4..].sort_unstable();
        assert_eq!(sorted, want);
        let at = page.headings[0].span;
        let line = text[at.start as usize..at.end as usize].trim_end();
        assert_eq!(line, "# The `api` is *down*");
        let targets: Vec<_> = page.links.iter().map(|it| it.target.as_str()).collect();
        assert_eq!(targets, ["../logs.md#query", "https://example.com", "p.png"]);
        let empty: Vec<bool> = page.headings.iter().map(|it| it.empty).collect();
        assert_eq!(empty, [false, true, false, true]);
        let stated = page.statements[0].severities.as_ref().unwrap();
        assert_eq!(stated.values, ["critical"]);
        assert_eq!(&text[stated.span.start as usize..][..8], "critical");
    }

    #[test]
    fn headings_in_html_and_with_images_have_anchors() {
        assert_eq!(
            anchors("<h2 align=center>Roll\nback</h2>\n\n## Roll back\n"),
            ["rollback", "roll-back"]
        );
        assert_eq!(anchors("## ![alt](x.png) Steps\n"), ["-steps"]);
        assert_eq!(anchors("## <a name='old'></a>New\n"), ["new", "old"]);
        assert_eq!(anchors("<a\n  id='split'>\n</a>\n"), ["split"]);
        assert_eq!(anchors("<!-- <a id='no'> -->\n\n`<a id='no'>`\n"), [""; 0]);
    }

    #[test]
    fn statements_are_found_in_tables_and_lines() {
        let text = "\
# A
## ApiDown
Severity: critical
- **For**: 5m

| Alert | severity | for |
| --- | --- | --- |
| `ApiSlow` | `warning` | 10m |

    Severity: warning
```
Severity: warning
```
";
        let page = read(FileId(0), "a.md", text);
        let [row, line, hold] = &page.statements[..] else { panic!("{page:?}") };
        assert_eq!(row.alerts[0].0, "ApiSlow");
        assert_eq!(row.holds.as_ref().unwrap().values, ["10m"]);
        assert_eq!(line.within, ["ApiDown", "A"]);
        assert_eq!(hold.holds.as_ref().unwrap().values, ["5m"]);
    }

    #[test]
    fn an_alert_is_named_as_a_word_or_by_a_heading() {
        let page = read(FileId(0), "a.md", "# API down\n`HttpErrors`, DiskFullSoon\n");
        let names = ["ApiDown", "HttpErrors", "DiskFull", "DiskFullSoon"];
        assert_eq!(names.map(|it| page.names(it)), [true, true, false, true]);
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

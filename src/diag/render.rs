//! Draws messages as rustc does, with the source under them.
//!
//! The only file that knows annotate-snippets. Each snippet is a window of lines around
//! its labels, so that a message about a file of megabytes costs as little as one about
//! a short file; nothing in a source can break the drawing.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    AnnotationKind, Element, Group, Level as Severity, Origin, Patch, Renderer, Snippet,
    normalize_untrusted_str,
};

use crate::diag::contrast::{Contrast, Sign, carets};
use crate::diag::diagnostic::{Diagnostic, Fix, Level};
use crate::diag::source::{FileId, Source, SourceMap, Span};

/// How messages are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// With ANSI colours.
    pub colour: bool,
    /// With lines of box-drawing characters instead of ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Config {
    /// For pipes, files and tests.
    pub const PLAIN: Config = Config { colour: false, unicode: false, width: 120 };
}

/// Labels at most this many lines apart share a snippet.
const NEAR: u32 = 40;

/// A label over more lines than this is drawn on its first line only.
const MAX_LINES: u32 = 8;

/// Of a line that is longer than this many bytes, only what is near a label is drawn.
const MAX_LINE: usize = 2000;

/// What is near a label on such a line, in bytes.
const MARGIN: usize = 400;

/// Draws all messages, each followed by an empty line.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, config: Config) -> String {
    let renderer = match config.colour {
        true => Renderer::styled().hyperlink(false),
        false => Renderer::plain(),
    };
    let renderer =
        renderer.term_width(config.width.max(40)).decor_style(match config.unicode {
            true => DecorStyle::Unicode,
            false => DecorStyle::Ascii,
        });
    let mut out = String::new();
    for it in diagnostics {
        let drawn = renderer.render(&groups(it, sources, config));
        for line in drawn.lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

fn groups(
    diagnostic: &Diagnostic,
    sources: &SourceMap,
    config: Config,
) -> Vec<Group<'static>> {
    let severity = match diagnostic.level {
        Level::Error | Level::Denied => Severity::ERROR,
        Level::Warning => Severity::WARNING,
        Level::Note => Severity::NOTE,
    };
    let title = normalize_untrusted_str(&diagnostic.title);
    let mut main = severity
        .primary_title(title)
        .id(diagnostic.code)
        .elements(labels(diagnostic, sources));
    for it in &diagnostic.contrasts {
        main = main.element(Severity::NOTE.no_name().message(contrast(it, config)));
    }
    for text in diagnostic.notes.iter().chain(&diagnostic.tables) {
        main = main.element(Severity::NOTE.message(normalize_untrusted_str(text)));
    }
    for text in &diagnostic.help {
        main = main.element(Severity::HELP.message(normalize_untrusted_str(text)));
    }
    let mut groups = vec![main];
    groups.extend(diagnostic.fix.as_ref().map(|it| fix(it, sources)));
    groups
}

/// A title, and the lines with their marks below them; they are told by signs and carets
/// where there is no colour, and as well where there is.
fn contrast(contrast: &Contrast, config: Config) -> String {
    let mut out = normalize_untrusted_str(&contrast.title);
    for line in &contrast.lines {
        let code = match line.sign {
            Sign::Both => "2",
            Sign::Expected => "31",
            Sign::Found => "32",
        };
        let paint = |text: &str| match config.colour {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        };
        let text = normalize_untrusted_str(&line.text);
        out.push('\n');
        out.push_str(&paint(format!("{} {text}", line.sign.as_str()).trim_end()));
        if !line.marks.is_empty() {
            out.push('\n');
            out.push_str(&paint(&format!("  {}", carets(line))));
        }
    }
    out
}

type Label<'a> = (Span, &'a str, AnnotationKind);

fn labels(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Element<'static>> {
    let labels = diagnostic.labels.iter().map(|it| -> Label {
        let kind = match it.primary {
            true => AnnotationKind::Primary,
            false => AnnotationKind::Context,
        };
        (it.span, &it.text, kind)
    });
    let mut out: Vec<Element> = Vec::new();
    for (file, cluster) in clusters(labels.collect(), sources) {
        let source = sources.file(file);
        let spans: Vec<Span> = cluster.iter().map(|it| it.0).collect();
        let window = Window::around(source, &spans);
        let mut snippet = window.snippet();
        if window.cut {
            // Columns in the window are not those of the file.
            let primary = |it: &&Label| matches!(it.2, AnnotationKind::Primary);
            let at = cluster.iter().find(primary).map_or(spans[0], |it| it.0);
            let at = source.position(at.start);
            let origin = Origin::path(normalize_untrusted_str(&source.path))
                .line(at.line as usize)
                .char_column(at.column as usize);
            out.push(origin.into());
        } else {
            snippet = snippet.path(normalize_untrusted_str(&source.path));
        }
        for (span, text, kind) in cluster {
            let text = normalize_untrusted_str(text);
            let label = (!text.is_empty()).then_some(text);
            snippet =
                snippet.annotation(kind.span(window.short(source, span)).label(label));
        }
        out.push(snippet.into());
    }
    out
}

fn fix(fix: &Fix, sources: &SourceMap) -> Group<'static> {
    let edits =
        fix.edits.iter().map(|it| -> Label { (it.0, &it.1, AnnotationKind::Primary) });
    let title = normalize_untrusted_str(&fix.title);
    let mut group = Group::with_title(Severity::HELP.secondary_title(title));
    for (file, cluster) in clusters(edits.collect(), sources) {
        let source = sources.file(file);
        let spans: Vec<Span> = cluster.iter().map(|it| it.0).collect();
        let window = Window::around(source, &spans);
        let path = normalize_untrusted_str(&source.path);
        let mut snippet = window.snippet().path(path);
        let mut end = 0;
        for (span, text, _) in cluster {
            let range = window.range(source, span);
            // Edits that overlap cannot be drawn; no fix has any.
            if range.start < end {
                continue;
            }
            end = range.end;
            snippet = snippet.patch(Patch::new(range, normalize_untrusted_str(text)));
        }
        group = group.element(snippet);
    }
    group
}

/// Puts what stands near each other in one file together; the primary place comes first.
fn clusters<'a>(
    mut labels: Vec<Label<'a>>,
    sources: &SourceMap,
) -> Vec<(FileId, Vec<Label<'a>>)> {
    let first = labels
        .iter()
        .find(|it| matches!(it.2, AnnotationKind::Primary))
        .or(labels.first())
        .map(|it| it.0);
    labels.sort_by_key(|it| it.0);
    let mut out: Vec<(FileId, u32, Vec<Label>)> = Vec::new();
    for label in labels {
        let source = sources.file(label.0.file);
        let line = source.position(label.0.start).line;
        let end = source.position(label.0.end).line.min(line + MAX_LINES);
        match out.last_mut() {
            Some((file, last, items))
                if *file == label.0.file && line <= *last + NEAR =>
            {
                *last = end.max(*last);
                items.push(label);
            }
            _ => out.push((label.0.file, end, vec![label])),
        }
    }
    let has_first = |items: &[Label]| items.iter().any(|it| Some(it.0) == first);
    out.sort_by_key(|it| (!has_first(&it.2), Some(it.0) != first.map(|it| it.file)));
    out.into_iter().map(|it| (it.0, it.2)).collect()
}

/// The lines of a source that are shown, without carriage returns.
struct Window {
    text: String,
    /// For each line its range in the source, and its offset in `text`.
    lines: Vec<(Range<usize>, usize)>,
    /// Number of the first line.
    first: u32,
    /// Whether a part of a line is left out.
    cut: bool,
}

impl Window {
    fn around(source: &Source, spans: &[Span]) -> Window {
        let (mut first, mut last) = (u32::MAX, 1);
        for span in spans {
            let line = source.position(span.start).line;
            first = first.min(line);
            let end = source.position(span.end).line;
            last = last.max(line).max(end.min(line + MAX_LINES));
        }
        // Some lines more, for those that the drawing shows around a label.
        let first = first.min(last).saturating_sub(2).max(1);
        let last = (last + 2).min(source.n_lines());
        let mut text = String::new();
        let mut lines = Vec::new();
        let mut cut = false;
        for line in first..=last {
            let whole = source.line_range(line);
            let range = near(source, whole.clone(), spans);
            cut |= range != whole;
            lines.push((range.clone(), text.len()));
            text.push_str(&source.text[range]);
            text.push('\n');
        }
        Window { text, lines, first, cut }
    }

    fn snippet<T: Clone>(&self) -> Snippet<'static, T> {
        Snippet::source(self.text.clone()).line_start(self.first as usize)
    }

    /// The place of a source offset in the window, on a character's boundary.
    fn offset(&self, source: &Source, offset: u32) -> usize {
        let offset = offset as usize;
        let idx = self.lines.partition_point(|it| it.0.start <= offset);
        let Some((range, at)) = self.lines.get(idx.saturating_sub(1)) else { return 0 };
        let mut offset = offset.clamp(range.start, range.end);
        while !source.text.is_char_boundary(offset) {
            offset -= 1;
        }
        at + offset - range.start
    }

    fn range(&self, source: &Source, span: Span) -> Range<usize> {
        let start = self.offset(source, span.start);
        start..self.offset(source, span.end).max(start)
    }

    /// As [`Window::range`], cut to the first line of what takes too many.
    fn short(&self, source: &Source, span: Span) -> Range<usize> {
        let line = source.position(span.start).line;
        let n_more = source.position(span.end).line.saturating_sub(line);
        match n_more < MAX_LINES {
            true => self.range(source, span),
            false => {
                let end = source.line_range(line).end as u32;
                self.range(source, Span { end: end.max(span.start), ..span })
            }
        }
    }
}

/// The part of a line that is drawn.
fn near(source: &Source, line: Range<usize>, spans: &[Span]) -> Range<usize> {
    if line.len() <= MAX_LINE {
        return line;
    }
    let on_line = |it: &u32| line.contains(&(*it as usize)) || *it as usize == line.end;
    let places = spans.iter().flat_map(|it| [it.start, it.end]).filter(on_line);
    let (mut start, mut end) = (line.end, line.start);
    for at in places.map(|it| it as usize) {
        start = start.min(at.saturating_sub(MARGIN));
        // A label over thousands of bytes shows its beginning.
        end = end.max(at + MARGIN).min(start + 2 * MAX_LINE);
    }
    if start > end {
        (start, end) = (line.start, line.start + MARGIN);
    }
    let mut start = start.max(line.start);
    let mut end = end.min(line.end);
    while !source.text.is_char_boundary(start) {
        start -= 1;
    }
    while !source.text.is_char_boundary(end) {
        end -= 1;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const ALERTS: &str = "\
owner = \"platform\"

[alert.ApiDown]
severity = \"critical\"
expr = '''
up{job=\"${job}\"} == 0
  and on (job) rate(x[5mm]) > 1
'''
for = \"1m\"
[alert.ApiDown.labels]
summary = \"é is down\"
";

    fn check(diagnostic: Diagnostic, expect: Expect) {
        let mut sources = SourceMap::new();
        sources.add("alerts/api.toml", ALERTS);
        sources.add("alerts/crlf.toml", "a = 1\r\n\tb = 2\r\n");
        let far = format!("first = 1\n{}last = 2\n", "x = 0\n".repeat(500));
        sources.add("packs/far.toml", far);
        expect.assert_eq(&render(&[diagnostic], &sources, Config::PLAIN));
    }

    fn span(file: u32, text: &str, part: &str) -> Span {
        let start = text.find(part).unwrap() as u32;
        Span { file: FileId(file), start, end: start + part.len() as u32 }
    }

    #[test]
    fn a_label_in_a_multi_line_string() {
        let at = span(0, ALERTS, "5mm");
        let d = Diagnostic::error("promql-syntax", "bad duration `5mm`")
            .at(at, "no such unit")
            .help("write `5m`")
            .fix(Fix {
                title: "write minutes".to_owned(),
                edits: vec![(at, "5m".to_owned())],
                safe: false,
            });
        check(
            d,
            expect![[r#"
            error[promql-syntax]: bad duration `5mm`
             --> alerts/api.toml:7:23
              |
            7 |   and on (job) rate(x[5mm]) > 1
              |                       ^^^ no such unit
              |
              = help: write `5m`
            help: write minutes
              |
            7 -   and on (job) rate(x[5mm]) > 1
            7 +   and on (job) rate(x[5m]) > 1
              |

        "#]],
        );
    }

    #[test]
    fn several_places_in_several_files() {
        let far = Span { file: FileId(2), start: 0, end: 5 };
        let last = Span { file: FileId(2), start: 10 + 6 * 500, end: 10 + 6 * 500 + 4 };
        let d =
            Diagnostic::warning("swallowed-key", "label `summary` is a key of alerts")
                .context(
                    span(0, ALERTS, "[alert.ApiDown.labels]"),
                    "this header takes it",
                )
                .at(span(0, ALERTS, "summary"), "belongs to the labels")
                .context(last, "used here")
                .context(far, "and here")
                .note("a header takes all keys up to the next one\nin the file");
        check(
            d,
            expect![[r#"
            warning[swallowed-key]: label `summary` is a key of alerts
               --> alerts/api.toml:11:1
                |
             10 | [alert.ApiDown.labels]
                | ---------------------- this header takes it
             11 | summary = "é is down"
                | ^^^^^^^ belongs to the labels
                |
               ::: packs/far.toml:1:1
                |
              1 | first = 1
                | ----- and here
                |
               ::: packs/far.toml:502:1
                |
            502 | last = 2
                | ---- used here
                |
                = note: a header takes all keys up to the next one
                        in the file

        "#]],
        );
    }

    #[test]
    fn texts_that_differ() {
        let d = Diagnostic::error("test-failed", "another text")
            .at(span(0, ALERTS, "is down"), "it is up")
            .contrast(crate::diag::contrast::contrast("texts:", "is down", "is up"));
        let mut sources = SourceMap::new();
        sources.add("alerts/api.toml", ALERTS);
        let colour = Config { colour: true, ..Config::PLAIN };
        let drawn = render(std::slice::from_ref(&d), &sources, colour);
        assert!(drawn.contains("\x1b[31m- is down\x1b[0m"), "{drawn}");
        check(
            d,
            expect![[r#"
            error[test-failed]: another text
              --> alerts/api.toml:11:14
               |
            11 | summary = "é is down"
               |              ^^^^^^^ it is up
               |
               = texts:
                 - is down
                      ^^^^
                 + is up
                      ^^

        "#]],
        );
    }

    #[test]
    fn odd_places() {
        let end = ALERTS.len() as u32;
        let all = Span { file: FileId(0), start: 0, end };
        let eof = Span { file: FileId(0), start: end, end };
        let past = Span { file: FileId(0), start: end + 10, end: end + 20 };
        let inside_char = span(0, ALERTS, "é is").part(1, 2);
        check(
            Diagnostic::error("a", "the whole file").at(all, "all"),
            expect![[r#"
            error[a]: the whole file
             --> alerts/api.toml:1:1
              |
            1 | owner = "platform"
              | ^^^^^^^^^^^^^^^^^^ all

        "#]],
        );
        check(
            Diagnostic::error("a", "the end").at(eof, "end"),
            expect![[r#"
            error[a]: the end
              --> alerts/api.toml:12:1
               |
            12 |
               | ^ end

        "#]],
        );
        check(
            Diagnostic::error("a", "behind the end").at(past, ""),
            expect![[r#"
            error[a]: behind the end
              --> alerts/api.toml:12:1
               |
            12 |
               | ^

        "#]],
        );
        check(
            Diagnostic::error("a", "half").at(inside_char, "h"),
            expect![[r#"
            error[a]: half
              --> alerts/api.toml:11:12
               |
            11 | summary = "é is down"
               |            ^ h

        "#]],
        );
        let crlf = Span { file: FileId(1), start: 4, end: 9 };
        check(
            Diagnostic::error("a", "line ends").at(crlf, "here"),
            expect![[r#"
            error[a]: line ends
             --> alerts/crlf.toml:1:5
              |
            1 |   a = 1
              |  _____^
            2 | |     b = 2
              | |_____^ here

        "#]],
        );
        let mut note = Diagnostic::warning("a", "no place").help("run `init`");
        note.level = Level::Note;
        check(
            note,
            expect![[r#"
            note[a]: no place
             |
             = help: run `init`

        "#]],
        );
    }

    #[test]
    fn a_long_line_is_cut_around_its_labels() {
        let text =
            format!("a = 1\nb = \"{}é\\q{}\"\n", "x".repeat(99_999), "y".repeat(99));
        let mut sources = SourceMap::new();
        let file = sources.add("long.toml", text.as_str());
        let start = text.find('\\').unwrap() as u32;
        let at = Span { file, start, end: start + 2 };
        let d = Diagnostic::error("a", "unknown escape").at(at, "here");
        let whole = Span { file, start: 0, end: text.len() as u32 };
        let all = Diagnostic::error("a", "everything").at(whole, "all");
        expect![[r#"
            error[a]: unknown escape
             --> long.toml:2:100006
              |
             :::
            2 | ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxé\qyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy...
              |                                                       ^^ here

            error[a]: everything
             --> long.toml:1:1
              |
             :::
            1 | / a = 1
            2 | | b = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...
            3 | |
              | |_^ all

        "#]].assert_eq(&render(&[d, all], &sources, Config::PLAIN));
    }

    #[test]
    fn a_large_source_costs_little() {
        let mut sources = SourceMap::new();
        let text = "expr = 'up == 0'\n".repeat(300_000);
        let file = sources.add("big.toml", text.as_str());
        let at = Span { file, start: text.len() as u32 / 2, end: text.len() as u32 };
        let d = Diagnostic::error("a", "b").at(at, "c");
        let drawn = render(&vec![d; 2000], &sources, Config::PLAIN);
        assert!(drawn.len() < 2000 * 200);
    }
}

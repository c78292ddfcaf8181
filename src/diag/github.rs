//! Messages as workflow commands of GitHub Actions, which shows them beside the lines of
//! a change.
//!
//! `::error file=…,line=…,title=…::text`; escaped as the runner reads them back
//! (`actions/toolkit`, `packages/core/src/command.ts`).

use crate::diag::contrast::text;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::source::{Source, SourceMap};

/// A command for each message. Paths are below `folder`, which ends with `/` or is empty.
pub fn commands(diagnostics: &[Diagnostic], sources: &SourceMap, folder: &str) -> String {
    diagnostics.iter().map(|it| command(it, sources, folder)).collect()
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap, folder: &str) -> String {
    let name = match diagnostic.level {
        Level::Error | Level::Denied => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties: Vec<(&str, String)> = Vec::new();
    if let Some(span) = diagnostic.place() {
        let source = sources.file(span.file);
        let (start, end) = (source.position(span.start), source.position(span.end));
        properties.push(("file", path(source, folder)));
        properties.push(("line", start.line.to_string()));
        properties.push(("endLine", end.line.to_string()));
        // Columns mean something on one line only.
        if start.line == end.line {
            properties.push(("col", start.column.to_string()));
            properties.push(("endColumn", end.column.to_string()));
        }
    }
    properties.push(("title", diagnostic.code.to_string()));
    let properties: Vec<String> =
        properties.iter().map(|it| format!("{}={}", it.0, property(&it.1))).collect();
    let message = message(diagnostic, sources, folder);
    format!("::{name} {}::{}\n", properties.join(","), data(&message))
}

/// The path of a source from the folder in which the program was started.
fn path(source: &Source, folder: &str) -> String {
    match source.path.starts_with('/') {
        true => source.path.clone(),
        false => format!("{folder}{}", source.path),
    }
}

/// Everything but the source, which GitHub shows itself, and tables, which it does not show
/// in columns.
fn message(diagnostic: &Diagnostic, sources: &SourceMap, folder: &str) -> String {
    let mut out = vec![diagnostic.title.clone()];
    let labels = || diagnostic.labels.iter().filter(|it| !it.text.is_empty());
    out.extend(labels().filter(|it| it.primary).map(|it| it.text.clone()));
    // Only one place is underlined.
    for it in labels().filter(|it| !it.primary) {
        let source = sources.file(it.span.file);
        let line = source.position(it.span.start).line;
        out.push(format!("{}:{line}: {}", path(source, folder), it.text));
    }
    for it in &diagnostic.contrasts {
        out.push(format!("{}\n{}", it.title, text(it).trim_end()));
    }
    out.extend(diagnostic.notes.iter().map(|it| format!("note: {it}")));
    out.extend(diagnostic.help.iter().map(|it| format!("help: {it}")));
    out.extend(diagnostic.fix.iter().map(|it| format!("help: {}", it.title)));
    out.join("\n")
}

/// A text as the runner reads it back. Other control characters, which move the cursor where
/// the log is read in a terminal, become their pictures.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    match text.contains(char::is_control) {
        true => text.chars().map(picture).collect(),
        false => text,
    }
}

/// The picture of a control character: `␛`.
fn picture(it: char) -> char {
    match it {
        '\t' => it,
        '\u{7f}' => '\u{2421}',
        '\0'..' ' => char::from_u32(0x2400 + it as u32).unwrap_or(it),
        _ if it.is_control() => char::REPLACEMENT_CHARACTER,
        _ => it,
    }
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::Span;

    #[test]
    fn what_the_runner_splits_at_is_escaped() {
        let mut sources = SourceMap::new();
        let file = sources.add("a,b:c.toml", "x = 1\ny = 2\n");
        let all = [
            Diagnostic::error("bad", "100 %, really:\r\nyes")
                .at(Span { file, start: 4, end: 5 }, "here")
                .context(Span { file, start: 6, end: 7 }, "because of this")
                .table("1  2")
                .note("one")
                .help("two"),
            Diagnostic::warning("wide", "two lines")
                .at(Span { file, start: 0, end: 7 }, ""),
            Diagnostic::warning("nowhere", "no place: \u{1b}[31mred\u{7f}\u{9b}"),
        ];
        let expected = "\
::error file=farm/a%2Cb%3Ac.toml,line=1,endLine=1,col=5,endColumn=6,title=bad::100 %25, really:%0D%0Ayes%0Ahere%0Afarm/a,b:c.toml:2: because of this%0Anote: one%0Ahelp: two
::warning file=farm/a%2Cb%3Ac.toml,line=1,endLine=2,title=wide::two lines
::warning title=nowhere::no place: ␛[31mred␡�
";
        assert_eq!(commands(&all, &sources, "farm/"), expected);
    }
}

//! Messages as data, for scripts and editors.
//!
//! One object for each message, with lines and columns counted from 1; the shape is part
//! of the interface and only grows.

use serde_json::{Map, Value as Json, json};

use crate::diag::contrast::text;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::source::{SourceMap, Span};

/// All messages as an array.
pub fn json(diagnostics: &[Diagnostic], sources: &SourceMap) -> Json {
    Json::Array(diagnostics.iter().map(|it| one(it, sources)).collect())
}

fn one(diagnostic: &Diagnostic, sources: &SourceMap) -> Json {
    let level = match diagnostic.level {
        Level::Error | Level::Denied => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let mut out = Map::new();
    out.insert("level".to_owned(), json!(level));
    out.insert("code".to_owned(), json!(diagnostic.code));
    out.insert("title".to_owned(), json!(diagnostic.title));
    if let Some(span) = diagnostic.place() {
        out.extend(place(span, sources));
    }
    let labels = diagnostic.labels.iter().map(|it| {
        let mut label = place(it.span, sources);
        label.insert("text".to_owned(), json!(it.text));
        label.insert("primary".to_owned(), json!(it.primary));
        Json::Object(label)
    });
    out.insert("labels".to_owned(), labels.collect());
    if !diagnostic.contrasts.is_empty() {
        let contrasts = diagnostic.contrasts.iter();
        let contrasts = contrasts.map(|it| json!({"title": it.title, "text": text(it)}));
        out.insert("contrasts".to_owned(), contrasts.collect());
    }
    let notes: Vec<&String> = diagnostic.notes.iter().chain(&diagnostic.tables).collect();
    out.insert("notes".to_owned(), json!(notes));
    out.insert("help".to_owned(), json!(diagnostic.help));
    if let Some(fix) = &diagnostic.fix {
        let edits = fix.edits.iter().map(|(span, text)| {
            let mut edit = place(*span, sources);
            edit.insert("replacement".to_owned(), json!(text));
            Json::Object(edit)
        });
        let edits: Json = edits.collect();
        let fix = json!({"title": fix.title, "safe": fix.safe, "edits": edits});
        out.insert("fix".to_owned(), fix);
    }
    Json::Object(out)
}

/// `path`, `line`, `column`, and `end` with its own line and column.
fn place(span: Span, sources: &SourceMap) -> Map<String, Json> {
    let source = sources.file(span.file);
    let (start, end) = (source.position(span.start), source.position(span.end));
    let mut out = Map::new();
    out.insert("path".to_owned(), json!(source.path));
    out.insert("line".to_owned(), json!(start.line));
    out.insert("column".to_owned(), json!(start.column));
    out.insert("end".to_owned(), json!({"line": end.line, "column": end.column}));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::diagnostic::Fix;

    #[test]
    fn a_message_has_its_places_in_lines_and_columns() {
        let mut sources = SourceMap::new();
        let file = sources.add("a.toml", "é = 1\nfor = \"5mm\"\n");
        let at = Span { file, start: 14, end: 17 };
        let d = Diagnostic::error("bad-duration", "bad duration")
            .at(at, "here")
            .context(Span { file, start: 0, end: 2 }, "")
            .help("write `5m`")
            .fix(Fix {
                title: "write `5m`".to_owned(),
                edits: vec![(at, "5m".to_owned())],
                safe: true,
            });
        let place = json!({
            "path": "a.toml", "line": 2, "column": 8, "end": {"line": 2, "column": 11}
        });
        let got = json(&[d, Diagnostic::warning("w", "no place")], &sources);
        assert_eq!(got[0]["line"], 2);
        assert_eq!(got[0]["end"], place["end"]);
        assert_eq!(got[0]["labels"][1]["end"], json!({"line": 1, "column": 2}));
        let edit = json!({
            "path": "a.toml", "line": 2, "column": 8, "end": {"line": 2, "column": 11},
            "replacement": "5m"
        });
        let fix = json!({"title": "write `5m`", "safe": true, "edits": [edit]});
        assert_eq!(got[0]["fix"], fix);
        let bare = json!({
            "level": "warning", "code": "w", "title": "no place", "labels": [],
            "notes": [], "help": []
        });
        assert_eq!(got[1], bare);
    }
}

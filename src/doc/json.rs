//! Reads JSON into the tree, and makes JSON of it.
//!
//! serde_json decides what is JSON, so that nothing is taken that others refuse; the
//! places are found in a second pass over what it took. Of two equal keys the last one
//! counts, as for every reader of JSON, in the place of the first.

use serde_json::Value as Json;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::{FileId, Span};
use crate::diag::text::{Text, TextBuilder};
use crate::doc::MAX_BYTES;
use crate::doc::node::{Entry, Kind, Node, Style, Table};

/// Reads a file; what is wrong with it is one error with this code.
pub fn read(file: FileId, text: &str, code: &'static str) -> Result<Node, Diagnostic> {
    let span =
        |start: usize, end: usize| Span { file, start: start as u32, end: end as u32 };
    if MAX_BYTES < text.len() {
        let title = format!("file is larger than {} MiB", MAX_BYTES >> 20);
        return Err(Diagnostic::error(code, title).at(span(0, 0), ""));
    }
    if text.starts_with('\u{feff}') {
        return Err(Diagnostic::error(code, "JSON begins with a byte order mark")
            .at(span(0, '\u{feff}'.len_utf8()), "not allowed in JSON")
            .help("save the file as UTF-8 without a byte order mark"));
    }
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => {}
        Err(error) => {
            // Which of its readers says why makes a difference.
            let error =
                serde_json::from_str::<serde_json::Value>(text).err().unwrap_or(error);
            let line = text.split_inclusive('\n').take(error.line().saturating_sub(1));
            let start = line.map(str::len).sum::<usize>() + error.column();
            let start = text.floor_char_boundary(start.saturating_sub(1));
            let end = text.ceil_char_boundary(start + 1);
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or(&why);
            return Err(
                Diagnostic::error(code, "file is not JSON").at(span(start, end), why)
            );
        }
    }
    if let Some(at) = too_deep(text) {
        let title = format!("JSON is nested more than {MAX_DEPTH} levels deep");
        return Err(Diagnostic::error(code, title).at(span(at, at + 1), "one more here"));
    }
    let mut reader = Reader { file, text, at: 0 };
    reader.value().ok_or_else(|| {
        Diagnostic::error(code, "file is not JSON").at(span(reader.at, reader.at), "")
    })
}

/// As deep as serde_json's values nest: what walks through them does so by recursion.
const MAX_DEPTH: usize = 128;

/// Where sound JSON nests deeper than is read.
fn too_deep(text: &str) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    text.bytes().position(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        MAX_DEPTH < depth
    })
}

/// A value as JSON without places; `number` says how numbers with a point are written.
pub fn value(node: &Node, number: impl Fn(f64) -> Json + Copy) -> Json {
    match &node.kind {
        Kind::Null(_) => Json::Null,
        Kind::Boolean(value, _) => Json::Bool(*value),
        Kind::Integer(value, _) => Json::Number((*value).into()),
        Kind::Float(value, _) => number(*value),
        Kind::Datetime(text) | Kind::String(text) => Json::String(text.to_string()),
        Kind::Array(items) => items.iter().map(|it| value(it, number)).collect(),
        Kind::Table(table) => {
            let entry = |it: &Entry| (it.key.to_string(), value(&it.value, number));
            Json::Object(table.iter().map(entry).collect())
        }
    }
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn value(&mut self) -> Option<Node> {
        let first = self.peek()?;
        let start = self.at;
        let (style, kind) = match first {
            b'{' => (Style::Inline, Kind::Table(self.table()?)),
            b'[' => (Style::Inline, Kind::Array(self.array()?)),
            b'"' => (Style::Quoted, Kind::String(self.string()?)),
            _ => (Style::Bare, self.bare()?),
        };
        Some(Node { span: self.span(start, self.at), style, kind })
    }

    fn array(&mut self) -> Option<Vec<Node>> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => out.push(self.value()?),
            }
        }
        self.at += 1;
        Some(out)
    }

    fn table(&mut self) -> Option<Table> {
        self.at += 1;
        let mut out = Table::new();
        loop {
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let start = self.at;
                    let key = self.string()?;
                    self.peek()?;
                    self.at += 1;
                    let value = self.value()?;
                    let entry = Entry { key, value, span: self.span(start, self.at) };
                    match out.position(entry.key.as_str()) {
                        Some(idx) => *out.entry_mut(idx) = entry,
                        None => {
                            out.insert(entry);
                        }
                    }
                }
            }
        }
        self.at += 1;
        Some(out)
    }

    fn bare(&mut self) -> Option<Kind> {
        let start = self.at;
        let rest = self.text[start..].bytes();
        let ends =
            |it: u8| matches!(it, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.take_while(|it| !ends(*it)).count();
        let raw = &self.text[start..self.at];
        let text = Text::verbatim(raw, self.span(start, self.at));
        Some(match raw {
            "null" => Kind::Null(text),
            "true" | "false" => Kind::Boolean(raw == "true", text),
            _ => match raw.parse::<i64>() {
                Ok(value) => Kind::Integer(value, text),
                Err(_) => Kind::Float(raw.parse().ok()?, text),
            },
        })
    }

    /// The string whose quote is next.
    fn string(&mut self) -> Option<Text> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end)? {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + 1;
        let whole = self.span(start, end + 1);
        if !bytes[start..end].contains(&b'\\') {
            let mut out = TextBuilder::new(whole);
            out.verbatim(&self.text[start + 1..end], self.span(start + 1, end));
            return Some(out.finish());
        }
        let mut out = TextBuilder::new(whole);
        let mut at = start + 1;
        while at < end {
            let plain = self.text[at..end].find('\\').map_or(end, |it| at + it);
            out.verbatim(&self.text[at..plain], self.span(at, plain));
            if plain == end {
                break;
            }
            let len = match bytes.get(plain + 1) {
                // A character beyond the first plane is written as two escapes.
                Some(b'u') if surrogate(&self.text[plain..end]) => 12,
                Some(b'u') => 6,
                _ => 2,
            };
            let stop = (plain + len).min(end);
            let escape = self.text.get(plain..stop)?;
            let decoded: String = serde_json::from_str(&format!("\"{escape}\"")).ok()?;
            out.escape(&decoded, self.span(plain, stop));
            at = stop;
        }
        Some(out.finish())
    }
}

fn surrogate(text: &str) -> bool {
    let hex = text.get(2..6).and_then(|it| u16::from_str_radix(it, 16).ok());
    hex.is_some_and(|it| (0xD800..0xDC00).contains(&it))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn plain(node: &Node) -> Value {
        match &node.kind {
            Kind::Null(_) => Value::Null,
            Kind::Boolean(it, _) => json!(it),
            Kind::Integer(it, _) => json!(it),
            Kind::Float(it, _) => json!(it),
            Kind::Datetime(it) | Kind::String(it) => json!(it.as_str()),
            Kind::Array(items) => items.iter().map(plain).collect(),
            Kind::Table(table) => {
                let entry = |it: &Entry| (it.key.to_string(), plain(&it.value));
                Value::Object(table.iter().map(entry).collect())
            }
        }
    }

    #[test]
    fn values_are_those_of_serde_json() {
        for text in [
            r#" { "a" : [ 1 , -2.5e3 , true , null , "x\n\u00e9\ud83d\ude00\"\\" ] , "b" : { } , "c":[]} "#,
            "[[],{},\"\",0,1e400e]",
            r#"{"a":1,"b":2,"a":3}"#,
            "\"\\/\"",
        ] {
            let Ok(want) = serde_json::from_str::<Value>(text) else {
                assert!(read(FileId(0), text, "bad-json").is_err(), "{text}");
                continue;
            };
            let got = read(FileId(0), text, "bad-json").unwrap();
            assert_eq!(plain(&got).to_string(), want.to_string(), "{text}");
        }
    }

    #[test]
    fn parts_of_strings_know_their_places() {
        let text = r#"{ "expr": "a{b=\"c\"}" }"#;
        let node = read(FileId(0), text, "bad-json").unwrap();
        let expr = node.get("expr").unwrap().as_text().unwrap();
        assert_eq!(expr.as_str(), "a{b=\"c\"}");
        let span = expr.place(5, 6).span;
        assert_eq!(&text[span.start as usize..span.end as usize], "c");
        assert_eq!(node.get("expr").unwrap().span.start, 10);
    }

    #[test]
    fn faults_have_a_place() {
        let place = |text: &str| {
            let error = read(FileId(0), text, "bad-json").unwrap_err();
            let span = error.place().unwrap();
            (span.start, error.labels[0].text.clone())
        };
        assert_eq!(place("{\n \"a\": é }").0, 8);
        assert_eq!(place("{ \"a\": 1, }"), (10, "trailing comma".to_owned()));
        assert_eq!(place("\u{feff}{}").0, 0);
        assert_eq!(place("").0, 0);
        assert!(read(FileId(0), &"[".repeat(100_000), "bad-json").is_err());
        let nested = |n: usize| "[".repeat(n) + "\"[\\\"[\"" + &"]".repeat(n);
        assert!(read(FileId(0), &nested(128), "bad-json").is_ok());
        assert_eq!(place(&nested(1_000_000)), (128, "one more here".to_owned()));
    }
}

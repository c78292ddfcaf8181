//! Dashboards in Grafana's own JSON: they pass through, their queries are checked.

use serde_json::Value as Json;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::{FileId, Span};
use crate::diag::text::{Text, TextBuilder};

/// The Prometheus queries of a dashboard, with their places. `None` if the text is not a
/// dashboard, which is then said.
pub(super) fn queries(
    file: FileId,
    path: &str,
    text: &str,
    sink: &mut Sink,
) -> Option<Vec<Text>> {
    let whole = Span { file, start: 0, end: 0 };
    let json: Json = match serde_json::from_str(text) {
        Ok(it) => it,
        Err(error) => {
            let line = text.split_inclusive('\n').take(error.line().saturating_sub(1));
            let start = line.map(str::len).sum::<usize>() + error.column();
            let start = start.saturating_sub(1).min(text.len()) as u32;
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or(&why);
            sink.push(
                Diagnostic::error("bad-json", format!("`{path}` is not JSON"))
                    .at(Span { file, start, end: start + 1 }, why),
            );
            return None;
        }
    };
    if json.get("panels").is_none() && json.get("spec").is_none() {
        sink.push(
            Diagnostic::error("bad-dashboard", format!("`{path}` is no dashboard"))
                .at(whole, "has no `panels`")
                .help("export the dashboard as JSON from Grafana"),
        );
        return None;
    }
    let mut found = Vec::new();
    collect(&json, true, &mut found, 0);
    let places = expressions(file, text);
    // Both lists hold the strings under `expr` in the order of the text.
    if places.len() != found.len() {
        return Some(Vec::new());
    }
    let prometheus = found.into_iter().zip(places).filter(|it| it.0).map(|it| it.1);
    Some(prometheus.filter(|it| !it.as_str().trim().is_empty()).collect())
}

/// For each string under `expr`, in order: whether Prometheus answers it.
fn collect(json: &Json, prometheus: bool, out: &mut Vec<bool>, depth: u32) {
    // serde_json itself stops at 128.
    if 256 < depth {
        return;
    }
    match json {
        Json::Array(items) => {
            items.iter().for_each(|it| collect(it, prometheus, out, depth + 1));
        }
        Json::Object(map) => {
            let kind = map.get("datasource").and_then(|it| it.get("type"));
            let here = match kind.and_then(Json::as_str) {
                Some(kind) if kind == "datasource" || kind.starts_with("--") => {
                    prometheus
                }
                Some(kind) => kind == "prometheus",
                None => prometheus,
            };
            for (name, value) in map {
                match (name.as_str(), value) {
                    ("expr", Json::String(_)) => out.push(here),
                    _ => collect(value, here, out, depth + 1),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// All strings that stand under a key `expr`, decoded, with their places.
fn expressions(file: FileId, text: &str) -> Vec<Text> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut key = None;
    while let Some(start) = text[at..].find('"').map(|it| at + it) {
        let Some((string, end)) = string(file, text, start) else { break };
        let rest = text[end..].trim_start();
        match rest.starts_with(':') {
            true => key = Some((string, end)),
            false => {
                let after = |end: usize| text[end..start].trim() == ":";
                if key
                    .take()
                    .is_some_and(|(key, end)| key.as_str() == "expr" && after(end))
                {
                    out.push(string);
                }
            }
        }
        at = end;
    }
    out
}

/// The string whose quote stands at `start`, and the offset after it.
fn string(file: FileId, text: &str, start: usize) -> Option<(Text, usize)> {
    let span =
        |start: usize, end: usize| Span { file, start: start as u32, end: end as u32 };
    let body = text[start + 1..].char_indices();
    let mut escaped = false;
    let mut end = None;
    for (idx, it) in body {
        match it {
            '"' if !escaped => {
                end = Some(start + 1 + idx);
                break;
            }
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    let end = end?;
    let mut out = TextBuilder::new(span(start, end + 1));
    let mut at = start + 1;
    while at < end {
        let plain = text[at..end].find('\\').map_or(end, |it| at + it);
        out.verbatim(&text[at..plain], span(at, plain));
        if plain == end {
            break;
        }
        let len = match text.as_bytes().get(plain + 1) {
            // A character beyond the first plane is written as two escapes.
            Some(b'u') if surrogate(&text[plain..end]) => 12,
            Some(b'u') => 6,
            _ => 2,
        };
        let stop = (plain + len).min(end);
        let escape = text.get(plain..stop)?;
        let decoded: String = serde_json::from_str(&format!("\"{escape}\"")).ok()?;
        out.escape(&decoded, span(plain, stop));
        at = stop;
    }
    Some((out.finish(), end + 1))
}

fn surrogate(text: &str) -> bool {
    let hex = text.get(2..6).and_then(|it| u16::from_str_radix(it, 16).ok());
    hex.is_some_and(|it| (0xD800..0xDC00).contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_found_with_their_places() {
        let text = "{\"panels\": [{\"targets\": [\n  {\"expr\": \"a{b=\\\"c\\\"} \\u003e 1\", \
             \"legendFormat\": \"expr\"},\n  {\"datasource\": {\"type\": \"loki\"}, \
             \"expr\": \"{x}\"}]}]}";
        let mut sink = Sink::new();
        let got = queries(FileId(0), "x.json", text, &mut sink).unwrap();
        assert!(sink.is_empty());
        let [query] = &got[..] else { panic!("{got:?}") };
        assert_eq!(query.as_str(), "a{b=\"c\"} > 1");
        let place = query.place(9, 10).span;
        assert_eq!(&text[place.start as usize..place.end as usize], "\\u003e");
    }

    #[test]
    fn what_is_no_dashboard_is_said() {
        for (text, code) in [("{\n \"a\": }", "bad-json"), ("{}", "bad-dashboard")] {
            let mut sink = Sink::new();
            assert!(queries(FileId(0), "x.json", text, &mut sink).is_none());
            assert_eq!(sink.into_sorted()[0].code, code);
        }
    }
}

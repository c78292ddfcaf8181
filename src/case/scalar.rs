//! Typed scalars of YAML files as Prometheus's YAML reader (yaml.v2) takes them.

use chrono::DateTime;

use crate::case::duration;
use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::yaml;

/// A text: any scalar as it is written; nothing for null.
pub(super) fn text(node: &Node, sink: &mut Sink) -> Option<Text> {
    if node.is_null() {
        return None;
    }
    let text = node.raw().cloned();
    if text.is_none() {
        wrong(node, "a text", "", sink);
    }
    text
}

/// Milliseconds of a duration; 0 for null.
pub(super) fn duration(node: &Node, sink: &mut Sink) -> i64 {
    let Some(text) = text(node, sink) else { return 0 };
    match duration::parse(text.as_str()) {
        Ok(millis) => millis,
        Err(message) => {
            sink.push(
                Diagnostic::error("bad-value", message)
                    .at(text.span(), "not a duration")
                    .help("write a duration: `30s`, `5m`, `1h30m`"),
            );
            0
        }
    }
}

/// The end of the year 9999: RFC 3339 has no later time.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// Milliseconds since 1970 of RFC 3339 or of a number of seconds; 0 for null.
pub(super) fn timestamp(node: &Node, sink: &mut Sink) -> i64 {
    let Some(text) = text(node, sink) else { return 0 };
    if let Ok(seconds) = text.as_str().parse::<f64>()
        && seconds.abs() <= LAST_SECOND
    {
        return (seconds * 1000.0).floor() as i64;
    }
    match DateTime::parse_from_rfc3339(text.as_str()) {
        Ok(time) => time.timestamp_millis(),
        Err(_) => {
            let title = format!("cannot parse {:?} to a valid timestamp", text.as_str());
            sink.push(
                Diagnostic::error("bad-value", title)
                    .at(text.span(), "not a time")
                    .help("write `2026-01-31T12:00:00Z`, or seconds since 1970"),
            );
            0
        }
    }
}

/// A boolean; false for null.
pub(super) fn boolean(node: &Node, sink: &mut Sink) -> bool {
    match yaml::go_bool(node) {
        Some(value) => value,
        None => {
            if !node.is_null() {
                wrong(node, "`true` or `false`", "", sink);
            }
            false
        }
    }
}

/// A number; 0 for null.
pub(super) fn float(node: &Node, sink: &mut Sink) -> f64 {
    if node.is_null() {
        return 0.0;
    }
    // An integer first: Go reads `010` as 8.
    let value = yaml::go_int(node).map(|it| it as f64).or_else(|| yaml::go_float(node));
    if let Some(value) = value {
        return value;
    }
    let text = node.raw().map_or("", |it| it.as_str());
    let help = match text.to_ascii_lowercase().as_str() {
        "nan" => "write `.nan`; but NaN never equals NaN: test `x != x` instead",
        "inf" | "+inf" => "write `.inf`",
        "-inf" => "write `-.inf`",
        _ => "",
    };
    wrong(node, "a number", help, sink);
    0.0
}

fn wrong(node: &Node, wanted: &str, help: &str, sink: &mut Sink) {
    let title = format!("expected {wanted}, not {}", node.what());
    let diagnostic = Diagnostic::error("wrong-type", title).at(node.span, node.what());
    sink.push(match help {
        "" => diagnostic,
        help => diagnostic.help(help),
    });
}

/// The error about a key that does not exist here, with the nearest one that does.
pub(super) fn unknown_key(key: &Text, what: &str, known: &[&str]) -> Diagnostic {
    let title = format!("unknown key `{key}` in {what}");
    let diagnostic = Diagnostic::error("unknown-key", title);
    match suggest::nearest(key.as_str(), known.iter().copied()) {
        Some(near) => {
            let edits = vec![(key.span(), near.to_string())];
            let title = format!("write `{near}`");
            diagnostic.at(key.span(), format!("did you mean `{near}`?")).fix(Fix {
                title,
                edits,
                safe: false,
            })
        }
        None => diagnostic
            .at(key.span(), "not a key of promtool's tests")
            .help(format!("known keys are {}", suggest::list(known.iter().copied(), 20))),
    }
}

//! Variables as dashboard-linter fills them in, so that a query can be parsed: outside of
//! double quotes only (its `variables.go`).

use crate::diag::text::{Text, TextBuilder};
use crate::grafana::interpolate::{self, Chosen};
use crate::grafana::model::Dashboard;

/// What stands for `$__rate_interval`, by which it is known again.
pub const RATE_INTERVAL: i64 = 8_869_990_787;

/// Values of a variable in its own value are followed this far.
const MAX_DEPTH: usize = 8;

fn global(name: &str) -> Option<&'static str> {
    Some(match name {
        "__rate_interval" => "8869990787ms",
        "__interval" => "4867856611ms",
        "__interval_ms" => "7781188786",
        "__range_ms" => "6737667980",
        "__range_s" => "9397795485",
        "__range" => "6069770749ms",
        "__dashboard" => "AwREbnft",
        "__from" | "__to" => "1594671549254",
        "__name" => "name",
        "__org" | "__user" => "42",
        "__auto" => "12345ms",
        _ if name.starts_with("__auto_interval") => "10s",
        _ => return None,
    })
}

/// A query with values in place of the variables outside of double quotes.
pub fn expanded(query: &Text, board: &Dashboard) -> Text {
    let text = query.as_str();
    let mut out = TextBuilder::new(query.span());
    let mut at = 0;
    for it in interpolate::uses(text) {
        let quotes = text[..it.at.start].matches('"').count();
        if quotes % 2 == 1 {
            continue;
        }
        out.part(query, at..it.at.start);
        let value = value(&it.name, it.format.as_deref(), board, MAX_DEPTH);
        out.escape(&value, query.place(it.at.start, it.at.end).span);
        at = it.at.end;
    }
    out.part(query, at..text.len());
    out.finish()
}

fn value(name: &str, format: Option<&str>, board: &Dashboard, depth: usize) -> String {
    if let Some(it) = global(name) {
        return it.to_owned();
    }
    let variable = board.variables.iter().find(|it| it.name == name);
    let known = variable.and_then(|it| it.current.first().or(it.options.first()));
    match known.filter(|it| !it.is_empty()) {
        Some(it) if it.contains('$') && 0 < depth => {
            let uses = interpolate::uses(it);
            match uses.first() {
                Some(inner) if inner.name != name => {
                    value(&inner.name, None, board, depth - 1)
                }
                _ => it.clone(),
            }
        }
        Some(it) => it.clone(),
        None if format.is_some() => {
            let three = vec![name.to_owned(); 3];
            interpolate::written(&Chosen::Several(three), format)
        }
        None => name.to_owned(),
    }
}

//! Rules as Prometheus reads them: the fields in the order in which people write them.
//!
//! One form for plain rule files and for the `spec` of a PrometheusRule
//! (`model/rulefmt/rulefmt.go`). How YAML is printed is not known here.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::rules::group::{self, Millis, Pair};

/// A rule file, or the `spec` of a PrometheusRule.
#[derive(Debug, Serialize)]
pub struct Groups<'a> {
    /// Its groups.
    pub groups: Vec<Group<'a>>,
}

/// A group.
#[derive(Debug, Serialize)]
pub struct Group<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_offset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    labels: Pairs<'a>,
    rules: Vec<Rule<'a>>,
}

#[derive(Debug, Default, Serialize)]
struct Rule<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'a str>,
    expr: Cow<'a, str>,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    hold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<String>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    labels: Pairs<'a>,
    #[serde(skip_serializing_if = "Pairs::is_empty")]
    annotations: Pairs<'a>,
}

#[derive(Debug, Default)]
struct Pairs<'a>(&'a [Pair]);

impl Pairs<'_> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for Pair { name, value } in self.0 {
            map.serialize_entry(name.as_str(), value.as_str())?;
        }
        map.end()
    }
}

/// The groups as they are written.
pub fn groups<'a>(groups: impl IntoIterator<Item = &'a group::Group>) -> Groups<'a> {
    Groups { groups: groups.into_iter().map(group).collect() }
}

/// A group as it is written.
pub fn group(it: &group::Group) -> Group<'_> {
    Group {
        name: &it.name,
        interval: it.interval.map(|it| it.to_string()),
        query_offset: it.query_offset.map(|it| it.to_string()),
        limit: (it.limit != 0).then_some(it.limit),
        labels: Pairs(&it.labels),
        rules: it.rules.iter().map(rule).collect(),
    }
}

fn rule(rule: &group::Rule) -> Rule<'_> {
    match rule {
        group::Rule::Record(it) => Rule {
            record: Some(it.name.as_str()),
            expr: expression(it.expr.text.as_str()),
            labels: Pairs(&it.labels),
            ..Rule::default()
        },
        group::Rule::Alert(it) => Rule {
            alert: Some(it.name.as_str()),
            expr: expression(it.expr.text.as_str()),
            hold: duration(it.hold.value),
            keep_firing_for: duration(it.keep_firing_for.value),
            labels: Pairs(&it.labels),
            annotations: Pairs(&it.annotations),
            ..Rule::default()
        },
    }
}

fn duration(it: Millis) -> Option<String> {
    (it.0 != 0).then(|| it.to_string())
}

/// The author's text without the blanks around it. Lines lose the indentation that all
/// of them share, unless a raw string might span lines and mean its blanks.
pub fn expression(text: &str) -> Cow<'_, str> {
    let body = text.trim_end();
    let start = body.find(|it: char| !it.is_whitespace()).unwrap_or(body.len());
    let body = &body[body[..start].rfind('\n').map_or(0, |it| it + 1)..];
    if !body.contains('\n') {
        return Cow::Borrowed(body.trim_start());
    }
    if body.contains('`') {
        return Cow::Borrowed(body.trim_start());
    }
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = || body.lines().map(str::trim_end);
    let shared = lines().filter(|it| !it.is_empty()).map(indent).min().unwrap_or(0);
    let cut: Vec<&str> = lines().map(|it| it.get(shared..).unwrap_or("")).collect();
    Cow::Owned(cut.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_lose_the_blanks_around_them() {
        assert_eq!(expression("  up == 0 \n"), "up == 0");
        assert_eq!(expression("\n    a\r\n      and b \n"), "a\n  and b");
        assert_eq!(expression("\n\n  a\n    # why\n\n  b\n"), "a\n  # why\n\nb");
        assert_eq!(expression("a\n  / b"), "a\n  / b");
        assert_eq!(expression("\n  x{a=`\n  b`}\n"), "x{a=`\n  b`}");
        assert_eq!(expression(""), "");
    }
}

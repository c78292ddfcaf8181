//! Replacement texts of `label_replace`: `$1`, `${name}`, `$$`.
//!
//! As Go's `regexp.Regexp.ExpandString` reads them; what is no reference stays as it is,
//! and a group that is missing or did not match is empty.

use std::sync::LazyLock;

use regex_automata::meta::Regex;

/// A replacement text in its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Template<'t>(Vec<Part<'t>>);

#[derive(Clone, Debug, PartialEq)]
enum Part<'t> {
    Text(&'t str),
    Group(usize),
    Named(&'t str),
}

impl<'t> Template<'t> {
    /// Takes a replacement text apart.
    pub fn parse(mut text: &'t str) -> Template<'t> {
        let mut parts = Vec::new();
        while let Some((before, after)) = text.split_once('$') {
            parts.push(Part::Text(before));
            text = after;
            if let Some(rest) = text.strip_prefix('$') {
                parts.push(Part::Text("$"));
                text = rest;
                continue;
            }
            match reference(text) {
                Some((part, rest)) => {
                    parts.push(part);
                    text = rest;
                }
                None => parts.push(Part::Text("$")),
            }
        }
        parts.push(Part::Text(text));
        parts.retain(|it| *it != Part::Text(""));
        Template(parts)
    }

    /// The text with the groups of a match.
    pub fn expand<'v>(
        &self,
        group: impl Fn(usize) -> Option<&'v str>,
        named: impl Fn(&str) -> Option<&'v str>,
    ) -> String {
        let mut out = String::new();
        for part in &self.0 {
            out.push_str(match part {
                Part::Text(it) => it,
                Part::Group(it) => group(*it).unwrap_or(""),
                Part::Named(it) => named(it).unwrap_or(""),
            });
        }
        out
    }
}

/// The reference at the beginning of what follows a `$`.
fn reference(text: &str) -> Option<(Part<'_>, &str)> {
    let (name, rest) = match text.strip_prefix('{') {
        Some(inner) => {
            let (name, rest) = name(inner)?;
            (name, rest.strip_prefix('}')?)
        }
        None => name(text)?,
    };
    let is_number = name.bytes().all(|it| it.is_ascii_digit())
        && (name == "0" || !name.starts_with('0'));
    let number = name.parse().ok().filter(|it| is_number && *it < 1_000_000_000);
    let part = number.map_or(Part::Named(name), Part::Group);
    Some((part, rest))
}

/// The longest name of letters, digits and underscores.
fn name(text: &str) -> Option<(&str, &str)> {
    static NAME: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^[\p{L}\p{Nd}_]+").ok());
    let end = NAME.as_ref()?.find(text)?.end();
    Some(text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_in_go() {
        let cases = [
            ("", ""),
            ("plain", "plain"),
            ("$1", "<1>"),
            ("${1}x", "<1>x"),
            ("$1x", "<1x>"),
            ("a$0b", "a<0b>"),
            ("${0}", "<0>"),
            ("$$1", "$1"),
            ("$", "$"),
            ("a$-b", "a$-b"),
            ("${", "${"),
            ("${a", "${a"),
            ("${a-}", "${a-}"),
            ("$a_1-$2", "<a_1>-<2>"),
            ("$01", "<01>"),
            ("$été!", "<été>!"),
            ("${}", "${}"),
        ];
        for (text, want) in cases {
            let shown: String = Template::parse(text)
                .0
                .iter()
                .map(|it| match it {
                    Part::Text(it) => it.to_string(),
                    Part::Group(it) => format!("<{it}>"),
                    Part::Named(it) => format!("<{it}>"),
                })
                .collect();
            assert_eq!(shown, want, "{text}");
        }
        assert_eq!(Template::parse("$01").0, [Part::Named("01")]);
        assert_eq!(Template::parse("$10").0, [Part::Group(10)]);
    }

    #[test]
    fn groups_that_are_missing_are_empty() {
        let template = Template::parse("a${1}b${2}c$name.d");
        let group = |idx| (idx == 1).then_some("X");
        let named = |name: &str| (name == "name").then_some("Y");
        assert_eq!(template.expand(group, named), "aXbcY.d");
    }
}

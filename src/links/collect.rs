//! The links of a project: found in its texts, each address once.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::links::address::{self, Address};
use crate::links::anchor::is_anchor;
use crate::links::pattern;

/// A link at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The address, as it is written or as a template makes it.
    pub url: String,
    /// Where it stands.
    pub span: Span,
}

/// An address that is to be looked at.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The address.
    pub address: Address,
    /// Where it is wanted, by fragment; without one, by none.
    pub links: BTreeMap<Option<String>, Vec<Place>>,
}

/// An address that is not looked at, and why not.
#[derive(Clone, Debug)]
pub struct Exception {
    /// A pattern of addresses.
    pub url: String,
    /// Where it is written.
    pub span: Span,
}

impl Wanted {
    /// The fragments that must be there.
    pub fn fragments(&self) -> Vec<String> {
        let all = self.links.keys().flatten();
        all.filter(|it| is_anchor(it)).cloned().collect()
    }
}

/// The links without those that are excepted, by address; says which are no addresses and
/// which exceptions except nothing. Also how many links were excepted.
pub fn wanted(
    places: Vec<Place>,
    exceptions: &[Exception],
    sink: &mut Sink,
) -> (Vec<Wanted>, usize) {
    let mut all: BTreeMap<Address, Wanted> = BTreeMap::new();
    let mut used = vec![false; exceptions.len()];
    let mut n_excepted = 0;
    for place in places {
        let of = exceptions.iter().position(|it| pattern::matches(&it.url, &place.url));
        if let Some(idx) = of {
            (used[idx], n_excepted) = (true, n_excepted + 1);
            continue;
        }
        match address::parse(&place.url) {
            Ok((address, fragment)) => {
                let new = || Wanted { address: address.clone(), links: BTreeMap::new() };
                let links = &mut all.entry(address.clone()).or_insert_with(new).links;
                let places = links.entry(fragment).or_default();
                if places.iter().all(|it| it.span != place.span) {
                    places.push(place);
                }
            }
            Err(why) => sink.push_once(
                Diagnostic::warning(
                    "link-invalid",
                    format!("`{}` {why}", without_secret(&place.url)),
                )
                .at(place.span, "cannot be looked at"),
            ),
        }
    }
    for (exception, used) in exceptions.iter().zip(used) {
        if !used {
            let title = format!("the exception `{}` excepts nothing", exception.url);
            sink.push(
                Diagnostic::warning("link-exception", title)
                    .at(exception.span, "no link is like this")
                    .help("take it out"),
            );
        }
    }
    (all.into_values().collect(), n_excepted)
}

/// An address whose user name and password are not shown.
fn without_secret(url: &str) -> String {
    let begin = url.find("://").map_or(0, |it| it + 3);
    let end = url[begin..].find(['/', '?', '#']).map_or(url.len(), |it| begin + it);
    match url[begin..end].rfind('@') {
        Some(at) => format!("{}…{}", &url[..begin], &url[begin + at..]),
        None => url.to_owned(),
    }
}

/// Where addresses stand in a text. A template's `{{ … }}` and Grafana's `${…}` belong to
/// the address in which they stand.
pub fn find(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("http").map(|it| at + it) {
        at = start + "http".len();
        let rest = &text[start..];
        if !(rest.starts_with("http://") || rest.starts_with("https://"))
            || text[..start].ends_with(|it: char| it.is_alphanumeric())
        {
            continue;
        }
        let end = start + length(rest);
        let scheme = if rest.starts_with("https") { 8 } else { 7 };
        if start + scheme < end {
            out.push(start..end);
        }
        at = end.max(at);
    }
    out
}

/// The length of the address at the beginning of a text, without what ends a sentence.
fn length(text: &str) -> usize {
    let mut at = 0;
    let mut end = 0;
    let mut open = 0usize;
    while let Some(it) = text[at..].chars().next() {
        if let Some(len) = inserted(&text[at..]) {
            at += len;
            end = at;
            continue;
        }
        match it {
            '(' => open += 1,
            ')' if open == 0 => break,
            ')' => open -= 1,
            '<' | '>' | '"' | '\'' | '`' | '|' | '^' | '[' | ']' | '{' | '}' | '\\' => {
                break;
            }
            it if it.is_whitespace() || it.is_control() => break,
            _ => {}
        }
        at += it.len_utf8();
        if !matches!(it, '.' | ',' | ';' | ':' | '!' | '?' | '*' | '_') {
            end = at;
        }
    }
    end
}

/// The length of what is filled in at the beginning of a text.
fn inserted(text: &str) -> Option<usize> {
    let stop = match text {
        it if it.starts_with("{{") => "}}",
        it if it.starts_with("${") => "}",
        _ => return None,
    };
    Some(text.find(stop)? + stop.len())
}

/// Whether an address is filled in later: by a template, by Grafana.
pub fn is_template(url: &str) -> bool {
    url.contains("{{") || url.contains('$')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;

    #[test]
    fn addresses_are_found_in_texts() {
        for (text, expect) in [
            ("see https://a/b.", "https://a/b"),
            ("(https://a/b_(c)), https://d?", "https://a/b_(c) https://d"),
            ("[x](https://a/b) <http://c>", "https://a/b http://c"),
            (
                "https://a/{{ $labels.x }}/b?c={{ .V }} d",
                "https://a/{{ $labels.x }}/b?c={{ .V }}",
            ),
            ("https://a/${__url_time_range} x", "https://a/${__url_time_range}"),
            ("https://{{ $externalURL }}", "https://{{ $externalURL }}"),
            ("https://a/{{ open", "https://a/"),
            ("xhttps://a http:/b https:// http", ""),
            ("https://ü.de/ä https://a/*", "https://ü.de/ä https://a/"),
        ] {
            let found: Vec<&str> = find(text).into_iter().map(|it| &text[it]).collect();
            assert_eq!(found.join(" "), expect, "{text}");
        }
    }

    #[test]
    fn each_address_is_wanted_once() {
        let place = |url: &str, start: u32| Place {
            url: url.to_owned(),
            span: Span { file: FileId(0), start, end: start + 1 },
        };
        let places = vec![
            place("https://a/#x", 0),
            place("https://A:443/", 1),
            place("https://a/#x", 2),
            place("https://a/#top", 3),
            place("https://b/inner/x", 4),
            place("https://u:p@c/", 5),
        ];
        let span = place("", 9).span;
        let except = |url: &str| Exception { url: url.to_owned(), span };
        let mut sink = Sink::new();
        let exceptions = [except("https://b/**"), except("https://gone/**")];
        let (wanted, n_excepted) = wanted(places, &exceptions, &mut sink);
        let [one] = &wanted[..] else { panic!("{wanted:?}") };
        assert_eq!(one.fragments(), ["x"]);
        assert_eq!(one.links.values().map(Vec::len).sum::<usize>(), 4);
        assert_eq!(n_excepted, 1);
        let said = sink.into_sorted();
        let codes: Vec<_> = said.iter().map(|it| it.code).collect();
        assert_eq!(codes, ["link-invalid", "link-exception"]);
        let hidden = "`https://…@c/` has a user name or a password in it";
        assert_eq!(said[0].title, hidden);
    }
}

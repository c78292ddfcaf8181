//! What was found out about links, as findings at the author's places: one for each link,
//! with all places in which it stands.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::links::address::Address;
use crate::links::collect::{Place, Wanted};
use crate::links::walk::{Outcome, Verdict};

/// At most this many places of one link are shown.
const MAX_PLACES: usize = 6;

/// The code of what cannot be said.
const UNKNOWN: &str = "link-unknown";

/// How many links went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that are good.
    pub good: usize,
    /// Those with a finding.
    pub bad: usize,
    /// Those of which it cannot be said.
    pub unknown: usize,
}

/// The findings about an address.
pub fn findings(
    wanted: &Wanted,
    outcome: &Outcome,
    counts: &mut Counts,
) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (fragment, places) in &wanted.links {
        let found = finding(wanted, fragment.as_deref(), outcome);
        match &found {
            Some((it, _)) if it.code == UNKNOWN => counts.unknown += 1,
            Some(_) => counts.bad += 1,
            None => counts.good += 1,
        }
        out.extend(found.map(|it| placed(it, places)));
    }
    out
}

fn finding(
    wanted: &Wanted,
    fragment: Option<&str>,
    outcome: &Outcome,
) -> Option<(Diagnostic, String)> {
    let url = &wanted.address;
    let (code, title, label) = match &outcome.verdict {
        Verdict::Alive(missing) => match fragment {
            Some(it) if missing.iter().any(|other| other == it) => (
                "link-anchor",
                format!("`{url}` has no anchor `#{it}`"),
                "the page is there, but not this place in it",
            ),
            _ => return moved(wanted, fragment, outcome),
        },
        Verdict::Partial(unseen, why) => match fragment {
            Some(it) if unseen.iter().any(|other| other == it) => (
                UNKNOWN,
                format!("`{url}` may have an anchor `#{it}` or not: {why}"),
                "the page is there; whether this place in it is, is not known",
            ),
            _ => return moved(wanted, fragment, outcome),
        },
        Verdict::Dead(why) => ("link-dead", format!("`{url}` {why}"), "leads nowhere"),
        Verdict::Guarded(status) => (
            "link-guarded",
            format!("`{url}` answers {status}: it is there for those who log in only"),
            "cannot be looked at",
        ),
        Verdict::Private(why) => {
            ("link-private", format!("`{url}` {why}"), "is not asked for")
        }
        Verdict::Unknown(why) => {
            (UNKNOWN, format!("`{url}` {why}"), "may be good or not")
        }
    };
    let it = Diagnostic::warning(code, title);
    let it = match &outcome.verdict {
        Verdict::Guarded(_) => it.help(format!(
            "give it what it asks for under `[runbooks.online.headers.\"{}\"]`, or except \
             it with `[[runbooks.online.except]]`",
            host_of_headers(url)
        )),
        Verdict::Private(_) => it.help(
            "name the host in `[runbooks.online] allow_private`, or except the link with \
             `[[runbooks.online.except]]`",
        ),
        _ => it,
    };
    Some((it, label.to_owned()))
}

/// A host as headers for it are written: without `http://` they are for `https` alone, and
/// without a port for that of the scheme.
fn host_of_headers(url: &Address) -> String {
    let scheme = if url.secure { "" } else { "http://" };
    match (url.secure, url.port) {
        (true, 443) | (false, 80) => format!("{scheme}{}", url.host),
        (_, _) => format!("{scheme}{}", url.authority()),
    }
}

fn moved(
    wanted: &Wanted,
    fragment: Option<&str>,
    outcome: &Outcome,
) -> Option<(Diagnostic, String)> {
    let mut to = outcome.moved.clone()?;
    // A browser takes the fragment along, unless the redirect has its own.
    if let Some(it) = fragment.filter(|_| !to.contains('#')) {
        to += &format!("#{it}");
    }
    let title = format!("`{}` has moved for good", wanted.address);
    let it = Diagnostic::warning("link-moved", title);
    Some((it.help(format!("write `{to}`")), "is redirected".to_owned()))
}

/// A finding at all places of its link.
fn placed((mut it, label): (Diagnostic, String), places: &[Place]) -> Diagnostic {
    let mut places: Vec<&Place> = places.iter().collect();
    places.sort_by_key(|it| it.span);
    for (idx, place) in places.iter().take(MAX_PLACES).enumerate() {
        it = match idx {
            0 => it.at(place.span, label.as_str()),
            _ => it.context(place.span, "and here"),
        };
    }
    match places.len().checked_sub(MAX_PLACES) {
        None | Some(0) => it,
        Some(n) => it.note(format!("and in {n} more places")),
    }
}

/// Why nothing can be said of any link, where that is so: no server of several answered.
pub fn offline(outcomes: &[(&Wanted, &Outcome)]) -> Option<Diagnostic> {
    let asked: Vec<&(&Wanted, &Outcome)> = outcomes
        .iter()
        .filter(|it| !matches!(it.1.verdict, Verdict::Private(_)))
        .collect();
    let mut hosts: Vec<&str> =
        asked.iter().map(|it| it.0.address.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let nobody = asked.iter().all(|it| !it.1.answered && it.1.offline);
    if hosts.len() < 2 || !nobody {
        return None;
    }
    let title = "no host of any link can be reached: the network seems to be down";
    Some(
        Diagnostic::error("network-down", title)
            .note(format!("asked were {}", suggest::list(hosts.iter().copied(), 4)))
            .help("where a proxy is needed, name it in `HTTPS_PROXY`"),
    )
}

/// What is said of a link that only a template makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The address, with its template.
    pub url: String,
    /// Where it stands.
    pub span: Span,
    /// Why it is not looked at.
    pub why: &'static str,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::diag::source::FileId;
    use crate::links::address::parse;

    fn wanted(url: &str) -> Wanted {
        let (address, fragment) = parse(url).unwrap();
        let span = |start: u32| Span { file: FileId(0), start, end: start + 1 };
        let place = |start| Place { url: url.to_owned(), span: span(start) };
        let links = BTreeMap::from([(fragment, (0..9).rev().map(place).collect())]);
        Wanted { address, links }
    }

    fn outcome(verdict: Verdict, answered: bool) -> Outcome {
        Outcome { verdict, moved: None, answered, offline: !answered }
    }

    #[test]
    fn a_finding_has_all_places() {
        let mut counts = Counts::default();
        let missing = outcome(Verdict::Alive(vec!["x".to_owned()]), true);
        let found = findings(&wanted("https://a/#x"), &missing, &mut counts);
        let [it] = &found[..] else { panic!("{found:?}") };
        assert_eq!(it.code, "link-anchor");
        assert_eq!((it.labels.len(), it.labels[0].span.start), (6, 0));
        assert_eq!(it.notes, ["and in 3 more places"]);
        assert_eq!(findings(&wanted("https://a/#y"), &missing, &mut counts), []);
        assert_eq!(counts, Counts { good: 1, bad: 1, unknown: 0 });
    }

    #[test]
    fn headers_are_asked_for_under_the_key_that_sends_them() {
        let guarded = outcome(Verdict::Guarded(401), true);
        for (url, key) in [
            ("https://a/", "headers.\"a\""),
            ("https://a:8443/", "headers.\"a:8443\""),
            ("http://a/", "headers.\"http://a\""),
            ("http://a:81/", "headers.\"http://a:81\""),
        ] {
            let found = findings(&wanted(url), &guarded, &mut Counts::default());
            assert!(found[0].help[0].contains(key), "{:?}", found[0].help);
        }
    }

    #[test]
    fn an_anchor_that_was_not_found_in_a_part_of_a_page_is_unknown() {
        let mut counts = Counts::default();
        let cut = Verdict::Partial(vec!["x".to_owned()], "it is too long".to_owned());
        let cut = outcome(cut, true);
        let found = findings(&wanted("https://a/#x"), &cut, &mut counts);
        assert_eq!(found.iter().map(|it| it.code).collect::<Vec<_>>(), [UNKNOWN]);
        assert_eq!(findings(&wanted("https://a/#y"), &cut, &mut counts), []);
        assert_eq!(counts, Counts { good: 1, bad: 0, unknown: 1 });
    }

    #[test]
    fn a_link_that_moved_keeps_its_place_in_the_page() {
        for (to, expected) in
            [("https://b/", "https://b/#x"), ("https://b/#y", "https://b/#y")]
        {
            let moved = Some(to.to_owned());
            let moved = Outcome { moved, ..outcome(Verdict::Alive(Vec::new()), true) };
            let wanted = wanted("https://a/#x");
            let found = findings(&wanted, &moved, &mut Counts::default());
            let helps = found.iter().flat_map(|it| &it.help);
            assert_eq!(helps.collect::<Vec<_>>(), [&format!("write `{expected}`")]);
        }
    }

    #[test]
    fn a_network_that_is_down_is_no_dead_link() {
        let dead = |answered| outcome(Verdict::Dead("x".to_owned()), answered);
        let (a, b) = (wanted("https://a/"), wanted("https://b/"));
        let down = dead(false);
        assert!(offline(&[(&a, &down), (&b, &down)]).is_some());
        assert!(offline(&[(&a, &down), (&b, &dead(true))]).is_none());
        assert!(offline(&[(&a, &down)]).is_none());
        assert!(offline(&[]).is_none());
    }
}

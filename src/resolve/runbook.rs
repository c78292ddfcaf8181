//! Where the runbook of an alert is.

use std::borrow::Cow;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::resolve::scope::Scope;
use crate::rules::group::Runbook;
use crate::rules::kebab::kebab;
use crate::spec::model::{Body, Runbooks};

/// The runbook of an alert; `key` is where the alert is declared.
pub(super) fn runbook(
    runbooks: &Runbooks,
    body: &Body,
    key: &Text,
    scope: &Scope,
    sink: &mut Sink,
) -> Option<Runbook> {
    let (named, span) = match &body.runbook {
        Some(field) => {
            let text = field.value.as_ref()?;
            (scope.text(text, sink)?, text.span())
        }
        None if runbooks.url.is_none() && runbooks.source.is_none() => return None,
        None => {
            let page = match (&runbooks.page, scope.get("alert")) {
                (Some(page), _) => scope.text(page, sink)?,
                (None, Some(alert)) => {
                    Text::opaque(&kebab(alert.text.as_str()), key.span())
                }
                // What is wrong with the alert's name has been said.
                (None, None) => return None,
            };
            (page, key.span())
        }
    };
    let split = |it: &str| match it.split_once('#') {
        Some((page, anchor)) => (page.to_string(), Some(anchor.to_string())),
        None => (it.to_string(), None),
    };
    let base = match &runbooks.url {
        Some(url) => Some(scope.text(url, sink)?),
        None => None,
    };
    let base = base.as_ref().map_or("", Text::as_str).trim_end_matches('/');
    if named.as_str().starts_with("https://") || named.as_str().starts_with("http://") {
        let below = named.as_str().strip_prefix(base).and_then(|it| it.strip_prefix('/'));
        let (page, anchor) = match below {
            Some(below) if !base.is_empty() => split(below),
            _ => (String::new(), split(named.as_str()).1),
        };
        return Some(Runbook { page, anchor, url: named.to_string(), span });
    }
    if runbooks.url.is_none() && runbooks.source.is_none() {
        sink.push_once(
            Diagnostic::error(
                "no-runbooks",
                "the project says nowhere where runbooks are",
            )
            .at(span, "a page below an address that is not known")
            .help(
                "write `[runbooks] url = \"https://…\"` in the manifest, or the whole \
                     address here",
            ),
        );
        return None;
    }
    let (page, anchor) = split(named.as_str());
    let url = match (base, &anchor) {
        ("", _) => String::new(),
        (base, None) => [base, "/", &encoded(page.trim_matches('/'))].concat(),
        (base, Some(anchor)) => {
            format!("{base}/{}#{}", encoded(page.trim_matches('/')), encoded(anchor))
        }
    };
    // What a site is asked beside the page is no part of its name.
    let name = page.split_once('?').map_or(page.as_str(), |it| it.0).trim_matches('/');
    let page = if name.len() == page.len() { page } else { name.to_owned() };
    Some(Runbook { page, anchor, url, span })
}

/// A part of an address in which what may not stand there is percent-encoded: blanks, what is
/// not ASCII. Escapes that are there stay, as do templates, which Prometheus fills in.
fn encoded(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_./".contains(&it)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let template = text.get(at..).filter(|it| it.starts_with("{{"));
        if let Some(len) = template.and_then(|it| it.find("}}")).map(|it| it + 2) {
            out.push_str(&text[at..at + len]);
            at += len;
            continue;
        }
        let escape = bytes.get(at + 1..at + 3);
        let is_escape = || escape.is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit));
        match byte {
            b'%' if is_escape() => out.push('%'),
            b' ' | b'"' | b'%' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|'
            | b'}' => {
                out.push_str(&format!("%{byte:02X}"));
            }
            0x21..=0x7e => out.push(char::from(*byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        at += 1;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_stand_in_an_address_is_encoded() {
        for (text, expected) in [
            ("api/down.md", "api/down.md"),
            ("Café Page.md", "Caf%C3%A9%20Page.md"),
            ("new page?x=1&y=[a]", "new%20page?x=1&y=[a]"),
            ("Disk%20full, 100%", "Disk%20full,%20100%25"),
            ("a|b{c}\u{1}", "a%7Cb%7Bc%7D%01"),
            ("x/{{ $labels.kind }}/é{{", "x/{{ $labels.kind }}/%C3%A9%7B%7B"),
        ] {
            assert_eq!(encoded(text), expected, "{text}");
        }
    }
}

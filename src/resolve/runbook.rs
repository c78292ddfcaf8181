//! Where the runbook of an alert is.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::resolve::scope::Scope;
use crate::rules::group::Runbook;
use crate::spec::model::{Body, Runbooks};

/// The runbook of an alert; `key` is where the alert is declared.
pub(super) fn runbook(
    runbooks: &Runbooks,
    body: &Body,
    key: &Text,
    scope: &Scope,
    sink: &mut Sink,
) -> Option<Runbook> {
    let (named, place) = match &body.runbook {
        Some(field) => {
            let text = field.value.as_ref()?;
            (scope.text(text, sink)?, text.clone())
        }
        None if runbooks.url.is_none() && runbooks.source.is_none() => return None,
        None => match &runbooks.page {
            Some(page) => (scope.text(page, sink)?, key.clone()),
            None => {
                let page = Text::opaque("${alert.kebab}", key.span());
                (scope.text(&page, sink)?, key.clone())
            }
        },
    };
    let span = place.span();
    let split = |it: &str| match it.split_once('#') {
        Some((page, anchor)) => (page.to_string(), Some(anchor.to_string())),
        None => (it.to_string(), None),
    };
    let base = match &runbooks.url {
        Some(url) => scope.text(url, sink)?.to_string(),
        None => String::new(),
    };
    let base = base.trim_end_matches('/');
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
    let page = page.trim_matches('/').to_string();
    let url = match (base, &anchor) {
        ("", _) => String::new(),
        (base, None) => format!("{base}/{page}"),
        (base, Some(anchor)) => format!("{base}/{page}#{anchor}"),
    };
    Some(Runbook { page, anchor, url, span })
}

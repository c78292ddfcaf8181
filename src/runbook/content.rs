//! What is odd about the pages themselves: no title, sections that are demanded and not
//! there, links that lead nowhere, alerts that are not named or are described otherwise
//! than they are, pages to which nothing leads.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::rules::group::{Alert, Group};
use crate::runbook::agree;
use crate::runbook::link::{Pages, alerts, runbooks};
use crate::runbook::page::{Heading, Link, Page};
use crate::runbook::slug::slug;
use crate::runbook::target::{Look, Target, target};

/// At most this many alerts are listed.
const MAX_LISTED: usize = 4;

/// What is demanded of pages, and how it is looked at.
#[derive(Clone, Copy)]
pub struct Demands<'a> {
    /// Sections that the page of an alert must have.
    pub sections: &'a [Text],
    /// The severities that the project knows.
    pub severities: &'a BTreeSet<&'a str>,
    /// Looks at files that are no pages.
    pub look: Look<'a>,
}

/// Reports what is odd about pages. `groups` are those of all environments.
pub fn check<'a>(
    groups: impl IntoIterator<Item = &'a Group> + Clone,
    pages: &Pages,
    demands: Demands<'_>,
    sink: &mut Sink,
) {
    let all: Vec<&Alert> = alerts(groups.clone()).collect();
    let mut leading: BTreeMap<usize, Vec<&Alert>> = BTreeMap::new();
    for (alert, runbook) in runbooks(groups) {
        if let Some(idx) = pages.index(&runbook.page) {
            leading.entry(idx).or_default().push(alert);
        }
    }
    let used = used(leading.keys().copied(), pages, demands.look);
    for (idx, page) in pages.iter().enumerate() {
        let Some(head) = page.head().map(first_line) else { continue };
        if page.title.is_none() && page.headings.is_empty() {
            let title = format!("runbook page `{}` has no heading", page.path);
            sink.push(
                Diagnostic::warning("runbook-heading", title)
                    .at(head, "begins without one")
                    .help("begin the page with `# ` and the name of the alert"),
            );
        }
        if !used.contains(&idx) && !page.name().is_empty() && !is_private(&page.path) {
            let title = format!("no alert leads to the runbook page `{}`", page.path);
            sink.push(
                Diagnostic::warning("runbook-orphan", title)
                    .at(head, "neither an alert nor a page in use mentions it")
                    .help(
                        "delete the page, or name it in an alert with `runbook = \"…\"`",
                    ),
            );
        }
        if let Some(leading) = leading.get(&idx) {
            names(page, head, leading, sink);
            sections(page, head, demands.sections, sink);
            agree::check(page, leading, &all, demands.severities, sink);
        }
        for link in &page.links {
            dead(page, link, pages, demands.look, sink);
        }
    }
}

/// The pages that alerts lead to, or pages that are in use.
fn used(
    led_to: impl Iterator<Item = usize>,
    pages: &Pages,
    look: Look<'_>,
) -> BTreeSet<usize> {
    let mut open: Vec<usize> = led_to.collect();
    let mut used: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(idx) = open.pop() {
        let page = pages.page(idx);
        for link in &page.links {
            if let Target::Page(next, _) = target(page, link, pages, look)
                && used.insert(next)
            {
                open.push(next);
            }
        }
    }
    used
}

/// A heading's span ends behind its line.
fn first_line(span: Span) -> Span {
    Span { end: span.end.saturating_sub(1).max(span.start), ..span }
}

/// Templates and partials are kept beside pages under names with `_`.
fn is_private(path: &str) -> bool {
    path.split('/').any(|it| it.starts_with('_') && it != "_index.md")
}

/// Reports alerts that lead to a page and are not named on it.
fn names(page: &Page, head: Span, leading: &[&Alert], sink: &mut Sink) {
    let mut missing: Vec<&Alert> = Vec::new();
    for alert in leading {
        let about = alert.about.as_ref();
        // A companion is found under the name of its alert.
        let parent = about.and_then(|it| it.companion_of.as_deref());
        let definition = about.map(|it| &*it.definition);
        let mut known = [Some(alert.name.as_str()), parent, definition];
        let named = known.iter_mut().flatten().any(|it| page.names(it));
        if !named && missing.iter().all(|it| it.name != alert.name) {
            missing.push(alert);
        }
    }
    let Some(first) = missing.first() else { return };
    let names = suggest::list(missing.iter().map(|it| it.name.as_str()), MAX_LISTED);
    let title = format!("runbook page `{}` does not name {names}", page.path);
    sink.push(
        Diagnostic::warning("runbook-alert", title)
            .at(head, "who is called out looks for the name of the alert")
            .context(first.span, "leads to this page")
            .help(format!(
                "name {} in the page, best in its heading: `# {}`",
                if missing.len() == 1 { "it" } else { "them" },
                first.name
            )),
    );
}

/// Reports sections that are demanded and missing or empty.
fn sections(page: &Page, head: Span, demanded: &[Text], sink: &mut Sink) {
    let is = |heading: &Heading, section: &Text| {
        slug(heading.text.trim()) == slug(section.as_str().trim())
    };
    let mut missing: Vec<&Text> = Vec::new();
    for section in demanded {
        let mut found = page.headings.iter().filter(|it| is(it, section)).peekable();
        let Some(first) = found.peek().copied() else {
            missing.push(section);
            continue;
        };
        if found.all(|it| it.empty) {
            let title =
                format!("section `{section}` of runbook page `{}` is empty", page.path);
            sink.push(
                Diagnostic::warning("runbook-section", title)
                    .at(first_line(first.span), "nothing follows")
                    .context(section.span(), "demanded here"),
            );
        }
    }
    let Some(first) = missing.first() else { return };
    let names = suggest::list(missing.iter().map(|it| it.as_str()), usize::MAX);
    let noun = if missing.len() == 1 { "section" } else { "sections" };
    let title = format!("runbook page `{}` has no {noun} {names}", page.path);
    sink.push(
        Diagnostic::warning("runbook-section", title)
            .at(head, "lacks what each page is to have")
            .context(first.span(), "demanded here")
            .help(format!("add `## {first}`, or take it out of `sections`")),
    );
}

/// Reports a link that leads nowhere.
fn dead(page: &Page, link: &Link, pages: &Pages, look: Look<'_>, sink: &mut Sink) {
    let code = "runbook-link";
    let (idx, anchor) = match target(page, link, pages, look) {
        Target::Page(idx, Some(anchor)) => (idx, anchor),
        Target::Page(_, None) | Target::There | Target::Elsewhere => return,
        Target::Missing(path) => {
            let title = format!("link to `{}`, which does not exist", link.target);
            let label = match path.strip_prefix(&format!("{}/", pages.folder)) {
                Some(_) => format!("no such page or file in `{}`", pages.folder),
                None => format!("there is no `{path}` in the project"),
            };
            let mut it = Diagnostic::warning(code, title).at(link.span, label);
            let names: Vec<&str> = pages.iter().map(|it| it.path.as_str()).collect();
            let wanted = path.rsplit('/').next().unwrap_or_default();
            if let Some(near) = suggest::nearest(wanted, names) {
                it = it.help(format!("there is a page `{near}`"));
            }
            return sink.push(it);
        }
    };
    let other = pages.page(idx);
    if other.file.is_none() || other.has_anchor(&anchor) {
        return;
    }
    let title = format!("link to `#{anchor}`, which `{}` does not have", other.path);
    let mut it = Diagnostic::warning(code, title).at(link.span, "no such heading");
    if let Some(near) = suggest::nearest(&anchor, other.anchors()) {
        it = it.help(format!("there is an anchor `#{near}`"));
    }
    sink.push(it);
}

//! All links of a project: of annotations, dashboards and runbook pages.

use std::collections::BTreeSet;

use crate::cli::load::Loaded;
use crate::cli::session::Session;
use crate::cli::test::{self, native};
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::json;
use crate::doc::node::{Kind, Node};
use crate::links::collect::{Place, find, is_template};
use crate::links::report::Skipped;
use crate::rules::group::Alert;
use crate::runbook::link::{Pages, alerts};

/// What a project links to.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Links with whole addresses.
    pub(super) places: Vec<Place>,
    /// Those that only a template makes.
    pub(super) skipped: Vec<Skipped>,
}

/// A link in a template.
struct Template<'a> {
    url: String,
    span: Span,
    /// The annotation.
    of: Span,
    alert: &'a Alert,
}

/// Finds the links.
pub(super) fn collect(
    loaded: &Loaded,
    pages: Option<&Pages>,
    session: &mut Session,
) -> Found {
    let mut found = Found::default();
    annotations(loaded, session, &mut found);
    dashboards(loaded, &mut found);
    for link in pages.into_iter().flat_map(Pages::iter).flat_map(|it| &it.links) {
        let lower = link.target.to_ascii_lowercase();
        let of_web = lower.starts_with("http://") || lower.starts_with("https://");
        // Sites fill in what stands in braces.
        if of_web && !link.target.contains("{{") {
            let place = Place { url: link.target.clone(), span: link.span };
            found.places.push(place);
        }
    }
    found
}

fn annotations(loaded: &Loaded, session: &mut Session, found: &mut Found) {
    let mut templates: Vec<Template<'_>> = Vec::new();
    let groups = loaded.books.iter().flat_map(|it| &it.groups);
    for alert in alerts(groups) {
        for pair in &alert.annotations {
            let text = pair.value.as_str();
            for range in find(text) {
                let url = text[range.clone()].to_owned();
                let span = pair.value.place(range.start, range.end).span;
                match url.contains("{{") {
                    false => found.places.push(Place { url, span }),
                    true => templates.push(Template {
                        url,
                        span,
                        of: pair.value.span(),
                        alert,
                    }),
                }
            }
        }
    }
    if templates.is_empty() {
        return;
    }
    let names: BTreeSet<&str> =
        templates.iter().map(|it| it.alert.name.as_str()).collect();
    let files: Vec<FileId> = test::own(loaded, session)
        .into_iter()
        .filter(|it| it.1.ends_with(".toml"))
        .map(|it| it.0)
        .collect();
    let expanded = native::fired(loaded, &files, &names, session);
    for it in templates {
        let constant = it.url.split("{{").next().unwrap_or_default();
        let texts = expanded.iter().filter(|text| text.0 == it.of);
        let mut any = false;
        for (_, text) in texts {
            for range in find(text) {
                let url = &text[range];
                if url.starts_with(constant) {
                    any = true;
                    found.places.push(Place { url: url.to_owned(), span: it.span });
                }
            }
        }
        let skipped = Skipped {
            url: it.url,
            span: it.span,
            why: "no test fires its alert, to fill it in",
        };
        if !any && !found.skipped.contains(&skipped) {
            found.skipped.push(skipped);
        }
    }
}

fn dashboards(loaded: &Loaded, found: &mut Found) {
    for board in &loaded.project.dashboards {
        let panels = || board.rows.iter().flat_map(|it| &it.panels);
        let urls = board.links.iter().chain(panels().flat_map(|it| &it.links));
        let texts = urls.filter_map(|it| it.url.as_ref());
        let texts = texts.chain(&board.description);
        let texts = texts.chain(panels().filter_map(|it| it.description.as_ref()));
        let texts = texts.chain(panels().filter_map(|it| it.look.content.as_ref()));
        texts.for_each(|it| add(it, found));
    }
    for board in &loaded.project.json_dashboards {
        // One that is no JSON has been reported.
        if let Ok(node) = json::read(board.file, &board.text, "not-json") {
            walk(&node, found);
        }
    }
}

fn walk(node: &Node, found: &mut Found) {
    match &node.kind {
        Kind::String(text) => add(text, found),
        Kind::Array(items) => items.iter().for_each(|it| walk(it, found)),
        Kind::Table(table) => {
            // Schemas and the like are names, not links.
            let entries = table.iter().filter(|it| it.key.as_str() != "$schema");
            entries.for_each(|it| walk(&it.value, found));
        }
        _ => {}
    }
}

fn add(text: &Text, found: &mut Found) {
    for range in find(text.as_str()) {
        let url = text.as_str()[range.clone()].to_owned();
        let span = text.place(range.start, range.end).span;
        match is_template(&url) {
            false => found.places.push(Place { url, span }),
            true => found.skipped.push(Skipped { url, span, why: "Grafana fills it in" }),
        }
    }
}

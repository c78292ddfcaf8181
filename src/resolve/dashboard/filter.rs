//! The filter of a list of alerts: matchers of labels, as Grafana reads them.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::{Text, TextBuilder};
use crate::promql::dialect::Dialect;
use crate::promql::syntax;
use crate::promql::syntax::ast::TextRange;

/// How a matcher is written.
const FORM: &str = "write `severity=\"critical\"`";

/// Says what is wrong with a filter; without braces, which may stand there.
pub(super) fn check(filter: &Text, dialect: &Dialect, sink: &mut Sink) {
    let body = filter.as_str();
    if body.trim().is_empty() {
        return;
    }
    let whole = match body.trim_start().starts_with('{') {
        true => filter.clone(),
        false => in_braces(filter),
    };
    let mut fault = |at: TextRange, message: String, help: Option<String>| {
        let range = at.bytes();
        let end = range.end.min(whole.as_str().len());
        let said = Diagnostic::error("bad-filter", message).within(
            &whole,
            range.start.min(end),
            end,
            "",
        );
        // What is wrong with a pattern says it all.
        let pattern = said.title.contains("regexp");
        let help = help.or_else(|| (!pattern).then(|| FORM.to_owned()));
        sink.push_once(match help {
            Some(help) => said.help(help),
            None => said,
        });
    };
    if let Err(errors) = syntax::parse_selector(whole.as_str(), dialect) {
        errors.into_iter().for_each(|it| fault(it.at, it.message, it.help));
    }
}

fn in_braces(filter: &Text) -> Text {
    let mut out = TextBuilder::new(filter.span());
    let edge = |at: u32| Span { start: at, end: at, ..filter.span() };
    out.escape("{", edge(filter.span().start));
    out.part(filter, 0..filter.as_str().len());
    out.escape("}", edge(filter.span().end));
    out.finish()
}

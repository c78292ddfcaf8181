//! Alerts as a test names them: by a selector, or by all of their labels.

use crate::case::native::fill::fault;
use crate::case::native::ready::AlertSelector;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::syntax;
use crate::promql::syntax::ast::MatchOp;

pub(super) fn alert_selector(text: &Text, sink: &mut Sink) -> Option<AlertSelector> {
    let selector = match syntax::parse_selector(text.as_str(), &dialect()) {
        Ok(it) => it,
        Err(errors) => {
            let help = "write an alert's name and labels: `ApiDown{instance=\"a\"}`";
            sink.extend(
                errors.iter().map(|it| fault("bad-selector", text, 0, it).help(help)),
            );
            return None;
        }
    };
    let mut name = None;
    let mut matchers = Vec::new();
    for matcher in selector.matchers {
        match (&*matcher.name, matcher.op) {
            (METRIC_NAME | "alertname", MatchOp::Equal) => {
                name = Some(matcher.value.to_string());
            }
            _ => matchers.push(matcher),
        }
    }
    let Some(name) = name else {
        sink.push(
            Diagnostic::error("bad-selector", "a selector without an alert's name")
                .within(text, 0, text.as_str().len(), "which alert?")
                .help("write the name before the braces: `ApiDown{…}`"),
        );
        return None;
    };
    Some(AlertSelector { text: text.clone(), name, matchers })
}

pub(super) fn labels(text: &Text, sink: &mut Sink) -> Option<(Labels, Text)> {
    match syntax::parse_metric(text.as_str()) {
        Ok(labels) => Some((labels, text.clone())),
        Err(errors) => {
            sink.extend(errors.iter().map(|it| fault("bad-labels", text, 0, it)));
            None
        }
    }
}

fn dialect() -> Dialect {
    Dialect::everything()
}

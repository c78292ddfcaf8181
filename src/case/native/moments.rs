//! Assertions about moments.

use crate::case::native::fill::Filler;
use crate::case::native::read::{self, Moment};
use crate::case::native::ready::{Firing, Instant, Query};
use crate::case::native::selector::labels;
use crate::case::native::value::{sample, value_match};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::check;
use crate::promql::syntax::ast::SyntaxError;

impl Filler<'_> {
    pub(super) fn moment(&self, moment: &Moment, sink: &mut Sink) -> Option<Instant> {
        let time = self.time(&moment.time, sink)?;
        let alert = match &moment.alert {
            Some(it) => Some(self.text(it)?),
            None => None,
        };
        let firing = moment.firing.as_ref().map(|items| {
            let items = items.iter();
            items.filter_map(|it| self.firing(it, alert.as_ref(), sink)).collect()
        });
        let query = match &moment.expr {
            Some(expr) => Some(Query {
                expr: self.expression(expr, sink)?,
                exact: moment.exact,
                samples: moment.samples.as_ref().map(|it| {
                    it.iter().filter_map(|it| sample(&self.text(it)?, sink)).collect()
                }),
                value: match &moment.value {
                    Some(it) => Some(value_match(&self.text(it)?, sink)?),
                    None => None,
                },
            }),
            None => None,
        };
        Some(Instant { time, alert, firing, query, span: moment.span })
    }

    /// An expression that is PromQL.
    fn expression(&self, expr: &Text, sink: &mut Sink) -> Option<Text> {
        let text = self.text(expr)?;
        let Some(dialect) = self.dialect else { return Some(text) };
        let Err(errors) = check::parse(text.as_str(), dialect) else { return Some(text) };
        for SyntaxError { at, message, help } in errors {
            let at = at.bytes();
            let mut it = Diagnostic::error("promql", message);
            it = it.within(&text, at.start, at.end, "");
            it.help.extend(help);
            sink.push(it);
        }
        None
    }

    /// An alert that fires; `only` is the one name that it may have.
    fn firing(
        &self,
        firing: &read::Firing,
        only: Option<&Text>,
        sink: &mut Sink,
    ) -> Option<Firing> {
        let (labels, text) = labels(&self.text(&firing.alert)?, sink)?;
        let name = match labels.metric_name() {
            "" => labels.get("alertname"),
            name => name,
        };
        if let Some(only) = only
            && name != only.as_str()
        {
            let title = format!("an alert of another name than `{only}`");
            let end = text.as_str().len();
            sink.push(
                Diagnostic::error("other-alert", title)
                    .within(&text, 0, end, "not looked at")
                    .context(only.span(), "only alerts of this name are")
                    .help("make an assertion of its own for it, or leave `alert` out"),
            );
            return None;
        }
        let fill = |it: &(Text, Text)| Some((it.0.clone(), self.text(&it.1)?));
        let annotations =
            firing.annotations.as_ref().map(|all| all.iter().filter_map(fill).collect());
        Some(Firing { labels, text, annotations })
    }
}

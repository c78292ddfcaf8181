//! What a project demands of its rules, with regular expressions that are sound.

use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::re2::{self, Regex};
use crate::resolve::millis;
use crate::rules::policy::{Pattern, Policy};
use crate::spec::model;

/// The policy of a manifest's table.
pub(super) fn policy(it: &model::Policy, sink: &mut Sink) -> Policy {
    let mut whole = |text: &Text| pattern(text, true, sink);
    let mut patterns = |all: &[(Text, Text)]| -> Vec<(Text, Pattern)> {
        all.iter().filter_map(|(name, it)| Some((name.clone(), whole(it)?))).collect()
    };
    let (labels, annotations) = (patterns(&it.labels), patterns(&it.annotations));
    let name = it.name.as_ref().and_then(&mut whole);
    let hold =
        |text: &Option<Text>| Some((millis(text.as_ref())?, text.as_ref()?.span()));
    let (least_hold, most_hold) = (hold(&it.least_hold), hold(&it.most_hold));
    if let (Some(least), Some(most)) = (least_hold, most_hold)
        && most.0 < least.0
    {
        sink.push_once(
            Diagnostic::error("bad-value", "`min_for` is longer than `max_for`")
                .at(least.1, format!("at least {}", least.0))
                .context(most.1, format!("at most {}", most.0))
                .help("no alert can wait as long as both demand: write the longer one as `max_for`"),
        );
    }
    Policy {
        records: it.of.as_ref().is_some_and(|it| it.as_str() == "records"),
        severities: it.severities.iter().map(Text::to_string).collect(),
        labels,
        annotations,
        name,
        least_hold,
        most_hold,
        most_keep: hold(&it.most_keep),
        keeps: it.keeps.clone(),
        drops: it.drops.clone(),
        selects: it.selects.clone(),
        forbidden: it
            .forbidden
            .iter()
            .filter_map(|it| pattern(it, false, sink))
            .collect(),
        why: it.why.as_ref().map(Text::to_string),
    }
}

/// A regular expression, for a whole text or a part of one.
fn pattern(text: &Text, whole: bool, sink: &mut Sink) -> Option<Pattern> {
    let sound = re2::check(text.as_str());
    let regex = sound.and_then(|()| match whole {
        true => Regex::anchored(text.as_str()),
        false => Regex::new(text.as_str()).map(Arc::new),
    });
    match regex {
        Ok(regex) => Some(Pattern { text: text.clone(), regex }),
        Err(error) => {
            sink.push_once(
                Diagnostic::error("bad-value", "this is no regular expression")
                    .at(text.span(), error.to_string())
                    .help("write one as RE2 reads it, as everywhere in Prometheus"),
            );
            None
        }
    }
}

//! Matchers of a rule's selectors, as their author wrote them.

use crate::lint::context::Site;
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{MatchOp, Matcher, TextRange};

/// All matchers that stand in braces.
pub(super) fn all<'a>(site: Site<'a>) -> impl Iterator<Item = &'a Matcher> {
    site.tree().selectors().into_iter().flat_map(|(_, selector)| {
        selector.matchers.iter().filter(move |it| {
            // The name before the braces is no matcher that somebody wrote.
            !(selector.name.is_some()
                && it.op == MatchOp::Equal
                && &*it.name == METRIC_NAME)
        })
    })
}

/// Those with a regular expression that stands there itself, not in a parameter.
pub(super) fn patterns<'a>(site: Site<'a>) -> impl Iterator<Item = &'a Matcher> {
    all(site).filter(move |it| {
        matches!(it.op, MatchOp::Regexp | MatchOp::NotRegexp)
            && is_own(site, it.value_span)
    })
}

/// Whether a part of the expression stands there itself, not in the value of a parameter.
pub(super) fn is_own(site: Site<'_>, at: TextRange) -> bool {
    let text = &site.expr().text;
    let pieces = text.pieces();
    pieces.iter().enumerate().all(|(idx, piece)| {
        let end = pieces.get(idx + 1).map_or(text.as_str().len() as u32, |it| it.at);
        piece.via.is_none() || end <= at.start || at.end <= piece.at
    })
}

/// Where the operator of a matcher stands.
pub(super) fn operator(site: Site<'_>, matcher: &Matcher) -> Option<TextRange> {
    let before = TextRange { end: matcher.value_span.start, ..matcher.span };
    let written = site.written(before).trim_end();
    let sign = matcher.op.as_str();
    let end = matcher.span.start + written.len() as u32;
    written.ends_with(sign).then(|| TextRange { start: end - sign.len() as u32, end })
}

/// Whether a pattern is an alternative of several at its top.
pub(super) fn has_top_level_bar(pattern: &str) -> bool {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for it in pattern.chars() {
        match it {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ']' => class = false,
            _ if class => {}
            '[' => class = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

//! Matchers of a rule's selectors, as their author wrote them.

use crate::lint::context::Site;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::matcher::Matchers;
use crate::promql::re2::{Pattern, needless_anchors};
use crate::promql::syntax::ast::{MatchOp, Matcher, Selector, TextRange};

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
    let pieces = site.expr().text.pieces();
    let before = pieces.partition_point(|it| it.at <= at.start).saturating_sub(1);
    pieces[before..].iter().take_while(|it| it.at < at.end).all(|it| it.via.is_none())
}

/// Where the operator of a matcher stands.
pub(super) fn operator(site: Site<'_>, matcher: &Matcher) -> Option<TextRange> {
    let before = TextRange { end: matcher.value_span.start, ..matcher.span };
    let written = site.written(before).trim_end();
    let sign = matcher.op.as_str();
    let end = matcher.span.start + written.len() as u32;
    written.ends_with(sign).then(|| TextRange { start: end - sign.len() as u32, end })
}

/// A pattern without the anchors that it has anyway.
pub(super) fn without_anchors(pattern: &str) -> &str {
    let (begins, ends) = needless_anchors(pattern);
    &pattern[usize::from(begins)..pattern.len() - usize::from(ends)]
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

/// Whether no series may satisfy both selectors: their matchers of labels that count
/// contradict each other, or are different patterns, of which nothing is known.
pub(super) fn may_exclude(
    a: &Selector,
    b: &Selector,
    counts: &dyn Fn(&str) -> bool,
) -> bool {
    let pairs = a.matchers.iter().flat_map(|a| b.matchers.iter().map(move |b| (a, b)));
    let mut pairs = pairs.filter(|(a, b)| a.name == b.name && counts(&a.name));
    pairs.any(|(a, b)| may_contradict(a, b))
}

fn may_contradict(a: &Matcher, b: &Matcher) -> bool {
    let apart = match (a.op, b.op) {
        (MatchOp::Regexp, MatchOp::Regexp) => {
            a.value != b.value && (values(a).is_none() || values(b).is_none())
        }
        (MatchOp::Regexp, MatchOp::NotRegexp) | (MatchOp::NotRegexp, MatchOp::Regexp) => {
            a.value == b.value
        }
        _ => false,
    };
    let excluded = |values: Option<Vec<String>>, by: &Matcher| {
        values.is_some_and(|it| !it.iter().any(|it| holds(by, it)))
    };
    apart || excluded(values(a), b) || excluded(values(b), a)
}

/// The values that a matcher takes, where these are few.
pub(super) fn values(matcher: &Matcher) -> Option<Vec<String>> {
    match matcher.op {
        MatchOp::Equal => Some(vec![matcher.value.to_string()]),
        MatchOp::Regexp => {
            let pattern = Pattern::new(&matcher.value).ok()?;
            let values = pattern.values()?.map(str::to_owned).collect();
            Some(values)
        }
        MatchOp::NotEqual | MatchOp::NotRegexp => None,
    }
}

/// Whether a matcher takes a value; the empty one stands for no label.
pub(super) fn holds(matcher: &Matcher, value: &str) -> bool {
    let own = Matchers::new(std::slice::from_ref(matcher));
    own.holds(&match value {
        "" => Labels::empty(),
        value => Labels::from_strs(&[(&*matcher.name, value)]),
    })
}

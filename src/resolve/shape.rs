//! Whether the value of a parameter leaves the expression around it as it is.
//!
//! A value may be one literal (a number with its sign, a string, a duration), a part of a
//! name or of a string, a list of matchers inside braces, or a list of labels. It is
//! judged by the tree: what the value's bytes became must be such a thing as a whole.

use std::ops::Range;

use crate::promql::syntax::ast::{
    Duration, DurationKind, Expr, ExprKind, Name, Parsed, Selector, TextRange,
};

/// Whether the bytes `range` of a parsed text are a literal, or a part of one.
pub(super) fn is_literal(parsed: &Parsed, text: &str, range: &Range<usize>) -> bool {
    let value = &text[range.clone()];
    let start = range.start + (value.len() - value.trim_start().len());
    let range = start..(start + value.trim().len());
    if range.is_empty() {
        return true;
    }
    for comment in &parsed.comments {
        let comment = comment.bytes();
        if comment.start <= range.start && range.end <= comment.end {
            return true;
        }
        if comment.start < range.end && range.start < comment.end {
            return false;
        }
    }
    let is_around = |it: &&Expr| contains(it.span, &range);
    let Some(mut innermost) = Some(&parsed.expr).filter(is_around) else { return false };
    while let Some(it) = innermost.children().find(is_around) {
        innermost = it;
    }
    fits(innermost, text, &range)
}

/// Whether the bytes `range` stand in a string.
pub(super) fn in_string(parsed: &Parsed, range: &Range<usize>) -> bool {
    let mut found = false;
    parsed.expr.walk(&mut |it| match &it.kind {
        ExprKind::String(_) => found |= contains(it.span, range),
        ExprKind::Selector(selector) => {
            let mut values = selector.matchers.iter().map(|it| it.value_span);
            found |= values.any(|it| contains(it, range));
        }
        _ => {}
    });
    found
}

fn contains(outer: TextRange, inner: &Range<usize>) -> bool {
    let outer = outer.bytes();
    outer.start <= inner.start && inner.end <= outer.end
}

fn fits(expr: &Expr, text: &str, range: &Range<usize>) -> bool {
    let in_duration = |it: &Duration| contains(it.span, range) && is_duration(it, range);
    match &expr.kind {
        ExprKind::Number { .. } | ExprKind::String(_) => true,
        ExprKind::Unary { expr: inner, .. } => {
            expr.span.bytes() == *range && matches!(inner.kind, ExprKind::Number { .. })
        }
        ExprKind::Selector(it) => in_selector(expr, it, text, range),
        ExprKind::Matrix(it) => in_duration(&it.range),
        ExprKind::Subquery(it) => {
            let step = it.step.as_deref().into_iter().chain(it.offset.as_deref());
            [&it.range].into_iter().chain(step).any(in_duration)
                || it.at.is_some() && is_time(&text[range.clone()])
        }
        ExprKind::Aggregate(it) => {
            !overlap(it.op_span, range) && are_names(&it.grouping, text, range)
        }
        ExprKind::Binary(it) => it.matching.as_ref().is_some_and(|matching| {
            are_names(&matching.labels, text, range)
                || are_names(&matching.include, text, range)
                || (matching.fill_lhs.is_some() || matching.fill_rhs.is_some())
                    && !overlap(it.op_span, range)
                    && is_time(&text[range.clone()])
        }),
        ExprKind::Call(_) | ExprKind::Paren(_) => false,
    }
}

fn overlap(span: TextRange, range: &Range<usize>) -> bool {
    let span = span.bytes();
    span.start < range.end && range.start < span.end
}

/// Whether the range lies in the name, in one matcher's value, or covers whole matchers.
fn in_selector(expr: &Expr, it: &Selector, text: &str, range: &Range<usize>) -> bool {
    let written = &text[expr.span.bytes()];
    let open = written.find('{').map(|at| at + expr.span.start as usize);
    let close = written.rfind('}').map(|at| at + expr.span.start as usize);
    if let Some(offset) = &it.offset
        && contains(offset.span, range)
    {
        return is_duration(offset, range);
    }
    let (Some(open), Some(close)) = (open, close) else {
        return is_word(&text[range.clone()])
            || it.at.is_some() && is_time(&text[range.clone()]);
    };
    if range.end <= open {
        return is_word(&text[range.clone()]);
    }
    if close < range.start {
        return it.at.is_some() && is_time(&text[range.clone()]);
    }
    if range.start <= open || close < range.end {
        return false;
    }
    let mut whole = false;
    for matcher in &it.matchers {
        // The matcher that stands for a name before the braces is none inside them.
        if (matcher.span.start as usize) < open || !overlap(matcher.span, range) {
            continue;
        }
        let span = matcher.span.bytes();
        if range.start <= span.start && span.end <= range.end {
            whole = true;
        } else {
            let in_value = contains(matcher.value_span, range);
            let name_end = span.start + matcher.name.len();
            let in_name = span.start <= range.start && range.end <= name_end;
            return in_value || in_name;
        }
    }
    whole || is_word(text[range.clone()].trim_matches('"'))
}

fn is_duration(duration: &Duration, range: &Range<usize>) -> bool {
    match &duration.kind {
        DurationKind::Literal { .. } => true,
        DurationKind::Step | DurationKind::Range => false,
        DurationKind::Unary(_, inner) => {
            matches!(inner.kind, DurationKind::Literal { .. })
                && (duration.span.bytes() == *range || contains(inner.span, range))
        }
        DurationKind::Paren(inner) => {
            contains(inner.span, range) && is_duration(inner, range)
        }
        DurationKind::Binary(_, a, b)
        | DurationKind::MinOf(a, b)
        | DurationKind::MaxOf(a, b) => [a, b]
            .into_iter()
            .any(|it| contains(it.span, range) && is_duration(it, range)),
    }
}

/// Whether the range covers names of a list, or lies in one.
fn are_names(names: &[Name], text: &str, range: &Range<usize>) -> bool {
    if names.iter().any(|it| contains(it.span, range)) {
        return true;
    }
    let inside = |it: &&Name| {
        range.start <= it.span.start as usize && it.span.end as usize <= range.end
    };
    let covered: usize =
        names.iter().filter(inside).map(|it| it.span.bytes().len()).sum();
    let letters =
        text[range.clone()].chars().filter(|it| !it.is_whitespace() && *it != ',');
    covered != 0 && covered == letters.map(char::len_utf8).sum::<usize>()
}

fn is_word(text: &str) -> bool {
    text.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | ':' | '.'))
}

fn is_time(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '.' | '+' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::dialect::Dialect;
    use crate::promql::syntax::parse;

    /// The value of `$` in an expression.
    fn keeps(expr: &str, value: &str) -> bool {
        let at = expr.find('$').unwrap();
        let text = expr.replacen('$', value, 1);
        match parse(&text, &Dialect::everything()) {
            Ok(parsed) => is_literal(&parsed, &text, &(at..at + value.len())),
            Err(_) => false,
        }
    }

    #[test]
    fn literals_keep_the_shape() {
        assert!(keeps("up > $", "0.05"));
        assert!(keeps("up > $", "-3"));
        assert!(keeps("up > $", " 1e-9 "));
        assert!(keeps("time() - up < $", "3d"));
        assert!(keeps("rate(x[$])", "5m"));
        assert!(keeps("x[1h:$]", "5m"));
        assert!(keeps("x offset $", "1d"));
        assert!(keeps("x offset $", "-1d"));
        assert!(keeps("x @ $", "1600000000"));
        assert!(keeps("label_replace(x, $, \"a\", \"b\", \"c\")", "\"host\""));
        assert!(keeps("up + on ($) x", "job"));
    }

    #[test]
    fn parts_of_names_and_strings_keep_the_shape() {
        assert!(keeps("job:errors:ratio_rate$ > 1", "5m"));
        assert!(keeps("job:errors:ratio_rate$ > 1", ""));
        assert!(keeps("$_total{a=\"b\"}", "requests"));
        assert!(keeps("up{job=\"$\"}", "api or worker, {x}"));
        assert!(keeps("up{job=~\"a|$\"}", "b.*"));
        assert!(keeps("up{$=\"a\"}", "job"));
        assert!(keeps("up # $\n > 1", "a or b"));
    }

    #[test]
    fn lists_of_matchers_and_labels_keep_the_shape() {
        assert!(keeps("up{$}", "job=\"a\",x!~\"b}\""));
        assert!(keeps("up{$,z=\"1\"}", "job=\"a\""));
        assert!(keeps("up{z=\"1\",$} offset 5m", "job=\"a\",b=\"c\""));
        assert!(keeps("{$}", "__name__=\"up\",job=\"a\""));
        assert!(keeps("sum by ($) (up)", "job, instance"));
        assert!(keeps("up * on ($) group_left x", "job,instance"));
    }

    #[test]
    fn operators_change_the_shape() {
        assert!(!keeps("up > $", "1 or vector(1)"));
        assert!(!keeps("up > $", "1 + 1"));
        assert!(!keeps("up > $", "(1)"));
        assert!(!keeps("$ ^ 2", "-3"));
        assert!(!keeps("up $ 1", ">"));
        assert!(!keeps("up{job=\"$\"}", "a\",x=\"b"));
        assert!(!keeps("up{job=\"$\"}", "a\"} or x{a=\"b"));
        assert!(!keeps("rate(x[$])", "5m] offset 1h)"));
        assert!(!keeps("rate(x[$])", "5m + 1m"));
        assert!(!keeps("$(x[5m])", "rate"));
        assert!(!keeps("$(x)", "sum"));
        assert!(!keeps("sum $ (job) (x)", "by"));
        assert!(!keeps("up > $", "1 # "));
        assert!(!keeps("up > $ - 1", "1 # "));
        assert!(!keeps("up{$}", "a=\"b\"} or x{c=\"d\""));
    }
}

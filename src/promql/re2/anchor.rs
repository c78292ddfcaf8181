//! Anchors at the ends of matchers' patterns, which are anchored anyway.

use regex_syntax::hir::{Hir, Look};

use crate::promql::re2::parse::{MATCHER, parse};

/// Whether a pattern begins with a `^`, and ends with a `$`, without which it is a pattern
/// that matches the same values. Not so where the anchor holds for one of several sides
/// only, is repeated (`^*a`), or is none (`\Qa$`).
pub fn needless_anchors(pattern: &str) -> (bool, bool) {
    if !pattern.starts_with('^') && !pattern.ends_with('$') {
        return (false, false);
    }
    let Ok(whole) = parse(pattern, MATCHER) else { return (false, false) };
    let is_same = |rest: &str, around: fn(Hir) -> Vec<Hir>| {
        let rest = parse(rest, MATCHER);
        rest.is_ok_and(|it| Hir::concat(around(it.hir)) == whole.hir)
    };
    let begins = pattern.strip_prefix('^');
    let ends = pattern.strip_suffix('$');
    (
        begins.is_some_and(|it| is_same(it, |rest| vec![Hir::look(Look::Start), rest])),
        ends.is_some_and(|it| is_same(it, |rest| vec![rest, Hir::look(Look::End)])),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_needless_where_the_rest_means_the_same() {
        for (pattern, expected) in [
            ("^api-.*$", (true, true)),
            ("^(?i)a", (true, false)),
            ("(a|b)$", (false, true)),
            ("^^*a", (true, false)),
            ("^$", (true, true)),
            ("^[$", (false, false)),
            // A quantifier that would be left with nothing to repeat.
            ("^*.*prod.*", (false, false)),
            ("^+a", (false, false)),
            ("^?a", (false, false)),
            ("^{2}a$", (false, true)),
            ("^*?a", (false, false)),
            // One side of an alternative.
            ("^a|b", (false, false)),
            ("^a|b$", (false, false)),
            // No anchors.
            (r"a\$", (false, false)),
            (r"a\\$", (false, true)),
            (r"\Qa$", (false, false)),
            ("(?m)a$", (false, false)),
        ] {
            assert_eq!(needless_anchors(pattern), expected, "{pattern}");
        }
    }
}

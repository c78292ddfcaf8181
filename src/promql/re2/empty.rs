//! Patterns that match no text at all.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::promql::re2::parse::{MATCHER, parse};

/// Whether no value can match a pattern, since something has to stand before its beginning
/// or behind its end, `$job`; `false` where that is not certain.
pub fn matches_nothing(pattern: &str) -> bool {
    parse(pattern, MATCHER).is_ok_and(|it| is_empty(&it.hir))
}

fn is_empty(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Literal(_) | HirKind::Look(_) => false,
        HirKind::Class(Class::Unicode(it)) => it.ranges().is_empty(),
        HirKind::Class(Class::Bytes(it)) => it.ranges().is_empty(),
        HirKind::Repetition(it) => it.min != 0 && is_empty(&it.sub),
        HirKind::Capture(it) => is_empty(&it.sub),
        HirKind::Alternation(all) => all.iter().all(is_empty),
        HirKind::Concat(all) => {
            let takes =
                |it: &Hir| it.properties().minimum_len().is_some_and(|it| it != 0);
            let is = |it: &Hir, look: Look| matches!(it.kind(), HirKind::Look(of) if *of == look);
            let mut parts = all.iter().enumerate();
            all.iter().any(is_empty)
                || parts.any(|(idx, it)| {
                    is(it, Look::End) && all[idx + 1..].iter().any(takes)
                        || is(it, Look::Start) && all[..idx].iter().any(takes)
                })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stands_behind_the_end_or_before_the_beginning() {
        for (pattern, expected) in [
            ("$job", true),
            (".*$job.*", true),
            ("a^b", true),
            ("($job)", true),
            ("$job|$other", true),
            ("x(a$b)+", true),
            ("", false),
            ("job$", false),
            ("^job", false),
            ("$", false),
            ("a$()", false),
            ("a$b*", false),
            ("a(^b)*", false),
            ("$job|x", false),
            (r"\$job", false),
            ("(?m)a$\nb", false),
            ("[", false),
        ] {
            assert_eq!(matches_nothing(pattern), expected, "{pattern}");
        }
    }
}

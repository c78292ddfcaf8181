//! Regular expressions in Go's syntax. The first line is the pattern, the rest a text.

use aqua_alerts::promql::re2::{self, Pattern, Regex};

/// Matches longer texts than the product of both need not be tried here.
const MOST: usize = 1 << 16;

/// Checks a pattern, and matches a text in the ways that must agree.
pub fn check(input: &str) {
    let (pattern, text) = input.split_once('\n').unwrap_or((input, "aab-1"));
    if pattern.len() * text.len() > MOST {
        return;
    }
    let regex = Regex::anchored(pattern);
    let fast = Pattern::new(pattern);
    // With `^(?s:` before it and `)$` behind it a pattern may be another one.
    assert_eq!(regex.is_ok(), re2::check_anchored(pattern).is_ok(), "{pattern:?}");
    assert_eq!(fast.is_ok(), re2::check(pattern).is_ok(), "{pattern:?}");
    if let (Ok(regex), Ok(fast)) = (regex, fast) {
        let is_match = regex.is_match(text);
        assert_eq!(fast.is_match(text), is_match, "{pattern:?} on {text:?}");
        assert_eq!(regex.captures(text).is_some(), is_match, "{pattern:?} on {text:?}");
        if let Some(mut values) = fast.values() {
            assert_eq!(values.any(|it| it == text), is_match, "{pattern:?} on {text:?}");
        }
    }
    if let Ok(regex) = Regex::new(pattern) {
        let same = regex.replace_all(text, "${0}");
        assert_eq!(same, text, "{pattern:?}");
        let grown = regex.replace_all(text, "$1-$name-$$");
        assert!(grown.len() <= (text.len() + 1) * (text.len() + 8));
    }
}

//! Patterns of addresses and hosts: `*` is anything without `/`, `**` anything.

/// Whether a text is of a pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    // Which beginnings of the pattern fit the text so far; both are short.
    let mut fits = vec![false; pattern.len() + 1];
    fits[0] = true;
    spread(pattern, &mut fits);
    for byte in text {
        let mut next = vec![false; pattern.len() + 1];
        for (at, sign) in pattern.iter().enumerate().filter(|it| fits[it.0]) {
            match sign {
                b'*' if *byte != b'/' || is_double(pattern, at) => next[at] = true,
                b'*' => {}
                sign => next[at + 1] |= sign == byte,
            }
        }
        fits = next;
        spread(pattern, &mut fits);
    }
    fits[pattern.len()]
}

/// A star may stand for nothing.
fn spread(pattern: &[u8], fits: &mut [bool]) {
    for at in 0..pattern.len() {
        if fits[at] && pattern[at] == b'*' {
            fits[at + 1] = true;
        }
    }
}

fn is_double(pattern: &[u8], at: usize) -> bool {
    pattern.get(at + 1) == Some(&b'*') || at != 0 && pattern[at - 1] == b'*'
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expect) in [
            ("https://a/**", "https://a/b/c", true),
            ("https://a/*", "https://a/b/c", false),
            ("https://a/*", "https://a/b", true),
            ("https://a/*/c", "https://a/b/c", true),
            ("https://**/c", "https://a/b/c", true),
            ("*.internal", "x.internal", true),
            ("*.internal", "internal", false),
            ("a", "ab", false),
            ("", "", true),
            ("**", "", true),
            ("a**", "a", true),
        ] {
            assert_eq!(matches(pattern, text), expect, "{pattern} {text}");
        }
        let many = "*a".repeat(200);
        assert!(!matches(&many, &"a".repeat(199)));
    }
}

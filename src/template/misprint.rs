//! What Go writes into a text where a verb of `printf` and its argument do not fit.

/// The first of it in a text, without what it holds: `%!d(MISSING)`, `%!d(float64=…)`,
/// `%!(EXTRA …)`.
pub fn mark(text: &str) -> Option<String> {
    text.match_indices("%!").find_map(|(at, _)| {
        let rest = &text[at + 2..];
        let verb = rest.chars().next().filter(char::is_ascii_alphabetic);
        let inside = rest[usize::from(verb.is_some())..].strip_prefix('(')?;
        let length = inside.find(|it: char| !it.is_ascii_alphanumeric())?;
        let end = match inside[length..].chars().next()? {
            _ if length == 0 => return None,
            '=' => "=…)",
            ')' => ")",
            _ => " …)",
        };
        let verb = verb.map_or(String::new(), String::from);
        Some(format!("%!{verb}({}{end}", &inside[..length]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misprints_are_found() {
        let mark = |text| mark(text).unwrap_or_default();
        assert_eq!(mark("1.50 %!d(MISSING)"), "%!d(MISSING)");
        assert_eq!(mark("%!d(float64=1.5) ok"), "%!d(float64=…)");
        assert_eq!(mark("a%!(EXTRA string=b)"), "%!(EXTRA …)");
        assert_eq!(mark("%!(NOVERB)"), "%!(NOVERB)");
        for text in ["5%! (really)", "100%!", "%!d", "%!(", "50%!!(x)", "%!d()"] {
            assert_eq!(mark(text), "", "{text}");
        }
    }
}

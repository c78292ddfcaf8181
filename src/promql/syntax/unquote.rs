//! The value of a string literal.
//!
//! Prometheus `util/strutil/quote.go`: Go's rules, with `'…'` read as `"…"` is.

use std::borrow::Cow;

/// The bytes that a string token stands for; they may not be UTF-8 (`"\xff"`).
///
/// The lexer has already refused bad escapes.
pub(crate) fn unquote(token: &str) -> Cow<'_, [u8]> {
    let quote = token.as_bytes()[0];
    let body = &token[1..token.len() - 1];
    if quote == b'`' || !body.contains('\\') {
        return Cow::Borrowed(body.as_bytes());
    }
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            out.push(first);
            continue;
        }
        let Some((&escape, tail)) = rest.split_first() else { break };
        rest = tail;
        let mut digits = |n: usize, radix: u32| {
            let (digits, tail) = rest.split_at(n.min(rest.len()));
            rest = tail;
            digits.iter().fold(0_u32, |value, it| {
                let digit = char::from(*it).to_digit(radix).unwrap_or(0);
                value.wrapping_mul(radix).wrapping_add(digit)
            })
        };
        let byte = match escape {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'x' => digits(2, 16) as u8,
            b'0'..=b'7' => (u32::from(escape - b'0') * 64 + digits(2, 8)) as u8,
            b'u' | b'U' => {
                let n = if escape == b'u' { 4 } else { 8 };
                let c =
                    char::from_u32(digits(n, 16)).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            other => other,
        };
        out.push(byte);
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        let cases: &[(&str, &[u8])] = &[
            (r#""plain""#, b"plain"),
            (r#""a\"b\n""#, b"a\"b\n"),
            (r"'it\'s'", b"it's"),
            (r"`raw \n`", br"raw \n"),
            (r#""\x41\101\u00e9\U0001f600""#, "AA\u{e9}\u{1f600}".as_bytes()),
            (r#""\xff""#, b"\xff"),
        ];
        for (token, value) in cases {
            assert_eq!(&*unquote(token), *value, "{token}");
        }
    }
}

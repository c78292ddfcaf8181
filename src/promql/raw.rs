//! Bytes that are not UTF-8, kept in text.
//!
//! A PromQL string may hold any bytes (`"\xff"`); Prometheus prints them again, and
//! refuses them as names of labels. Each such byte stands in our text as a character of
//! its own, U+10FF80 to U+10FFFF, which nobody writes.

use std::borrow::Cow;

const BASE: u32 = 0x10_FF00;

/// Bytes as text.
pub fn from_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(bytes.len() * 2);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(
            chunk.invalid().iter().filter_map(|it| char::from_u32(BASE + u32::from(*it))),
        );
    }
    Cow::Owned(out)
}

/// The byte that a character stands for.
pub fn byte(c: char) -> Option<u8> {
    let byte = u8::try_from((c as u32).checked_sub(BASE)?).ok()?;
    (byte >= 0x80).then_some(byte)
}

/// Whether a text holds no such byte.
pub fn is_utf8(text: &str) -> bool {
    text.is_ascii() || !text.chars().any(|it| byte(it).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept() {
        let text = from_bytes(b"a\xc5z\xff");
        assert!(!is_utf8(&text));
        let bytes: Vec<_> = text.chars().filter_map(byte).collect();
        assert_eq!(bytes, [0xc5, 0xff]);
        assert!(is_utf8(&from_bytes("\u{e9}\u{fffd}".as_bytes())));
    }
}

//! The series before the values: `up`, `up{job="a"}`, `{"utf8.name", "l.x"="v"}`.

use std::sync::Arc;

use crate::promql::labels::{Labels, METRIC_NAME, Symbol};
use crate::promql::syntax::ast::{SyntaxError, TextRange};

/// Reads the series at `from` and says where it ends.
pub(super) fn read(text: &str, from: usize) -> Result<(Labels, usize), SyntaxError> {
    let mut r = Reader { text, pos: from };
    r.skip_spaces();
    let mut pairs: Vec<(Symbol, Symbol)> = Vec::new();
    let name = r.word(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b':');
    let name_text = &text[name.bytes()];
    if name_text.starts_with(|it: char| it.is_ascii_digit()) {
        return Err(r.fault(
            name,
            "unexpected number at the beginning of a series",
            None,
        ));
    }
    if !name_text.is_empty() {
        pairs.push((METRIC_NAME.into(), name_text.into()));
    }
    if r.peek() == Some(b'{') && !r.text[r.pos..].starts_with("{{") {
        r.labels(&mut pairs)?;
    } else if name_text.is_empty() {
        let at = TextRange::new(r.pos, (r.pos + 1).min(text.len()));
        let help = Some("begin with a metric name or `{`".to_string());
        return Err(r.fault(at, "expected a series", help));
    }
    Ok((Labels::from_pairs(pairs), r.pos))
}

struct Reader<'a> {
    text: &'a str,
    pos: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.pos).copied()
    }

    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.pos += 1;
        }
    }

    fn word(&mut self, mut part: impl FnMut(u8) -> bool) -> TextRange {
        let start = self.pos;
        while self.peek().is_some_and(&mut part) {
            self.pos += 1;
        }
        TextRange::new(start, self.pos)
    }

    fn fault(&self, at: TextRange, message: &str, help: Option<String>) -> SyntaxError {
        SyntaxError { at, message: message.to_string(), help }
    }

    fn unexpected(&self, expected: &str) -> SyntaxError {
        let (found, len) = match self.text[self.pos..].chars().next() {
            Some(c) => (format!("{c:?}"), c.len_utf8()),
            None => ("end of input".to_string(), 0),
        };
        let at = TextRange::new(self.pos, self.pos + len);
        let message = format!("unexpected {found} in label set, expected {expected}");
        self.fault(at, &message, None)
    }

    fn labels(&mut self, pairs: &mut Vec<(Symbol, Symbol)>) -> Result<(), SyntaxError> {
        self.pos += 1;
        self.skip_spaces();
        while self.peek() != Some(b'}') {
            let quoted = matches!(self.peek(), Some(b'"' | b'\'' | b'`'));
            let name: Arc<str> = match quoted {
                true => self.string()?,
                false => {
                    let at = self.word(|it| it.is_ascii_alphanumeric() || it == b'_');
                    let name = &self.text[at.bytes()];
                    if name.is_empty() || name.as_bytes()[0].is_ascii_digit() {
                        self.pos = at.start as usize;
                        return Err(self.unexpected("identifier or \"}\""));
                    }
                    name.into()
                }
            };
            self.skip_spaces();
            match self.peek() {
                Some(b'=') => {
                    self.pos += 1;
                    self.skip_spaces();
                    if !matches!(self.peek(), Some(b'"' | b'\'' | b'`')) {
                        return Err(self.unexpected("string"));
                    }
                    pairs.push((name, self.string()?));
                }
                _ if quoted => pairs.push((METRIC_NAME.into(), name)),
                _ => return Err(self.unexpected("\"=\"")),
            }
            self.skip_spaces();
            match self.peek() {
                Some(b',') => {
                    self.pos += 1;
                    self.skip_spaces();
                }
                Some(b'}') => {}
                _ => return Err(self.unexpected("\",\" or \"}\"")),
            }
        }
        self.pos += 1;
        Ok(())
    }

    fn string(&mut self) -> Result<Arc<str>, SyntaxError> {
        let start = self.pos;
        let bytes = self.text.as_bytes();
        let quote = bytes[start];
        let mut out: Vec<u8> = Vec::new();
        let mut idx = start + 1;
        while let Some(&c) = bytes.get(idx) {
            match c {
                c if c == quote => {
                    self.pos = idx + 1;
                    // Escapes can make bytes that are no UTF-8, as in Prometheus.
                    return Ok(String::from_utf8_lossy(&out).into());
                }
                b'\n' if quote != b'`' => break,
                b'\\' if quote != b'`' => {
                    match escape(&bytes[idx + 1..], quote, &mut out) {
                        Some(n) => idx += 1 + n,
                        None => {
                            let at = TextRange::new(idx, (idx + 2).min(bytes.len()));
                            return Err(self.fault(at, "unknown escape sequence", None));
                        }
                    }
                }
                c => {
                    out.push(c);
                    idx += 1;
                }
            }
        }
        let at = TextRange::new(start, self.text.len());
        Err(self.fault(at, "unterminated quoted string", None))
    }
}

/// Decodes what follows a backslash and gives its length.
fn escape(rest: &[u8], quote: u8, out: &mut Vec<u8>) -> Option<usize> {
    let c = *rest.first()?;
    let simple = match c {
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => c,
        c if c == quote => c,
        b'0'..=b'7' => {
            let value = digits(rest.get(..3)?, 8)?;
            out.push(u8::try_from(value).ok()?);
            return Some(3);
        }
        b'x' => {
            out.push(u8::try_from(digits(rest.get(1..3)?, 16)?).ok()?);
            return Some(3);
        }
        b'u' | b'U' => {
            let n = if c == b'u' { 4 } else { 8 };
            let c = char::from_u32(digits(rest.get(1..=n)?, 16)?)?;
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(n + 1);
        }
        _ => return None,
    };
    out.push(simple);
    Some(1)
}

fn digits(text: &[u8], radix: u32) -> Option<u32> {
    text.iter().try_fold(0u32, |sum, it| {
        let digit = char::from(*it).to_digit(radix)?;
        sum.checked_mul(radix)?.checked_add(digit)
    })
}

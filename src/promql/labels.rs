//! Label sets: sorted, shared, hashed once.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};

use regex_syntax::hir::{Class, HirKind};

use crate::promql::raw;

/// The label that holds the metric name.
pub const METRIC_NAME: &str = "__name__";

/// A name or a value.
pub type Symbol = Arc<str>;

/// A set of labels, sorted by name (bytewise), without empty values. Cheap to clone;
/// equality compares hashes first.
#[derive(Clone)]
pub struct Labels(Arc<LabelSet>);

struct LabelSet {
    pairs: Box<[(Symbol, Symbol)]>,
    hash: u64,
}

static EMPTY: LazyLock<Labels> = LazyLock::new(|| Labels::from_sorted(Vec::new()));

impl Labels {
    /// No labels.
    pub fn empty() -> Labels {
        EMPTY.clone()
    }

    /// From pairs in any order; the last of a repeated name wins, empty values are
    /// left out.
    pub fn from_pairs(mut pairs: Vec<(Symbol, Symbol)>) -> Labels {
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        let mut out: Vec<(Symbol, Symbol)> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            match out.last_mut() {
                Some(last) if last.0 == pair.0 => *last = pair,
                _ => out.push(pair),
            }
        }
        out.retain(|it| !it.1.is_empty());
        Labels::from_sorted(out)
    }

    /// From string pairs in any order.
    pub fn from_strs(pairs: &[(&str, &str)]) -> Labels {
        let pairs = pairs.iter().map(|(n, v)| (Symbol::from(*n), Symbol::from(*v)));
        Labels::from_pairs(pairs.collect())
    }

    /// From pairs that are sorted by name, without repeats and empty values.
    pub fn from_sorted(pairs: Vec<(Symbol, Symbol)>) -> Labels {
        let mut hash = Fnv::new();
        for (name, value) in &pairs {
            hash.text(name);
            hash.text(value);
        }
        Labels(Arc::new(LabelSet { pairs: pairs.into(), hash: hash.0 }))
    }

    /// The value of a label; `""` where it is missing.
    pub fn get(&self, name: &str) -> &str {
        self.symbol(name).map_or("", |it| it)
    }

    /// The value of a label, shared; `None` where it is missing.
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        // Label sets are short: a scan beats a binary search.
        self.0.pairs.iter().find(|it| &*it.0 == name).map(|it| &it.1)
    }

    /// The metric name; `""` where there is none.
    pub fn metric_name(&self) -> &str {
        self.get(METRIC_NAME)
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &(Symbol, Symbol)> {
        self.0.pairs.iter()
    }

    /// Number of labels.
    pub fn len(&self) -> usize {
        self.0.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.pairs.is_empty()
    }

    /// A hash of the whole set: equal sets have equal hashes.
    pub fn hash64(&self) -> u64 {
        self.0.hash
    }

    /// Those labels for which `keep` holds.
    pub fn filter(&self, mut keep: impl FnMut(&str) -> bool) -> Labels {
        let n_kept = self.iter().filter(|it| keep(&it.0)).count();
        match n_kept == self.len() {
            true => self.clone(),
            false => Labels::from_sorted(
                self.iter().filter(|it| keep(&it.0)).cloned().collect(),
            ),
        }
    }

    /// Without the metric name.
    pub fn drop_name(&self) -> Labels {
        self.filter(|it| it != METRIC_NAME)
    }

    /// Without the labels that a metric brings: name, type and unit.
    pub fn without_metadata(&self) -> Labels {
        self.filter(|it| !matches!(it, METRIC_NAME | "__type__" | "__unit__"))
    }

    /// Whether a metric brings more labels than its name: type or unit.
    pub fn has_metadata(&self) -> bool {
        self.iter().any(|it| matches!(&*it.0, "__type__" | "__unit__"))
    }

    /// The metric name alone.
    pub fn name_only(&self) -> Labels {
        self.filter(|it| it == METRIC_NAME)
    }

    /// The encoding that Prometheus hashes (`model/labels/labels_stringlabels.go`):
    /// names and values in order, each behind its length.
    pub fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for text in self.iter().flat_map(|(name, value)| [name, value]) {
            match text.len() {
                len @ 0..255 => out.push(len as u8),
                len => {
                    out.push(255);
                    out.extend(&(len as u32).to_le_bytes()[..3]);
                }
            }
            out.extend(text.as_bytes());
        }
        out
    }

    /// With one label set (or removed, when `value` is empty).
    pub fn with(&self, name: &str, value: &str) -> Labels {
        let mut pairs: Vec<_> =
            self.iter().filter(|it| &*it.0 != name).cloned().collect();
        if !value.is_empty() {
            let at = pairs.partition_point(|it| &*it.0 < name);
            pairs.insert(at, (name.into(), value.into()));
        }
        Labels::from_sorted(pairs)
    }
}

impl Default for Labels {
    fn default() -> Labels {
        Labels::empty()
    }
}

impl PartialEq for Labels {
    fn eq(&self, other: &Labels) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.hash == other.0.hash && self.0.pairs == other.0.pairs)
    }
}

impl Eq for Labels {}

impl Hash for Labels {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

/// Prometheus's order: pair by pair, then by length (`model/labels` `Compare`).
impl Ord for Labels {
    fn cmp(&self, other: &Labels) -> Ordering {
        self.0.pairs.cmp(&other.0.pairs)
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Labels) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// As Prometheus's `Labels.String`: `{a="b", c="d"}`.
impl fmt::Display for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (idx, (name, value)) in self.iter().enumerate() {
            if idx != 0 {
                f.write_str(", ")?;
            }
            match is_legacy_name(name) {
                true => write!(f, "{name}={}", quote(value))?,
                false => write!(f, "{}={}", quote(name), quote(value))?,
            }
        }
        f.write_str("}")
    }
}

impl fmt::Debug for Labels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Whether `name` needs no quotes as a label name (`[a-zA-Z_][a-zA-Z0-9_]*`).
pub fn is_legacy_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|it| it.is_ascii_alphabetic() || it == b'_')
        && bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Whether `name` needs no quotes as a metric name (also `:`).
pub fn is_legacy_metric_name(name: &str) -> bool {
    !name.is_empty()
        && !name.as_bytes()[0].is_ascii_digit()
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b':')
}

/// Go's `strconv.Quote`.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c == '\u{7f}' => {
                out.push_str(&format!("\\x{:02x}", c as u32));
            }
            c if c.is_ascii() || is_print(c) => out.push(c),
            c => match (raw::byte(c), c as u32) {
                (Some(byte), _) => out.push_str(&format!("\\x{byte:02x}")),
                (None, code @ 0x1_0000..) => out.push_str(&format!("\\U{code:08x}")),
                (None, code) => out.push_str(&format!("\\u{code:04x}")),
            },
        }
    }
    out.push('"');
    out
}

/// Go's `unicode.IsPrint` for what is not ASCII: letters, marks, numbers, punctuation,
/// symbols.
fn is_print(c: char) -> bool {
    static CLASS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
        let hir = regex_syntax::parse(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]");
        match hir.as_ref().map(|it| it.kind()) {
            Ok(HirKind::Class(Class::Unicode(it))) => {
                it.ranges().iter().map(|it| (it.start(), it.end())).collect()
            }
            _ => Vec::new(),
        }
    });
    let idx = CLASS.partition_point(|it| it.1 < c);
    CLASS.get(idx).is_some_and(|it| it.0 <= c)
}

/// 64-bit FNV-1a over length-delimited texts, eight bytes at a time.
struct Fnv(u64);

impl Fnv {
    fn new() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn text(&mut self, text: &str) {
        let mut chunks = text.as_bytes().chunks_exact(8);
        for chunk in &mut chunks {
            let mut word = [0; 8];
            word.copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
        let mut word = [0; 8];
        let rest = chunks.remainder();
        word[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(word));
        self.word(text.len() as u64);
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_those_of_go() {
        for (text, quoted) in [
            ("a\"\\\n\u{7f}", r#""a\"\\\n\x7f""#),
            ("\u{e9}\u{ad}\u{a0}e\u{301}", "\"\u{e9}\\u00ad\\u00a0e\u{301}\""),
            ("\u{1f600}\u{e000}\u{f0000}", "\"\u{1f600}\\ue000\\U000f0000\""),
            (&raw::from_bytes(b"\xc5z"), r#""\xc5z""#),
        ] {
            assert_eq!(quote(text), quoted);
        }
    }

    #[test]
    fn sets_are_sorted_and_have_no_empty_values() {
        let labels = Labels::from_strs(&[("b", "2"), ("a", "1"), ("c", ""), ("b", "3")]);
        assert_eq!(labels.to_string(), r#"{a="1", b="3"}"#);
        assert_eq!(labels.with("a", "").to_string(), r#"{b="3"}"#);
        assert_eq!(labels.with("aa", "x").to_string(), r#"{a="1", aa="x", b="3"}"#);
        assert_eq!(labels.with("b", "3"), labels);
    }
}

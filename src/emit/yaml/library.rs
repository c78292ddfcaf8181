//! The library that prints YAML, with our options.
//!
//! Long PromQL is never folded, text over several lines is a literal block, and what any
//! reader of YAML 1.1 could take for something else than a string is quoted.

use std::collections::HashMap;

use serde::Serialize;

pub(super) fn print(document: &impl Serialize, out: &mut String) {
    let options = serde_saphyr::ser_options! {
        folded_wrap_chars: 1_000_000_000,
    };
    serde_saphyr::to_fmt_writer_with_options(&mut *out, document, options)
        .expect("maps with string keys and plain values can always be written");
}

/// `k:` in the first column with a text behind it, up to the end of its last line.
pub(super) fn value(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    print(&HashMap::from([("k", text)]), &mut out);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// A key and its colon, if they stand in one line.
pub(super) fn key(key: &str) -> Option<String> {
    let mut out = String::with_capacity(key.len() + 16);
    print(&HashMap::from([(key, 0)]), &mut out);
    let key = out.trim_end().strip_suffix(" 0")?;
    (key.ends_with(':') && !key.contains('\n')).then(|| key.to_owned())
}

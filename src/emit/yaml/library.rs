//! The library that prints YAML, with our options.
//!
//! Long PromQL is never folded, text over several lines is a literal block, and what any
//! reader of YAML 1.1 could take for something else than a string is quoted.

use serde::Serialize;

pub(super) fn print(document: &impl Serialize, out: &mut String) {
    let options = serde_saphyr::ser_options! {
        folded_wrap_chars: 1_000_000_000,
    };
    serde_saphyr::to_fmt_writer_with_options(&mut *out, document, options)
        .expect("maps with string keys and plain values can always be written");
}

/// A text as it stands behind `key:` in the first column, the blank before it and the end of
/// its line included.
pub(super) fn value(text: &str) -> Option<String> {
    #[derive(Serialize)]
    struct Entry<'a> {
        k: &'a str,
    }
    // A short key that is a word in itself.
    let mut out = String::with_capacity(text.len() + 16);
    print(&Entry { k: text }, &mut out);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.strip_prefix("k:").map(str::to_owned)
}

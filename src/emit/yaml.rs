//! How YAML is printed: the options of the writer, and nothing else.
//!
//! Long PromQL is never folded, text over several lines is a literal block, and what any
//! reader of YAML 1.1 could take for something else than a string is quoted.

use std::cell::RefCell;

use serde::Serialize;

/// A document with a comment above it.
pub fn print(comment: &str, document: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! {
        folded_wrap_chars: 1_000_000_000,
    };
    // Grown once for all documents of a thread: each then takes as much as it needs.
    thread_local! {
        static ROOM: RefCell<String> = const { RefCell::new(String::new()) };
    }
    ROOM.with_borrow_mut(|out| {
        out.clear();
        write_comment(comment, out);
        serde_saphyr::to_fmt_writer_with_options(&mut *out, document, options)
            .expect("maps with string keys and plain values can always be written");
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.clone()
    })
}

/// The `spec` of an object that was printed here, as a document of its own with a comment
/// above it: what is nested is printed as what is not, two columns further in.
pub fn spec(comment: &str, object: &str) -> Option<String> {
    let (_, spec) = object.split_once("\nspec:\n")?;
    let mut out = String::with_capacity(comment.len() + spec.len() + 3);
    write_comment(comment, &mut out);
    for line in spec.split_inclusive('\n') {
        out.push_str(line.strip_prefix("  ").unwrap_or(line));
    }
    Some(out)
}

fn write_comment(comment: &str, out: &mut String) {
    for line in comment.lines() {
        out.push_str("# ");
        out.push_str(line);
        out.push('\n');
    }
}

/// The comment above a file that was made from `source`.
pub fn made_from(source: &str) -> String {
    let source: String = source.chars().filter(|it| !it.is_control()).collect();
    format!("Made by aqua-alerts from {source}. The next build overwrites changes.")
}

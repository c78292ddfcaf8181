//! How YAML is printed.

mod library;
mod printer;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use serde::Serialize;

/// A document with a comment above it.
pub fn print(comment: &str, document: &impl Serialize) -> String {
    // Grown once for all documents of a thread: each then takes as much as it needs.
    thread_local! {
        static ROOM: RefCell<String> = const { RefCell::new(String::new()) };
    }
    ROOM.with_borrow_mut(|out| {
        out.clear();
        write_comment(comment, out);
        let start = out.len();
        if printer::print(document, out).is_err() {
            out.truncate(start);
            library::print(document, out);
        }
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
    let mut rest = spec;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |it| it + 1);
        let (line, others) = rest.split_at(end);
        out.push_str(line.strip_prefix("  ").unwrap_or(line));
        rest = others;
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

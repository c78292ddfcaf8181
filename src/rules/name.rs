//! Names made of what people write: stable, of letters, digits and `-`, and never twice
//! the same.

use std::collections::HashMap;

use crate::rules::book::Book;

/// The longest name of a file, with room for an extension.
pub const STEM: usize = 200;
/// The longest uid of a dashboard.
pub const UID: usize = 40;

/// `project-environment`, which is the beginning of every name.
pub fn instance(book: &Book) -> String {
    slug(&format!("{}-{}", book.project, book.env))
}

/// File names without extension for these parts, one each.
pub fn unique(parts: &[&str]) -> Vec<String> {
    told_apart(parts.iter().map(|it| (*it, *it)))
}

/// File names without extension for things that are called by the first text, one each:
/// those that would have the same are told apart by a hash of the second, unless that is
/// the name already.
pub fn told_apart<A: AsRef<str>, B: AsRef<str>>(
    things: impl Iterator<Item = (A, B)>,
) -> Vec<String> {
    let named = |it: (A, B)| (cut(&slug(it.0.as_ref()), STEM), it.1);
    let all: Vec<(String, B)> = things.map(named).collect();
    let mut n_same: HashMap<&str, usize> = HashMap::new();
    for (name, _) in &all {
        *n_same.entry(name).or_default() += 1;
    }
    let apart = |(name, whole): &(String, B)| {
        let whole = whole.as_ref();
        match n_same[name.as_str()] == 1 || whole == name {
            true => name.clone(),
            false => format!("{name}-{:08x}", hash(whole)),
        }
    };
    all.iter().map(apart).collect()
}

/// The uids of dashboards in the environment of `book`, one each: of what their authors
/// chose, else of their names.
pub fn uids(book: &Book, dashboards: &[(&str, Option<&str>)]) -> Vec<String> {
    let names: Vec<&str> = dashboards.iter().map(|it| it.0).collect();
    let uid = |((_, chosen), name): (&(&str, Option<&str>), String)| match chosen {
        None => cut_head(&format!("{}-{name}", instance(book)), UID),
        Some(it) => chosen_uid(book, it),
    };
    dashboards.iter().zip(unique(&names)).map(uid).collect()
}

/// The uid of a dashboard in an environment, of what its author chose.
pub fn chosen_uid(book: &Book, chosen: &str) -> String {
    match &*book.env {
        "default" => chosen.to_owned(),
        env => format!("{chosen}-{}", slug(env)),
    }
}

/// The title of a dashboard in an environment.
pub fn titled(book: &Book, title: &str) -> String {
    match &*book.env {
        "default" => title.to_owned(),
        env => format!("{title} ({env})"),
    }
}

/// Lower case, digits and single `-` between them; never empty.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it.to_ascii_lowercase() {
            it @ ('a'..='z' | '0'..='9') => out.push(it),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
    }
    let kept = out.trim_end_matches('-').len();
    out.truncate(kept);
    match out.is_empty() {
        true => format!("x{:08x}", hash(text)),
        false => out,
    }
}

/// A name of at most `max` bytes: what is longer loses its end to a hash of the whole.
pub fn cut(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let head = name[..max - 9].trim_end_matches('-');
    format!("{head}-{:08x}", hash(name))
}

/// A name of at most `max` bytes that keeps its end, where dashboards differ.
pub fn cut_head(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let tail = &name[name.len() - (max - 9)..];
    // A whole word is better than a half one.
    let tail = tail.find('-').map_or(tail, |it| &tail[it + 1..]);
    format!("{:08x}-{tail}", hash(name))
}

/// FNV-1a, folded to 32 bits: stable on every machine and in every version.
fn hash(text: &str) -> u32 {
    let hash = fnv(text.as_bytes());
    (hash >> 32) as u32 ^ hash as u32
}

/// FNV-1a of 64 bits: tells apart what people write, no defence against forgery.
pub(crate) fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_apart() {
        assert_eq!(slug("API_v2 / Größe"), "api-v2-gr-e");
        assert_eq!(slug("--"), slug("--"));
        assert!(slug("日本").starts_with('x'));
        let names = unique(&["a-b", "a/b", "a_b", "c"]);
        assert_eq!((names[0].as_str(), names[3].as_str()), ("a-b", "c"));
        assert!(names[1].starts_with("a-b-") && names[1] != names[2]);
    }

    #[test]
    fn long_names_end_in_a_hash_and_stay_apart() {
        let long = |it| format!("{}-{it}", "x".repeat(300));
        let (a, b) = (cut(&long("a"), 253), cut(&long("b"), 253));
        assert_eq!((a.len(), b.len()), (253, 253));
        assert_ne!(a, b);
        let uid = "aquaculture-platform-production-platform-overview";
        let uid = cut_head(uid, UID);
        assert!(uid.len() <= UID && uid.ends_with("-platform-overview"), "{uid}");
        assert_eq!(cut("short", 63), "short");
    }
}

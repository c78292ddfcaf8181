//! Anchors as GitHub gives them to headings.
//!
//! GitHub keeps letters, marks, digits and connectors (Ruby's `\p{Word}`), `-`, and spaces
//! as `-`; what it does with equal headings is known from its pages, as github-slugger
//! collected them.

use std::collections::HashMap;

/// The anchor of a heading, before it is made unique.
pub fn slug(heading: &str) -> String {
    let mut out = String::with_capacity(heading.len());
    for it in heading.to_lowercase().chars() {
        match it {
            ' ' => out.push('-'),
            '-' => out.push(it),
            // The joiners, which Rust's class has beside those of Ruby.
            '\u{200C}' | '\u{200D}' => {}
            it if regex_syntax::is_word_character(it) => out.push(it),
            _ => {}
        }
    }
    out
}

/// Gives the headings of one page their anchors, in order.
#[derive(Debug, Default)]
pub struct Slugs {
    /// By anchor: how often it was wanted again.
    taken: HashMap<String, usize>,
}

impl Slugs {
    /// The anchor of the next heading.
    pub fn next(&mut self, heading: &str) -> String {
        let first = slug(heading);
        let mut out = first.clone();
        while self.taken.contains_key(&out) {
            let again = self.taken.entry(first.clone()).or_default();
            *again += 1;
            out = format!("{first}-{again}");
        }
        self.taken.insert(out.clone(), 0);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_githubs() {
        let cases = [
            ("API is down", "api-is-down"),
            ("What's `up == 0`?", "whats-up--0"),
            ("Step 1: scale_up (fast)", "step-1-scale_up-fast"),
            ("A -- B", "a----b"),
            ("Überlauf & Größe", "überlauf--größe"),
            ("5xx / latency", "5xx--latency"),
            ("日本語", "日本語"),
            ("👍 done", "-done"),
            ("❤\u{FE0F} x", "\u{FE0F}-x"),
            (":rocket: Deploy", "rocket-deploy"),
            ("x² and ½", "x-and-"),
            ("a\u{200D}b", "ab"),
            ("e\u{301}te\u{301}", "e\u{301}te\u{301}"),
            ("ΧΑΟΣ", "χαος"),
            ("tab\there", "tabhere"),
        ];
        for (heading, anchor) in cases {
            assert_eq!(slug(heading), anchor, "{heading}");
        }
    }

    #[test]
    fn equal_headings_are_numbered() {
        let mut slugs = Slugs::default();
        let headings = ["echo", "echo", "echo 1", "echo-1", "echo", "Echo"];
        let anchors: Vec<String> = headings.iter().map(|it| slugs.next(it)).collect();
        assert_eq!(
            anchors,
            ["echo", "echo-1", "echo-1-1", "echo-1-2", "echo-2", "echo-3"]
        );
    }
}

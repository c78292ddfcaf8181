//! What a page in HTML offers and wants: anchors, links, headings.
//!
//! Pages of the web and pieces of HTML in Markdown; whatever comes, it is read to its end.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// What is found in HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Values of `id`, and of `name` of `<a>`.
    pub anchors: Vec<String>,
    /// Values of `href` of `<a>` and of `src` of `<img>`.
    pub links: Vec<String>,
    /// Headings with their levels.
    pub headings: Vec<(u8, String)>,
    /// The text between the tags.
    pub text: String,
}

/// Reads a page or a piece of one, with its text.
pub fn read(html: &[u8]) -> Found {
    parse(html, true)
}

/// The anchors of a page, which may be a large one.
pub fn anchors(html: &[u8]) -> Vec<String> {
    parse(html, false).anchors
}

fn parse(html: &[u8], with_text: bool) -> Found {
    let mut found = Found::default();
    let mut tag: Vec<u8> = Vec::new();
    let mut attribute: Vec<u8> = Vec::new();
    let mut heading: Option<(u8, String)> = None;
    let mut hidden = false;
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                tag = name.to_vec();
                attribute.clear();
                hidden = matches!(name, b"script" | b"style");
                if let Some(level) = level(name) {
                    heading = Some((level, String::new()));
                }
            }
            CallbackEvent::AttributeName { name } => attribute = name.to_vec(),
            CallbackEvent::AttributeValue { value } if !value.is_empty() => {
                let value = || String::from_utf8_lossy(value).trim().to_owned();
                match (&tag[..], &attribute[..]) {
                    (_, b"id") | (b"a", b"name") => found.anchors.push(value()),
                    (b"a", b"href") | (b"img", b"src") => found.links.push(value()),
                    _ => {}
                }
            }
            CallbackEvent::EndTag { name } => {
                hidden = false;
                if level(name).is_some() {
                    found.headings.extend(heading.take());
                }
            }
            CallbackEvent::String { value } if with_text && !hidden => {
                let value = String::from_utf8_lossy(value);
                if let Some((_, text)) = &mut heading {
                    text.push_str(&value);
                }
                found.text.push_str(&value);
            }
            _ => {}
        }
        None::<Infallible>
    });
    // What stands in scripts is no markup.
    emitter.naively_switch_states(true);
    // Nothing comes out of it: the emitter has kept what it saw.
    Tokenizer::new_with_emitter(html, emitter).for_each(drop);
    found
}

fn level(tag: &[u8]) -> Option<u8> {
    match tag {
        [b'h', digit @ b'1'..=b'6'] => Some(digit - b'0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_links_and_headings_are_found() {
        let html = b"<!-- <a id=no> --><A NAME=one href='/x?a=1&amp;b=2'>x</a>
            <h2 id=\"two\">Step <b>2</b></h2><div class=id data-id=no ID=three>
            <script>var x = '<a id=no>';</script><input name=no><img src=p.png>
            <a id=\"\xff\"><h3>open";
        let found = read(html);
        assert_eq!(found.anchors, ["one", "two", "three", "\u{FFFD}"]);
        assert_eq!(found.links, ["/x?a=1&b=2", "p.png"]);
        assert_eq!(found.headings, [(2, "Step 2".to_owned())]);
        assert!(!found.text.contains("var x"));
    }

    #[test]
    fn what_is_no_html_has_nothing() {
        for text in ["", "<", "<a id", "<a id='", "</", "<!", "&#x", "plain"] {
            assert_eq!(read(text.as_bytes()).anchors, [""; 0], "{text}");
        }
    }
}

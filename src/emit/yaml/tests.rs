use std::collections::BTreeMap;

use serde::Serialize;

use super::{library, printer};

/// A document with a text in each place behind a key.
#[derive(Serialize)]
struct Document<'a> {
    text: &'a str,
    map: BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
    list: Vec<Inner<'a>>,
    texts: Vec<&'a str>,
    numbers: Vec<i64>,
    nothing: Vec<&'a str>,
    empty: BTreeMap<&'a str, &'a str>,
    empties: Vec<BTreeMap<&'a str, &'a str>>,
}

#[derive(Serialize)]
struct Inner<'a> {
    first: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    some: Option<bool>,
    below: BTreeMap<&'a str, Vec<BTreeMap<&'a str, &'a str>>>,
    last: &'a str,
}

fn document(text: &str) -> Document<'_> {
    let map = || BTreeMap::from([("first", text), ("second", text)]);
    let inner = |some| Inner {
        first: text,
        some,
        below: BTreeMap::from([("maps", vec![map(), map()]), ("none", vec![])]),
        last: text,
    };
    Document {
        text,
        map: BTreeMap::from([("below", map())]),
        list: vec![inner(None), inner(Some(true))],
        texts: vec!["a", "b"],
        numbers: vec![5, -5],
        nothing: Vec::new(),
        empty: BTreeMap::new(),
        empties: vec![BTreeMap::new()],
    }
}

/// Whether a document was easy; it is then the same as the library's.
#[track_caller]
fn is_same(document: &impl Serialize) -> bool {
    let (mut ours, mut theirs) = (String::new(), String::new());
    library::print(document, &mut theirs);
    let easy = printer::print(document, &mut ours).is_ok();
    assert!(!easy || ours == theirs, "{ours}\n---\n{theirs}");
    easy
}

const PIECES: &[&str] = &[
    "",
    "a",
    "up",
    "no",
    "True",
    "null",
    "~",
    "5m",
    "1h30m",
    "0",
    "12",
    "1.5",
    "1e3",
    "0x1F",
    "1_000",
    "12:30",
    "2026-01-02",
    ".inf",
    "NaN",
    "-",
    "?",
    "- a",
    "? a",
    "---",
    "...",
    "<<",
    "=",
    "!",
    "&a",
    "*a",
    "#",
    " #",
    "a#",
    ": ",
    ":",
    "a:",
    " ",
    "  ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\n  ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "'",
    "\"",
    "\\",
    "`",
    "@",
    "%",
    "|",
    ">",
    "ü",
    "€",
    "😀",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{1}",
    "\u{7f}",
    "{{ $value }}",
    "sum by (job) (rate(x{a=\"b\",c=~\"d.*\"}[5m])) > 0.5",
    "https://example.com/a#b",
    "a: b",
    "a #b",
    "yes:",
    "on",
    "word word",
    "Yes",
    "off",
    "Null",
    "infinity",
    "5d",
    "5e",
    "5",
    "1d2h",
    "0b1",
    "0o7",
    "y",
    "1y",
    "s",
    "1s",
];

/// Texts of some pieces, the same ones in each run.
fn texts() -> Vec<String> {
    let pairs = PIECES.iter().flat_map(|a| PIECES.iter().map(move |b| format!("{a}{b}")));
    let mut out: Vec<String> = pairs.collect();
    let mut state = 1_u64;
    for n_pieces in (3..9).cycle().take(3000) {
        let mut text = String::new();
        for _ in 0..n_pieces {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        out.push(text);
    }
    for word in printer::WORDS {
        let title = format!("{}{}", word[..1].to_uppercase(), &word[1..]);
        out.extend([(*word).to_owned(), word.to_uppercase(), title, format!("{word}s")]);
    }
    out
}

#[test]
fn texts_are_printed_as_by_the_library() {
    let mut n_own = 0;
    let texts = texts();
    for text in &texts {
        assert!(is_same(&document(text)), "{text:?}");
        n_own += usize::from(printer::is_plain(text) || printer::is_quoted(text));
    }
    // Else nothing would be gained.
    assert!(texts.len() / 4 < n_own, "{n_own} of {}", texts.len());
}

#[test]
fn texts_in_lists_are_printed_as_by_the_library() {
    for text in &texts() {
        let is_own = printer::is_plain(text) || printer::is_quoted(text);
        let list = BTreeMap::from([("list", vec![text.as_str(), "b", text.as_str()])]);
        assert_eq!(is_same(&list), is_own, "{text:?}");
    }
}

#[test]
fn keys_are_printed_as_by_the_library() {
    for key in &texts() {
        let map = BTreeMap::from([(key.as_str(), "x"), ("other", "y")]);
        is_same(&BTreeMap::from([("around", vec![map])]));
    }
    let long = |n: usize| is_same(&BTreeMap::from([("a".repeat(n), "x")]));
    assert!(long(1024) && !long(1025));
    assert!(is_same(&BTreeMap::from([("__dashboardUid__", "x"), ("no", "y")])));
}

#[test]
fn far_columns_are_printed_as_by_the_library() {
    #[derive(Serialize)]
    struct Nested<'a> {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        below: Option<Box<Nested<'a>>>,
    }
    let mut nested = Nested { text: "a\n\n  b\n", below: None };
    for _ in 0..30 {
        nested = Nested { text: " a\n\n  b", below: Some(Box::new(nested)) };
    }
    assert!(is_same(&nested));
}

#[test]
fn what_is_not_easy_is_left_to_the_library() {
    assert!(!is_same(&BTreeMap::from([("a", 1.5)])));
    assert!(!is_same(&BTreeMap::from([("a", None::<u8>)])));
    assert!(!is_same(&BTreeMap::from([("a", vec![vec![1]])])));
    assert!(!is_same(&vec!["a\nb"]));
    assert!(!is_same(&"a"));
    assert!(!is_same(&BTreeMap::<&str, &str>::new()));
    // Of what was printed before it failed nothing is left.
    let mut theirs = "# c\n".to_owned();
    let document = BTreeMap::from([("a", 1.0), ("b", 1.5)]);
    library::print(&document, &mut theirs);
    assert_eq!(super::print("c", &document), theirs);
}

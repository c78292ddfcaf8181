use std::collections::BTreeMap;

use serde::Serialize;

use super::{library, printer};

/// A document with a text in each place where one may stand.
#[derive(Serialize)]
struct Document<'a> {
    text: &'a str,
    map: BTreeMap<&'a str, &'a str>,
    list: Vec<Inner<'a>>,
    texts: Vec<&'a str>,
    number: u32,
    nothing: Vec<&'a str>,
    empty: BTreeMap<&'a str, &'a str>,
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
        map: map(),
        list: vec![inner(None), inner(Some(true))],
        texts: vec!["a", "b"],
        number: 5,
        nothing: Vec::new(),
        empty: BTreeMap::new(),
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

#[test]
fn texts_are_printed_as_by_the_library() {
    let mut n_easy = 0;
    for a in PIECES {
        for b in PIECES {
            n_easy += usize::from(is_same(&document(&format!("{a}{b}"))));
        }
    }
    let n_all = PIECES.len() * PIECES.len();
    assert!(n_all * 9 / 10 < n_easy, "{n_easy} of {n_all}");
}

#[test]
fn keys_are_printed_as_by_the_library() {
    for a in PIECES {
        for b in ["", "a", " ", ":"] {
            let key = format!("{a}{b}");
            let map = BTreeMap::from([(key.as_str(), "x"), ("other", "y")]);
            let is_word = key.bytes().all(|it| it.is_ascii_alphabetic()) && key.len() > 5;
            assert!(is_same(&map) || !is_word, "{key}");
        }
    }
}

#[test]
fn what_is_not_easy_is_left_to_the_library() {
    assert!(!is_same(&BTreeMap::from([("a", 1.5)])));
    assert!(!is_same(&BTreeMap::from([("a", None::<u8>)])));
    assert!(!is_same(&BTreeMap::from([("a", vec![vec![1]])])));
    assert!(!is_same(&vec!["a\nb"]));
    assert!(!is_same(&"a"));
    assert!(!is_same(&BTreeMap::<&str, &str>::new()));
}

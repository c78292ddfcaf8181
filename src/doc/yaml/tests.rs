//! Trees, places and messages of the YAML reader.

use super::*;
use crate::diag::source::SourceMap;
use crate::doc::node::{Kind, Style};

fn parse(text: &str) -> (Vec<Node>, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let nodes = read(FileId(0), text, &mut sink);
    (nodes, sink.into_sorted())
}

fn tree(text: &str) -> Node {
    let (mut nodes, faults) = parse(text);
    assert_eq!(faults, []);
    nodes.remove(0)
}

fn faults(text: &str) -> String {
    let mut map = SourceMap::new();
    map.add("f.yaml", text);
    let mut out = String::new();
    for it in parse(text).1 {
        out.push_str(&it.title);
        for label in &it.labels {
            let at = map.position(label.span);
            let under = map.slice(label.span);
            let place = format!("; {}:{} `{under}` {}", at.line, at.column, label.text);
            out.push_str(place.trim_end());
        }
        out.push('\n');
    }
    out
}

#[test]
fn styles_and_kinds() {
    let node = tree(
        "a: 1\nb: '1'\nc: yes\nd: ~\ne:\nf: 1.5\ng: {h: [true, 0x1f, .inf]}\ni: !!str 3\nj: -x\n",
    );
    let kinds: Vec<String> = node
        .as_table()
        .unwrap()
        .iter()
        .map(|it| format!("{}={}/{:?}", it.key, it.value.what(), it.value.style))
        .collect();
    expect_test::expect![[r#"
        a=an integer/Bare
        b=a string/Quoted
        c=a string/Bare
        d=nothing/Bare
        e=nothing/Bare
        f=a float/Bare
        g=a table/Inline
        i=a string/Bare
        j=a string/Bare"#]]
    .assert_eq(&kinds.join("\n"));
    let list = node.at(&["g", "h"]).unwrap().as_array().unwrap();
    assert_eq!(list[1].as_i64(), Some(31));
    assert_eq!(list[2].as_f64(), Some(f64::INFINITY));
}

#[test]
fn typed_fields_read_what_go_reads() {
    let node = tree("- yes\n- 'yes'\n- 1_000\n- 010\n- 0b11\n- 3.0\n- 3.5\n- off\n- x\n");
    let items = node.as_array().unwrap();
    let bools: Vec<_> = items.iter().map(go_bool).collect();
    let none = None;
    let want = [Some(true), none, none, none, none, none, none, Some(false), none];
    assert_eq!(bools, want);
    let ints: Vec<_> = items.iter().map(go_int).collect();
    let want = [None, None, Some(1000), Some(8), Some(3), Some(3), None, None, None];
    assert_eq!(ints, want);
}

#[test]
fn places_in_every_style() {
    let text = "\
plain: one two
  three
single: 'it''s
  here'
double: \"a\\tb \\u00e9\\
   c

  d\"
literal: |
  sum(x)
    > 1

  last
folded: >-
  up
  == 0

  next
    more
strip: |2-
   two
crlf: |\r
  l1\r
  l2\r
";
    let node = tree(text);
    let place = |key: &str, part: &str| {
        let value = node.get(key).unwrap().as_text().unwrap();
        let at = value.as_str().find(part).unwrap();
        let span = value.place(at, at + part.len()).span;
        text[span.start as usize..span.end as usize].to_owned()
    };
    let value = |key: &str| node.get(key).unwrap().as_str().unwrap();
    assert_eq!(value("plain"), "one two three");
    assert_eq!(place("plain", "three"), "three");
    assert_eq!(place("plain", "two three"), "two\n  three");
    assert_eq!(place("single", "'"), "''");
    assert_eq!(place("single", "here"), "here");
    assert_eq!(value("double"), "a\tb éc\nd");
    assert_eq!(place("double", "\t"), "\\t");
    assert_eq!(place("double", "é"), "\\u00e9");
    assert_eq!(place("double", "c"), "c");
    assert_eq!(place("double", "d"), "d");
    assert_eq!(value("literal"), "sum(x)\n  > 1\n\nlast\n");
    assert_eq!(place("literal", "> 1"), "> 1");
    assert_eq!(place("literal", "last"), "last");
    assert_eq!(value("folded"), "up == 0\nnext\n  more");
    assert_eq!(place("folded", "== 0"), "== 0");
    assert_eq!(place("folded", "  more"), "  more");
    assert_eq!(value("strip"), " two");
    assert_eq!(value("crlf"), "l1\nl2\n");
    assert_eq!(place("crlf", "l2"), "l2");
}

#[test]
fn anchors_aliases_and_merge_keys() {
    let node = tree(
        "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\na:\n  <<: *b\n  y: 5\nb:\n  <<: [*m, *b]\nc: *b\n",
    );
    let sum = |key: &str| -> Vec<String> {
        let table = node.get(key).unwrap().as_table().unwrap();
        table.iter().map(|it| format!("{}={}", it.key, it.value.raw().unwrap())).collect()
    };
    assert_eq!(sum("a"), ["y=5", "x=1"]);
    assert_eq!(sum("b"), ["y=3", "z=4", "x=1"]);
    assert_eq!(sum("c"), ["x=1", "y=2"]);
}

#[test]
fn several_documents() {
    let (nodes, faults) = parse("a: 1\n---\n---\nb: [\n---\nc: 2\n");
    assert_eq!(nodes.len(), 3);
    assert!(matches!(nodes[1].kind, Kind::Null(_)));
    assert_eq!(nodes[2].get("c").unwrap().as_i64(), Some(2));
    assert_eq!(faults.len(), 1);
    assert_eq!(nodes[0].style, Style::Block);
}

#[test]
fn messages() {
    let texts = [
        "a: 1\nb: 2\na: 3\n",
        "a: b: c\n",
        "a:\n\t- b\n",
        "a: \"x\nb: 1\n",
        "a: [1, 2\nb: 3\n",
        "a:\n  - x\n y: 1\n",
        "groups:\n- name: x\n  rules:\n  - alert: A\n   expr: up\n",
        "a: \"\\d\"\n",
        "a: *x\n",
        "a: &x [*x]\n",
        "? [1]\n: 2\n",
        ": 2\n",
        "<<: 3\n",
        "a: {{ x }}\n",
        "a: @x\n",
        "a\nb: 1\n",
        "- a\nb: 1\n",
        "a: 'it's'\n",
        "a: {b: 1\nc: 2\n",
    ];
    let all: String = texts.iter().map(|it| faults(it)).collect();
    expect_test::expect![[r#"
        key `a` is there twice; 3:1 `a` again here; 1:1 `a` first here
        `:` begins a value where none can be; 1:5 `:` no key stands before this
        tab in the indentation; 2:1 `	` YAML does not indent by tabs
        string is not closed; 1:4 `"` no quote ends this
        `:` begins a value where none can be; 2:2 `:` no key stands before this; 1:4 `[` this bracket is still open
        expected a key; 3:2 `y` neither a key of this mapping nor its end
        expected a key; 5:4 `e` neither a key of this mapping nor its end
        unknown escape in a string; 1:5 `\d` YAML has no such escape
        alias `*x` has no anchor; 1:4 `*x` no `&x` before this
        alias stands inside its own anchor; 1:8 `*x` this alias
        key of a mapping is not a scalar; 1:3 `[1]` an array
        key is missing; 1:1 `` nothing
        `<<` takes a mapping or a list of them; 1:5 `3` an integer
        key of a mapping is not a scalar; 1:5 `{ x }` a table
        value begins with `@`; 1:4 `@` YAML reserves this character
        `:` begins a value where none can be; 2:2 `:` no key stands before this
        expected `- `; 2:1 `b` neither an item of this list nor its end
        text behind the end of a string; 1:8 `s` the string ended before this
        while parsing a flow mapping, did not find expected ',' or '}'; 2:2 `:`; 1:4 `{` this bracket is still open
    "#]]
    .assert_eq(&all);
}

#[test]
fn hostile_files_are_refused() {
    let mut laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for idx in 1..12 {
        let inner = vec![format!("*a{}", idx - 1); 10].join(",");
        laughs.push_str(&format!("a{idx}: &a{idx} [{inner}]\n"));
    }
    let mut deep = format!("a0: &a0 {}{}\n", "[".repeat(90), "]".repeat(90));
    for idx in 1..50 {
        let (open, close) = ("[".repeat(90), "]".repeat(90));
        deep.push_str(&format!("a{idx}: &a{idx} {open}*a{}{close}\n", idx - 1));
    }
    let texts = [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        "{a: ".repeat(100_000),
        "? ".repeat(100_000),
        format!("a: {}", "\"".repeat(100_001)),
        laughs,
        deep,
    ];
    for text in texts {
        let (nodes, faults) = parse(&text);
        let head: String = text.chars().take(20).collect();
        assert!(nodes.is_empty(), "{head}");
        assert!((1..=20).contains(&faults.len()), "{head}: {}", faults.len());
    }
}

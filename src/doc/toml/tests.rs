//! Trees, places and messages of the TOML reader.

use super::*;
use crate::diag::source::SourceMap;
use crate::doc::node::{Kind, Style};

fn parse(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
    let mut sink = Sink::new();
    let node = read(FileId(0), &text.into(), &mut sink);
    (node, sink.into_sorted())
}

fn tree(text: &str) -> Node {
    let (node, faults) = parse(text);
    assert_eq!(faults, []);
    node.unwrap()
}

/// `line:column title [label]; line:column label …` for each message.
fn faults(text: &str) -> String {
    let mut map = SourceMap::new();
    map.add("f.toml", text);
    let mut out = String::new();
    for it in parse(text).1 {
        out.push_str(&it.title);
        for label in &it.labels {
            let at = map.position(label.span);
            let under = map.slice(label.span);
            let place = format!("; {}:{} `{under}` {}", at.line, at.column, label.text);
            out.push_str(place.trim_end());
        }
        for note in it.notes {
            out.push_str(&format!("; note: {note}"));
        }
        out.push('\n');
    }
    out
}

#[test]
fn headers_and_dotted_keys_become_one_tree() {
    let text = "\
top = 1
[alert.A]
expr = 'x'
env.staging.critical.ratio = 0.5
env.production = false
[alert.A.labels]
summary = \"swallowed\"
[[row]]
a = 1
[row.panel]
b = { c.d = [1, 2.5, true] }
[[row]]
[alert.B]
";
    let node = tree(text);
    let span = |it: Span| &text[it.start as usize..it.end as usize];
    let alert = node.get("alert").unwrap();
    assert_eq!((alert.style, span(alert.span)), (Style::Implied, "alert"));
    let keys: Vec<_> =
        alert.as_table().unwrap().iter().map(|it| it.key.to_string()).collect();
    assert_eq!(keys, ["A", "B"]);
    let a = alert.get("A").unwrap();
    assert_eq!((a.style, span(a.span)), (Style::Header, "[alert.A]"));
    let env = a.get("env").unwrap();
    assert_eq!(env.style, Style::Dotted);
    assert_eq!(span(env.span), "env.staging.critical.ratio = 0.5");
    let ratio = node.at(&["alert", "A", "env", "staging", "critical", "ratio"]).unwrap();
    assert_eq!(ratio.as_f64(), Some(0.5));
    assert_eq!(ratio.raw().unwrap().as_str(), "0.5");
    assert_eq!(a.at(&["env", "production"]).unwrap().as_bool(), Some(false));
    let labels = a.as_table().unwrap().entry("labels").unwrap();
    assert_eq!(span(labels.span), "[alert.A.labels]");
    assert_eq!(labels.value.get("summary").unwrap().as_str(), Some("swallowed"));
    let rows = node.get("row").unwrap();
    assert_eq!(rows.style, Style::ArrayHeader);
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(span(rows[1].span), "[[row]]");
    let d = rows[0].at(&["panel", "b", "c", "d"]).unwrap();
    assert_eq!((d.style, span(d.span)), (Style::Inline, "[1, 2.5, true]"));
    assert_eq!(d.as_array().unwrap().len(), 3);
}

#[test]
fn a_header_may_come_after_its_subtables() {
    let node = tree("[a.b]\nx = 1\n[a]\ny = 2\n");
    let a = node.as_table().unwrap().entry("a").unwrap();
    assert_eq!(a.value.style, Style::Header);
    assert_eq!(a.key.span().start, 13);
    assert_eq!(node.at(&["a", "b", "x"]).unwrap().as_i64(), Some(1));
    assert_eq!(node.at(&["a", "y"]).unwrap().as_i64(), Some(2));
}

#[test]
fn strings_know_where_each_part_was_written() {
    let text = "a = \"x\\ty\\u00e9\\n\"\nb = '''\r\nl1\r\n  l2'''\nc = \"\"\"\none \\\n   \\ttwo\"\"\"\n";
    let node = tree(text);
    let place = |key: &str, part: &str| {
        let value = node.get(key).unwrap().as_text().unwrap();
        let at = value.as_str().find(part).unwrap();
        let span = value.place(at, at + part.len()).span;
        text[span.start as usize..span.end as usize].to_owned()
    };
    assert_eq!(node.get("a").unwrap().as_str(), Some("x\tyé\n"));
    assert_eq!(place("a", "\t"), "\\t");
    assert_eq!(place("a", "y"), "y");
    assert_eq!(place("a", "é"), "\\u00e9");
    assert_eq!(place("a", "\n"), "\\n");
    assert_eq!(place("a", "yé"), "y\\u00e9");
    assert_eq!(node.get("b").unwrap().as_str(), Some("l1\n  l2"));
    assert_eq!(place("b", "l2"), "l2");
    assert_eq!(place("b", "\n"), "\r\n");
    assert_eq!(node.get("c").unwrap().as_str(), Some("one \ttwo"));
    assert_eq!(place("c", "two"), "two");
    assert_eq!(place("c", "\t"), "\\t");
    assert_eq!(place("c", "one"), "one");
}

#[test]
fn numbers_keep_their_text() {
    let node = tree("a = 1_000\nb = 0xff\nc = 1e3\nd = inf\ne = 1979-05-27T07:32:00Z\n");
    assert_eq!(node.get("a").unwrap().as_i64(), Some(1000));
    assert_eq!(node.get("a").unwrap().raw().unwrap().as_str(), "1_000");
    assert_eq!(node.get("b").unwrap().as_i64(), Some(255));
    assert_eq!(node.get("c").unwrap().as_f64(), Some(1000.0));
    assert_eq!(node.get("d").unwrap().as_f64(), Some(f64::INFINITY));
    assert!(matches!(node.get("e").unwrap().kind, Kind::Datetime(_)));
}

#[test]
fn a_key_that_is_there_twice_names_its_first_place() {
    let text = "[a]\nx = 1\ny.z = 1\nx = 2\ny.z.w = 3\n[b]\n[a]\nx = 5\n[a.y]\n[a.x.q]\n[[b]]\nb = {c = 1}\nb.d = 2\n";
    expect_test::expect![[r#"
        key `x` is there twice; 4:1 `x` again here; 2:1 `x` first here
        key `w` has no place in an integer; 5:5 `w` cannot be added here; 3:3 `z` this is an integer
        table `a` is there twice; 7:2 `a` a second header for it; 1:2 `a` first here
        key `y` is there twice; 9:4 `y` again here; 3:1 `y` first here
        key `q` has no place in an integer; 10:6 `q` cannot be added here; 2:1 `x` this is an integer
        table `b` is there twice; 11:3 `b` a second header for it; 6:2 `b` first here
        key `d` has no place in an inline table; 13:3 `d` cannot be added here; 12:1 `b` this is an inline table
    "#]]
    .assert_eq(&faults(text));
}

#[test]
fn several_syntax_errors_are_told_at_once() {
    let text = "a 1\nb = abc\nc =\nd = \"x\\d\"\ne = 1 f = 2\n[x\ng = [1 2]\nh = {a = 1 b = 2}\ni = \"open\nj = 0x\nk = 99999999999999999999\nl = 2024-13-01\n= 3\n[]\nm = \"\\u12\"\nn = 1.\no = \"up{a=\"b\"}\"\n";
    expect_test::expect![[r#"
        key without a value; 1:1 `a` expected `=` and a value behind this
        string without quotes; 2:5 `abc` neither a number, a date nor a boolean
        value is missing; 3:1 `c` nothing stands behind the `=`
        unknown escape in a string; 4:7 `\d` TOML has no such escape
        more than one value; 5:5 `1 f` expected one value, then `,` or the end of the line
        header is not closed; 6:1 `[x` expected `]` at its end
        more than one value; 7:6 `1 2` expected one value, then `,` or the end of the line
        more than one value; 8:10 `1 b` expected one value, then `,` or the end of the line
        string is not closed; 9:5 `"` no `"` ends this
        integer without digits; 10:5 `0x`
        integer does not fit 64 bits; 11:5 `99999999999999999999`
        no such date or time; 12:5 `2024-13-01`
        key is missing; 13:1 `` expected a key before this
        key is missing; 14:2 `` expected a key before this
        escape has too few digits; 15:10 `` expected a hexadecimal digit
        invalid fraction; 16:7 `` expected digits
        text behind the end of a string; 17:12 `b"}"` the string ended before this
    "#]]
    .assert_eq(&faults(text));
}

#[test]
fn an_opening_without_end_is_told_alone() {
    let array = "a = 1\nb = [1,\nc = 2\nd = 'x'\n[e]\nf = 1\n";
    let string = "[a]\nb = '''\nx\nc = 1\n[d]\n";
    let swallowed = "[a]\nexpr = '''\nx > 1\n\n[b]\nexpr = '''\ny > 2\n'''\nz = 1\n";
    expect_test::expect![[r#"
        array is not closed; 2:5 `[` no `]` ends this
        string is not closed; 2:5 `'''` no `'''` ends this
        key without a value; 7:1 `y` expected `=` and a value behind this; 2:8 `'''` this string takes in 5 lines: is its end missing?
    "#]]
        .assert_eq(&(faults(array) + &faults(string) + &faults(swallowed)));
}

#[test]
fn hostile_files_give_few_messages_and_no_stack_overflow() {
    let deep = format!("a = {}", "[".repeat(100_000));
    let dots = format!("{}a = 1", "a.".repeat(100_000));
    let header = format!("[{}a]", "a.".repeat(100_000));
    let junk = "]][[ = = , \u{0}\n".repeat(50_000);
    for text in [deep, dots, header, junk] {
        let (node, faults) = parse(&text);
        assert!(node.is_none());
        assert!((1..=20).contains(&faults.len()), "{}", faults.len());
    }
}

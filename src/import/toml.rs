//! TOML as people write it: quotes that need no escapes, text over several lines as it
//! is, keys of a table in one column.

use crate::doc::parameter;

/// Above this width a table in braces becomes a key for each of its entries.
const WIDTH: usize = 100;

/// A key, with quotes where it needs them.
pub fn key(name: &str) -> String {
    let bare = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(bare) {
        return name.to_string();
    }
    match name.contains(['"', '\\']) && !name.contains('\'') && !has_control(name) {
        true => format!("'{name}'"),
        false => basic(name),
    }
}

/// A text in the quotes that suit it.
pub fn string(text: &str) -> String {
    if text.contains('\n') {
        return block(text);
    }
    if has_control(text) {
        return basic(text);
    }
    if !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    literal(text)
}

/// An expression or a selector: literal quotes first, since it holds quotes itself.
pub fn expression(text: &str) -> String {
    match text.contains('\n') {
        true => block(&format!("{text}\n")),
        false if has_control(text) => basic(text),
        false => literal(text),
    }
}

fn literal(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    match text.contains("'''") || text.ends_with('\'') || text.starts_with('\'') {
        true => basic(text),
        false => format!("'''{text}'''"),
    }
}

/// Text over several lines.
fn block(text: &str) -> String {
    let plain = !text.contains("'''") && !text.ends_with('\'');
    let inner = text.replace(['\n', '\t'], "");
    if plain && !has_control(&inner) {
        return format!("'''\n{text}'''");
    }
    let mut out = String::from("\"\"\"\n");
    for it in text.chars() {
        match it {
            '\n' => out.push('\n'),
            it => escape(it, &mut out),
        }
    }
    out.push_str("\"\"\"");
    out
}

fn basic(text: &str) -> String {
    let mut out = String::from("\"");
    text.chars().for_each(|it| escape(it, &mut out));
    out.push('"');
    out
}

fn escape(it: char, out: &mut String) {
    match it {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        it if is_control(it) => out.push_str(&format!("\\u{:04X}", it as u32)),
        it => out.push(it),
    }
}

/// What TOML takes only as an escape.
fn is_control(it: char) -> bool {
    it.is_ascii_control() && it != '\t'
}

fn has_control(text: &str) -> bool {
    text.chars().any(is_control)
}

/// A text in which no `${name}` is a parameter.
pub fn escaped(text: &str) -> String {
    if !text.contains("${") {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len() + 1);
    let mut done = 0;
    for (at, _) in text.match_indices("${") {
        if parameter::is_meant(&text[at + 2..]) {
            out.push_str(&text[done..at]);
            out.push('$');
            done = at;
        }
    }
    out.push_str(&text[done..]);
    debug_assert!(parameter::names(&out).next().is_none());
    out
}

/// Whether a text says something else where parameters are filled in.
pub fn has_parameters(text: &str) -> bool {
    escaped(text) != text
}

/// The entries of a table.
#[derive(Debug, Default)]
pub struct Entries(Vec<(String, String)>);

impl Entries {
    /// No entries.
    pub fn new() -> Entries {
        Entries::default()
    }

    /// Adds a key with a value that is TOML already.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_string(), value.into()));
    }

    /// Adds a table below this one: in braces, or a key for each entry where it is long.
    pub fn table(&mut self, name: &str, pairs: &[(String, String)]) {
        if pairs.is_empty() {
            return;
        }
        let inner: Vec<String> =
            pairs.iter().map(|it| format!("{} = {}", key(&it.0), it.1)).collect();
        let inline = format!("{{ {} }}", inner.join(", "));
        if !inline.contains('\n') && name.len() + 3 + inline.len() <= WIDTH {
            return self.add(name, inline);
        }
        for (inner, value) in pairs {
            self.add(&format!("{name}.{}", key(inner)), value.clone());
        }
    }

    /// The lines, with the signs `=` below each other.
    pub fn print(&self, out: &mut String) {
        // A path of keys has its own width.
        let plain = self.0.iter().filter(|it| !it.0.contains('.'));
        let width = plain.map(|it| it.0.chars().count()).max().unwrap_or(0);
        for (name, value) in &self.0 {
            out.push_str(&format!("{name:width$} = {value}\n"));
        }
    }
}

/// An array: on one line, or an item a line where it is long.
pub fn array(items: &[String]) -> String {
    let line = format!("[{}]", items.join(", "));
    if items.is_empty() || (line.len() <= WIDTH && !line.contains('\n')) {
        return line;
    }
    let lines: String = items.iter().map(|it| format!("  {it},\n")).collect();
    format!("[\n{lines}]")
}

/// Comments, a line each.
pub fn comments(lines: &[String], out: &mut String) {
    for line in lines {
        let line: String = line.chars().filter(|it| !is_control(*it)).collect();
        out.push_str(format!("#{line}").trim_end());
        out.push('\n');
    }
}

/// An empty line, unless nothing stands above it.
pub fn gap(out: &mut String) {
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::sink::Sink;
    use crate::diag::source::FileId;
    use crate::doc;

    fn read(document: &str) -> Vec<(String, String)> {
        let mut sink = Sink::new();
        let node = doc::toml::read(FileId(0), &document.into(), &mut sink);
        assert!(sink.is_empty(), "{document}");
        let node = node.unwrap();
        let table = node.as_table().unwrap();
        let pair = |it: &doc::node::Entry| {
            (it.key.to_string(), it.value.as_str().unwrap().to_string())
        };
        table.iter().map(pair).collect()
    }

    #[test]
    fn every_text_and_key_is_read_as_it_was() {
        let texts = [
            "",
            "plain",
            "it's",
            "say \"no\"",
            "'both\" of",
            "'start",
            "end'",
            "x'''y\"",
            "back\\slash",
            "back\\slash '",
            "a\nb",
            "a\nb\n",
            "\n\na",
            "it's\nfine'",
            "x'''\n\"\"\"y\\",
            "tab\there\n\tthere",
            "cr\r\nlf",
            "bell\u{7} and \u{7f}",
            "bell\u{7}\n\"",
            "ünïcode \u{1F41F}",
            "# no comment",
            "  blanks  ",
        ];
        for text in texts {
            let shown =
                format!("a = {}\nb = {}\n", string(text), expression(text.trim_end()));
            let pairs = read(&shown);
            assert_eq!(pairs[0].1, text, "{shown}");
            assert_eq!(pairs[1].1.trim_end(), text.trim_end(), "{shown}");
        }
        for name in ["a", "a-b", "", "job:x", "say \"no\"", "it's \\", "a\tb", "a.b\u{1}"]
        {
            let shown = format!("{} = ''\n", key(name));
            assert_eq!(read(&shown)[0].0, name, "{shown}");
        }
    }

    #[test]
    fn people_would_quote_so() {
        assert_eq!(string("it's"), "\"it's\"");
        assert_eq!(string("up{a=\"b\"}"), "'up{a=\"b\"}'");
        assert_eq!(expression("up == 0"), "'up == 0'");
        assert_eq!(expression("up{a='b'}"), "\"up{a='b'}\"");
        assert_eq!(expression("a\nb"), "'''\na\nb\n'''");
        assert_eq!(string("a\nb"), "'''\na\nb'''");
        assert_eq!(key("job:x"), "\"job:x\"");
    }

    #[test]
    fn no_text_uses_a_parameter() {
        for text in ["${x}", "$${x}", "a${x", "$1 ${1}", "$$$${x}${y}", "${ x }", "${"] {
            let at = crate::diag::source::Span { file: FileId(0), start: 0, end: 0 };
            let written = crate::diag::text::Text::opaque(&escaped(text), at);
            let filled = parameter::fill(&written, |_| panic!("{text}"));
            assert_eq!(filled.as_str(), text);
        }
    }

    #[test]
    fn tables_are_in_braces_while_they_are_short() {
        let mut entries = Entries::new();
        entries.add("for", "\"5m\"");
        let pair = |name: &str, len| (name.to_string(), string(&"x".repeat(len)));
        entries.table("labels", &[pair("a", 3), pair("b c", 3)]);
        entries.table("annotations", &[pair("dashboard", 60), pair("b", 60)]);
        let mut out = String::new();
        entries.print(&mut out);
        expect_test::expect![[r#"
            for    = "5m"
            labels = { a = "xxx", "b c" = "xxx" }
            annotations.dashboard = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            annotations.b = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        "#]].assert_eq(&out);
    }
}

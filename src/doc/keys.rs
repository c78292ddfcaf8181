//! The table of keys: what may stand in a document, as data.
//!
//! A language is a set of [`Shape`]s, written once. [`crate::doc::reader`] reads by them,
//! [`crate::doc::schema`] prints them as a JSON Schema and [`crate::doc::reference`] as
//! Markdown, so that these three cannot disagree. What a key means is not known here.

use std::ops::Range;

/// The keys of a table.
#[derive(Debug)]
pub struct Shape {
    /// What such a table is, with its article: `an alert`. Unique within a language.
    pub name: &'static str,
    /// The header under which it is written: `[alert.<name>]`.
    pub header: &'static str,
    /// What it is for: a paragraph of Markdown.
    pub doc: &'static str,
    /// The keys, in the order of the reference.
    pub keys: &'static [Key],
    /// What other keys it takes, if it does.
    pub others: Option<Others>,
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it is called elsewhere, in formats that people come from.
    pub also: &'static [&'static str],
    /// What to write where such a word does not mean the key, only something of it; `NAME` is
    /// one of the names that the key's table takes. Empty where it means the key.
    pub instead: &'static str,
    /// What it takes.
    pub value: Type,
    /// Whether it must be there.
    pub required: bool,
    /// What it does: one sentence of Markdown.
    pub doc: &'static str,
    /// What holds without it, in words or as TOML; empty where nothing does.
    pub default: &'static str,
    /// A value as one writes it in TOML, used in messages and in the reference.
    pub example: &'static str,
    /// The edition that brought it.
    pub since: u32,
}

/// The keys of several lists, in order: of a thing and of its override, for instance. As
/// many as are asked for, which is checked when the table is compiled.
pub const fn joined<const N: usize>(lists: &[&[Key]]) -> [Key; N] {
    let mut out = [lists[0][0]; N];
    let (mut at, mut list) = (0, 0);
    while list < lists.len() {
        let mut idx = 0;
        while idx < lists[list].len() {
            out[at] = lists[list][idx];
            at += 1;
            idx += 1;
        }
        list += 1;
    }
    assert!(at == N, "the lists have another number of keys");
    out
}

/// The keys of a table that its author names.
#[derive(Debug)]
pub struct Others {
    /// What such a name is: `an environment`.
    pub what: &'static str,
    /// Which names there may be.
    pub names: Names,
    /// What such a key takes.
    pub value: Type,
    /// What such a key does: one sentence of Markdown.
    pub doc: &'static str,
    /// A whole entry as one writes it: `team = "platform"`.
    pub example: &'static str,
    /// Names that are keys of the table around it. Under a header they are refused: they
    /// were meant for that table.
    pub reserved: Option<fn() -> &'static Shape>,
}

/// Two kinds of tables that the form of their name tells apart.
#[derive(Debug)]
pub struct ByName {
    /// The form of the names of the first kind.
    pub form: &'static Form,
    /// Tables whose name has the form.
    pub formed: &'static Shape,
    /// All others.
    pub plain: &'static Shape,
}

impl ByName {
    /// The shape of the table of a name.
    pub fn shape(&self, name: &str) -> &'static Shape {
        match (self.form.fault)(name) {
            None => self.formed,
            Some(_) => self.plain,
        }
    }
}

/// Which names may be given.
#[derive(Debug)]
pub enum Names {
    /// Those of a form.
    Form(&'static Form),
    /// Those that are declared elsewhere; see [`crate::doc::reader::Declared`].
    Declared(&'static str),
}

/// What a key takes.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// A string of a form.
    Text(&'static Form),
    /// A string that is one of these words.
    Choice(&'static [&'static str]),
    /// A string that is a name declared elsewhere.
    Declared(&'static str),
    /// `true` or `false`.
    Boolean,
    /// A switch that has but one position.
    Only(bool),
    /// A whole number between two.
    Integer(i64, i64),
    /// Any number.
    Number,
    /// A number between two, so never `nan`: [`FINITE`].
    Within(f64, f64),
    /// An array.
    Array(&'static Type),
    /// A table.
    Table(&'static Shape),
    /// A table whose keys follow from its name.
    TableByName(&'static ByName),
    /// One of several, told apart by what stands there.
    Any(&'static [Type]),
    /// Anything, passed on as it is.
    Anything,
}

/// A number that is no `inf` and no `nan`.
pub const FINITE: Type = Type::Within(f64::MIN, f64::MAX);
/// The same, or `-inf`: as if it were not there.
pub const LOWER_END: Type = Type::Within(f64::NEG_INFINITY, f64::MAX);
/// The same for `inf`.
pub const UPPER_END: Type = Type::Within(f64::MIN, f64::INFINITY);

/// What the text of a string must look like.
#[derive(Debug)]
pub struct Form {
    /// What it is, with its article: `a duration`.
    pub name: &'static str,
    /// A regular expression for the schema; empty for any text.
    pub pattern: &'static str,
    /// Whether `${name}` may stand in it; the form then holds after substitution.
    pub parameters: bool,
    /// What is wrong with a text, and what to write; `None` if nothing is.
    pub fault: fn(&str) -> Option<Fault>,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong: a phrase for the place itself.
    pub label: String,
    /// What to write.
    pub help: String,
    /// The bytes that are at fault, where not the whole text is.
    pub at: Option<Range<usize>>,
}

impl Fault {
    /// A fault.
    pub fn new(label: impl Into<String>, help: impl Into<String>) -> Option<Fault> {
        Some(Fault { label: label.into(), help: help.into(), at: None })
    }

    /// A fault of a part of the text.
    pub fn within(
        at: Range<usize>,
        label: impl Into<String>,
        help: impl Into<String>,
    ) -> Option<Fault> {
        let at = Some(at).filter(|it| !it.is_empty());
        Some(Fault { label: label.into(), help: help.into(), at })
    }
}

/// Any text.
pub static TEXT: Form =
    Form { name: "a string", pattern: "", parameters: false, fault: |_| None };

/// Any text in which `${name}` may stand.
pub static PARAMETRIC: Form =
    Form { name: "a string", pattern: "", parameters: true, fault: |_| None };

/// Why a finding is meant.
pub static REASON: Form = Form {
    name: "a reason",
    pattern: "\\S",
    parameters: false,
    fault: |text| match text.trim().is_empty() {
        true => Fault::new("gives no reason", "write why the finding is meant"),
        false => None,
    },
};

impl Shape {
    /// The key of a name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        // The first letter tells most of one length apart.
        let first = name.as_bytes().first();
        let begins = |it: &Key| it.name.as_bytes().first() == first;
        self.keys.iter().find(|it| begins(it) && it.name == name)
    }
}

impl Key {
    /// A key that may be left out.
    pub const fn new(name: &'static str, value: Type, doc: &'static str) -> Key {
        Key {
            name,
            also: &[],
            instead: "",
            value,
            required: false,
            doc,
            default: "",
            example: "",
            since: 1,
        }
    }

    /// A key that must be there.
    pub const fn required(self) -> Key {
        Key { required: true, ..self }
    }

    /// With what it is called elsewhere.
    pub const fn also(self, also: &'static [&'static str]) -> Key {
        Key { also, ..self }
    }

    /// With what to write where what it is called elsewhere means only something of it.
    pub const fn instead(self, instead: &'static str) -> Key {
        Key { instead, ..self }
    }

    /// With what holds without it.
    pub const fn default(self, default: &'static str) -> Key {
        Key { default, ..self }
    }

    /// With a value as one writes it.
    pub const fn example(self, example: &'static str) -> Key {
        Key { example, ..self }
    }
}

/// More words than these are not all told.
const MANY: usize = 100;

impl Type {
    /// What it takes, for a message: `a duration`, `true or false`.
    pub fn what(&self) -> String {
        match self {
            Type::Text(form) => form.name.to_string(),
            Type::Choice(words) if MANY < words.len() => {
                format!("one of {} words", words.len())
            }
            Type::Choice(words) => {
                let words: Vec<_> = words.iter().map(|it| format!("\"{it}\"")).collect();
                or(&words)
            }
            Type::Declared(kind) => format!("the name of {kind}"),
            Type::Boolean => "`true` or `false`".to_string(),
            Type::Only(value) => format!("`{value}`"),
            Type::Integer(..) => "a whole number".to_string(),
            Type::Number | Type::Within(..) => "a number".to_string(),
            Type::Array(item) => format!("an array of {}", plural(&item.what())),
            Type::Table(_) | Type::TableByName(_) => "a table".to_string(),
            Type::Any(types) => {
                let mut names: Vec<String> = Vec::new();
                for name in types.iter().map(Type::what) {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                or(&names)
            }
            Type::Anything => "a value".to_string(),
        }
    }

    /// The shape of a table of this type under a name.
    pub fn shape(&self, name: &str) -> Option<&'static Shape> {
        match self {
            Type::TableByName(it) => Some(it.shape(name)),
            other => other.first_shape(),
        }
    }

    /// The first of all shapes that it reaches directly.
    pub fn first_shape(&self) -> Option<&'static Shape> {
        let mut first = None;
        self.each_shape(&mut |it| first = first.or(Some(it)));
        first
    }

    /// All shapes that it reaches directly.
    pub fn shapes(&self) -> Vec<&'static Shape> {
        let mut out = Vec::new();
        self.each_shape(&mut |it| out.push(it));
        out
    }

    fn each_shape(&self, visit: &mut dyn FnMut(&'static Shape)) {
        match self {
            Type::Table(shape) => visit(shape),
            Type::TableByName(it) => {
                visit(it.plain);
                visit(it.formed);
            }
            Type::Array(item) => item.each_shape(visit),
            Type::Any(types) => types.iter().for_each(|it| it.each_shape(visit)),
            Type::Text(_)
            | Type::Choice(_)
            | Type::Declared(_)
            | Type::Boolean
            | Type::Only(_)
            | Type::Integer(..)
            | Type::Number
            | Type::Within(..)
            | Type::Anything => {}
        }
    }
}

/// All shapes that `roots` reach, each once, in the order in which they are met.
pub fn reachable(roots: &[&'static Shape]) -> Vec<&'static Shape> {
    let mut out: Vec<&'static Shape> = Vec::new();
    let mut todo: Vec<&'static Shape> = roots.iter().rev().copied().collect();
    while let Some(shape) = todo.pop() {
        if out.iter().any(|it| std::ptr::eq(*it, shape)) {
            continue;
        }
        out.push(shape);
        let keys = shape.keys.iter().flat_map(|it| it.value.shapes());
        let others = shape.others.iter().flat_map(|it| it.value.shapes());
        let next: Vec<_> = keys.chain(others).collect();
        todo.extend(next.into_iter().rev());
    }
    out
}

fn or(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `durations or numbers` of `a duration or a number`.
fn plural(what: &str) -> String {
    if let Some((first, rest)) = what.split_once(" or ")
        && rest.starts_with(['a', '`'])
    {
        return format!("{} or {}", plural(first), plural(rest));
    }
    if let Some(kind) = what.strip_prefix("the name of ") {
        return format!("names of {}", plural(kind));
    }
    let Some(bare) = what.strip_prefix("an ").or(what.strip_prefix("a ")) else {
        return what.to_string();
    };
    let (noun, rest) = match bare.split_once(" of ") {
        Some((noun, rest)) => (noun, format!(" of {rest}")),
        None => (bare, String::new()),
    };
    match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies{rest}"),
        None => format!("{noun}s{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_read_well() {
        assert_eq!(plural("a string"), "strings");
        assert_eq!(plural("a string or a number"), "strings or numbers");
        assert_eq!(plural("the name of a severity"), "names of severities");
        assert_eq!(plural("a table of labels"), "tables of labels");
        assert_eq!(plural("\"a\" or \"b\""), "\"a\" or \"b\"");
        assert_eq!(plural("a PromQL expression"), "PromQL expressions");
    }
}

//! Reading by the table of keys.
//!
//! [`check`] walks a document once and says everything that its shape does not allow: an
//! unknown key, a wrong type, a missing key, a text that is not of its form. [`Fields`]
//! then gives what is well typed, and nothing for the rest: who reads need not look
//! again. Neither knows what a key means.

mod misplaced;

use crate::diag::diagnostic::{Diagnostic, Fix};
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::keys::{Form, Key, Names, Others, Shape, Type};
use crate::doc::node::{Entry, Kind, Node, Style, Table};
use crate::doc::parameter;

/// Names that are declared elsewhere, by kind: `an environment`. Of a kind that is not
/// here every name is taken.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    kinds: Vec<(&'static str, Vec<String>)>,
    /// The keys of the manifest that declare, by kind.
    keys: Vec<(&'static str, &'static str)>,
}

impl Declared {
    /// Nothing declared.
    pub fn new() -> Declared {
        Declared::default()
    }

    /// With the names of a kind.
    pub fn with(mut self, kind: &'static str, names: Vec<String>) -> Declared {
        self.kinds.retain(|it| it.0 != kind);
        self.kinds.push((kind, names));
        self
    }

    /// With the key of the manifest that declares the names of a kind.
    pub fn by_key(mut self, kind: &'static str, key: &'static str) -> Declared {
        self.keys.push((kind, key));
        self
    }

    /// What is to be written in the manifest to declare a name.
    fn by(&self, kind: &str, name: &str) -> Option<String> {
        let key = self.keys.iter().find(|it| it.0 == kind)?.1;
        is_bare_key(name).then(|| format!("[{key}.{name}]"))
    }

    /// The names of a kind, if it is known.
    pub fn names(&self, kind: &str) -> Option<&[String]> {
        self.kinds.iter().find(|it| it.0 == kind).map(|it| it.1.as_slice())
    }

    fn has(&self, kind: &str, name: &str) -> bool {
        self.names(kind).is_none_or(|it| it.iter().any(|it| it == name))
    }
}

/// Says everything in the document `node` that `shape` does not allow.
pub fn check(node: &Node, shape: &'static Shape, declared: &Declared, sink: &mut Sink) {
    let mut checker = Checker { declared, around: Vec::new(), sink };
    match &node.kind {
        Kind::Table(table) => checker.table(node, table, shape),
        _ => checker.sink.push(
            Diagnostic::error("wrong-type", format!("{} is a table", shape.name))
                .at(node.span, node.what()),
        ),
    }
}

pub(super) struct Checker<'a> {
    declared: &'a Declared,
    /// The shapes of the tables around the one that is looked at, outermost first.
    around: Vec<(&'static Shape, Span)>,
    sink: &'a mut Sink,
}

impl Checker<'_> {
    fn table(&mut self, node: &Node, table: &Table, shape: &'static Shape) {
        let mut nameless = false;
        for entry in table {
            let name = entry.key.as_str();
            if let Some(key) = shape.key(name) {
                self.around.push((shape, node.span));
                self.value(&entry.value, &key.value, name, Usage::Key(key));
                self.around.pop();
            } else if let Some(others) = self.takes(shape, name) {
                if self.swallowed(node, entry, others) {
                    continue;
                }
                if self.nameless(entry, others, nameless) {
                    nameless = true;
                    continue;
                }
                if let Names::Form(form) = others.names {
                    self.form(&entry.key, form);
                }
                self.around.push((shape, node.span));
                let usage = Usage::Example(others.example);
                self.value(&entry.value, &others.value, name, usage);
                self.around.pop();
            } else {
                self.unknown(node, entry, shape);
            }
        }
        for key in shape.keys.iter().filter(|it| it.required) {
            if table.get(key.name).is_none() && !self.is_meant(key, table, shape) {
                let title = format!("missing key `{}` in {}", key.name, shape.name);
                self.sink.push(
                    Diagnostic::error("missing-key", title)
                        .at(node.span, format!("has no `{}`", key.name))
                        .help(format!("add `{} = {}`", key.name, key.example)),
                );
            }
        }
    }

    /// The rule for a name that is no key, if the shape takes it.
    fn takes(&self, shape: &'static Shape, name: &str) -> Option<&'static Others> {
        let others = shape.others.as_ref()?;
        match others.names {
            Names::Form(_) => Some(others),
            Names::Declared(kind) => self.declared.has(kind, name).then_some(others),
        }
    }

    fn value(&mut self, node: &Node, ty: &'static Type, name: &str, usage: Usage) {
        match (ty, &node.kind) {
            (Type::Text(form), Kind::String(text)) => self.form(text, form),
            (Type::Choice(words), Kind::String(text)) => self.choice(text, words, name),
            (Type::Declared(kind), Kind::String(text)) => self.declared(text, kind),
            (Type::Boolean, Kind::Boolean(..)) | (Type::Anything, _) => {}
            (Type::Only(only), Kind::Boolean(value, _)) if only == value => {}
            (Type::Number | Type::Within(..), Kind::Integer(..)) => {}
            (Type::Number, Kind::Float(..)) => {}
            (Type::Within(least, most), Kind::Float(value, _)) => {
                if !(*least..=*most).contains(value) {
                    self.sink.push(infinite(node, name, *value));
                }
            }
            (Type::Integer(least, most), Kind::Integer(value, _)) => {
                if !(*least..=*most).contains(value) {
                    self.sink.push(out_of_range(node, name, *least, *most));
                }
            }
            (Type::Array(item), Kind::Array(items)) => {
                items.iter().for_each(|it| self.value(it, item, name, usage));
            }
            (Type::Table(shape), Kind::Table(table)) => self.table(node, table, shape),
            (Type::TableByName(it), Kind::Table(table)) => {
                self.table(node, table, it.shape(name));
            }
            (Type::Any(types), _) if types.iter().any(|it| fits(node, it)) => {
                let ty = types.iter().find(|it| fits(node, it));
                self.value(node, ty.unwrap_or(ty_of(types)), name, usage);
            }
            _ => self.wrong(node, ty, name, usage),
        }
    }

    fn form(&mut self, text: &Text, form: &Form) {
        if form.parameters && parameter::has_uses(text.as_str()) {
            return;
        }
        if let Some(diagnostic) = misformed(text, form) {
            self.sink.push(diagnostic);
        }
    }

    fn choice(&mut self, text: &Text, words: &[&str], name: &str) {
        let word = text.as_str();
        if words.contains(&word) {
            return;
        }
        let diagnostic =
            Diagnostic::error("unknown-value", format!("`{name}` cannot be `{word}`"));
        let near = suggest::nearest(word, words.iter().copied());
        self.sink.push(match near {
            Some(near) => diagnostic.at(text.span(), format!("did you mean `{near}`?")),
            None => diagnostic.at(text.span(), "not one of its values").help(format!(
                "known values are {}",
                suggest::list(words.iter().copied(), 40)
            )),
        });
    }

    fn declared(&mut self, text: &Text, kind: &str) {
        let name = text.as_str();
        if !self.declared.has(kind, name) {
            let said = undeclared(text, kind, self.declared.names(kind));
            let by = self.declared.by(kind, name).filter(|_| said.fix.is_none());
            self.sink.push(match by {
                Some(by) => said.help(format!("`{by}` in the manifest declares it")),
                None => said,
            });
        }
    }
}

fn infinite(node: &Node, name: &str, value: f64) -> Diagnostic {
    let value = value.to_string().to_lowercase();
    Diagnostic::error("out-of-range", format!("`{name}` cannot be `{value}`"))
        .at(node.span, "is no finite number")
        .help("write a number, or take it out")
}

fn out_of_range(node: &Node, name: &str, least: i64, most: i64) -> Diagnostic {
    let error = |title: String| Diagnostic::error("out-of-range", title);
    match least == most {
        true => error(format!("`{name}` can only be {least}"))
            .at(node.span, "not known to this version of aqua-alerts")
            .help(format!("write {least}, or use a newer version")),
        false if most == i64::MAX => {
            error(format!("`{name}` is at least {least}")).at(node.span, "less than that")
        }
        false => error(format!("`{name}` is between {least} and {most}"))
            .at(node.span, "outside that range"),
    }
}

/// The error about a name that nothing declares, with the nearest one that is.
pub fn undeclared(text: &Text, kind: &str, names: Option<&[String]>) -> Diagnostic {
    let names: Vec<&str> = names.unwrap_or_default().iter().map(String::as_str).collect();
    let title = format!("unknown {} `{text}`", bare(kind));
    let diagnostic = Diagnostic::error("unknown-name", title);
    match suggest::nearest(text.as_str(), names.iter().copied()) {
        Some(near) => diagnostic
            .at(text.span(), format!("did you mean `{near}`?"))
            .fix(replace(text, near)),
        None if names.is_empty() => diagnostic
            .at(text.span(), "declared nowhere")
            .help(format!("nothing is declared as {kind}")),
        None => diagnostic
            .at(text.span(), "declared nowhere")
            .help(format!("declared as {kind}: {}", suggest::list(names, 20))),
    }
}

/// What is wrong with a text that should be of a form.
pub fn misformed(text: &Text, form: &Form) -> Option<Diagnostic> {
    let fault = (form.fault)(text.as_str())?;
    let title = match text.as_str() {
        "" => format!("an empty string is not {}", form.name),
        text if text.len() <= 60 && !text.contains('\n') => {
            format!("`{text}` is not {}", form.name)
        }
        _ => format!("this is not {}", form.name),
    };
    let code = "bad-value";
    let diagnostic = match text.as_str() {
        "" => Diagnostic::error(code, title).at(text.span(), fault.label),
        all => {
            let at = fault.at.unwrap_or(0..all.len());
            Diagnostic::error(code, title).within(text, at.start, at.end, fault.label)
        }
    };
    Some(diagnostic.help(fault.help))
}

/// Whether a name is a key of TOML without quotes.
fn is_bare_key(name: &str) -> bool {
    let is_of = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    !name.is_empty() && name.bytes().all(is_of)
}

/// `environment` of `an environment`.
pub fn bare(kind: &str) -> &str {
    kind.strip_prefix("an ").or(kind.strip_prefix("a ")).unwrap_or(kind)
}

fn replace(text: &Text, near: &str) -> Fix {
    // The quotes of a quoted key or string stay.
    let span = match text.as_str() {
        "" => text.span(),
        all => text.place(0, all.len()).span,
    };
    let edits = vec![(span, near.to_string())];
    Fix { title: format!("write `{near}`"), edits, safe: false }
}

/// Where it is said how a value may be written; put into words for those who need it.
#[derive(Clone, Copy)]
enum Usage {
    Key(&'static Key),
    Example(&'static str),
}

impl Usage {
    /// Empty where nothing is known.
    fn words(self) -> String {
        match self {
            Usage::Key(Key { example: "", .. }) | Usage::Example("") => String::new(),
            Usage::Key(key) => format!("write `{} = {}`", key.name, key.example),
            Usage::Example(example) => format!("for example `{example}`"),
        }
    }
}

fn ty_of(types: &'static [Type]) -> &'static Type {
    types.first().unwrap_or(&Type::Anything)
}

/// Whether a value is what a type takes, as far as its own kind shows.
fn fits(node: &Node, ty: &Type) -> bool {
    match ty {
        Type::Text(_) | Type::Choice(_) | Type::Declared(_) => node.as_text().is_some(),
        Type::Boolean => node.as_bool().is_some(),
        Type::Only(value) => node.as_bool() == Some(*value),
        Type::Integer(least, most) => {
            node.as_i64().is_some_and(|it| (*least..=*most).contains(&it))
        }
        Type::Number => node.as_f64().is_some(),
        Type::Within(least, most) => {
            node.as_f64().is_some_and(|it| (*least..=*most).contains(&it))
        }
        Type::Array(_) => node.as_array().is_some(),
        Type::Table(_) | Type::TableByName(_) => node.as_table().is_some(),
        Type::Any(types) => types.iter().any(|it| fits(node, it)),
        Type::Anything => true,
    }
}

/// The well-typed part of a table.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    /// The place of the table: its header or its braces.
    pub span: Span,
    /// How it was written.
    pub style: Style,
    table: &'a Table,
    shape: &'static Shape,
}

impl<'a> Fields<'a> {
    /// The fields of a table; nothing if the node is none.
    pub fn of(node: &'a Node, shape: &'static Shape) -> Option<Fields<'a>> {
        let table = node.as_table()?;
        Some(Fields { span: node.span, style: node.style, table, shape })
    }

    /// Whether a key is there, well typed or not.
    pub fn has(&self, name: &str) -> bool {
        self.table.entry(name).is_some()
    }

    /// How many keys the table has, well typed or not.
    pub fn n_keys(&self) -> usize {
        self.table.iter().count()
    }

    /// Whether the table's shape has a key.
    pub fn takes(&self, name: &str) -> bool {
        self.shape.key(name).is_some()
    }

    fn key(&self, name: &str) -> &'static Key {
        // Only our own readers ask, so a name that the table lacks is our fault.
        self.shape.key(name).expect("readers ask for keys of the table of keys")
    }

    /// A key and its value, if it is there and well typed.
    pub fn entry(&self, name: &str) -> Option<&'a Entry> {
        // Most of what may be there is not.
        debug_assert!(self.takes(name), "readers ask for keys of the table of keys");
        self.table.entry(name).filter(|it| fits(&it.value, &self.key(name).value))
    }

    /// The keys that are there, but not well typed.
    pub fn refused(&self) -> Vec<&'static str> {
        let keys = self.shape.keys.iter();
        let refused = keys.filter(|it| {
            self.table.get(it.name).is_some_and(|value| !fits(value, &it.value))
        });
        refused.map(|it| it.name).collect()
    }

    /// The well-typed entries whose names are keys, with these, in order.
    pub fn entries(self) -> impl Iterator<Item = (&'a Entry, &'static Key)> {
        self.table.iter().filter_map(move |it| {
            let key = self.shape.key(it.key.as_str())?;
            fits(&it.value, &key.value).then_some((it, key))
        })
    }

    /// An entry of a key that the shape need not have: several kinds of tables are read alike.
    fn entry_if_taken(&self, name: &str) -> Option<(&'a Entry, &'static Key)> {
        let entry = self.table.entry(name)?;
        let key = self.shape.key(name)?;
        fits(&entry.value, &key.value).then_some((entry, key))
    }

    /// The value of such a key, if it is there and well typed.
    pub fn node_if_taken(&self, name: &str) -> Option<&'a Node> {
        Some(&self.entry_if_taken(name)?.0.value)
    }

    /// The table of such a key.
    pub fn table_if_taken(&self, name: &str) -> Option<Fields<'a>> {
        let (entry, key) = self.entry_if_taken(name)?;
        Fields::of(&entry.value, key.value.first_shape()?)
    }

    /// A value, if it is there and well typed.
    pub fn node(&self, name: &str) -> Option<&'a Node> {
        self.entry(name).map(|it| &it.value)
    }

    /// A string.
    pub fn text(&self, name: &str) -> Option<&'a Text> {
        self.node(name)?.as_text()
    }

    /// A boolean.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.node(name)?.as_bool()
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.node(name)?.as_i64()
    }

    /// The items of an array; none where it is missing.
    pub fn array(&self, name: &str) -> &'a [Node] {
        self.node(name).and_then(Node::as_array).unwrap_or_default()
    }

    /// The strings of an array.
    pub fn texts(&self, name: &str) -> Vec<Text> {
        self.array(name).iter().filter_map(|it| it.as_text().cloned()).collect()
    }

    /// A table below this one.
    pub fn table(&self, name: &str) -> Option<Fields<'a>> {
        let node = self.node(name)?;
        Fields::of(node, self.key(name).value.first_shape()?)
    }

    /// The tables of an array of tables.
    pub fn tables(&self, name: &str) -> Vec<Fields<'a>> {
        let Some(shape) = self.key(name).value.first_shape() else {
            return Vec::new();
        };
        self.array(name).iter().filter_map(|it| Fields::of(it, shape)).collect()
    }

    /// The well-typed entries whose names the author chose, in order.
    pub fn others(&self) -> Vec<&'a Entry> {
        let Some(others) = &self.shape.others else { return Vec::new() };
        let table = self.table;
        let mut out = Vec::new();
        for entry in table {
            let form = match others.names {
                Names::Form(form) => Some(form),
                Names::Declared(_) => None,
            };
            let name = entry.key.as_str();
            if self.shape.key(name).is_none()
                && fits(&entry.value, &others.value)
                && form.is_none_or(|it| {
                    (it.fault)(name).is_none() || parameter::has_uses(name)
                })
                && !(self.style == Style::Header
                    && others.reserved.is_some_and(|it| it().key(name).is_some()))
            {
                out.push(entry);
            }
        }
        out
    }

    /// The entries of [`Fields::others`] that are tables.
    pub fn other_tables(&self) -> Vec<(&'a Entry, Fields<'a>)> {
        let Some(others) = &self.shape.others else { return Vec::new() };
        self.others()
            .into_iter()
            .filter_map(|it| {
                let shape = others.value.shape(it.key.as_str())?;
                Some((it, Fields::of(&it.value, shape)?))
            })
            .collect()
    }
}

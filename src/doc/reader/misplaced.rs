//! Keys and values that stand where they cannot: what was meant, and where that goes.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::doc::keys::{Key, Names, Others, Shape, Type};
use crate::doc::node::{Entry, Kind, Node, Style, Table};
use crate::doc::reader::{
    Checker, Usage, bare, fits, is_bare_key, out_of_range, replace,
};

/// What to write for a list of tables where the name of each stands in its header.
fn in_header(node: &Node, ty: &Type, name: &str) -> Option<String> {
    let first = node.as_array()?.first()?.as_table()?;
    let Type::Table(Shape { keys: [], others: Some(_), .. }) = ty else { return None };
    let own = first.get("name").and_then(Node::as_str);
    let own = own.filter(|it| is_bare_key(it)).unwrap_or("NAME");
    Some(format!("the name stands in the header: `[{name}.{own}]`"))
}

/// The whole numbers that a type takes beside other things.
fn range(ty: &Type) -> Option<(i64, i64)> {
    let Type::Any(types) = ty else { return None };
    types.iter().find_map(|it| match it {
        Type::Integer(least, most) => Some((*least, *most)),
        _ => None,
    })
}

impl Checker<'_> {
    /// Refuses a key that a header swallowed from the table around it.
    pub(super) fn swallowed(
        &mut self,
        node: &Node,
        entry: &Entry,
        others: &Others,
    ) -> bool {
        let name = entry.key.as_str();
        let Some(outer) = others.reserved.map(|it| it()) else { return false };
        if node.style != Style::Header || outer.key(name).is_none() {
            return false;
        }
        let (what, bare) = (bare(others.what), bare(outer.name));
        let title = format!("{what} `{name}` is named like a key of {}", outer.name);
        self.sink.push(
            Diagnostic::error("swallowed-key", title)
                .at(
                    entry.key.span(),
                    format!("belongs to the table above, as {}", others.what),
                )
                .context(node.span, "this header takes every key that follows it")
                .help(match others.names {
                    Names::Form(form) if (form.fault)(name).is_none() => format!(
                        "move `{name}` above this header if it is meant for the {bare}, \
                         or write the table in braces if {} of that name is meant",
                        others.what
                    ),
                    Names::Form(_) | Names::Declared(_) => {
                        format!("move `{name}` above this header")
                    }
                }),
        );
        true
    }

    pub(super) fn unknown(&mut self, node: &Node, entry: &Entry, shape: &'static Shape) {
        let name = entry.key.as_str();
        let kind = shape.others.as_ref().and_then(|it| match it.names {
            Names::Declared(kind) => Some(kind),
            Names::Form(_) => None,
        });
        let declared = self.names(shape);
        let (code, title) = match kind {
            Some(kind) if shape.keys.is_empty() => {
                ("unknown-name", format!("unknown {} `{name}`", bare(kind)))
            }
            _ => ("unknown-key", format!("unknown key `{name}` in {}", shape.name)),
        };
        let diagnostic = Diagnostic::error(code, title);
        let keys = shape.keys.iter().map(|it| it.name);
        if let Some(near) = self.meant(entry, shape) {
            let diagnostic =
                diagnostic.at(entry.key.span(), format!("did you mean `{near}`?"));
            let usage = shape
                .key(near)
                .filter(|it| !fits(&entry.value, &it.value))
                .map_or_else(String::new, |it| Usage::Key(it).words());
            let fixed = match usage.as_str() {
                "" => diagnostic.fix(replace(&entry.key, near)),
                // Under its name the value would be wrong, too.
                usage => diagnostic.help(usage),
            };
            self.sink.push(fixed);
            return;
        }
        let outer = match node.style {
            Style::Header => self.around.iter().rev().find(|it| it.0.key(name).is_some()),
            _ => None,
        };
        let diagnostic = match (kind, shape.keys.is_empty()) {
            (Some(_), true) => diagnostic.at(entry.key.span(), "declared nowhere"),
            (Some(kind), false) => {
                diagnostic.at(entry.key.span(), format!("neither a key nor {kind}"))
            }
            (None, _) => diagnostic.at(entry.key.span(), "not a key of this table"),
        };
        let diagnostic = match outer {
            Some((outer, _)) => diagnostic
                .context(node.span, "this header takes every key that follows it")
                .help(format!(
                    "`{name}` is a key of {}: move it above this header",
                    outer.name
                )),
            None => diagnostic,
        };
        // Called so in another format, where its value is another one, too.
        let other = shape.keys.iter().find(|it| it.also.contains(&name));
        let usage = other.map(|it| match it.instead {
            "" => Usage::Key(it).words(),
            words => {
                let names = it.value.shape(it.name).map(|it| self.names(it));
                let name = names.unwrap_or_default().first().copied();
                words.replace("NAME", name.unwrap_or("NAME"))
            }
        });
        if let Some(usage) = usage.filter(|it| !it.is_empty()) {
            return self.sink.push(diagnostic.help(usage));
        }
        let inside = Checker::inside(entry, shape);
        let diagnostic = match (shape.keys.is_empty() || outer.is_some(), &*inside) {
            (true, _) => diagnostic,
            (false, [home]) => diagnostic.help(format!("`{name}` stands in `{home}`")),
            (false, _) => {
                diagnostic.help(format!("known keys are {}", suggest::list(keys, 20)))
            }
        };
        let homes = Checker::homes(entry, shape);
        let diagnostic = match homes.is_empty() || inside.len() == 1 {
            true => diagnostic,
            false => diagnostic.help(format!(
                "a name of one's own stands under {}",
                suggest::list(homes, 20)
            )),
        };
        self.sink.push(match (kind, declared.is_empty()) {
            (Some(kind), false) => {
                let by = self.declared.by(kind, name).filter(|_| shape.keys.is_empty());
                let said = diagnostic.help(format!(
                    "declared as {kind}: {}",
                    suggest::list(declared.iter().copied(), 20)
                ));
                match by {
                    Some(by) => said.help(format!("`{by}` in the manifest declares it")),
                    None => said,
                }
            }
            (Some(kind), true) => {
                diagnostic.help(format!("nothing is declared as {kind}"))
            }
            (None, _) => diagnostic,
        });
    }

    /// The names beside its keys that a shape takes because they are declared.
    fn names(&self, shape: &'static Shape) -> Vec<&str> {
        let kind = shape.others.as_ref().and_then(|it| match it.names {
            Names::Declared(kind) => Some(kind),
            Names::Form(_) => None,
        });
        let names = kind.and_then(|it| self.declared.names(it)).unwrap_or_default();
        names.iter().map(String::as_str).collect()
    }

    /// The key, or declared name, that was meant by one that is none: it is called so in
    /// another format, or misspelt.
    fn meant<'a>(&'a self, entry: &Entry, shape: &'static Shape) -> Option<&'a str> {
        let name = entry.key.as_str();
        let other = shape.keys.iter().find(|it| it.also.contains(&name));
        match other {
            Some(key) if !key.instead.is_empty() => return None,
            Some(key) if fits(&entry.value, &key.value) => return Some(key.name),
            Some(_) | None => {}
        }
        let names = shape.keys.iter().map(|it| it.name).chain(self.names(shape));
        suggest::nearest(name, names)
    }

    /// Whether a key that is missing was meant by one that is there.
    pub(super) fn is_meant(
        &self,
        key: &Key,
        table: &Table,
        shape: &'static Shape,
    ) -> bool {
        let mut unknown = table.iter().filter(|it| {
            let name = it.key.as_str();
            shape.key(name).is_none() && self.takes(shape, name).is_none()
        });
        unknown.any(|it| self.meant(it, shape) == Some(key.name))
    }

    /// Refuses a key that stands where a name should be, of a thing that has this key. The
    /// others beside it stand there for the same reason, which is `told` by then.
    pub(super) fn nameless(
        &mut self,
        entry: &Entry,
        others: &Others,
        told: bool,
    ) -> bool {
        let name = entry.key.as_str();
        let inner = others.value.shape(name).and_then(|it| Some((it, it.key(name)?)));
        let Some((inner, key)) = inner else { return false };
        let scalar = !fits(&entry.value, &others.value) && fits(&entry.value, &key.value);
        let part = self.part_of(entry, inner, key);
        if !scalar && part.is_none() {
            return false;
        }
        if told {
            return true;
        }
        let named = others.example.split(['.', ' ']).next().unwrap_or_default();
        let example = match part {
            Some(part) if !named.is_empty() => format!(": `{named}.{name}.{part}`"),
            _ => String::new(),
        };
        let title = format!(
            "`{name}` is a key of {}, and stands where {} is named",
            inner.name, others.what
        );
        self.sink.push(
            Diagnostic::error("wrong-type", title)
                .at(entry.key.span(), format!("taken for {}", others.what))
                .help(format!("write it under `{}`{example}", inner.header)),
        );
        true
    }

    /// The first key of a table that holds what a key of a shape takes, and nothing that the
    /// shape does.
    fn part_of<'a>(
        &self,
        entry: &'a Entry,
        shape: &'static Shape,
        key: &Key,
    ) -> Option<&'a str> {
        let own = key.value.shape(key.name)?;
        let has = |shape: &'static Shape, name: &str| {
            shape.key(name).is_some() || self.takes(shape, name).is_some()
        };
        let table = entry.value.as_table()?;
        let names = || table.iter().map(|it| it.key.as_str());
        names().all(|it| has(own, it) && !has(shape, it)).then(|| names().next())?
    }

    /// The headers of the tables of a shape that have a key which the shape lacks.
    fn inside(entry: &Entry, shape: &'static Shape) -> Vec<&'static str> {
        let name = entry.key.as_str();
        let home = |it: &Key| match it.value {
            Type::Table(inner) => {
                let key = inner.key(name)?;
                fits(&entry.value, &key.value).then_some(inner.header)
            }
            _ => None,
        };
        shape.keys.iter().filter_map(home).collect()
    }

    /// The keys of a shape under which a value may have a name of one's own.
    fn homes(entry: &Entry, shape: &'static Shape) -> Vec<&'static str> {
        let takes = |it: &&Key| match it.value {
            Type::Table(Shape { keys: [], others: Some(others), .. }) => {
                let named = match others.names {
                    Names::Form(form) => (form.fault)(entry.key.as_str()).is_none(),
                    Names::Declared(_) => false,
                };
                let scalar = entry.value.raw().is_some();
                named && scalar && fits(&entry.value, &others.value)
            }
            _ => false,
        };
        shape.keys.iter().filter(takes).map(|it| it.name).collect()
    }

    pub(super) fn wrong(&mut self, node: &Node, ty: &Type, name: &str, usage: Usage) {
        if let (Kind::Integer(..), Some((least, most))) = (&node.kind, range(ty)) {
            let said = out_of_range(node, name, least, most);
            return self.sink.push(match usage.words() {
                usage if usage.is_empty() => said,
                usage => said.help(usage),
            });
        }
        let what = match &node.kind {
            Kind::Boolean(value, _) => format!("`{value}`"),
            _ => node.what().to_string(),
        };
        let title = format!("`{name}` takes {}, not {what}", ty.what());
        let diagnostic =
            Diagnostic::error("wrong-type", title).at(node.span, node.what());
        let in_header = in_header(node, ty, name).filter(|_| usage.words().is_empty());
        if let Some(help) = in_header {
            return self.sink.push(diagnostic.help(help));
        }
        self.sink.push(match (ty, node.style, usage.words()) {
            (Type::Array(Type::Table(of)), Style::Header | Style::Implied, _)
                if of.header.starts_with("[[") =>
            {
                diagnostic.help(match node.style {
                    Style::Implied => format!("put `{}` above it", of.header),
                    _ => format!("write `{}`", of.header),
                })
            }
            (_, _, usage) if usage.is_empty() => diagnostic,
            (_, _, usage) => diagnostic.help(usage),
        });
    }
}

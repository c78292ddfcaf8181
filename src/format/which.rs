//! Which values of a file are PromQL, by its table of keys.

use std::collections::HashSet;

use crate::case::native::keys as tests;
use crate::doc::keys::{Shape, Type};
use crate::doc::node::{Kind as Value, Node};
use crate::spec::form;
use crate::spec::keys::{dashboard, file, manifest};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `aqua-alerts.toml`
    Manifest,
    /// Below `alerts/`
    Alerts,
    /// Below `packs/`
    Pack,
    /// Below `dashboards/`
    Dashboard,
    /// Below `testdata/`
    Tests,
    /// Some other TOML file, without PromQL that is known.
    Other,
}

impl Kind {
    /// What the file of a path is, by its name and the innermost of its folders that says.
    pub fn of(path: &str) -> Kind {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        if name == "aqua-alerts.toml" {
            return Kind::Manifest;
        }
        let known = folders.rsplit('/').find_map(|it| match it {
            "alerts" => Some(Kind::Alerts),
            "packs" => Some(Kind::Pack),
            "dashboards" => Some(Kind::Dashboard),
            "testdata" => Some(Kind::Tests),
            _ => None,
        });
        known.unwrap_or(Kind::Other)
    }

    fn shape(self) -> Option<&'static Shape> {
        match self {
            Kind::Manifest => Some(&manifest::MANIFEST),
            Kind::Alerts => Some(&file::FILE),
            Kind::Pack => Some(&file::PACK),
            Kind::Dashboard => Some(&dashboard::DASHBOARD),
            Kind::Tests => Some(&tests::FILE),
            Kind::Other => None,
        }
    }
}

/// The strings of a document that are PromQL, each once.
pub(super) fn expressions(root: &Node, kind: Kind) -> Vec<&Node> {
    let mut out = Vec::new();
    if let Some(shape) = kind.shape() {
        table(root, shape, &mut out);
    }
    let mut seen = HashSet::new();
    out.retain(|it| seen.insert(it.span.start));
    out
}

fn table<'a>(node: &'a Node, shape: &'static Shape, out: &mut Vec<&'a Node>) {
    let Some(entries) = node.as_table() else { return };
    for entry in entries {
        let name = entry.key.as_str();
        let of = shape.key(name).map(|it| &it.value);
        if let Some(of) = of.or(shape.others.as_ref().map(|it| &it.value)) {
            value(&entry.value, name, of, out);
        }
    }
}

fn value<'a>(node: &'a Node, name: &str, of: &'static Type, out: &mut Vec<&'a Node>) {
    match (of, &node.kind) {
        (Type::Text(it), Value::String(_)) => {
            let forms = [&form::EXPRESSION, &form::QUERY, &tests::EXPRESSION];
            if forms.iter().any(|form| std::ptr::eq(*form, *it)) {
                out.push(node);
            }
        }
        (Type::Array(of), Value::Array(items)) => {
            items.iter().for_each(|it| value(it, name, of, out));
        }
        (Type::Any(all), _) => all.iter().for_each(|of| value(node, name, of, out)),
        (Type::Table(_) | Type::TableByName(_), Value::Table(_)) => {
            if let Some(shape) = of.shape(name) {
                table(node, shape, out);
            }
        }
        _ => {}
    }
}

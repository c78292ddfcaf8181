//! The table of keys as a reference in Markdown.

use crate::doc::keys::{self, Key, Others, Shape, Type};
use crate::doc::reader::bare;

/// The reference of the documents that some shapes describe: a section for each table
/// that has keys of its own.
pub fn reference(roots: &[&'static Shape]) -> String {
    let mut out = String::new();
    for shape in keys::reachable(roots) {
        // A table of nothing but names is described where it stands.
        let roots_own = roots.iter().any(|it| std::ptr::eq(*it, shape));
        if shape.keys.is_empty() && !roots_own {
            continue;
        }
        out += &format!(
            "\n## {}\n\n`{}`\n\n{}\n\n",
            title(shape),
            shape.header,
            flow(shape.doc)
        );
        out += "| key | takes | default | |\n| --- | --- | --- | --- |\n";
        for key in shape.keys {
            out += &row(key);
        }
        if let Some(others) = &shape.others {
            out += &other_row(&format!("*{}*", others.what), others);
        }
    }
    out
}

fn row(key: &Key) -> String {
    // A table that holds nothing but names: what stands below one.
    let below = match key.value {
        Type::Table(shape) if shape.keys.is_empty() => shape.others.as_ref(),
        _ => None,
    };
    let default = match key.required {
        true => "**required**",
        false => key.default,
    };
    let doc = match key.example {
        "" => flow(key.doc),
        example => format!("{} `{} = {example}`", flow(key.doc), key.name),
    };
    let mut out = match below {
        None => line(&format!("`{}`", key.name), &takes(&key.value), default, &doc),
        Some(_) => line(&format!("`{}`", key.name), "a table", default, &doc),
    };
    if let Some(others) = below {
        out += &other_row(&format!("`{}.`*{}*", key.name, others.what), others);
    }
    out
}

fn other_row(name: &str, others: &Others) -> String {
    let doc = match others.example {
        "" => flow(others.doc),
        example => format!("{} `{example}`", flow(others.doc)),
    };
    line(name, &takes(&others.value), "", &doc)
}

fn line(name: &str, takes: &str, default: &str, doc: &str) -> String {
    let cell = |it: &str| it.replace('|', "\\|");
    format!("| {} | {} | {} | {} |\n", cell(name), cell(takes), cell(default), cell(doc))
}

/// More words than these are not all printed, but the first few; the schema has all.
const MANY: usize = 60;
const FEW: usize = 8;

/// What a type takes, with a link to the section of a table.
fn takes(ty: &Type) -> String {
    match ty {
        Type::Table(shape) if shape.keys.is_empty() => shape.name.to_string(),
        Type::Table(shape) => format!("[{}](#{})", shape.name, slug(&title(shape))),
        Type::TableByName(it) => {
            let both = [it.plain, it.formed].map(|it| takes(&Type::Table(it)));
            both.join(" or ")
        }
        Type::Array(item) => match item {
            Type::Table(_) => format!("tables, each {}", takes(item)),
            Type::Choice(words) if MANY < words.len() => {
                format!("an array of strings, each {}", takes(item))
            }
            _ => ty.what(),
        },
        Type::Choice(words) if MANY < words.len() => {
            let first = words[..FEW].iter().map(|it| format!("\"{it}\""));
            let first: Vec<String> = first.collect();
            format!("one of {} words: {}, …", words.len(), first.join(", "))
        }
        Type::Any(types) => {
            let names: Vec<String> = types.iter().map(takes).collect();
            names.join(" or ")
        }
        Type::Text(_)
        | Type::Choice(_)
        | Type::Declared(_)
        | Type::Boolean
        | Type::Only(_)
        | Type::Integer(..)
        | Type::Number
        | Type::Within(..)
        | Type::Anything => ty.what(),
    }
}

/// `Alert` of `an alert`.
fn title(shape: &Shape) -> String {
    let name = bare(shape.name);
    let name = name.strip_prefix("the ").unwrap_or(name);
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// The anchor of a heading, as GitHub makes it.
fn slug(title: &str) -> String {
    let lower = title.to_lowercase().replace(' ', "-");
    lower.chars().filter(|it| it.is_alphanumeric() || *it == '-').collect()
}

/// A text without its line ends.
fn flow(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! `docs/templates.md`: what a template sees, printed from the table that gives it.

use crate::emit::own::model::{Kind, TABLES};
use crate::emit::own::words::WORDS;

const HEAD: &str = "# What a template sees

The variables of a target of one's own ([guide](language.md#templates-of-ones-own)), and the
fields of the objects in them, printed from the table that gives their values: change the table, not this page
(`UPDATE_EXPECT=1 cargo test`). Fields are added, but neither renamed nor taken away. A field that is not there is
an error where it is printed; `none` is printed as nothing, and is false in `if`.
";

/// The page.
pub fn page() -> String {
    let mut out = HEAD.to_owned();
    for (name, doc, rows) in TABLES {
        let title = if name.is_empty() { "variables" } else { name };
        let mut letters = title.chars();
        let first = letters.next().unwrap_or_default().to_uppercase();
        out.push_str(&format!("\n## {first}{}\n\n{doc}\n\n", letters.as_str()));
        out.push_str("| field | type | |\n| --- | --- | --- |\n");
        for row in *rows {
            out.push_str(&format!(
                "| `{}` | {} | {} |\n",
                row.name,
                kind(row.kind),
                row.doc
            ));
        }
    }
    out.push_str("\n## Words\n\nTera's own, of its version 2.\n\n| | |\n| --- | --- |\n");
    for (what, words) in WORDS {
        let words: Vec<String> = words.iter().map(|it| format!("`{it}`")).collect();
        out.push_str(&format!("| {what}s | {} |\n", words.join(", ")));
    }
    out
}

fn kind(kind: Kind) -> String {
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Maybe => "text or none".to_owned(),
        Kind::Number => "number".to_owned(),
        Kind::Texts => "list of texts".to_owned(),
        Kind::Map => "texts by name".to_owned(),
        Kind::Many(name) => format!("list, each [{name}](#{name})"),
    }
}

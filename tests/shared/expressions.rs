//! The expressions of the rule files of others.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::doc::node::{Kind, Node};
use aqua_alerts::doc::yaml;

/// Each expression once, sorted; empty, with a word, where there are no such files.
pub fn expressions() -> Vec<String> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/src");
    let mut out = BTreeSet::new();
    below(&corpus, &mut out);
    if out.is_empty() {
        println!("skipped: no corpus");
    }
    out.into_iter().collect()
}

fn below(folder: &Path, out: &mut BTreeSet<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|it| it.unwrap().path()) {
        let extension = path.extension().and_then(|it| it.to_str());
        match extension {
            _ if path.is_dir() => below(&path, out),
            Some("yaml" | "yml" | "rules") => {
                let Ok(text) = fs::read_to_string(&path) else { continue };
                let documents = yaml::read(FileId(0), &text, &mut Sink::new());
                documents.iter().for_each(|it| of_rules(it, out));
            }
            _ => {}
        }
    }
}

fn of_rules(node: &Node, out: &mut BTreeSet<String>) {
    match &node.kind {
        Kind::Table(table) => {
            let is_rule = table.get("alert").or(table.get("record")).is_some();
            if let Some(expr) =
                table.get("expr").and_then(Node::as_str).filter(|_| is_rule)
            {
                out.insert(expr.to_owned());
            }
            table.iter().for_each(|it| of_rules(&it.value, out));
        }
        Kind::Array(items) => items.iter().for_each(|it| of_rules(it, out)),
        _ => {}
    }
}

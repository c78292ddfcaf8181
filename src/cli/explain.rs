//! `explain`: what the code of a message means.

use serde_json::json;

use crate::cli::args::{Explain, Global};
use crate::cli::codes::CODES;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::lint::{FAMILIES, NAMES, family, lookup, page};

/// Runs the command.
pub fn run(global: &Global, args: &Explain) -> Exit {
    let session = Session::new(global);
    let Some(code) = &args.code else {
        let lints = FAMILIES.iter().flat_map(|family| {
            family.lints.iter().map(|it| {
                json!({
                    "name": it.name, "family": family.name, "level": it.level.word(),
                    "summary": it.summary,
                })
            })
        });
        let machine = json!({ "lints": lints.collect::<Vec<_>>() });
        return session.finish(Exit::Clean, &list(), machine);
    };
    // As it is drawn: `error[unknown-key]`.
    let bare = code.rsplit_once('[').map_or(code.as_str(), |it| it.1);
    let bare = bare.trim_end_matches(']');
    match text(bare) {
        Some(text) => {
            session.finish(Exit::Clean, &text, json!({ "code": bare, "text": text }))
        }
        None => session.fail(unknown(bare)),
    }
}

/// What a code means, in Markdown.
pub fn text(code: &str) -> Option<String> {
    match lookup(code) {
        Some(lint) => Some(page::page(lint, family(lint))),
        None => {
            let known = CODES.iter().find(|it| it.0 == code);
            known.map(|(name, text)| format!("# `{name}`\n\n{text}\n"))
        }
    }
}

fn unknown(code: &str) -> Diagnostic {
    let title = format!("no message has the code `{code}`");
    let all = NAMES.into_iter().chain(CODES.iter().map(|it| it.0));
    let help = match suggest::nearest(code, all) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`aqua-alerts explain` lists the lints".to_owned(),
    };
    Diagnostic::error("bad-argument", title).help(help)
}

fn list() -> String {
    let mut out = String::new();
    let width = NAMES.iter().map(|it| it.len()).max().unwrap_or(0);
    for family in FAMILIES {
        out += &format!("{}:\n", family.title);
        for it in family.lints {
            let (name, level, summary) = (it.name, it.level.word(), it.summary);
            out += &format!("  {name:width$}  {level:4}  {summary}\n");
        }
    }
    out
}

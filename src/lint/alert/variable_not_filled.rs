//! Variables in texts that nothing fills in.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::rules::group::Pair;

/// The lint.
pub static LINT: Lint = Lint {
    name: "variable-not-filled",
    level: Level::Warn,
    summary: "A text with a variable outside of a template: `$labels.instance`, `$value`.",
    why: "Prometheus fills in what stands between `{{` and `}}`. All else is sent as it is \
          written: whoever is called reads `$labels.instance is down`.",
    example: "summary = \"$labels.instance is down\"",
    instead: "Write `{{ $labels.instance }} is down`; for a parameter of the project, `${name}`.",
    peers: &[],
    check: Check::Rule(run),
};

/// What Prometheus gives to templates, and whether a name stands behind it.
const GIVEN: &[(&str, bool)] = &[
    ("$labels.", true),
    ("$externalLabels.", true),
    ("$value", false),
    ("$externalURL", false),
];

/// How annotations are called that say in a line what is wrong: in no other text can be told
/// whether `$HOME` is one of a command.
const LINES: &[&str] = &["summary", "title", "message"];

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    // The labels of records are no templates.
    let Some(alert) = site.alert() else { return };
    let own = context.book.is_some() && !context.is_foreign(site);
    let labels = alert.labels.iter().map(|it| (it, true));
    let all = labels.chain(alert.annotations.iter().map(|it| (it, false)));
    for (pair, is_label) in all.filter(|it| it.0.value.as_str().contains('$')) {
        out.extend(look(pair, is_label, own));
    }
}

/// The variables of a text that are outside of a template.
fn look(pair: &Pair, is_label: bool, own: bool) -> Vec<Diagnostic> {
    let text = pair.value.as_str();
    // Addresses in labels may have a `$` of their own.
    let any = match is_label {
        true => text.starts_with('$') && word(&text[1..]) + 1 == text.len(),
        false => LINES.contains(&pair.name.as_str()),
    };
    let said = |at: usize| {
        let rest = &text[at..];
        let (len, help) = match given(rest) {
            Some(len) => (len, format!("write `{{{{ {} }}}}`", &rest[..len])),
            None => {
                let len = 1 + word(&rest[1..]);
                let name = Some(&rest[1..len]);
                let name = name.filter(|it| {
                    any && it.starts_with(|it: char| it.is_ascii_lowercase())
                })?;
                let label = format!("`{{{{ $labels.{name} }}}}` for a label");
                let help = match own {
                    true => format!("write {label}, or `${{{name}}}` for a parameter"),
                    false => format!("write {label}"),
                };
                (len, help)
            }
        };
        let said = LINT.finding(format!("nothing fills in `{}`", &rest[..len]));
        let said = said.within(&pair.value, at, at + len, "sent as it is written");
        Some(said.help(help))
    };
    bare(text).into_iter().filter_map(said).collect()
}

/// The length of what templates are given, where a text begins with it: `$labels.job`.
fn given(text: &str) -> Option<usize> {
    GIVEN.iter().find_map(|(begin, named)| {
        let name = word(text.strip_prefix(begin)?);
        (*named == (name != 0)).then_some(begin.len() + name)
    })
}

/// The places of `$` and a letter outside of templates; `$$` and `\$` are meant.
fn bare(text: &str) -> Vec<usize> {
    let mut out = Vec::new();
    let (mut at, mut inside) = (0, false);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        match &bytes[at..] {
            [b'{', b'{', ..] => inside = true,
            [b'}', b'}', ..] => inside = false,
            [b'$', b'$', ..] | [b'\\', b'$', ..] => at += 1,
            [b'$', it, ..] if !inside && it.is_ascii_alphabetic() => out.push(at),
            _ => {}
        }
        at += 1;
    }
    out
}

/// How long the name is with which a text begins.
fn word(text: &str) -> usize {
    let part = |it: char| it.is_ascii_alphanumeric() || it == '_';
    text.find(|it| !part(it)).unwrap_or(text.len())
}

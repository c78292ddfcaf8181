//! What Tera says, at its place in the author's template.

use std::error::Error as _;

use tera::{Error, ErrorKind};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::emit::own::budget::{Instrumented, MAX_FILE, TooDeep};
use crate::emit::own::model;
use crate::emit::own::words::WORDS;
use crate::rules::output::{Own, Template};

/// The messages of an error; `rendered` are the texts that were rendered, where these are
/// not the author's.
pub(super) fn said(
    own: &Own,
    error: &Error,
    rendered: Option<&[Instrumented]>,
) -> Vec<Diagnostic> {
    match error.kind() {
        ErrorKind::SyntaxError(it) | ErrorKind::RenderingError(it) => {
            let idx = own.files.iter().position(|file| file.name == it.filename());
            let Some(idx) = idx else { return vec![whole(own, it.message())] };
            let range = it.span().range.clone();
            let text = rendered.map(|it| &it[idx]);
            let original = |at| text.map_or(at, |it| it.original(at));
            let in_call = text.is_some_and(|it| it.is_call(range.start));
            // A call that counts stands behind the tag that it counts for.
            let (start, end) = match in_call {
                true => tag_before(&own.files[idx].text, original(range.start)),
                false => (original(range.start), original(range.end)),
            };
            vec![at(&own.files[idx], start, end, it.message())]
        }
        ErrorKind::Msg(text) if text.contains("\n --> ") || text.contains("--> ") => {
            let reports = reports(own, text);
            match reports.is_empty() {
                true => vec![whole(own, text)],
                false => reports,
            }
        }
        ErrorKind::CircularInclude { include_chain: chain, .. }
        | ErrorKind::CircularExtend { inheritance_chain: chain, .. } => {
            let chain: Vec<_> = chain.iter().map(|it| format!("`{it}`")).collect();
            let title = "templates include or extend themselves";
            vec![whole(own, title).note(chain.join(", then "))]
        }
        ErrorKind::MissingParent { current, parent } => {
            let file = own.files.iter().find(|it| it.name == *current);
            let title = format!("unknown template `{parent}`");
            vec![match file.and_then(|it| Some((it, it.text.find(parent.as_str())?))) {
                Some((file, start)) => unknown(own, file, start, parent),
                None => whole(own, &title),
            }]
        }
        ErrorKind::Io(_) => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            let why = match why.starts_with("writes") {
                true => why,
                false => format!("writes a file of more than {} MiB", MAX_FILE >> 20),
            };
            vec![whole(own, &format!("the template {why}"))]
        }
        other => vec![whole(own, &other.to_string())],
    }
}

/// Tags or brackets that nest too deeply.
pub(super) fn too_deep(file: &Template, fault: TooDeep) -> Diagnostic {
    let title = format!("{} nest too deeply", fault.what);
    let span = Span { file: file.file, start: fault.start as u32, end: fault.end as u32 };
    Diagnostic::error("template", title).at(span, "one more here")
}

fn whole(own: &Own, title: &str) -> Diagnostic {
    Diagnostic::error("template", lower(title))
        .at(own.template.span(), "in this template")
}

fn at(file: &Template, start: usize, end: usize, message: &str) -> Diagnostic {
    let (start, end) = (start.min(file.text.len()), end.clamp(start, file.text.len()));
    let span = Span { file: file.file, start: start as u32, end: end as u32 };
    let written = file.text.get(start..end).unwrap_or("");
    let undefined = message.contains("undefined") || message.contains("not defined");
    // What a filter or a test says of it does not tell what it is.
    let title = match undefined && !message.contains("not defined") {
        true => format!("`{written}` is not defined"),
        false => lower(message),
    };
    let it = Diagnostic::error("template", title);
    let last = written.rsplit(['.', ' ']).next().unwrap_or(written);
    let near = suggest::nearest(last, model::names().iter().copied());
    let unknown = WORDS.iter().find(|it| {
        message.strip_prefix("Unknown ").is_some_and(|rest| rest.starts_with(it.0))
    });
    if let Some((what, words)) = unknown {
        let quoted = message.split('`').nth(1);
        let word = quoted.unwrap_or(last);
        let it = Diagnostic::error("template", format!("unknown {what} `{word}`"));
        let words = || words.iter().copied();
        return match suggest::nearest(word, words()) {
            Some(near) => it.at(span, format!("did you mean `{near}`?")),
            None => it
                .at(span, "Tera 2 has none of this name")
                .help(format!("its {what}s are {}", suggest::list(words(), 40))),
        };
    }
    match near.filter(|near| undefined && *near != last) {
        Some(near) => it.at(span, "is not there").help(format!("did you mean `{near}`?")),
        None if undefined => it
            .at(span, "is not there")
            .help("docs/templates.md lists what is; `is defined` asks"),
        None => it.at(span, ""),
    }
}

fn unknown(own: &Own, file: &Template, start: usize, name: &str) -> Diagnostic {
    let end = start + name.len();
    let span = Span { file: file.file, start: start as u32, end: end as u32 };
    let title = format!("unknown template `{name}`");
    let it = Diagnostic::error("template", title).at(span, "no file of this name");
    let names = || own.files.iter().map(|it| it.name.as_str());
    match suggest::nearest(name, names()) {
        Some(near) => it.help(format!("did you mean `{near}`?")),
        None => it.help(format!("its folder has {}", suggest::list(names(), 10))),
    }
}

/// References that lead nowhere come as reports for people, several in one text:
/// `error: Unknown filter …`, ` --> name:line:column`, and the line with a mark below.
fn reports(own: &Own, text: &str) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for report in text.split("error: ").skip(1) {
        let mut lines = report.lines();
        let Some(message) = lines.next() else { continue };
        let place = lines.next().and_then(|it| it.trim().strip_prefix("--> "));
        let Some((place, column)) = place.and_then(|it| it.rsplit_once(':')) else {
            continue;
        };
        let Some((name, line)) = place.rsplit_once(':') else { continue };
        let (Ok(line), Ok(column)) = (line.parse::<usize>(), column.parse::<usize>())
        else {
            continue;
        };
        let marks = report.lines().nth(4).map_or(1, |it| it.matches('^').count()).max(1);
        let Some(file) = own.files.iter().find(|it| it.name == name) else { continue };
        let before = file.text.split_inclusive('\n').take(line.saturating_sub(1));
        let head: usize = before.map(str::len).sum();
        let row = file.text[head..].lines().next().unwrap_or("");
        let bytes = |n: usize| row.chars().take(n).map(char::len_utf8).sum::<usize>();
        let start = head + bytes(column.saturating_sub(1));
        let end = head + bytes(column.saturating_sub(1) + marks);
        let quoted = message.split('`').nth(1).unwrap_or("");
        out.push(match message.starts_with("Unknown template") {
            true => unknown(own, file, start, quoted),
            false => at(file, start, end, message),
        });
    }
    out
}

/// The tag that ends at a place.
fn tag_before(text: &str, end: usize) -> (usize, usize) {
    let start = text.get(..end).and_then(|it| it.rfind("<%")).unwrap_or(end);
    (start, end)
}

/// Tera's sentences as titles here.
fn lower(message: &str) -> String {
    let message = message.lines().next().unwrap_or("").trim_end_matches('.');
    let message = message.split(". Available ").next().unwrap_or(message);
    let message = message.strip_prefix("error: ").unwrap_or(message);
    // Tera names its own delimiters, whichever are in use.
    let message = [("{%", "<%"), ("%}", "%>"), ("{{", "<<"), ("}}", ">>")]
        .into_iter()
        .fold(message.to_owned(), |text, (from, to)| text.replace(from, to));
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "the template fails".to_owned(),
    }
}

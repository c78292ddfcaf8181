//! Reads what a project names, or its alerts lead to: only what lies in its folder.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::cli::fs::read::{
    File, MAX_PAGE, decode, homes, list_tree, names, read_file, read_limited, read_tree,
};
use crate::cli::fs::unreadable;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::SourceMap;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::spec::rule_file;

/// Reads the Markdown pages below `root/folder`, which is in the project or a link of it to
/// elsewhere; of one that cannot be read, which has been reported, only the path.
pub fn read_pages(
    root: &Path,
    folder: &str,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Vec<(String, Option<Arc<str>>)>> {
    let homes = homes(root, folder);
    let mut read = |path: &str| {
        let full = root.join(path).canonicalize();
        if full.is_ok_and(|full| !homes.iter().any(|it| full.starts_with(it))) {
            let title = format!("`{path}` leads out of the project's folder");
            let help = "copy the page into the project";
            sink.push(Diagnostic::error("bad-path", title).help(help));
            return None;
        }
        match read_limited(&root.join(path), MAX_PAGE) {
            Ok(bytes) => decode(path, bytes, sources, sink),
            Err(error) => {
                sink.push(unreadable(path, &error));
                None
            }
        }
    };
    let mut said = Sink::new();
    let paths = list_tree(root, folder, &["md", "markdown"], &mut said);
    let pages = paths.into_iter().map(|it| (read(&it), it)).map(|it| (it.1, it.0));
    let pages = pages.collect();
    let is_whole = !said.has_errors();
    sink.extend(said.into_sorted());
    is_whole.then_some(pages)
}

/// Reads the rule file that a project names: only what lies in its folder, links followed.
pub fn read_rule_file(
    root: &Path,
    path: &Text,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Arc<str>> {
    if !is_inside(root, path, rule_file::missing, sink) {
        return None;
    }
    read_named(root, path, sources, sink)
}

/// Reads another file that a project names.
pub fn read_named(
    root: &Path,
    path: &Text,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Option<Arc<str>> {
    let mut said = Sink::new();
    let text = read_file(root, path.as_str(), sources, &mut said);
    let place = |it: Diagnostic| match it.place() {
        None => it.at(path.span(), "named here"),
        Some(_) => it,
    };
    sink.extend(said.into_sorted().into_iter().map(place));
    text
}

/// Reads the template that a project names, and the other templates in its folder; of the
/// project's folder itself only the template.
pub fn read_templates(
    root: &Path,
    path: &Text,
    sources: &mut SourceMap,
    sink: &mut Sink,
) -> Vec<File> {
    let missing = |path: &Text, near: Option<&str>| {
        let it = Diagnostic::error("no-template", format!("there is no file `{path}`"))
            .at(path.span(), "looked for below the project's folder");
        match near {
            Some(near) => it.help(format!("did you mean `{near}`?")),
            None => it,
        }
    };
    if !is_inside(root, path, missing, sink) {
        return Vec::new();
    }
    match path.as_str().rsplit_once('/') {
        Some((folder, _)) => read_tree(root, folder, &["tera"], sources, sink),
        None => {
            let text = read_file(root, path.as_str(), sources, sink);
            text.map(|it| (path.to_string(), it)).into_iter().collect()
        }
    }
}

/// Whether a path that a project names leads to something in its folder, links followed;
/// says so where not.
fn is_inside(
    root: &Path,
    path: &Text,
    missing: impl Fn(&Text, Option<&str>) -> Diagnostic,
    sink: &mut Sink,
) -> bool {
    let (name, full) = (path.as_str(), root.join(path.as_str()));
    let inside = match (root.canonicalize(), full.canonicalize()) {
        (Ok(root), Ok(full)) => full.starts_with(root),
        (_, Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            let near = nearest(root, name).filter(|it| root.join(it).is_file());
            sink.push(missing(path, near.as_deref()));
            return false;
        }
        (Err(error), _) | (_, Err(error)) => {
            sink.push(unreadable(name, &error).at(path.span(), "named here"));
            return false;
        }
    };
    if !inside {
        let title = format!("`{name}` leads out of the project's folder");
        sink.push(
            Diagnostic::error("bad-path", title)
                .at(path.span(), "through a link")
                .help("copy the file into the project"),
        );
    }
    inside
}

/// The path that exists and is most like this one, which does not: from its folders the
/// first that is missing is replaced.
pub fn nearest(root: &Path, path: &str) -> Option<String> {
    let mut below = String::new();
    let parts: Vec<&str> = path.split('/').collect();
    for (idx, part) in parts.iter().enumerate() {
        let next = format!("{below}{part}");
        if root.join(&next).exists() {
            below = format!("{next}/");
            continue;
        }
        let names = names(root, below.trim_end_matches('/'));
        let near = suggest::nearest(part, names.iter().map(String::as_str))?;
        let rest = parts[idx + 1..].iter().map(|it| format!("/{it}"));
        let path = format!("{below}{near}{}", rest.collect::<String>());
        return root.join(&path).exists().then_some(path);
    }
    None
}

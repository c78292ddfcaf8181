//! Environments that an Alertmanager cannot tell apart.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::rules::book::Book;
use crate::spec::model::Environment;

/// Says of environments whose alerts an Alertmanager would take for each other's, that one's
/// hide the other's: nothing where no alert inhibits another.
pub fn alike(environments: &[Environment], books: &[Book]) -> Option<Diagnostic> {
    let labels = |it: &Book| {
        let mut labels = it.external_labels.clone();
        labels.retain(|it| !it.1.is_empty());
        labels.sort();
        labels
    };
    let all: Vec<_> = books.iter().map(|it| (it, labels(it))).collect();
    let (first, same) = all.iter().enumerate().find_map(|(idx, (book, labels))| {
        let same = all[idx + 1..].iter().filter(|it| it.1 == *labels);
        let same: Vec<&Book> = same.map(|it| it.0).collect();
        let hides = |it: &Book| !it.inhibitions.is_empty();
        let any = hides(book) || same.iter().any(|it| hides(it));
        (!same.is_empty() && any).then_some((*book, same))
    })?;
    let span = |book: &Book| environments.iter().find(|it| *it.name == *book.env)?.span;
    let names = [first].into_iter().chain(same.iter().copied()).map(|it| &*it.env);
    let title = format!(
        "alerts of {} hide each other's in one Alertmanager",
        suggest::list(names, 10)
    );
    let mut said = Diagnostic::warning("environments-alike", title);
    for it in &same {
        said = match (span(it), said.labels.is_empty()) {
            (None, _) => said,
            (Some(span), true) => {
                let labels = match first.external_labels.is_empty() {
                    true => "no external labels, as",
                    false => "the same external labels as",
                };
                said.at(span, format!("has {labels} `{}`", first.env))
            }
            (Some(span), false) => said.context(span, "so has this one"),
        };
    }
    if let Some(span) = span(first) {
        said = said.context(span, "the first of them");
    }
    let last = same.last().map_or(&first.env, |it| &it.env);
    Some(
        said.help(format!(
            "give each its own, such as `external_labels = {{ cluster = \"{last}\" }}`; with an \
             Alertmanager each, set `environments-alike = \"off\"` under `[lints]`"
        )),
    )
}

//! What is said of `[[inhibit]]`, once for all environments.

use std::collections::BTreeSet;

use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::resolve::inhibit::between::{Outcome, Outcomes};
use crate::resolve::inhibit::carried;
use crate::resolve::inhibit::select::named;
use crate::rules::book::{Book, Inhibit};

/// So many alerts are named in one message.
const MAX_NAMED: usize = 3;

/// Says what is wrong; `all`: whether these are all environments, so that what holds in none
/// of them never does.
pub(super) fn say(outcomes: Outcomes, books: &[&Book], all: bool, sink: &mut Sink) {
    let mut names: Option<BTreeSet<&str>> = None;
    for outcome in outcomes.into_values() {
        let Outcome { inhibit, found, .. } = &outcome;
        for (text, _) in
            [&inhibit.source, &inhibit.target].into_iter().zip(found).filter(|it| !it.1)
        {
            if all {
                sink.push(no_alert(text, names.get_or_insert_with(|| alerts(books))));
            }
        }
        if *found == [true, true] {
            of_alerts(&outcome, all).into_iter().for_each(|it| sink.push(it));
        }
    }
}

fn alerts<'b>(books: &[&'b Book]) -> BTreeSet<&'b str> {
    books.iter().flat_map(|it| carried::alerts(it)).map(|it| it.1.name.as_str()).collect()
}

/// What is said where both sides have alerts.
fn of_alerts(outcome: &Outcome, all: bool) -> Vec<Diagnostic> {
    let Outcome { inhibit, hidden, unknown, apart, open, .. } = outcome;
    let level = if all { Level::Error } else { Level::Warning };
    let missed = |it: &BTreeSet<String>| -> BTreeSet<String> {
        it.difference(hidden).cloned().collect()
    };
    let (unknown, apart) = (missed(unknown), missed(apart));
    let nothing = hidden.is_empty() && unknown.is_empty();
    let mut out = Vec::new();
    if nothing && let Some((label, sides)) = &outcome.never {
        out.push(never_equal(label, *sides, inhibit));
    } else if nothing && !apart.is_empty() {
        out.push(unknown_equal(inhibit, &apart));
    } else if nothing && outcome.is_itself {
        // Elsewhere it may be another.
        out.extend(all.then(|| inhibits_itself(inhibit)));
    } else if nothing && all && !outcome.together {
        out.push(nowhere(inhibit));
    }
    out.iter_mut().for_each(|it| it.level = level);
    if !unknown.is_empty() {
        out.push(unknown_labels(inhibit, &unknown, open));
    }
    if !nothing && !apart.is_empty() {
        out.push(left_alone(inhibit, &apart));
    }
    out
}

fn list(names: &BTreeSet<String>) -> String {
    suggest::list(names.iter().map(String::as_str), MAX_NAMED)
}

fn no_alert(text: &Text, names: &BTreeSet<&str>) -> Diagnostic {
    let all = || text.as_str().len();
    match named(text).filter(|it| !names.contains(&**it)) {
        Some(name) => {
            let title = format!("there is no alert `{name}`");
            let error = Diagnostic::error("unknown-alert", title).within(
                text,
                0,
                all(),
                "no environment has it",
            );
            match suggest::nearest(&name, names.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help("write the name of an alert, as Prometheus sees it"),
            }
        }
        None => Diagnostic::error("unknown-alert", format!("`{text}` selects no alert"))
            .within(text, 0, all(), "in no environment")
            .help("labels are those that the rules set, those of their results, and external ones"),
    }
}

fn nowhere(inhibit: &Inhibit) -> Diagnostic {
    let Inhibit { source, target, .. } = inhibit;
    let title = format!("no environment has both `{source}` and `{target}`");
    Diagnostic::error("unknown-alert", title)
        .within(target, 0, target.as_str().len(), "not where the source is")
        .context(source.span(), "the source")
        .help("an Alertmanager sees alerts of one environment: take the inhibition out")
}

fn inhibits_itself(inhibit: &Inhibit) -> Diagnostic {
    let title = "an alert would inhibit itself";
    let Inhibit { source, target, .. } = inhibit;
    Diagnostic::error("inhibits-itself", title)
        .within(target, 0, target.as_str().len(), "all of these are sources too")
        .context(source.span(), "the sources")
        .help("name another target, or narrow one of the two: `{severity=\"warning\"}`")
}

fn never_equal(label: &Text, sides: [bool; 2], inhibit: &Inhibit) -> Diagnostic {
    let (source, target) = (&inhibit.source, &inhibit.target);
    let (why, note) = match sides {
        [false, false] => (
            "neither source nor target has it".to_owned(),
            "a label that both lack is equal: it would not restrict anything",
        ),
        [false, true] => (
            format!("`{source}` cannot have it"),
            "the inhibition would never hold for a target that has it",
        ),
        [true, false] => (
            format!("`{target}` cannot have it"),
            "the inhibition would never hold for a source that has it",
        ),
        [true, true] => (
            "it never has the same value in both".to_owned(),
            "the inhibition would never hold",
        ),
    };
    Diagnostic::error("inhibit-labels", format!("`{label}` cannot be equal"))
        .at(label.span(), why)
        .note(note)
        .help("name labels that both have, or leave `equal` out to have them inferred")
}

fn unknown_labels(
    inhibit: &Inhibit,
    targets: &BTreeSet<String>,
    open: &BTreeSet<String>,
) -> Diagnostic {
    let title = format!("`{}` does not inhibit {}", inhibit.source, list(targets));
    let text = &inhibit.target;
    let label = format!("which labels {} has is not known", list(open));
    Diagnostic::warning("inhibit-labels", title)
        .within(text, 0, text.as_str().len(), label)
        .context(inhibit.source.span(), "the source")
        .note("an inhibition without them would hide what else is wrong elsewhere")
        .help(
            "name the labels that are to be the same, `equal = [\"instance\"]`, or those of \
             the alert, `per = [\"instance\"]`, or write a test with its series",
        )
}

fn unknown_equal(inhibit: &Inhibit, names: &BTreeSet<String>) -> Diagnostic {
    let Inhibit { source, target, .. } = inhibit;
    let title = format!("no label is known that `{source}` and `{target}` share");
    Diagnostic::error("inhibit-labels", title)
        .within(target, 0, target.as_str().len(), format!("selects {}", list(names)))
        .context(source.span(), "the source")
        .help("say which labels are to be equal: `equal = [\"…\"]`, `[]` for none")
}

/// Of many targets those are meant that have to do with the source: which others there are
/// is worth knowing.
fn left_alone(inhibit: &Inhibit, names: &BTreeSet<String>) -> Diagnostic {
    let Inhibit { source, target, .. } = inhibit;
    let title = format!("`{source}` does not inhibit {}", list(names));
    let it = Diagnostic::warning("inhibit-labels", title)
        .within(target, 0, target.as_str().len(), "selected here too")
        .context(source.span(), "the source")
        .note("they have no label with a value that a source can have too")
        .help(
            "say which labels are to be equal, `equal = [\"…\"]`, or narrow the target",
        );
    Diagnostic { level: Level::Note, ..it }
}

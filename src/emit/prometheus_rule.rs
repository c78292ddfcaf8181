//! `prometheus-rules/<file>.yaml`: one PrometheusRule per alerts file, or several when
//! one would be larger than what can be applied.

use std::io::{self, Write};

use serde::Serialize;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::claim::Claim;
use crate::emit::object::{Map, labels, object};
use crate::emit::{self, Draft, Emit, Target, name, operator_size, yaml};
use crate::rulefile::write::{self, Group, Groups};
use crate::rules::book::Book;
use crate::rules::group::{self as rules, Pair, Rule};

/// PrometheusRule objects.
pub const TARGET: Target = Target {
    name: "prometheus-rule",
    summary: "PrometheusRule objects for the Prometheus Operator",
    default: true,
    place: "prometheus-rules/",
    claims,
    faults,
    emit: Emit::Alone(emit),
};

/// What `kubectl apply` can store of an object: the annotation with its last version may
/// have 256 KiB.
const MAX_OBJECT: usize = 256 << 10;

/// What the operator takes: half of what a ConfigMap holds
/// (`MaxConfigMapDataSize` in `pkg/operator/rules.go`).
const MAX_RULES: usize = 512 << 10;

/// What is never too much, in [`most_in`] and [`most_applied`]: the operator's text is at most
/// 2.7 times as long, as ten letters `\U0001F600` are for the four bytes of a character.
const NEVER_TOO_MUCH: usize = MAX_RULES / 3;

/// What the frame around the groups needs, names among it.
const FRAME: usize = 4 << 10;

const KIND: &str = "PrometheusRule";

/// The groups of a file, and the names of its own file and first object.
type Named<'a> = ((&'a str, Vec<&'a rules::Group>), (String, String));

fn named(book: &Book) -> Vec<Named<'_>> {
    let files = emit::files(book);
    let paths: Vec<&str> = files.iter().map(|it| it.0).collect();
    let named = |stem: String| {
        let object = name::of_object(book, &stem);
        (stem, object)
    };
    let names = name::of_files(&paths).into_iter().map(named);
    files.into_iter().zip(names).collect()
}

/// Only of first objects: in no other name is a point, so that further ones come to the
/// same where these do.
fn claims(book: &Book) -> Vec<Claim> {
    let claim = |((file, groups), (_, name)): Named<'_>| Claim {
        kind: KIND,
        name,
        of: format!("`{file}`"),
        place: groups.first().map(|it| it.span),
    };
    named(book).into_iter().map(claim).collect()
}

fn emit(book: &Book, sink: &mut Sink) -> Vec<Artifact> {
    let files = named(book);
    let frame = FRAME + metadata_size(book);
    let written = emit::map(&files, |((file, groups), (stem, name))| {
        let artifact = |(idx, groups): (usize, Vec<Group>)| {
            let name = match idx {
                0 => name.clone(),
                // No other name has a point.
                idx => name::cut(&format!("{name}.{}", idx + 1), name::OBJECT),
            };
            let object = object(book, KIND, name, Groups { groups });
            let text = yaml::print(&yaml::made_from(file), &object);
            Artifact::new(path(stem, idx + 1), text, Kind::Resource)
        };
        let whole = artifact((0, groups.iter().map(|it| write::group(it)).collect()));
        // Mostly it is far from being too much: to count exactly is a fifth of the work.
        if frame + most_in(&whole.text) <= NEVER_TOO_MUCH {
            return (vec![whole], Vec::new());
        }
        let (parts, large) = divided(groups, frame);
        let artifacts = match parts.len() {
            1 => vec![whole],
            _ => parts.into_iter().enumerate().map(artifact).collect(),
        };
        (artifacts, large)
    });
    let mut out = Vec::new();
    for (artifacts, large) in written {
        out.extend(artifacts);
        sink.extend(large);
    }
    out
}

/// The groups of a file, by the objects that they fit into, and what is wrong with those
/// that are too large.
fn divided<'a>(
    groups: &[&'a rules::Group],
    frame: usize,
) -> (Vec<Vec<Group<'a>>>, Vec<Diagnostic>) {
    let mut large = Vec::new();
    let mut parts = vec![Vec::new()];
    // What kubectl counts of an object, and what the operator does.
    let (mut size, mut n_rules) = (frame, 0);
    for group in groups {
        let written = write::group(group);
        let n_bytes = applied_size(&written);
        let n_of_group = operator_size::of(group);
        large.extend(fault(group, n_bytes, frame));
        let is_full = MAX_OBJECT < size + n_bytes || MAX_RULES < n_rules + n_of_group;
        if is_full && parts.last().is_some_and(|it| !it.is_empty()) {
            parts.push(Vec::new());
            (size, n_rules) = (frame, 0);
        }
        size += n_bytes;
        n_rules += n_of_group;
        parts.last_mut().expect("it begins with one").push(written);
    }
    (parts, large)
}

fn faults(draft: &Draft<'_>, sink: &mut Sink) {
    let book = draft.book;
    let frame = FRAME + metadata_size(book);
    let found = emit::map(&emit::files(book), |(_, groups)| {
        let most: usize = groups.iter().map(|it| most_applied(it)).sum();
        let all_fit = frame + most <= MAX_OBJECT;
        let fault = |group: &&rules::Group| {
            let n_bytes = if all_fit { 0 } else { applied_size(&write::group(group)) };
            fault(group, n_bytes, frame)
        };
        groups.iter().filter_map(fault).collect::<Vec<_>>()
    });
    sink.extend(found.into_iter().flatten());
}

/// What is wrong with a group that needs so much of that annotation.
fn fault(group: &rules::Group, n_applied: usize, frame: usize) -> Option<Diagnostic> {
    let is_refused =
        || NEVER_TOO_MUCH < most_applied(group) && MAX_RULES < operator_size::of(group);
    let is_large = MAX_OBJECT < frame + n_applied || is_refused();
    is_large.then(|| too_large(group, n_applied))
}

/// The path of the object, counted from 1, with the rules of a file.
pub fn path(stem: &str, number: usize) -> String {
    match number {
        1 => format!("prometheus-rules/{stem}.yaml"),
        _ => format!("prometheus-rules/{stem}.{number}.yaml"),
    }
}

/// A group that does not fit into one object: an error where the operator refuses it.
fn too_large(of: &rules::Group, n_applied: usize) -> Diagnostic {
    let n_bytes = operator_size::of(of);
    let name = &of.name;
    let diagnostic = match MAX_RULES < n_bytes {
        true => Diagnostic::error(
            "group-too-large",
            format!("group `{name}` is too large for the Prometheus Operator"),
        )
        .note("the operator takes 512 KiB of rules in one object"),
        false => Diagnostic::warning(
            "group-too-large",
            format!("group `{name}` is too large for a client-side `kubectl apply`"),
        )
        .note("which keeps at most 256 KiB of an object in an annotation of it"),
    };
    let n_kib = match MAX_RULES < n_bytes {
        true => n_bytes >> 10,
        false => n_applied >> 10,
    };
    // One text may be all of it.
    match longest(of).filter(|it| MAX_OBJECT / 2 < it.as_str().len()) {
        Some(text) => diagnostic
            .at(text.span(), format!("{} KiB of {n_kib} KiB", text.as_str().len() >> 10))
            .help("write a shorter text"),
        None => {
            let help = match MAX_RULES < n_bytes {
                true => "divide it: `group = \"…\"` puts a rule into another",
                false => {
                    "divide it: `group = \"…\"` puts a rule into another; or apply with \
                     `--server-side`"
                }
            };
            diagnostic.at(of.span, format!("{n_kib} KiB in one object")).help(help)
        }
    }
}

/// The longest text in a group.
fn longest(group: &rules::Group) -> Option<&Text> {
    let mut out: Option<&Text> = None;
    for text in group.rules.iter().flat_map(texts) {
        if out.is_none_or(|it| it.as_str().len() < text.as_str().len()) {
            out = Some(text);
        }
    }
    out
}

/// All texts of a rule that may be long.
fn texts(rule: &Rule) -> impl Iterator<Item = &Text> {
    let (name, expr, labels, annotations): (_, _, &[Pair], &[Pair]) = match rule {
        Rule::Record(it) => (&it.name, &it.expr, &it.labels, &[]),
        Rule::Alert(it) => (&it.name, &it.expr, &it.labels, &it.annotations),
    };
    let pairs = labels.iter().chain(annotations).flat_map(|it| [&it.name, &it.value]);
    pairs.chain([name, &expr.text])
}

/// What stands in that annotation around the texts of a group or a rule, durations
/// included; around each text are four bytes.
const AROUND: usize = 256;

/// At least as much as [`applied_size`] counts of a group.
pub(super) fn most_applied(group: &rules::Group) -> usize {
    let of_text = |text: &str| most_in(text) + 4;
    let pairs = group.labels.iter().flat_map(|it| [&it.name, &it.value]);
    let own = pairs.chain(group.rules.iter().flat_map(texts));
    let n_bytes: usize = own.map(|it| of_text(it.as_str())).sum();
    n_bytes + of_text(&group.name) + AROUND * (group.rules.len() + 1)
}

/// At least as many bytes as a text needs in that annotation, its quotes left out. Of a
/// printed document, as all of it does: each end of a line counts six, and around a text stand
/// six at most.
pub(super) fn most_in(text: &str) -> usize {
    // Control characters, and the separators of lines, begin with `E2`.
    let odd = |it: &u8| {
        *it < b' ' || matches!(it, b'"' | b'\\' | b'<' | b'>' | b'&' | 0x7f | 0xe2)
    };
    // As many as a byte can count: so it is done for many at once.
    let n_odd = |it: &[u8]| it.iter().map(|it| u8::from(odd(it))).sum::<u8>();
    let n_odd: usize = text.as_bytes().chunks(255).map(|it| usize::from(n_odd(it))).sum();
    text.len() + 5 * n_odd
}

/// What labels and annotations need: the annotation has them as all else, and with the
/// other annotations it may have 256 KiB.
fn metadata_size(book: &Book) -> usize {
    let annotations = &book.objects.annotations;
    let beside: usize = annotations.iter().map(|it| it.0.len() + it.1.len()).sum();
    applied_size(&labels(book)) + applied_size(&Map(annotations.clone())) + beside
}

/// Size of a part of an object in that annotation: JSON in which Go's encoder writes `<`,
/// `>` and `&` as six bytes.
pub(super) fn applied_size(part: &impl Serialize) -> usize {
    let mut size = Size(0);
    // Nothing is kept, so nothing fails.
    let _ = serde_json::to_writer(&mut size, part);
    size.0
}

/// Counts what it is given.
struct Size(usize);

impl Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n_wide = bytes.iter().filter(|it| matches!(it, b'<' | b'>' | b'&')).count();
        self.0 += bytes.len() + 5 * n_wide;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

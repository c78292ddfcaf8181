//! Writes a project's rules, monitors and dashboards as files for one environment.
//!
//! Pure: a book in, texts out, the same bytes every time. A target is a file of this
//! room with a `TARGET`, and a line in [`TARGETS`]; which of them are written is
//! [`choice`]'s. Nothing here knows the spec, the lints or the file system.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diag::sink::Sink;
use crate::emit::artifact::Artifact;
use crate::emit::claim::Claim;
use crate::rules::book::Book;
use crate::rules::group::Group;

pub mod alertmanager;
pub mod alertmanager_config;
pub mod artifact;
pub mod catalogue;
pub mod choice;
pub mod claim;
pub mod definition;
pub mod grafana;
pub mod grafana_dashboard;
pub mod kustomize;
pub mod mimir;
pub mod name;
pub mod object;
mod operator_size;
pub mod own;
mod parameter;
pub mod pod_monitor;
pub mod probe;
pub mod prometheus_rule;
pub mod promtool_tests;
pub mod rule_file;
pub mod scrape;
pub mod service_monitor;
pub mod thanos;
pub mod yaml;

/// Something that is written.
#[derive(Debug)]
pub struct Target {
    /// Its name: `prometheus-rule`.
    pub name: &'static str,
    /// What it writes, in a few words.
    pub summary: &'static str,
    /// Whether it is written where the project does not say what is.
    pub default: bool,
    /// Where it writes, below the environment's folder: a folder, which ends in `/`, or a
    /// file. No other target writes there.
    pub place: &'static str,
    /// The names that it gives to objects, which nobody else may give.
    pub claims: fn(&Book) -> Vec<Claim>,
    /// Says what is wrong with what it would write, without writing more than that needs.
    pub faults: fn(&Draft<'_>, &mut Sink),
    /// How it is written.
    pub emit: Emit,
}

/// How a target is written.
#[derive(Clone, Copy, Debug)]
pub enum Emit {
    /// From the book alone.
    Alone(fn(&Book, &mut Sink) -> Vec<Artifact>),
    /// It refers to what the targets before it wrote, or is made of it.
    After(fn(&Book, &[Artifact], &mut Sink) -> Vec<Artifact>),
}

/// What is going to be written for an environment.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// The environment's.
    pub book: &'a Book,
    /// The targets.
    pub targets: &'a [&'static Target],
    /// The dashboards, as they are written.
    pub dashboards: &'a [Artifact],
}

/// Of a target that cannot fail.
fn faultless(_: &Draft<'_>, _: &mut Sink) {}

/// All targets. Those that refer to others stand after them.
pub const TARGETS: &[&Target] = &[
    &prometheus_rule::TARGET,
    &service_monitor::TARGET,
    &pod_monitor::TARGET,
    &probe::TARGET,
    &grafana::TARGET,
    &grafana_dashboard::TARGET,
    &rule_file::TARGET,
    &alertmanager::TARGET,
    &alertmanager_config::TARGET,
    &mimir::TARGET,
    &thanos::TARGET,
    &catalogue::TARGET,
    &promtool_tests::TARGET,
    &kustomize::TARGET,
];

impl Target {
    /// Writes it; `before` is what the targets before it wrote.
    pub fn write(
        &self,
        book: &Book,
        before: &[Artifact],
        sink: &mut Sink,
    ) -> Vec<Artifact> {
        match self.emit {
            Emit::Alone(emit) => emit(book, sink),
            Emit::After(emit) => emit(book, before, sink),
        }
    }

    /// Whether a file at a path would be in the way of what it writes, where the system
    /// tells no case apart, too.
    fn is_crossed(&self, path: &str) -> bool {
        let (path, place) = (path.to_lowercase(), self.place.to_lowercase());
        let folder = |it: &str| format!("{}/", it.trim_end_matches('/'));
        folder(&path).starts_with(&folder(&place)) || place.starts_with(&folder(&path))
    }

    /// Whether a path below the environment's folder is in its place.
    pub fn owns(&self, path: &str) -> bool {
        match self.place.ends_with('/') {
            true => path.starts_with(self.place),
            false => path == self.place,
        }
    }
}

/// The targets that are written where the project does not say what is.
pub fn defaults() -> Vec<&'static Target> {
    TARGETS.iter().copied().filter(|it| it.default).collect()
}

/// Writes a book with these targets; the files are in the order of the targets.
pub fn emit(book: &Book, targets: &[&Target], sink: &mut Sink) -> Vec<Artifact> {
    emit_only(book, targets, |_| true, sink)
}

/// The same for some of the targets: the others write only what these refer to, and what is
/// wrong with theirs is not said.
pub fn emit_only(
    book: &Book,
    targets: &[&Target],
    wants: impl Fn(&Target) -> bool,
    sink: &mut Sink,
) -> Vec<Artifact> {
    // One may spend its time on one core while the next uses the others.
    let alone: Vec<Option<(Vec<Artifact>, Sink)>> = map(targets, |it| match it.emit {
        Emit::Alone(emit) => {
            let mut sink = Sink::new();
            Some((emit(book, &mut sink), sink))
        }
        Emit::After(_) => None,
    });
    let mut out = Vec::new();
    for (target, done) in targets.iter().zip(alone) {
        let (files, said) = done.unwrap_or_else(|| {
            let mut sink = Sink::new();
            (target.write(book, &out, &mut sink), sink)
        });
        out.extend(files);
        if wants(target) {
            said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
        }
    }
    out.retain(|it| !targets.iter().any(|of| of.owns(&it.path) && !wants(of)));
    out
}

/// Says what is wrong with what these targets would write.
pub fn check(draft: &Draft<'_>, sink: &mut Sink) {
    for target in draft.targets {
        (target.faults)(draft, sink);
    }
}

/// The groups of a book by the file they belong to, in the order of the files.
fn files(book: &Book) -> Vec<(&str, Vec<&Group>)> {
    let mut out: Vec<(&str, Vec<&Group>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for group in book.groups.iter().filter(|it| !it.rules.is_empty()) {
        let idx = *places.entry(&group.file).or_insert(out.len());
        match out.get_mut(idx) {
            Some((_, groups)) => groups.push(group),
            None => out.push((&group.file, vec![group])),
        }
    }
    out
}

/// Applies a function to all items on all cores; the results keep the order.
fn map<T: Sync, R: Send>(items: &[T], f: impl Fn(&T) -> R + Send + Sync) -> Vec<R> {
    items.par_iter().map(f).collect()
}

#[cfg(test)]
mod tests;

//! Labels that legends and tables name, where the queries tell which there are.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::variable;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::promql::infer::{LabelFacts, Presence};
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::Parsed;
use crate::resolve::known::Known;
use crate::rules::dashboard::{Query, ref_id};
use crate::spec::look::Column;
use crate::spec::panel::Panel;

/// What the series of each query carry; `None` where anything is possible.
pub(super) struct Carried(Vec<Option<LabelFacts>>);

impl Carried {
    /// That of queries, some of which cannot be parsed.
    pub(super) fn of(
        queries: &[Query],
        parsed: &[Option<Parsed>],
        records: &Known<'_>,
    ) -> Carried {
        let of = |(query, parsed): (&Query, &Option<Parsed>)| {
            let uses = variable::uses(query.expr.as_str());
            // A variable may name the labels.
            if !uses.iter().all(|it| it.quoted || it.is_builtin()) {
                return None;
            }
            let facts = records.labels(&parsed.as_ref()?.expr);
            facts.closed.then_some(facts)
        };
        Carried(queries.iter().zip(parsed).map(of).collect())
    }

    /// Says which labels the legends of a panel name in vain.
    pub(super) fn check_legends(&self, panel: &Panel, sink: &mut Sink) {
        let own = panel.queries.iter().zip(&self.0);
        for (query, facts) in own {
            if let (Some(legend), Some(facts)) = (&query.legend, facts) {
                said(legend, std::slice::from_ref(&facts), sink);
            }
        }
        let Some(legend) = panel.legend.as_ref().filter(|_| !self.0.is_empty()) else {
            return;
        };
        let inherits =
            |idx: usize| panel.queries.get(idx).is_none_or(|it| it.legend.is_none());
        let all =
            self.0.iter().enumerate().filter(|it| inherits(it.0)).map(|it| it.1.as_ref());
        // Some query may have what others lack.
        if let Some(all) = all.collect::<Option<Vec<&LabelFacts>>>() {
            said(legend, &all, sink);
        }
    }

    /// Says which columns of a table are not there.
    pub(super) fn check_columns(
        &self,
        panel: &Panel,
        queries: &[Query],
        sink: &mut Sink,
    ) {
        if queries.is_empty() {
            return;
        }
        same_columns(panel, queries, sink);
        let all = self.0.iter().map(Option::as_ref);
        let all = all.collect::<Option<Vec<&LabelFacts>>>();
        let is_open = all.is_none();
        let mut known: BTreeSet<&str> =
            all.iter().flatten().flat_map(|it| names(it)).collect();
        let called = queries.iter().filter_map(|it| it.legend.as_deref());
        known.extend(called.filter(|it| !it.contains("{{")));
        known.extend(["Time", METRIC_NAME]);
        let values: Vec<String> = match queries.len() {
            1 => vec!["Value".to_owned()],
            n => (0..n).map(|idx| format!("Value #{}", ref_id(idx))).collect(),
        };
        known.extend(values.iter().map(String::as_str));
        // Where anything may be a label, values have their names all the same.
        let is_known = |it: &str| {
            let is_value = it == "Value" || it.starts_with("Value #");
            known.contains(it) || is_open && !is_value
        };
        let said = |name: &Text, from: usize| {
            let word = &name.as_str()[from..];
            let title = format!("the table has no column `{word}`");
            let near = suggest::nearest(word, known.iter().copied());
            let label = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "neither a label of its queries nor a value".to_owned(),
            };
            let end = name.as_str().len();
            let out = Diagnostic::warning("unknown-label", title);
            let out = out.within(name, from, end, label);
            match near {
                Some(_) => out,
                None => out.help(format!(
                    "its columns are {}",
                    suggest::list(known.iter().copied(), 20)
                )),
            }
        };
        // What is hidden may be missing.
        let shown = panel.look.columns.iter().filter(|it| !it.hide);
        let missing = shown.clone().filter(|it| !is_known(it.name.as_str()));
        missing.for_each(|it| sink.push_once(said(&it.name, 0)));
        let Some(sort) = &panel.look.sort else { return };
        let from = usize::from(sort.as_str().starts_with('-'));
        let word = &sort.as_str()[from..];
        let titled =
            |it: &Column| it.title.as_ref().is_some_and(|it| it.as_str() == word);
        let named = |it: &Column| it.name.as_str() == word;
        if !is_known(word) && !panel.look.columns.iter().any(|it| titled(it) || named(it))
        {
            sink.push_once(said(sort, from));
        }
    }
}

/// Says which values of a table have one name.
fn same_columns(panel: &Panel, queries: &[Query], sink: &mut Sink) {
    let mut seen: BTreeMap<&str, &Text> = BTreeMap::new();
    for (idx, query) in queries.iter().enumerate() {
        let own = panel.queries.get(idx).and_then(|it| it.legend.as_ref());
        let Some(place) = own.or(panel.legend.as_ref()) else { continue };
        let Some(name) = query.legend.as_deref().filter(|it| !it.contains("{{")) else {
            continue;
        };
        let first = match seen.entry(name) {
            Entry::Occupied(it) => *it.get(),
            Entry::Vacant(it) => {
                it.insert(place);
                continue;
            }
        };
        let title = format!("two values of the table are called `{name}`");
        let out = Diagnostic::warning("duplicate-column", title);
        let out = match first.span() == place.span() {
            true => out.at(place.span(), "the name of each"),
            false => out
                .at(place.span(), "also the name of another")
                .context(first.span(), "the first is here"),
        };
        sink.push_once(out.help("give each query a `legend` of its own"));
    }
}

fn names(facts: &LabelFacts) -> impl Iterator<Item = &str> {
    let known = facts.known.iter().filter(|it| it.1.presence != Presence::Never);
    known.map(|it| &**it.0).filter(|it| *it != METRIC_NAME)
}

/// Says which labels of a legend none of the queries has.
fn said(legend: &Text, all: &[&LabelFacts], sink: &mut Sink) {
    let text = legend.as_str();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|it| at + it + 2) {
        let Some(end) = text[start..].find("}}").map(|it| start + it) else { return };
        at = end + 2;
        let inner = &text[start..end];
        let label = inner.trim();
        if label.is_empty()
            || label.contains('$')
            || all.iter().any(|it| it.can_carry(label))
        {
            continue;
        }
        let from = start + (inner.len() - inner.trim_start().len());
        let title = format!("no series has a label `{label}` here");
        let known: BTreeSet<&str> = all.iter().flat_map(|it| names(it)).collect();
        let near = suggest::nearest(label, known.iter().copied());
        let what = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "would stay empty".to_owned(),
        };
        let out = Diagnostic::warning("unknown-label", title);
        let out = out.within(legend, from, from + label.len(), what);
        let known = known.into_iter();
        sink.push_once(match (near, known.len()) {
            (Some(_), _) => out,
            (None, 0) => {
                out.help("the query has one series without labels: write its name")
            }
            (None, n) => {
                out.help(format!("its labels are {}", suggest::list(known, n.min(20))))
            }
        });
    }
}

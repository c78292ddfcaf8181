//! Which labels the metrics have that rules record.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::lint::context::Site;
use crate::promql::infer::{self, Fact, LabelFacts};
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::rules::group::{Group, Record, Rule};

/// Chains of records are followed this far.
const MAX_DEPTH: usize = 64;

/// Labels that recorded series have where they come through another server.
pub(super) enum Outside<'a> {
    /// These.
    Labels(Vec<&'a str>),
    /// Any: nobody said where rules run, and what they read may be federated.
    Unknown,
}

/// What is known of the labels of recorded metrics, by their names.
pub(super) fn facts<'a>(
    records: &HashMap<&'a str, Vec<Site<'a>>>,
    outside: &Outside<'_>,
) -> HashMap<&'a str, LabelFacts> {
    let done: RefCell<HashMap<&str, LabelFacts>> = RefCell::default();
    fn of<'a>(
        name: &str,
        records: &HashMap<&'a str, Vec<Site<'a>>>,
        outside: &Outside<'_>,
        done: &RefCell<HashMap<&'a str, LabelFacts>>,
        depth: usize,
    ) -> Option<LabelFacts> {
        let (name, sites) = records.get_key_value(name)?;
        if let Some(known) = done.borrow().get(name) {
            return Some(known.clone());
        }
        if MAX_DEPTH < depth {
            return None;
        }
        // Who asks for itself, or too far, learns nothing.
        done.borrow_mut().insert(name, LabelFacts::open());
        let recorded = |it: &str| of(it, records, outside, done, depth + 1);
        let mut all: Option<LabelFacts> = None;
        for site in sites {
            let Rule::Record(record) = site.rule else { continue };
            let own = results(record, site.group, &recorded);
            all = Some(match all {
                None => own,
                Some(all) => all.or(&own),
            });
        }
        let mut all = all.unwrap_or_else(LabelFacts::open);
        match outside {
            Outside::Unknown => all.closed = false,
            Outside::Labels(names) => {
                let maybe = |it: &&&str| !all.can_carry(it);
                let more: Vec<Symbol> =
                    names.iter().filter(maybe).map(|it| Symbol::from(*it)).collect();
                more.iter().for_each(|it| all.set(it, Fact::UNKNOWN));
            }
        }
        done.borrow_mut().insert(name, all.clone());
        Some(all)
    }
    // In an order of their own, since circles are cut where they are entered.
    let mut names: Vec<&str> = records.keys().copied().collect();
    names.sort_unstable();
    for name in names {
        of(name, records, outside, &done, 0);
    }
    done.into_inner()
}

fn results(
    record: &Record,
    group: &Group,
    recorded: &dyn Fn(&str) -> Option<LabelFacts>,
) -> LabelFacts {
    let mut facts = infer::labels_with(&record.expr.parsed.expr, recorded);
    for it in group.labels.iter().chain(&record.labels) {
        let value = Symbol::from(it.value.as_str());
        facts.set(&Symbol::from(it.name.as_str()), Fact::one_of([value]));
    }
    let name = Symbol::from(record.name.as_str());
    facts.set(&Symbol::from(METRIC_NAME), Fact::one_of([name]));
    facts
}

//! Which labels recorded series have.

use std::collections::HashMap;

use crate::promql::infer::{self, Fact, LabelFacts};
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::promql::syntax::ast::Expr;
use crate::rules::book::Book;
use crate::rules::group::{Group, Pair, Record, Rule};

/// Records of records of records: what is not known after so many rounds stays unknown.
const ROUNDS: usize = 8;

/// What is known of the labels of recorded series, by the names of their metrics.
#[derive(Clone, Debug, Default)]
pub(super) struct Records<'a>(HashMap<&'a str, LabelFacts>);

impl<'a> Records<'a> {
    /// What the records of a book tell; `series` knows of other metrics.
    pub(super) fn new(
        book: &'a Book,
        series: &dyn Fn(&str) -> Option<LabelFacts>,
    ) -> Records<'a> {
        let all = book.groups.iter();
        let all = all.flat_map(|group| group.rules.iter().map(move |it| (it, group)));
        let records: Vec<(&Record, &Group)> = all
            .filter_map(|(rule, group)| match rule {
                Rule::Record(it) => Some((it, group)),
                Rule::Alert(_) => None,
            })
            .collect();
        let mut out = Records::default();
        for _ in 0..ROUNDS {
            let next = out.round(&records, series);
            let is_settled = next == out.0;
            out.0 = next;
            if is_settled {
                break;
            }
        }
        out
    }

    /// What holds of records, given what is known already: it holds for any data, so the
    /// next round's does too.
    fn round(
        &self,
        records: &[(&'a Record, &Group)],
        series: &dyn Fn(&str) -> Option<LabelFacts>,
    ) -> HashMap<&'a str, LabelFacts> {
        let mut out: HashMap<&str, LabelFacts> = HashMap::new();
        let metric = |name: &str| self.get(name).cloned().or_else(|| series(name));
        for (record, group) in records {
            let mut facts = infer::labels_with(&record.expr.parsed.expr, &metric);
            set(&mut facts, &group.labels);
            set(&mut facts, &record.labels);
            facts.set(&Symbol::from(METRIC_NAME), Fact::ALWAYS);
            let name = record.name.as_str();
            let facts = match out.get(name) {
                Some(other) => other.or(&facts),
                None => facts,
            };
            out.insert(name, facts);
        }
        out
    }

    /// What is known of a recorded metric.
    pub(super) fn get(&self, name: &str) -> Option<&LabelFacts> {
        self.0.get(name)
    }

    /// What is known of the results of an expression.
    pub(super) fn labels(&self, expr: &Expr) -> LabelFacts {
        infer::labels_with(expr, &|name| self.get(name).cloned())
    }
}

/// Puts what rules set over what their results have.
pub(super) fn set(facts: &mut LabelFacts, labels: &[Pair]) {
    for it in labels {
        let value = it.value.as_str();
        // What a template gives is not known.
        let fact = match value.contains("{{") {
            true => Fact::UNKNOWN,
            false => Fact::one_of([Symbol::from(value)]),
        };
        facts.set(&Symbol::from(it.name.as_str()), fact);
    }
}

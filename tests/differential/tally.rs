//! What a run has seen, counted.

use std::collections::BTreeMap;

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::syntax::ast::ExprKind;

use crate::answer::Answer;
use crate::compare::Verdict;
use crate::exceptions::EXCEPTIONS;

/// The counts.
#[derive(Debug, Default)]
pub struct Tally {
    /// Answers that were compared.
    pub n_all: u64,
    /// Those with a result that is neither empty nor an error.
    pub n_full: u64,
    /// Errors.
    pub n_errors: u64,
    /// Differences that no exception covers.
    pub n_different: u64,
    excused: BTreeMap<&'static str, u64>,
    kinds: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Counts the nodes of a query by their kind.
    pub fn count_nodes(&mut self, query: &str) {
        let Ok(parsed) = check::parse(query, &Dialect::everything()) else {
            *self.kinds.entry("refused").or_default() += 1;
            return;
        };
        parsed.expr.walk(&mut |it| {
            let kind = match &it.kind {
                ExprKind::Number { .. } | ExprKind::String(_) | ExprKind::Paren(_) => {
                    return;
                }
                ExprKind::Selector(_) => "selectors",
                ExprKind::Matrix(_) => "ranges",
                ExprKind::Subquery(_) => "subqueries",
                ExprKind::Call(_) => "calls",
                ExprKind::Aggregate(_) => "aggregations",
                ExprKind::Binary(_) => "binary operations",
                ExprKind::Unary { .. } => "signs",
            };
            *self.kinds.entry(kind).or_default() += 1;
        });
    }

    /// Counts an answer.
    pub fn count(&mut self, theirs: &Answer, verdict: Verdict) {
        self.n_all += 1;
        self.n_full += u64::from(theirs.is_full());
        self.n_errors += u64::from(matches!(theirs, Answer::Error(_)));
        match verdict {
            Verdict::Equal => {}
            Verdict::Excused(name) => *self.excused.entry(name).or_default() += 1,
            Verdict::Different => self.n_different += 1,
        }
    }

    /// Prints all counts.
    pub fn print(&self) {
        let Tally { n_all, n_full, n_errors, n_different, excused, kinds } = self;
        println!(
            "{n_all} answers, {n_full} with a result, {n_errors} errors, {n_different} \
             differ"
        );
        let kinds: Vec<String> =
            kinds.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        if !kinds.is_empty() {
            println!("in them {}", kinds.join(", "));
        }
        for (name, n) in excused {
            let reason = EXCEPTIONS.iter().find(|it| it.name == *name);
            println!("{n} excused: {name} ({})", reason.map_or("", |it| it.reason));
        }
    }
}

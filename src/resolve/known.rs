//! Which labels the series of metrics have.
//!
//! Rules tell it of what they record. Of other metrics only tests can: a label is there that
//! a series of a test has, or by which a rule selects or groups, or which its templates
//! read, so that what a test leaves out is not taken for absent.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::diag::pair;
use crate::promql::functions;
use crate::promql::functions::kind::Kind;
use crate::promql::infer::{self, Fact, LabelFacts};
use crate::promql::labels::{METRIC_NAME, Symbol};
use crate::promql::syntax::ast::{AggregateOp, Expr, ExprKind};
use crate::resolve::records::records;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Group, Pair, Record, Rule};
use crate::template;
use crate::template::usage;

/// Label names of series by the name of their metric, as tests show them.
pub type Series = BTreeMap<String, BTreeSet<String>>;

/// Labels that targets have, whatever their series show: those that Prometheus and the
/// operator's monitors attach. Tests leave them out.
pub(super) const OF_TARGETS: &[&str] =
    &["container", "endpoint", "instance", "job", "namespace", "pod", "service"];

/// The one of them that tells each target from all others.
const INSTANCE: &str = "instance";

/// What is known of metrics.
#[derive(Clone, Debug)]
pub(super) struct Known<'a> {
    recorded: HashMap<&'a str, LabelFacts>,
    /// Of metrics of tests.
    shown: HashMap<&'a str, LabelFacts>,
}

impl<'a> Known<'a> {
    /// What the rules of a book tell by themselves.
    pub(super) fn of_rules(book: &'a Book) -> Known<'a> {
        Known::settled(book, HashMap::new())
    }

    /// The same of what comes through other servers, which may add the external labels.
    pub(super) fn sent(&self, book: &Book) -> Known<'a> {
        let mut known = self.clone();
        known.recorded.values_mut().for_each(|facts| {
            for (name, _) in &book.external_labels {
                if !facts.can_carry(name) {
                    facts.set(&Symbol::from(name.as_str()), Fact::UNKNOWN);
                }
            }
        });
        known
    }

    /// What its rules tell, and what tests show of metrics; `of_targets`: with all labels
    /// of targets.
    pub(super) fn with_series(
        book: &'a Book,
        series: &'a Series,
        asked: &Asked<'_>,
        of_targets: bool,
    ) -> Known<'a> {
        let targets = if of_targets { OF_TARGETS } else { &[INSTANCE] };
        let facts = |(metric, names): (&'a String, &BTreeSet<String>)| {
            let mut facts = LabelFacts::none();
            let asked = asked.get(metric.as_str()).into_iter().flatten();
            let asked = asked.map(|it| &**it);
            let names = names.iter().map(String::as_str);
            for name in names.chain(asked).chain(targets.iter().copied()) {
                facts.set(&Symbol::from(name), Fact::UNKNOWN);
            }
            facts.set(&Symbol::from(METRIC_NAME), Fact::ALWAYS);
            (metric.as_str(), facts)
        };
        Known::settled(book, series.iter().map(facts).collect())
    }

    fn settled(book: &'a Book, shown: HashMap<&'a str, LabelFacts>) -> Known<'a> {
        let mut known = Known { recorded: HashMap::new(), shown };
        let records = records(book);
        infer::until_settled(|| {
            let next = known.round(&records);
            std::mem::replace(&mut known.recorded, next) != known.recorded
        });
        known
    }

    /// What holds of records, given what is known already: it holds for any data, so the
    /// next round's does too.
    fn round(&self, records: &[(&'a Record, &Group)]) -> HashMap<&'a str, LabelFacts> {
        let mut out: HashMap<&str, LabelFacts> = HashMap::new();
        for (record, group) in records {
            let mut facts = self.labels(&record.expr.parsed.expr);
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

    /// What is known of the results of an expression.
    pub(super) fn labels(&self, expr: &Expr) -> LabelFacts {
        infer::labels_with(expr, &|name| self.metric(name).cloned())
    }

    /// What is known of a metric.
    pub(super) fn metric(&self, name: &str) -> Option<&LabelFacts> {
        self.recorded.get(name).or_else(|| self.shown.get(name))
    }

    /// What the alerts of a rule carry, `alertname` left out.
    pub(super) fn carried(&self, group: &Group, alert: &Alert) -> LabelFacts {
        let mut facts = self.labels(&alert.expr.parsed.expr);
        facts.remove(METRIC_NAME);
        set(&mut facts, &group.labels);
        set(&mut facts, &alert.labels);
        facts.remove("alertname");
        facts
    }
}

/// Puts what rules set over what their results have.
fn set(facts: &mut LabelFacts, labels: &[Pair]) {
    for it in labels {
        let value = it.value.as_str();
        let fact = match is_template(value) {
            true => Fact::UNKNOWN,
            false => Fact::value(it.value.shared()),
        };
        facts.set(&Symbol::from(it.name.as_str()), fact);
    }
}

/// Whether the value of a label is not the same for all alerts of its rule.
pub(super) fn is_template(text: &str) -> bool {
    pair::is_in(text, b"{{")
}

/// The labels that rules name, by the metric that is to have them.
pub(super) type Asked<'a> = HashMap<&'a str, BTreeSet<Cow<'a, str>>>;

/// The labels by which the rules of a book select the series of a metric, group and match
/// them, and those that their templates read. What is asked of a record, which has it from
/// its expression, is asked of the metrics of this too.
pub(super) fn asked(book: &Book) -> Asked<'_> {
    let mut out = Asked::new();
    for (group, rule) in
        book.groups.iter().flat_map(|it| it.rules.iter().map(move |rule| (it, rule)))
    {
        let (expr, read) = match rule {
            Rule::Alert(it) => (&it.expr.parsed.expr, read(group, it)),
            Rule::Record(it) => (&it.expr.parsed.expr, BTreeSet::new()),
        };
        for it in selected(expr) {
            let names = out.entry(it.metric).or_default();
            names.extend(it.names.into_iter().map(Cow::Borrowed));
            if it.reaches {
                names.extend(read.iter().cloned().map(Cow::Owned));
            }
        }
    }
    of_records(book, &mut out);
    out
}

/// Hands what is asked of records down to the metrics from which they have it.
fn of_records<'a>(book: &'a Book, out: &mut Asked<'a>) {
    let mut sources: HashMap<&str, Vec<Source<'_>>> = HashMap::new();
    for (record, group) in records(book) {
        let set: BTreeSet<&str> = record
            .labels
            .iter()
            .chain(&group.labels)
            .map(|it| it.name.as_str())
            .collect();
        let metrics = selected(&record.expr.parsed.expr);
        let metrics = metrics.into_iter().filter(|it| it.reaches).map(|it| it.metric);
        let source = Source { set, metrics: metrics.collect() };
        sources.entry(record.name.as_str()).or_default().push(source);
    }
    let mut changed: Vec<&str> = sources.keys().copied().collect();
    while let Some(record) = changed.pop() {
        let Some(names) = out.get(record).cloned() else { continue };
        for Source { set, metrics } in sources.get(record).into_iter().flatten() {
            for metric in metrics {
                let of = out.entry(metric).or_default();
                let n_before = of.len();
                of.extend(names.iter().filter(|it| !set.contains(&***it)).cloned());
                if n_before < of.len() && sources.contains_key(metric) {
                    changed.push(metric);
                }
            }
        }
    }
}

/// From which metrics a record has its labels, but for those that its rule sets.
struct Source<'a> {
    set: BTreeSet<&'a str>,
    metrics: BTreeSet<&'a str>,
}

/// A metric that an expression selects.
struct Selected<'a> {
    metric: &'a str,
    /// The labels that are asked of it.
    names: Vec<&'a str>,
    /// Whether the results have labels of these names from it.
    reaches: bool,
}

fn selected(expr: &Expr) -> Vec<Selected<'_>> {
    let mut out = Vec::new();
    expr.walk_path(&mut |node, path| {
        if let ExprKind::Selector(it) = &node.kind
            && let Some(metric) = infer::metric(it)
        {
            let own = it.matchers.iter().map(|it| &*it.name);
            let own = own.filter(|it| *it != METRIC_NAME);
            let (above, reaches) = asked_above(path);
            let names = own.chain(above).collect();
            out.push(Selected { metric, names, reaches });
        }
    });
    out
}

/// The labels of its results that the templates of an alert read.
fn read(group: &Group, alert: &Alert) -> BTreeSet<String> {
    let labels = group.labels.iter().chain(&alert.labels);
    let texts = labels.chain(&alert.annotations).map(|it| it.value.as_str());
    let parsed =
        texts.filter(|it| is_template(it)).filter_map(|it| template::parse("", it).ok());
    let read = parsed.flat_map(|it| usage::usage(&it).labels);
    // Neither is a label of results.
    read.map(|it| it.name).filter(|it| it != METRIC_NAME && it != "alertname").collect()
}

/// The labels that the expressions around a selector name, as long as they are those of its
/// series; and whether the results have the names of labels of these.
fn asked_above<'a>(path: &[&'a Expr]) -> (Vec<&'a str>, bool) {
    let mut out = Vec::new();
    for node in path.iter().rev() {
        match &node.kind {
            ExprKind::Aggregate(it) => {
                out.extend(it.grouping.iter().map(|it| &*it.text));
                if it.op == AggregateOp::CountValues {
                    return (out, false);
                }
            }
            ExprKind::Binary(it) => {
                let labels = it.matching.iter().flat_map(|it| &it.labels);
                out.extend(labels.map(|it| &*it.text));
            }
            ExprKind::Call(it) => {
                let function = functions::lookup(it.name);
                let is_other = |it: &functions::Function| {
                    it.relabels || matches!(it.kind, Kind::Info)
                };
                if function.is_some_and(is_other) {
                    return (out, false);
                }
            }
            _ => {}
        }
    }
    (out, true)
}

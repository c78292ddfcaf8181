//! What a lint sees: the rules of one server and what is known of their surroundings.
//!
//! Of rule files of others nothing but the rules is known.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::lint::recorded::{Outside, facts};
use crate::promql::dialect::Dialect;
use crate::promql::infer::{self, LabelFacts};
use crate::promql::syntax::ast::{Expr, ExprKind, TextRange};
use crate::promql::unit::{Unit, Units};
use crate::rules::allow::Allow;
use crate::rules::book::Book;
use crate::rules::group::{Alert, Expression, Group, Millis, Pair, Rule};

/// The rules of one server and what surrounds them.
#[derive(Debug)]
pub struct Context<'a> {
    /// Everything of the project in this environment; `None` for rule files of others.
    pub book: Option<&'a Book>,
    /// All environments of the project, this one among them; empty where they are not known.
    pub books: &'a [Book],
    /// The groups, in order.
    pub groups: Vec<&'a Group>,
    /// The PromQL that the server speaks.
    pub dialect: &'a Dialect,
    /// What is known of the tests of the environment, where they were read.
    pub tests: Option<&'a Tests>,
    /// Records by the metric that they record, in order.
    pub records: HashMap<&'a str, Vec<Site<'a>>>,
    /// Scrape intervals by job.
    pub scrapes: HashMap<&'a str, Millis>,
    /// What is known of the labels of recorded metrics.
    facts: HashMap<&'a str, LabelFacts>,
    /// Metrics of which a rule takes a rate, found when they are asked for.
    rated: OnceLock<HashSet<String>>,
    /// The units of what rules record, found when they are asked for.
    units: OnceLock<Units>,
}

/// What tests prove of alerts, as plain data.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    /// By the alert's rule: file and name of its group, and its place there.
    pub alerts: BTreeMap<RuleKey, Proof>,
    /// Metrics of which tests have series.
    pub metrics: HashSet<String>,
}

/// A rule: file and name of its group, and its place there.
pub type RuleKey = (Arc<str>, String, usize);

/// What tests prove of an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Whether a test expects it to fire.
    pub fires: bool,
    /// Whether a test expects it to stay silent.
    pub silent: bool,
}

/// A rule in its group.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The group.
    pub group: &'a Group,
    /// The rule.
    pub rule: &'a Rule,
    /// Its place among all rules of the server, in order.
    pub idx: usize,
}

impl<'a> Context<'a> {
    /// A project in an environment.
    pub fn of_book(book: &'a Book, tests: Option<&'a Tests>) -> Context<'a> {
        let outside: Vec<&str> =
            book.external_labels.iter().map(|it| it.0.as_str()).collect();
        let outside = Outside::Labels(outside);
        let mut out = Context::new(book.groups.iter(), &book.dialect, &outside);
        out.book = Some(book);
        out.tests = tests;
        for job in &book.jobs {
            if let Some(interval) = job.interval {
                out.scrapes.insert(&job.name, interval);
            }
        }
        for monitor in &book.monitors {
            // The longest counts: which endpoint has a series is not known.
            let own = monitor.endpoints.iter().map(|it| {
                let field = it.fields.iter().find(|it| it.0 == "interval")?.1.as_str();
                crate::promql::duration::parse_duration(field?).ok().map(Millis)
            });
            let own: Option<Vec<Millis>> = own.collect();
            if let Some(longest) = own.and_then(|it| it.into_iter().max()) {
                out.scrapes.insert(&monitor.job, longest);
            }
        }
        out
    }

    /// The same, and what the project's other environments have.
    pub fn among(mut self, books: &'a [Book]) -> Context<'a> {
        self.books = books;
        self
    }

    /// Rule files of others.
    pub fn of_files(
        groups: impl IntoIterator<Item = &'a Group>,
        dialect: &'a Dialect,
    ) -> Context<'a> {
        Context::new(groups, dialect, &Outside::Unknown)
    }

    fn new(
        groups: impl IntoIterator<Item = &'a Group>,
        dialect: &'a Dialect,
        outside: &Outside<'_>,
    ) -> Context<'a> {
        let mut out = Context {
            book: None,
            books: &[],
            groups: groups.into_iter().collect(),
            dialect,
            tests: None,
            records: HashMap::new(),
            scrapes: HashMap::new(),
            facts: HashMap::new(),
            rated: OnceLock::new(),
            units: OnceLock::new(),
        };
        let mut records: HashMap<&str, Vec<Site<'a>>> = HashMap::new();
        for site in out.sites() {
            if let Rule::Record(record) = site.rule {
                records.entry(record.name.as_str()).or_default().push(site);
            }
        }
        out.facts = facts(&records, outside);
        out.records = records;
        out
    }

    /// All rules, in order.
    pub fn sites(&self) -> impl Iterator<Item = Site<'a>> {
        let all = self.groups.iter().flat_map(|group| {
            group.rules.iter().map(|rule| Site { group, rule, idx: 0 })
        });
        all.enumerate().map(|(idx, it)| Site { idx, ..it })
    }

    /// The rules of the project's own files, or all of rule files of others, in order.
    pub fn own(&self) -> impl Iterator<Item = Site<'a>> {
        self.sites().filter(|it| !self.is_foreign(*it))
    }

    /// Whether a project takes a rule from a file of others as it is.
    pub fn is_foreign(&self, site: Site<'_>) -> bool {
        self.book.is_some() && !site.group.file.ends_with(".toml")
    }

    /// The companion of an alert whose condition was derived from the alert's own.
    pub fn derived_companion(&self, site: Site<'_>) -> Option<&'a Alert> {
        let alerts = self.sites().filter_map(|it| it.alert());
        let mut companions = alerts.filter(|it| {
            let of = it.about.as_ref().and_then(|it| it.companion_of.as_deref());
            of == Some(site.name().as_str())
        });
        // What is derived stands nowhere but where the companion is asked for.
        companions.find(|it| it.expr.text.span() == it.span)
    }

    /// The name of the environment.
    pub fn env(&self) -> Option<&'a str> {
        self.book.map(|it| &*it.env)
    }

    /// How often a group is evaluated, where that is known.
    pub fn interval(&self, group: &Group) -> Option<Millis> {
        group.interval.or(self.book.map(|it| it.interval))
    }

    /// Whether the server adds a label to what it sends, so that series may or may not have it,
    /// as they come.
    pub fn is_external(&self, label: &str) -> bool {
        let labels = self.book.map_or(&[][..], |it| &it.external_labels);
        labels.iter().any(|it| it.0 == label)
    }

    /// Whether a rule takes the rate of a metric, so that its authors know a counter by it.
    pub fn is_rated(&self, name: &str) -> bool {
        let all = self.rated.get_or_init(|| {
            let mut out = HashSet::new();
            for site in self.sites() {
                site.tree().walk(&mut |expr| out.extend(rated(expr).map(str::to_owned)));
            }
            out
        });
        all.contains(name)
    }

    /// The unit of the values of an expression.
    pub fn unit(&self, expr: &Expr) -> Unit {
        let records = || self.sites().filter(|it| it.alert().is_none());
        let units = || records().map(|it| (it.name().as_str(), it.tree()));
        self.units.get_or_init(|| Units::of_records(units())).of(expr)
    }

    /// Which labels the results of an expression can carry.
    pub fn labels(&self, expr: &Expr) -> LabelFacts {
        infer::labels_with(expr, &|name| self.facts.get(name).cloned())
    }
}

/// The metric of which a call takes the rate.
fn rated(expr: &Expr) -> Option<&str> {
    let ExprKind::Call(call) = &expr.kind else { return None };
    if !matches!(call.name, "rate" | "irate" | "increase") {
        return None;
    }
    let ExprKind::Matrix(it) = &call.args.first()?.kind else { return None };
    let ExprKind::Selector(it) = &it.selector.kind else { return None };
    it.name.as_deref()
}

impl Tests {
    /// What they prove of a rule.
    pub fn of(&self, site: Site<'_>) -> Proof {
        let proof = site.key().and_then(|it| self.alerts.get(&it));
        proof.copied().unwrap_or_default()
    }
}

impl<'a> Site<'a> {
    /// How tests call it.
    pub fn key(&self) -> Option<RuleKey> {
        let idx = self.group.rules.iter().position(|it| std::ptr::eq(it, self.rule))?;
        Some((self.group.file.clone(), self.group.name.clone(), idx))
    }

    /// The name of the alert, or the metric that is recorded.
    pub fn name(&self) -> &'a Text {
        match self.rule {
            Rule::Alert(it) => &it.name,
            Rule::Record(it) => &it.name,
        }
    }

    /// The expression.
    pub fn expr(&self) -> &'a Expression {
        self.rule.expr()
    }

    /// The tree of the expression.
    pub fn tree(&self) -> &'a Expr {
        &self.expr().parsed.expr
    }

    /// The labels that it sets itself.
    pub fn labels(&self) -> &'a [Pair] {
        match self.rule {
            Rule::Alert(it) => &it.labels,
            Rule::Record(it) => &it.labels,
        }
    }

    /// The labels that its results have from it and its group, by their names.
    pub fn given(&self) -> Vec<(&'a str, &'a str)> {
        let all = self.labels().iter().chain(&self.group.labels);
        let mut out: Vec<(&str, &str)> =
            all.map(|it| (it.name.as_str(), it.value.as_str())).collect();
        // Its own stays before the group's, which it replaces.
        out.sort_by_key(|it| it.0);
        out.dedup_by_key(|it| it.0);
        out.retain(|it| !it.1.is_empty());
        out
    }

    /// Where it is declared.
    pub fn span(&self) -> Span {
        match self.rule {
            Rule::Alert(it) => it.span,
            Rule::Record(it) => it.span,
        }
    }

    /// The alert, if it is one.
    pub fn alert(&self) -> Option<&'a Alert> {
        self.rule.as_alert()
    }

    /// Findings that are meant, about it or its group.
    pub fn allow(&self) -> impl Iterator<Item = &'a Allow> {
        let own = match self.rule {
            Rule::Alert(it) => &it.allow,
            Rule::Record(it) => &it.allow,
        };
        own.iter().chain(&self.group.allow)
    }

    /// What stands at a place of the expression.
    pub fn written(&self, at: TextRange) -> &'a str {
        &self.expr().text.as_str()[at.bytes()]
    }

    /// Puts a finding at a place of the expression.
    pub fn at(
        &self,
        said: Diagnostic,
        at: TextRange,
        label: impl Into<String>,
    ) -> Diagnostic {
        let at = at.bytes();
        said.within(&self.expr().text, at.start, at.end, label)
    }

    /// Its name, shared.
    pub fn subject(&self) -> Arc<str> {
        self.name().shared()
    }
}

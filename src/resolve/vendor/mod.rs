//! Rules that others wrote: everything as in their file, but for what the project changes.
//!
//! Parameters, defaults and owners of the project mean nothing in the file; changes are
//! the project's own text, and have all of these.

mod texts;

use std::collections::HashSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::dialect::Version;
use crate::resolve::environment::Server;
use crate::resolve::origin::Origin;
use crate::resolve::scope::Scope;
use crate::resolve::vendor::texts::{Texts, put};
use crate::resolve::{allow, expression, layers, rule, runbook};
use crate::rulefile::allow as permits;
use crate::rulefile::read::{self, Config};
use crate::rules::group::{About, Alert, Group, Record, Rule};
use crate::spec::form;
use crate::spec::model::{Body, Definition, RuleKind, Switch};
use crate::spec::rule_file::RuleFile;
use crate::spec::vendor::{Changes, Use};
use crate::template::check::check;

/// Since this version names of labels and metrics may have any characters.
const ANY_NAMES: Version = Version::new(3, 0);

/// The groups of a rule file as they are in an environment.
pub(super) fn groups(
    origin: &Origin<'_>,
    used: &Use,
    server: &Server<'_>,
    sink: &mut Sink,
) -> Vec<Group> {
    let path = used.path.as_str();
    let Some(file) = origin.project.rule_files.iter().find(|it| it.path == path) else {
        return Vec::new();
    };
    // Faults of the file are said whether or not an environment has it.
    let mut groups = read(file, server, sink);
    let switches = server.overrides(&used.env).filter_map(|it| it.1.switch);
    if switches.last().is_some_and(|it| !it.on) {
        return Vec::new();
    }
    let (scope, several) = (scope(origin, server, sink), several(file));
    let user = User { origin, used, server, scope, several };
    for group in &mut groups {
        let rules = std::mem::take(&mut group.rules);
        let changed = rules.into_iter().filter_map(|it| user.rule(it, group, sink));
        group.rules = changed.collect();
    }
    groups
}

fn read(file: &RuleFile, server: &Server<'_>, sink: &mut Sink) -> Vec<Group> {
    let mut said = Sink::new();
    let config = Config {
        dialect: &server.dialect,
        legacy_names: server.dialect.version < ANY_NAMES,
        ignore_unknown: false,
        template: &|text, sink| {
            check(text, server.dialect.version, sink);
        },
    };
    let mut groups = read::groups(&file.documents, &file.path, &config, &mut said);
    let none = groups.iter().all(|it| it.rules.is_empty());
    if none && !file.faulty && !said.has_errors() {
        let title = format!("`{}` has no rules", file.path);
        let at = Span { file: file.file, start: 0, end: 0 };
        let label = "no group with a rule in this file";
        said.push(Diagnostic::warning("no-rules", title).at(at, label));
    }
    // What only a lint says of it is for those who write it.
    let said = said.into_sorted().into_iter().filter(|it| it.code != "duplicate-rule");
    said.for_each(|it| sink.push_once(it));
    let mut said = Sink::new();
    permits::attach(file.file, &file.text, &file.documents, &mut groups, &mut said);
    said.into_sorted().into_iter().for_each(|it| sink.push_once(it));
    groups
}

/// What decides about a rule of a file.
struct User<'a> {
    origin: &'a Origin<'a>,
    used: &'a Use,
    server: &'a Server<'a>,
    /// The parameters that changes may use.
    scope: Scope,
    /// The names that several alerts of the file have.
    several: HashSet<&'a str>,
}

/// The changes by name of one kind of rules.
type Of = fn(&Changes) -> &[(Text, Definition)];

/// One of the places that change a rule.
enum Layer<'a> {
    /// For every alert of the file.
    All(&'a Body),
    /// For the rules of a name.
    One(&'a Definition),
}

/// What is changed in a rule, all layers merged.
#[derive(Default)]
struct Merged {
    body: Body,
    /// Labels that tell its results from each other.
    per: Option<Vec<Text>>,
    /// The last `true` or `false`.
    switch: Option<Switch>,
}

impl Merged {
    fn take(&mut self, layer: Layer<'_>, severity: Option<&Text>) {
        let change = match layer {
            Layer::All(body) => return layers::body(&mut self.body, body),
            Layer::One(change) => change,
        };
        layers::body(&mut self.body, &change.body);
        self.per = change.per.clone().or(self.per.take());
        self.switch = change.switch.or(self.switch);
        for tier in change.tiers.iter().filter(|it| Some(&it.key) == severity) {
            layers::body(&mut self.body, &tier.body);
            self.switch = tier.switch.or(self.switch);
        }
    }
}

impl User<'_> {
    fn rule(&self, rule: Rule, group: &Group, sink: &mut Sink) -> Option<Rule> {
        match rule {
            Rule::Record(it) => self.record(*it, group, sink).map(Rule::from),
            Rule::Alert(it) => self.alert(*it, group, sink).map(Rule::from),
        }
    }

    /// What changes the rules of a name: in every environment, and in this one.
    fn layers<'b>(&'b self, name: &'b Text, of: Of) -> (Vec<Layer<'b>>, Vec<Layer<'b>>) {
        let own =
            |changes: &'b Changes| of(changes).iter().filter(move |it| it.0 == *name);
        let base: Vec<&Definition> = own(&self.used.changes).map(|it| &it.1).collect();
        let mut here = Vec::new();
        for env in &self.server.chain {
            let outer = self.used.env.iter().filter(|it| it.0.as_str() == env.name);
            here.extend(outer.clone().map(|it| Layer::All(&it.1.body)));
            let inner = base.iter().flat_map(|it| &it.env);
            let inner = inner.filter(|it| it.0.as_str() == env.name);
            here.extend(inner.map(|it| Layer::One(&it.1)));
            here.extend(outer.flat_map(|it| own(&it.1)).map(|it| Layer::One(&it.1)));
        }
        let all = [Layer::All(&self.used.changes.body)].into_iter();
        (all.chain(base.into_iter().map(Layer::One)).collect(), here)
    }

    fn record(
        &self,
        mut record: Record,
        group: &Group,
        sink: &mut Sink,
    ) -> Option<Record> {
        let (base, here) = self.layers(&record.name, |it| &it.records);
        let mut merged = Merged::default();
        // What holds for everything in the file holds for alerts.
        let own = base.into_iter().chain(here).filter(|it| matches!(it, Layer::One(_)));
        own.for_each(|it| merged.take(it, None));
        if merged.switch.is_some_and(|it| !it.on) {
            return None;
        }
        let scope = self.scope.clone().for_record();
        let body = &merged.body;
        record.allow.extend(allow(&body.allow));
        record.allow.extend(allow(&self.used.changes.body.allow));
        if let Some(expr) = body.expr.as_ref().and_then(|it| it.value.as_ref()) {
            let dialect = &self.server.dialect;
            record.expr = expression::expression(expr, &scope, dialect, sink)?;
        }
        let fill = |it: &Text, sink: &mut Sink| scope.text(it, sink);
        let mut labels = body.labels.clone();
        self.server.retain_names(&mut labels, &form::LABEL_NAME, sink);
        put(&mut record.labels, &group.labels, &labels, fill, sink);
        Some(record)
    }

    fn alert(&self, mut alert: Alert, group: &Group, sink: &mut Sink) -> Option<Alert> {
        let written = severity(&alert, group);
        let (base, here) = self.layers(&alert.name, |it| &it.alerts);
        let mut merged = Merged::default();
        base.into_iter().for_each(|it| merged.take(it, written.as_ref()));
        let there = match given_severity(&merged.body, written.as_ref()) {
            // What a template makes of it may be any.
            Some(it) => it.as_str().contains("{{") || rule::has(self.server, Some(it)),
            None => self.server.severities.is_none(),
        };
        let dropped = merged.switch.take().is_some_and(|it| !it.on);
        here.into_iter().for_each(|it| merged.take(it, written.as_ref()));
        match merged.switch.map(|it| it.on) {
            Some(false) => return None,
            None if dropped || !there => return None,
            Some(true) | None => {}
        }
        self.change(&mut alert, group, merged, written, sink)?;
        Some(alert)
    }

    /// Puts what is changed over an alert; nothing where its expression is at fault.
    fn change(
        &self,
        alert: &mut Alert,
        group: &Group,
        merged: Merged,
        written: Option<Text>,
        sink: &mut Sink,
    ) -> Option<()> {
        let Merged { body, per, .. } = &merged;
        let mut scope = self.scope.clone();
        scope.set("alert", alert.name.clone());
        let severity = given_severity(body, written.as_ref()).cloned();
        if let Some(severity) = &severity {
            scope.set("severity", severity.clone());
        }
        alert.allow.extend(allow(&body.allow));
        let given = body.expr.as_ref().and_then(|it| it.value.as_ref());
        let dialect = &self.server.dialect;
        let expr = given.map(|it| expression::expression(it, &scope, dialect, sink));
        let durations = [
            (&body.hold, &mut alert.hold),
            (&body.keep_firing_for, &mut alert.keep_firing_for),
        ];
        for (field, setting) in durations {
            if field.is_some() {
                let mut given = rule::setting(field.as_ref(), &scope, sink);
                let mut all = std::mem::take(&mut setting.defined_by);
                all.extend(&given.defined_by);
                given.defined_by = all;
                *setting = given;
            }
        }
        let owner = body.owner.as_ref().and_then(|it| it.value.clone());
        let owners = &self.origin.project.manifest.owners;
        let team = owners.iter().find(|it| Some(&it.key) == owner.as_ref());
        let texts = Texts { body, team, scope: &scope, server: self.server };
        texts.labels(alert, group, sink);
        let runbooks = &self.origin.project.manifest.runbooks;
        let given = body.runbook.as_ref();
        let page = given
            .and_then(|_| runbook::runbook(runbooks, body, &alert.name, &scope, sink));
        texts.annotations(alert, page.as_ref(), sink);
        if let Some(expr) = expr {
            alert.expr = expr?;
        }
        let several = self.several.contains(alert.name.as_str());
        alert.about = Some(About {
            definition: alert.name.shared(),
            tier: written.as_ref().filter(|_| several).map(Text::shared),
            severity,
            owner,
            runbook: page,
            job: None,
            each: Vec::new(),
            per: per.clone(),
            companion_of: None,
            parameters: Vec::new(),
        });
        Some(())
    }
}

/// The names that several alerts of a file have.
fn several(file: &RuleFile) -> HashSet<&str> {
    let alerts = file.rules.iter().filter(|it| it.kind == RuleKind::Alert);
    let names = alerts.map(|it| it.name.as_str());
    let mut once = HashSet::new();
    names.filter(|it| !once.insert(*it)).collect()
}

/// The parameters of the alerts file that uses a rule file.
fn scope(origin: &Origin<'_>, server: &Server<'_>, sink: &mut Sink) -> Scope {
    let body = origin.body(server);
    let mut scope = origin.scope_of(server, &body.parameters);
    if let Some(job) = origin.job(&body).and_then(|it| scope.text(&it, sink)) {
        scope.set("job", job);
    }
    scope
}

/// The label `severity` of an alert as its file has it.
fn severity(alert: &Alert, group: &Group) -> Option<Text> {
    let mut labels = alert.labels.iter().chain(&group.labels);
    labels.find(|it| it.name.as_str() == "severity").map(|it| it.value.clone())
}

/// The severity that a change gives, or else that of the file.
fn given_severity<'b>(body: &'b Body, written: Option<&'b Text>) -> Option<&'b Text> {
    match &body.severity {
        Some(field) => field.value.as_ref(),
        None => written,
    }
}

//! One alert or record becomes rules: a rule for each tier and each combination of
//! values, and companions.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::{parameter, reader};
use crate::promql::check;
use crate::resolve::environment::Server;
use crate::resolve::origin::{Merged, Origin};
use crate::resolve::scope::{Lack, Scope};
use crate::resolve::template::template;
use crate::resolve::{absent, allow, expression, layers, names, runbook};
use crate::rules::group::{
    About, Alert, Expression, Millis, Pair, Record, Rule, Runbook, Setting,
};
use crate::spec::model::{self, Body, Each, Field, Label, RuleKind, Value};
use crate::spec::{duration, form};

/// One definition makes at most so many rules.
const MAX_RULES: usize = 10_000;

/// A rule and the group that it names.
type Grouped = (Option<String>, Rule);

/// A parameter of `each`, and one of its values.
type Given<'a> = (&'a Text, &'a Value);

/// The rules of an alert or a record in an environment.
pub(super) fn resolve(
    origin: &Origin<'_>,
    rule: &model::Rule,
    server: &Server<'_>,
    sink: &mut Sink,
) -> Vec<Grouped> {
    let merged = origin.merge(rule, server);
    if merged.definition.switch.is_some_and(|it| !it.on) {
        return Vec::new();
    }
    let values = combinations(&merged.definition.each, &rule.key, sink);
    let mut out = Vec::new();
    for values in values {
        match rule.kind {
            RuleKind::Record => {
                out.extend(record(origin, rule, &merged, &values, server, sink));
            }
            RuleKind::Alert => {
                alerts(origin, rule, &merged, &values, server, sink, &mut out);
            }
        }
    }
    out
}

/// All combinations of the values of `each`; the last parameter changes fastest.
fn combinations<'a>(
    each: &'a [Each],
    key: &Text,
    sink: &mut Sink,
) -> Vec<Vec<Given<'a>>> {
    let n_rules = each.iter().try_fold(1usize, |n, it| n.checked_mul(it.values.len()));
    if n_rules.is_none_or(|it| MAX_RULES < it) {
        let title = format!("`each` makes more than {MAX_RULES} rules");
        sink.push_once(
            Diagnostic::error("too-many-rules", title)
                .at(key.span(), "of this definition"),
        );
        return Vec::new();
    }
    let mut out = vec![Vec::new()];
    for each in each {
        let mut next = Vec::with_capacity(out.len() * each.values.len());
        for before in &out {
            for value in &each.values {
                let mut row: Vec<Given<'_>> = before.clone();
                row.push((&each.key, value));
                next.push(row);
            }
        }
        out = next;
    }
    out
}

fn record(
    origin: &Origin<'_>,
    rule: &model::Rule,
    merged: &Merged,
    values: &[Given<'_>],
    server: &Server<'_>,
    sink: &mut Sink,
) -> Option<Grouped> {
    let body = &merged.definition.body;
    let scope = scope(origin, merged, body, values, server, sink).for_record();
    let given = body.name.as_ref().and_then(|it| it.value.as_ref());
    let name = scope.text(given.unwrap_or(&rule.key), sink)?;
    let good = match given {
        Some(_) if server.utf8_names => {
            names::has_form(&name, &form::ANY_METRIC_NAME, sink)
        }
        Some(_) => names::is_legacy(&name, &form::METRIC_NAME, sink),
        None => names::has_form(&name, &form::METRIC_NAME, sink),
    };
    if !good {
        return None;
    }
    let expr = body.expr.as_ref()?.value.as_ref()?;
    let expr = expression::expression(expr, &scope, &server.dialect, sink)?;
    // Defaults are about alerts: a record has the labels that it names.
    let mut own: Vec<Label> = Vec::new();
    let named = rule.definition.body.labels.iter();
    for label in named.chain(&body.labels) {
        let own_one = rule.definition.body.labels.iter().any(|it| it.name == label.name)
            || overridden(rule, label);
        if own_one {
            layers::labels(&mut own, std::slice::from_ref(label));
        }
    }
    server.retain_names(&mut own, &form::LABEL_NAME, sink);
    let labels = pairs(&own, |it, sink| scope.text(it, sink), sink);
    let group = group(body);
    let allow = allow(&body.allow);
    let each = values.iter().map(|it| it.1.text.clone()).collect();
    let record = Record { name, expr, labels, allow, each, span: rule.key.span() };
    Some((group, record.into()))
}

/// Whether an override of the record itself gives a label.
fn overridden(rule: &model::Rule, label: &Label) -> bool {
    let mut labels = rule.definition.env.iter().flat_map(|it| &it.1.body.labels);
    labels.any(|it| it.name == label.name)
}

fn alerts(
    origin: &Origin<'_>,
    rule: &model::Rule,
    merged: &Merged,
    values: &[Given<'_>],
    server: &Server<'_>,
    sink: &mut Sink,
    out: &mut Vec<Grouped>,
) {
    let definition = &merged.definition;
    let absent = definition.absent.as_ref().filter(|it| it.switch.is_none_or(|it| it.on));
    let mut first: Option<(Built, Body)> = None;
    let n_tiers = definition.tiers.len();
    for idx in 0..n_tiers.max(1) {
        let tier = definition.tiers.get(idx);
        if tier.is_some_and(|it| it.switch.is_some_and(|it| !it.on)) {
            continue;
        }
        let mut body = Cow::Borrowed(&definition.body);
        if let Some(tier) = tier {
            layers::body(body.to_mut(), &tier.body);
        }
        let written = match tier {
            Some(_) => merged.written[idx + 1].as_ref().or(merged.written[0].as_ref()),
            None => merged.written[0].as_ref(),
        };
        let switched = tier.and_then(|_| merged.tier_switches[idx]).or(merged.switch);
        let part = Part {
            origin,
            rule,
            merged,
            body: &body,
            tier: tier.map(|it| &it.key),
            values,
            server,
        };
        let Some(severity) = severity(&part, sink) else { continue };
        let back = switched.is_some_and(|it| it.on);
        let there = back || has(server, written.or(severity.as_ref()));
        if !there {
            continue;
        }
        let Some(built) = part.build(severity.as_ref(), sink) else { continue };
        let group = group(&body);
        // The companion takes from the first tier that is there.
        match absent.is_some() && first.is_none() {
            true => {
                out.push((group, built.alert.clone().into()));
                first = Some((built, body.into_owned()));
            }
            false => out.push((group, built.alert.into())),
        }
    }
    if let (Some((built, body)), Some(absent)) = (first, absent) {
        out.extend(companion(&built, body, absent, rule, merged, origin, server, sink));
    }
}

/// Whether an environment has alerts of a severity, or without one.
pub(super) fn has(server: &Server<'_>, severity: Option<&Text>) -> bool {
    let all = server.severities.as_ref();
    all.is_none_or(|it| severity.is_some_and(|severity| it.contains(severity)))
}

fn group(body: &Body) -> Option<String> {
    body.group.as_ref()?.value.as_ref().map(Text::to_string)
}

fn scope(
    origin: &Origin<'_>,
    merged: &Merged,
    body: &Body,
    values: &[Given<'_>],
    server: &Server<'_>,
    sink: &mut Sink,
) -> Scope {
    let mut scope = origin.scope_of(server, &body.parameters);
    scope.elsewhere(merged.elsewhere.iter().cloned());
    for (name, value) in values {
        scope.set_value(*name, (*value).clone());
    }
    if let Some(job) = origin.job(body)
        && let Some(job) = scope.text(&job, sink)
    {
        scope.set("job", job);
    }
    scope
}

/// The severity, which may be none where `false` says so.
fn severity(part: &Part<'_>, sink: &mut Sink) -> Option<Option<Text>> {
    let given = part.body.severity.as_ref().map(|it| it.value.clone());
    if given.is_none() && !part.origin.source().faulty {
        let (span, what) = match part.tier {
            Some(tier) => (tier.span(), "tier"),
            None => (part.rule.key.span(), "alert"),
        };
        let title = match part.tier {
            Some(tier) => {
                format!("the tier `{tier}` of `{}` has no severity", part.rule.key)
            }
            None => format!("the alert `{}` has no severity", part.rule.key),
        };
        sink.push_once(
            Diagnostic::error("missing-key", title)
                .at(span, format!("this {what} needs a `severity`"))
                .help(
                    "add `severity = \"critical\"`, or tiers under names of severities; \
                     `severity = false` if it is to have none",
                ),
        );
    }
    given
}

/// One rule in the making.
struct Part<'a> {
    origin: &'a Origin<'a>,
    rule: &'a model::Rule,
    merged: &'a Merged,
    body: &'a Body,
    tier: Option<&'a Text>,
    values: &'a [Given<'a>],
    server: &'a Server<'a>,
}

/// A finished rule, and what its companion takes from it.
struct Built {
    alert: Alert,
    scope: Scope,
    severity: Option<Text>,
}

impl Part<'_> {
    /// Notes which parameters only other tiers give.
    fn lacks(&self, tier: &Text, scope: &mut Scope) {
        let mut lacks: Vec<Lack> = Vec::new();
        let tiers = &self.merged.definition.tiers;
        for other in tiers.iter().filter(|it| it.key != *tier) {
            for parameter in &other.body.parameters {
                if scope.get(parameter.key.as_str()).is_some() {
                    continue;
                }
                let own = tiers.iter().filter(|it| it.key == *tier);
                let own = || own.clone().flat_map(|it| &it.body.parameters);
                let names = own().map(|it| it.key.as_str());
                let near = suggest::nearest(parameter.key.as_str(), names);
                let near = own().find(|it| Some(it.key.as_str()) == near);
                lacks.push(Lack {
                    parameter: parameter.key.clone(),
                    tier: tier.clone(),
                    other: other.key.clone(),
                    near: near.map(|it| it.key.clone()),
                    needed: false,
                });
            }
        }
        if !lacks.is_empty() {
            let needed = self.needed(scope);
            lacks
                .iter_mut()
                .for_each(|it| it.needed = needed.contains(it.parameter.as_str()));
        }
        lacks.into_iter().for_each(|it| scope.lack(it));
    }

    /// The parameters that the rule's texts use, and those that values of these use.
    fn needed(&self, scope: &Scope) -> HashSet<String> {
        let mut open = self.body.own_texts();
        open.push(&self.rule.key);
        let mut out = HashSet::new();
        while let Some(text) = open.pop() {
            for name in parameter::names(text.as_str()) {
                if out.insert(name.to_owned()) {
                    open.extend(scope.get(name).map(|it| &it.text));
                }
            }
        }
        out
    }

    fn build(&self, severity: Option<&Text>, sink: &mut Sink) -> Option<Built> {
        let Part { origin, rule, merged, body, server, .. } = *self;
        let mut scope = scope(origin, merged, body, self.values, server, sink);
        if let Some(severity) = severity {
            scope.set("severity", severity.clone());
        }
        if let Some(tier) = self.tier {
            scope.set("tier", tier.clone());
            self.lacks(tier, &mut scope);
        }
        let given = body.name.as_ref().and_then(|it| it.value.as_ref());
        let name = scope.text(given.unwrap_or(&rule.key), sink);
        if let Some(name) = &name {
            scope.set("alert", name.clone());
        }
        let expr = match body.expr.as_ref().and_then(|it| it.value.as_ref()) {
            Some(expr) => expression::expression(expr, &scope, &server.dialect, sink),
            None => {
                if !origin.source().faulty {
                    missing_expr(rule, self.tier, sink);
                }
                None
            }
        };
        let about = runbook::runbook(
            &origin.project.manifest.runbooks,
            body,
            &rule.key,
            &scope,
            sink,
        );
        let text = Texts { origin, body, scope: &scope, server };
        let labels = text.labels(severity, sink);
        let annotations = text.annotations(about.as_ref(), sink);
        let hold = setting(body.hold.as_ref(), &scope, sink);
        let keep_firing_for = setting(body.keep_firing_for.as_ref(), &scope, sink);
        let alert = Alert {
            name: name?,
            expr: expr?,
            hold,
            keep_firing_for,
            labels,
            annotations,
            allow: allow(&body.allow),
            span: rule.key.span(),
            about: Some(About {
                definition: rule.key.shared(),
                tier: self.tier.map(Text::shared),
                severity: severity.cloned(),
                owner: owner(body).cloned(),
                runbook: about,
                job: scope.get("job").map(|it| it.text.shared()),
                each: self.values.iter().map(|it| it.1.text.clone()).collect(),
                per: merged.definition.per.clone(),
                companion_of: None,
                parameters: scope.all(),
            }),
        };
        Some(Built { alert, scope, severity: severity.cloned() })
    }
}

fn missing_expr(rule: &model::Rule, tier: Option<&Text>, sink: &mut Sink) {
    let error = match tier {
        None => {
            let title = format!("missing key `expr` in the alert `{}`", rule.key);
            Diagnostic::error("missing-key", title).at(rule.key.span(), "has no `expr`")
        }
        Some(tier) => {
            let title = format!(
                "neither the alert `{}` nor its tier `{tier}` has `expr`",
                rule.key
            );
            Diagnostic::error("missing-key", title)
                .at(rule.key.span(), "has no `expr`")
                .context(tier.span(), "nor has this tier")
        }
    };
    sink.push_once(error.help("add `expr = '…'`, the condition in PromQL"));
}

fn owner(body: &Body) -> Option<&Text> {
    body.owner.as_ref()?.value.as_ref()
}

/// Labels and annotations of a rule.
struct Texts<'a> {
    origin: &'a Origin<'a>,
    body: &'a Body,
    scope: &'a Scope,
    server: &'a Server<'a>,
}

impl Texts<'_> {
    fn owner(&self) -> Option<&model::Owner> {
        let name = owner(self.body)?;
        self.origin.project.manifest.owners.iter().find(|it| &it.key == name)
    }

    fn labels(&self, severity: Option<&Text>, sink: &mut Sink) -> Vec<Pair> {
        let mut labels: Vec<Label> = Vec::new();
        if let Some(owner) = self.owner() {
            layers::labels(&mut labels, &owner.labels);
        }
        layers::labels(&mut labels, &self.body.labels);
        self.server.retain_names(&mut labels, &form::LABEL_NAME, sink);
        let name = |it: &Text| Text::fixed("severity", it.span());
        let pair = |it: &Text| Pair { name: name(it), value: it.clone() };
        let mut out: Vec<Pair> = severity.map(pair).into_iter().collect();
        let dialect = &self.server.dialect;
        out.extend(pairs(
            &labels,
            |it, sink| template(it, self.scope, dialect, sink),
            sink,
        ));
        out
    }

    fn annotations(&self, runbook: Option<&Runbook>, sink: &mut Sink) -> Vec<Pair> {
        let mut labels: Vec<Label> = Vec::new();
        let own =
            [("summary", &self.body.summary), ("description", &self.body.description)];
        for (name, field) in own {
            if let Some(field) = field {
                let at = field.places.last().copied();
                let name = Text::fixed(name, at.unwrap_or(self.origin.file.span));
                labels.push(Label { name, field: field.clone() });
            }
        }
        if let Some(owner) = self.owner() {
            layers::labels(&mut labels, &owner.annotations);
        }
        layers::labels(&mut labels, &self.body.annotations);
        self.server.retain_names(&mut labels, &form::ANNOTATION_NAME, sink);
        let dialect = &self.server.dialect;
        let mut out =
            pairs(&labels, |it, sink| template(it, self.scope, dialect, sink), sink);
        let given = out.iter().any(|it| it.name.as_str() == "runbook_url");
        if let Some(Runbook { url, span, .. }) = runbook.filter(|_| !given)
            && !url.is_empty()
        {
            out.push(Pair {
                name: Text::fixed("runbook_url", *span),
                value: Text::opaque(url, *span),
            });
        }
        out
    }
}

fn pairs(
    labels: &[Label],
    mut fill: impl FnMut(&Text, &mut Sink) -> Option<Text>,
    sink: &mut Sink,
) -> Vec<Pair> {
    let mut out = Vec::new();
    for label in labels {
        let value = label.field.value.as_ref().and_then(|it| fill(it, sink));
        if let Some(value) = value {
            out.push(Pair { name: label.name.clone(), value });
        }
    }
    out
}

/// A duration with its places; zero where it is missing.
pub(super) fn setting(
    field: Option<&Field>,
    scope: &Scope,
    sink: &mut Sink,
) -> Setting<Millis> {
    let Some(field) = field else { return Setting::default() };
    let filled = field.value.as_ref().and_then(|it| scope.text(it, sink));
    let value = filled.map_or(0, |text| match duration::parse(text.as_str()) {
        Ok(millis) => millis,
        Err(_) => {
            // One without parameters has been reported where it was read.
            let written =
                field.value.as_ref().is_some_and(|it| it.as_str().contains("${"));
            let error = reader::misformed(&text, &form::DURATION);
            if let (true, Some(error)) = (written, error) {
                sink.push_once(error);
            }
            0
        }
    });
    Setting { value: Millis(value), defined_by: field.places.clone() }
}

/// The companion of an alert that fires when its series are missing.
#[allow(clippy::too_many_arguments)]
fn companion(
    built: &Built,
    mut body: Body,
    absent: &model::Absent,
    rule: &model::Rule,
    merged: &Merged,
    origin: &Origin<'_>,
    server: &Server<'_>,
    sink: &mut Sink,
) -> Option<Grouped> {
    let parent = &built.alert.name;
    let said = &absent.body;
    let own = said.severity.as_ref().map(|it| it.value.clone());
    let back = merged.switch.is_some_and(|it| it.on);
    if let Some(own) = &own
        && !back
        && !has(server, own.as_ref())
    {
        return None;
    }
    let severity = own.unwrap_or_else(|| built.severity.clone());
    // What holds for the alert's series holds not for their absence.
    body.summary = None;
    body.description = None;
    let constant =
        |it: &Label| it.field.value.as_ref().is_none_or(|it| !it.as_str().contains("{{"));
    body.labels.retain(constant);
    body.annotations.retain(constant);
    body.expr = None;
    body.name = None;
    layers::body(&mut body, said);
    let mut scope = built.scope.clone();
    if let Some(severity) = &severity {
        scope.set("severity", severity.clone());
    }
    let name = match body.name.as_ref().and_then(|it| it.value.as_ref()) {
        Some(name) => scope.text(name, sink)?,
        None => Text::opaque(&format!("{parent}Absent"), absent.span),
    };
    // The runbook is the alert's own, unless the companion names one.
    let page = match said.runbook {
        None => built.alert.about.as_ref().and_then(|it| it.runbook.clone()),
        Some(_) => {
            let runbooks = &origin.project.manifest.runbooks;
            runbook::runbook(runbooks, &body, &rule.key, &scope, sink)
        }
    };
    scope.set("alert", name.clone());
    let expr = match body.expr.as_ref().and_then(|it| it.value.as_ref()) {
        Some(expr) => expression::expression(expr, &scope, &server.dialect, sink)?,
        None => derived(built, absent.span, server, sink)?,
    };
    if body.summary.is_none() {
        body.summary = Some(no_data(parent, &expr, absent.span));
    }
    let texts = Texts { origin, body: &body, scope: &scope, server };
    let alert = Alert {
        hold: setting(body.hold.as_ref(), &scope, sink),
        keep_firing_for: setting(body.keep_firing_for.as_ref(), &scope, sink),
        labels: texts.labels(severity.as_ref(), sink),
        annotations: texts.annotations(page.as_ref(), sink),
        allow: allow(&body.allow),
        span: absent.span,
        about: Some(About {
            definition: rule.key.shared(),
            tier: None,
            severity,
            owner: owner(&body).cloned(),
            runbook: page,
            job: scope.get("job").map(|it| it.text.shared()),
            each: Vec::new(),
            per: None,
            companion_of: Some(Arc::from(parent.as_str())),
            parameters: scope.all(),
        }),
        name,
        expr,
    };
    Some((group(&body), alert.into()))
}

/// The summary of a companion that has none of its own.
fn no_data(parent: &Text, expr: &Expression, span: Span) -> Field {
    let written = expr.text.as_str();
    let selector = written.strip_prefix("absent(").and_then(|it| it.strip_suffix(')'));
    let text = match selector {
        // What looks like a template or a parameter is better not shown.
        Some(it) if !it.contains("{{") && !it.contains("${") && !it.contains('\n') => {
            format!("{parent} has no data: {it} is absent")
        }
        _ => format!("{parent} has no data"),
    };
    Field { value: Some(Text::opaque(&text, span)), places: span.into() }
}

/// The condition that follows from the alert's own.
fn derived(
    built: &Built,
    span: Span,
    server: &Server<'_>,
    sink: &mut Sink,
) -> Option<Expression> {
    let expr = &built.alert.expr;
    let written = match absent::condition(&expr.parsed) {
        Ok(written) => written,
        Err(why) => {
            sink.push_once(
                Diagnostic::error(
                    "no-companion",
                    "no condition can be derived for `absent`",
                )
                .at(span, why)
                .help("write it: `absent = { expr = 'absent(…)' }`"),
            );
            return None;
        }
    };
    let text = Text::opaque(&written, span);
    let parsed = check::parse(&written, &server.dialect).ok()?;
    Some(Expression { text, parsed: Arc::new(parsed) })
}

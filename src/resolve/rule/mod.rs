//! One alert or record becomes rules: a rule for each tier and each combination of
//! values, and companions.

mod companion;
mod part;
mod texts;

use std::borrow::Cow;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::reader;
use crate::resolve::environment::Server;
use crate::resolve::origin::{Merged, Origin};
use crate::resolve::rule::companion::companion;
use crate::resolve::rule::part::{Built, Part};
use crate::resolve::rule::texts::pairs;
use crate::resolve::scope::Scope;
use crate::resolve::{allow, expression, layers, names};
use crate::rules::group::{Millis, Record, Rule, Setting};
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

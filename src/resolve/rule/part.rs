//! One alerting rule: of an alert, or of one of its tiers.

use std::collections::HashSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::parameter;
use crate::resolve::environment::Server;
use crate::resolve::origin::{Merged, Origin};
use crate::resolve::rule::texts::{Texts, owner};
use crate::resolve::rule::{Given, scope, setting};
use crate::resolve::scope::{Lack, Scope};
use crate::resolve::{allow, expression, runbook};
use crate::rules::group::{About, Alert};
use crate::spec::model::{self, Body};

/// One rule in the making.
pub(super) struct Part<'a> {
    pub(super) origin: &'a Origin<'a>,
    pub(super) rule: &'a model::Rule,
    pub(super) merged: &'a Merged,
    pub(super) body: &'a Body,
    pub(super) tier: Option<&'a Text>,
    pub(super) values: &'a [Given<'a>],
    pub(super) server: &'a Server<'a>,
}

/// A finished rule, and what its companion takes from it.
pub(super) struct Built {
    pub(super) alert: Alert,
    pub(super) scope: Scope,
    pub(super) severity: Option<Text>,
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

    pub(super) fn build(
        &self,
        severity: Option<&Text>,
        sink: &mut Sink,
    ) -> Option<Built> {
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

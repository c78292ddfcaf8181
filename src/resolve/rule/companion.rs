//! The companion of an alert, which fires when the alert is blind.

use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::promql::check;
use crate::resolve::environment::Server;
use crate::resolve::origin::{Merged, Origin};
use crate::resolve::rule::part::Built;
use crate::resolve::rule::texts::{Texts, owner};
use crate::resolve::rule::{Grouped, group, has, setting};
use crate::resolve::{absent, allow, expression, layers, runbook};
use crate::rules::group::{About, Alert, Expression};
use crate::spec::model::{self, Body, Field, Label};

/// The companion of an alert that fires when its series are missing.
#[allow(clippy::too_many_arguments)]
pub(super) fn companion(
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

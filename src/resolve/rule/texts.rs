//! Labels and annotations of a rule: the owner's, its own, and the link to its runbook.

use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::resolve::environment::Server;
use crate::resolve::layers;
use crate::resolve::origin::Origin;
use crate::resolve::scope::Scope;
use crate::resolve::template::template;
use crate::rules::group::{Pair, Runbook};
use crate::spec::form;
use crate::spec::model::{self, Body, Label};

/// The owner that a body names.
pub(super) fn owner(body: &Body) -> Option<&Text> {
    body.owner.as_ref()?.value.as_ref()
}

/// Labels and annotations of a rule.
pub(super) struct Texts<'a> {
    pub(super) origin: &'a Origin<'a>,
    pub(super) body: &'a Body,
    pub(super) scope: &'a Scope,
    pub(super) server: &'a Server<'a>,
}

impl Texts<'_> {
    fn owner(&self) -> Option<&model::Owner> {
        let name = owner(self.body)?;
        self.origin.project.manifest.owners.iter().find(|it| &it.key == name)
    }

    pub(super) fn labels(&self, severity: Option<&Text>, sink: &mut Sink) -> Vec<Pair> {
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

    pub(super) fn annotations(
        &self,
        runbook: Option<&Runbook>,
        sink: &mut Sink,
    ) -> Vec<Pair> {
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

/// Labels or annotations with their parameters filled in, without those that were dropped.
pub(super) fn pairs(
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

//! Labels and annotations of rules that others wrote, with those of the project over them.

use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::resolve::environment::Server;
use crate::resolve::layers;
use crate::resolve::scope::Scope;
use crate::resolve::template::template;
use crate::rules::group::{Alert, Group, Pair, Runbook};
use crate::spec::form;
use crate::spec::model::{Body, Field, Label, Owner};

/// What labels and annotations are made from.
pub(super) struct Texts<'a> {
    /// The changes.
    pub(super) body: &'a Body,
    /// The owner of the alert, if the project gives it one.
    pub(super) team: Option<&'a Owner>,
    /// The parameters that changes may use.
    pub(super) scope: &'a Scope,
    /// The server.
    pub(super) server: &'a Server<'a>,
}

impl Texts<'_> {
    /// Changes the labels of an alert.
    pub(super) fn labels(&self, alert: &mut Alert, group: &Group, sink: &mut Sink) {
        let mut labels: Vec<Label> = Vec::new();
        let severity = self.body.severity.iter();
        labels.extend(severity.map(|it| named("severity", it, alert.span)));
        let team = self.team.map(|it| &it.labels[..]).unwrap_or_default();
        layers::labels(&mut labels, team);
        layers::labels(&mut labels, &self.body.labels);
        self.server.retain_names(&mut labels, &form::LABEL_NAME, sink);
        let dialect = &self.server.dialect;
        let fill = |it: &Text, sink: &mut Sink| template(it, self.scope, dialect, sink);
        put(&mut alert.labels, &group.labels, &labels, fill, sink);
    }

    /// Changes its annotations; `page` is the runbook that the project gives it.
    pub(super) fn annotations(
        &self,
        alert: &mut Alert,
        page: Option<&Runbook>,
        sink: &mut Sink,
    ) {
        let Body { summary, description, runbook, annotations, .. } = self.body;
        let mut all: Vec<Label> = Vec::new();
        for (name, field) in [("summary", summary), ("description", description)] {
            all.extend(field.iter().map(|it| named(name, it, alert.span)));
        }
        let team = self.team.map(|it| &it.annotations[..]).unwrap_or_default();
        layers::labels(&mut all, team);
        if let Some(field) = runbook {
            let url = page.filter(|it| !it.url.is_empty());
            let value = url.map(|it| Text::opaque(&it.url, it.span));
            let field = Field { value, places: field.places.clone() };
            all.push(named("runbook_url", &field, alert.span));
        }
        layers::labels(&mut all, annotations);
        self.server.retain_names(&mut all, &form::ANNOTATION_NAME, sink);
        let dialect = &self.server.dialect;
        let fill = |it: &Text, sink: &mut Sink| template(it, self.scope, dialect, sink);
        put(&mut alert.annotations, &[], &all, fill, sink);
    }
}

fn named(name: &str, field: &Field, otherwise: Span) -> Label {
    let at = field.places.last().copied().unwrap_or(otherwise);
    Label { name: Text::opaque(name, at), field: field.clone() }
}

/// Puts labels or annotations over those of a rule, which keep their order. A label of the
/// group is dropped by one without a value.
pub(super) fn put(
    below: &mut Vec<Pair>,
    of_group: &[Pair],
    above: &[Label],
    mut fill: impl FnMut(&Text, &mut Sink) -> Option<Text>,
    sink: &mut Sink,
) {
    for label in above {
        let Some(value) = &label.field.value else {
            below.retain(|it| it.name != label.name);
            if of_group.iter().any(|it| it.name == label.name) {
                let value = Text::fixed("", label.name.span());
                below.push(Pair { name: label.name.clone(), value });
            }
            continue;
        };
        let Some(value) = fill(value, sink) else { continue };
        match below.iter_mut().find(|it| it.name == label.name) {
            Some(it) => it.value = value,
            None => below.push(Pair { name: label.name.clone(), value }),
        }
    }
}

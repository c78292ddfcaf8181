//! What is written for an environment.

use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::resolve::environment::Server;
use crate::resolve::monitor;
use crate::rules::output::{
    DashboardObjects, MatcherStrategy, Mimir, Output, Own, Per, Template,
};
use crate::spec::build::FOLDERS;
use crate::spec::keys::target::GRAFANA_DASHBOARD;
use crate::spec::model::{Build, OwnTarget, Project};

/// Puts what an environment says of targets over what it inherits.
pub(super) fn merge(below: &mut Build, above: &Build) {
    below.targets = above.targets.clone().or(below.targets.take());
    let (mimir, over) = (&mut below.mimir, &above.mimir);
    mimir.namespace = over.namespace.clone().or(mimir.namespace.take());
    mimir.source_tenants = over.source_tenants.clone().or(mimir.source_tenants.take());
    mimir.aligned = over.aligned.or(mimir.aligned);
    let strategy = below.partial_response_strategy.take();
    below.partial_response_strategy =
        above.partial_response_strategy.clone().or(strategy);
    let (sidecar, over) = (&mut below.sidecar, &above.sidecar);
    sidecar.folder = over.folder.clone().or(sidecar.folder.take());
    sidecar.annotation = over.annotation.clone().or(sidecar.annotation.take());
    let strategy = below.matcher_strategy.take();
    below.matcher_strategy = above.matcher_strategy.clone().or(strategy);
    let Some((span, over)) = &above.dashboards else { return };
    let (at, fields) = below.dashboards.get_or_insert((*span, Vec::new()));
    *at = *span;
    if over.iter().any(|it| FOLDERS.contains(&it.0.as_str())) {
        fields.retain(|it| !FOLDERS.contains(&it.0.as_str()));
    }
    for (key, value) in over {
        match fields.iter_mut().find(|it| it.0 == *key) {
            Some(it) => it.1 = value.clone(),
            None => fields.push((key.clone(), value.clone())),
        }
    }
}

/// What is written for an environment.
pub(super) fn output(project: &Project, server: &Server<'_>, sink: &mut Sink) -> Output {
    let build = &server.build;
    let tenants = build.mimir.source_tenants.iter().flatten();
    Output {
        targets: build.targets.clone(),
        mimir: Mimir {
            namespace: build.mimir.namespace.clone(),
            source_tenants: tenants.map(Text::to_string).collect(),
            aligned: build.mimir.aligned.unwrap_or(false),
        },
        partial_response_strategy: build
            .partial_response_strategy
            .as_ref()
            .map(Text::to_string),
        matcher_strategy: match build.matcher_strategy.as_ref().map(Text::as_str) {
            Some("None") => MatcherStrategy::None,
            Some("OnNamespaceExceptForAlertmanagerNamespace") => {
                MatcherStrategy::OnNamespaceExceptForAlertmanagerNamespace
            }
            _ => MatcherStrategy::OnNamespace,
        },
        dashboards: build.dashboards.as_ref().map(|(span, fields)| DashboardObjects {
            fields: monitor::passed_on(fields, &GRAFANA_DASHBOARD, sink),
            span: *span,
        }),
        folder: build.sidecar.folder.as_ref().map(|it| {
            let annotation = build.sidecar.annotation.as_ref().map(Text::as_str);
            (annotation.unwrap_or("grafana_folder").to_owned(), it.to_string())
        }),
        own: project.manifest.targets.iter().map(|it| own(project, it)).collect(),
    }
}

fn own(project: &Project, target: &OwnTarget) -> Own {
    let template = target.template.as_str();
    let folder = template.rfind('/').map_or("", |it| &template[..=it]);
    let name = |path: &str| path.strip_prefix(folder).map(str::to_owned);
    // Of the project's folder itself only the template is read.
    let files = project.templates.iter().filter(|it| {
        it.path == template || !folder.is_empty() && it.path.starts_with(folder)
    });
    let file = |it: &crate::spec::model::TemplateFile| {
        let name = name(&it.path)?;
        Some(Template { name, file: it.file, text: it.text.clone() })
    };
    Own {
        name: target.key.clone(),
        template: target.template.clone(),
        path: target.path.clone(),
        per: match target.per.as_ref().map(Text::as_str) {
            Some("file") => Per::File,
            Some("alert") => Per::Alert,
            Some("dashboard") => Per::Dashboard,
            Some("owner") => Per::Owner,
            _ => Per::Environment,
        },
        files: files.filter_map(file).collect(),
    }
}

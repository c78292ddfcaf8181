//! Reads services.

use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::node::{Node, Table};
use crate::doc::reader::Fields;
use crate::spec::body;
use crate::spec::keys::service::OWN;
use crate::spec::model::{Endpoint, Service, ServiceSettings};
use crate::spec::probe::passed_on;

/// Reads the services of a file.
pub(super) fn services(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Service> {
    let tables = fields.table("service").map(|it| it.other_tables()).unwrap_or_default();
    let mut out = Vec::new();
    for (entry, fields) in tables {
        let mut env = Vec::new();
        if let Some(envs) = fields.table("env") {
            for entry in envs.others() {
                let switched = ServiceSettings {
                    switch: body::switch(&entry.value),
                    ..ServiceSettings::default()
                };
                env.push((entry.key.clone(), switched));
            }
            for (entry, fields) in envs.other_tables() {
                let at = env.iter().position(|it| it.0 == entry.key);
                if let Some(at) = at {
                    env[at].1 = settings(&fields, sink);
                }
            }
        }
        out.push(Service {
            key: entry.key.clone(),
            span: entry.key.span(),
            settings: settings(&fields, sink),
            env,
        });
    }
    out
}

fn settings(fields: &Fields<'_>, sink: &mut Sink) -> ServiceSettings {
    ServiceSettings {
        switch: None,
        kind: fields.text("kind").cloned(),
        match_labels: fields
            .table("match")
            .map(|it| body::labels(&it, sink))
            .unwrap_or_default(),
        namespaces: fields.node("namespaces").map(|_| fields.texts("namespaces")),
        endpoints: fields.table("endpoint").map(|it| endpoints(&it)).unwrap_or_default(),
        fields: passed_on(fields, OWN),
    }
}

fn endpoints(fields: &Fields<'_>) -> Vec<Endpoint> {
    let mut out = Vec::new();
    for entry in fields.others() {
        out.push(Endpoint {
            port: entry.key.clone(),
            span: entry.key.span(),
            switch: body::switch(&entry.value),
            fields: entry.value.as_table().map(entries).unwrap_or_default(),
        });
    }
    out
}

fn entries(table: &Table) -> Vec<(Text, Node)> {
    table.iter().map(|it| (it.key.clone(), it.value.clone())).collect()
}

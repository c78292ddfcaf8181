//! Reads alerts files and packs.

use std::collections::HashSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::keys::Shape;
use crate::doc::node::{Entry, Node};
use crate::doc::parameter;
use crate::doc::reader::{self, Declared, Fields};
use crate::spec::keys::{self, alert};
use crate::spec::model::{
    Absent, Body, Definition, Field, File, FileOverride, Group, GroupSettings, Label,
    Rule, RuleKind, Tier, Use,
};
use crate::spec::{body, manifest, probe, rule_file, service, vendor};

/// Reads an alerts file or a pack.
pub(super) fn read(
    path: &str,
    node: &Node,
    shape: &'static Shape,
    declared: &Declared,
    sink: &mut Sink,
) -> Option<File> {
    let fields = Fields::of(node, shape)?;
    let n_errors = sink.n_errors();
    let groups = groups(&fields, sink);
    let names = groups.iter().map(|it| it.key.to_string()).collect();
    reader::check(node, shape, &declared.clone().with(keys::GROUP, names), sink);
    let mut defaults = body::body(&fields, sink);
    if let Some(fields) = fields.table("defaults") {
        over(&mut defaults, body::body(&fields, sink));
    }
    let mut rules = Vec::new();
    records(&fields, declared, &mut rules, sink);
    alerts(&fields, declared, &mut rules, sink);
    // Rules are large to move, and mostly stand in order.
    if !rules.is_sorted_by_key(|it| it.key.span()) {
        rules.sort_by_key(|it| it.key.span());
    }
    let name = path.split_once('/').map_or(path, |it| it.1);
    let services = match fields.takes("service") {
        true => service::services(&fields, sink),
        false => Vec::new(),
    };
    let probes = match fields.takes("probe") {
        true => probe::probes(&fields),
        false => Vec::new(),
    };
    let mut file = File {
        path: path.to_string(),
        name: name.strip_suffix(".toml").unwrap_or(name).to_string(),
        span: manifest::head(node),
        defaults,
        services,
        probes,
        uses: uses(&fields, declared, sink),
        vendored: fields
            .table("use")
            .map(|it| vendor::uses(&it, sink))
            .unwrap_or_default(),
        groups,
        rules,
        inhibits: manifest::inhibits(&fields),
        env: overrides(&fields, sink),
        faulty: false,
        refused: None,
    };
    file.faulty = n_errors < sink.n_errors();
    if file.faulty {
        let places = sink.errors().skip(n_errors).filter_map(Diagnostic::place).collect();
        let mut names = Vec::new();
        refused(node, &places, &mut names);
        file.refused = (!names.is_empty()).then(|| names.into());
    }
    Some(file)
}

/// The names in a document whose values are at these places.
fn refused(node: &Node, places: &HashSet<Span>, names: &mut Vec<String>) {
    for entry in node.as_table().into_iter().flatten() {
        let items = entry.value.as_array().unwrap_or_default();
        let mut values = items.iter().chain([&entry.value]);
        if values.any(|it| places.contains(&it.span)) {
            names.push(entry.key.to_string());
        }
        refused(&entry.value, places, names);
    }
    let items = node.as_array().unwrap_or_default();
    items.iter().for_each(|it| refused(it, places, names));
}

/// Puts `[defaults]` over the keys that stand at the top of the file.
fn over(below: &mut Body, above: Body) {
    let Body { labels, annotations, parameters, allow, .. } = &above;
    below.labels.extend(labels.iter().cloned());
    below.annotations.extend(annotations.iter().cloned());
    below.allow.extend(allow.iter().cloned());
    below.parameters.retain(|it| !parameters.iter().any(|other| other.key == it.key));
    below.parameters.extend(parameters.iter().cloned());
    for (below, above) in below.fields_mut().into_iter().zip(above.fields()) {
        if above.is_some() {
            *below = above.clone();
        }
    }
}

fn groups(fields: &Fields<'_>, sink: &mut Sink) -> Vec<Group> {
    let tables = fields.table("group").map(|it| it.other_tables()).unwrap_or_default();
    let mut out = Vec::new();
    for (entry, fields) in tables {
        let envs = fields.table("env").map(|it| it.other_tables()).unwrap_or_default();
        let env = envs.into_iter().map(|it| (it.0.key.clone(), group(&it.1, sink)));
        let env = env.collect();
        out.push(Group {
            key: entry.key.clone(),
            name: fields.text("name").cloned(),
            span: entry.key.span(),
            settings: group(&fields, sink),
            allow: body::allow(&fields),
            env,
        });
    }
    same_name(&out, sink);
    out
}

/// Prometheus refuses a file with two groups of one name.
fn same_name(groups: &[Group], sink: &mut Sink) {
    for (idx, group) in groups.iter().enumerate() {
        let Some(first) = groups[..idx].iter().find(|it| it.name() == group.name())
        else {
            continue;
        };
        let title = format!("two groups are called `{}`", group.name());
        sink.push(
            Diagnostic::error("duplicate-group", title)
                .at(group.name().span(), "called so again")
                .context(first.name().span(), "first here")
                .help("let their rules name one group"),
        );
    }
}

fn group(fields: &Fields<'_>, sink: &mut Sink) -> GroupSettings {
    let labels: Option<Vec<Label>> =
        fields.table("labels").map(|it| body::labels(&it, sink));
    GroupSettings {
        interval: fields.text("interval").cloned(),
        query_offset: fields.text("query_offset").cloned(),
        limit: fields
            .entry("limit")
            .zip(fields.integer("limit"))
            .and_then(|(entry, it)| Some((u32::try_from(it).ok()?, entry.value.span))),
        labels: labels.unwrap_or_default(),
    }
}

fn records(
    fields: &Fields<'_>,
    declared: &Declared,
    out: &mut Vec<Rule>,
    sink: &mut Sink,
) {
    let Some(table) = fields.table("record") else { return };
    for entry in table.others() {
        let definition = match Fields::of(&entry.value, &alert::RECORD) {
            Some(fields) => definition(&fields, true, declared, sink),
            None => short(entry, sink),
        };
        out.push(Rule { kind: RuleKind::Record, key: entry.key.clone(), definition });
    }
}

/// A record that is nothing but its expression.
fn short(entry: &Entry, sink: &mut Sink) -> Definition {
    let value = entry.value.as_text().cloned();
    if let Some(text) = &value {
        sink.extend(parameter::faults(text));
    }
    let places = entry.value.span.into();
    let expr = Some(Field { value, places });
    Definition { body: Body { expr, ..Body::default() }, ..Definition::default() }
}

fn alerts(
    fields: &Fields<'_>,
    declared: &Declared,
    out: &mut Vec<Rule>,
    sink: &mut Sink,
) {
    let tables = fields.table("alert").map(|it| it.other_tables()).unwrap_or_default();
    // They are large: what a file has is known beforehand.
    out.reserve_exact(tables.len());
    let rule = |(entry, fields): (&Entry, Fields<'_>)| Rule {
        kind: RuleKind::Alert,
        key: entry.key.clone(),
        definition: definition(&fields, true, declared, sink),
    };
    out.extend(tables.into_iter().map(rule));
}

/// Reads an alert or a record, or (not `own`) an override of one.
fn definition(
    fields: &Fields<'_>,
    own: bool,
    declared: &Declared,
    sink: &mut Sink,
) -> Definition {
    let mut out = Definition {
        switch: None,
        body: body::body(fields, sink),
        each: body::each(fields, sink),
        per: body::per(fields),
        absent: None,
        tiers: Vec::new(),
        env: Vec::new(),
    };
    if let Some(node) = fields.node_if_taken("absent") {
        let below = fields.table("absent");
        out.absent = Some(Box::new(Absent {
            switch: body::switch(node),
            body: below.map(|it| body::body(&it, sink)).unwrap_or_default(),
            span: fields.entry("absent").map_or(node.span, |it| it.key.span()),
        }));
    }
    if let Some(table) = fields.table_if_taken("tier") {
        out.tiers.extend(table.others().into_iter().map(|it| tier(it, false, sink)));
    }
    let severities = declared.names(keys::SEVERITY).unwrap_or_default();
    let mut tiers = fields.others();
    tiers.retain(|it| severities.iter().any(|name| name == it.key.as_str()));
    out.tiers.reserve_exact(tiers.len());
    out.tiers.extend(tiers.into_iter().map(|it| tier(it, own, sink)));
    out.tiers.sort_by_key(|it| it.key.span());
    if let Some(table) = fields.table_if_taken("env") {
        out.env = named(&table, declared, sink);
    }
    out
}

/// Reads tables or switches by name: overrides.
fn named(
    fields: &Fields<'_>,
    declared: &Declared,
    sink: &mut Sink,
) -> Vec<(Text, Definition)> {
    let tables = fields.other_tables();
    let mut out = Vec::new();
    for entry in fields.others() {
        let below = tables.iter().find(|it| std::ptr::eq(it.0, entry));
        let definition = match below {
            Some((_, fields)) => definition(fields, false, declared, sink),
            None => {
                Definition { switch: body::switch(&entry.value), ..Definition::default() }
            }
        };
        out.push((entry.key.clone(), definition));
    }
    out
}

/// Reads a tier; a `short` one stands under the name of its severity.
fn tier(entry: &Entry, short: bool, sink: &mut Sink) -> Tier {
    let mut body = Body::default();
    if let Some(fields) = Fields::of(&entry.value, &alert::TIER) {
        body = body::body(&fields, sink);
        body.parameters.extend(body::parameters(&fields, sink));
        if short && body.severity.is_none() {
            let places = entry.key.span().into();
            body.severity = Some(Field { value: Some(entry.key.clone()), places });
        }
    }
    Tier { key: entry.key.clone(), switch: body::switch(&entry.value), body }
}

fn uses(fields: &Fields<'_>, declared: &Declared, sink: &mut Sink) -> Vec<Use> {
    let tables = fields.table("use").map(|it| it.other_tables()).unwrap_or_default();
    let mut out = Vec::new();
    let packs = tables.into_iter().filter(|it| !rule_file::is_path(it.0.key.as_str()));
    for (entry, fields) in packs {
        let records = fields.table("record").map(|it| named(&it, declared, sink));
        out.push(Use {
            key: entry.key.clone(),
            pack: fields.text("pack").unwrap_or(&entry.key).clone(),
            span: entry.key.span(),
            body: body::body(&fields, sink),
            alerts: named(&fields, declared, sink),
            records: records.unwrap_or_default(),
        });
    }
    out
}

fn overrides(fields: &Fields<'_>, sink: &mut Sink) -> Vec<FileOverride> {
    let Some(table) = fields.table("env") else { return Vec::new() };
    let tables = table.other_tables();
    let mut out = Vec::new();
    for entry in table.others() {
        let below = tables.iter().find(|it| std::ptr::eq(it.0, entry));
        out.push(FileOverride {
            env: entry.key.clone(),
            switch: body::switch(&entry.value),
            body: below.map(|it| body::body(&it.1, sink)).unwrap_or_default(),
        });
    }
    out
}

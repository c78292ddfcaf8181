//! Groups and rules, validated as Prometheus does (`model/rulefmt/rulefmt.go`).

use std::collections::HashMap;
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::promql::check;
use crate::promql::labels::{METRIC_NAME, is_legacy_metric_name, is_legacy_name};
use crate::rulefile::field::{Fields, Unknown};
use crate::rulefile::read::Config;
use crate::rulefile::since;
use crate::rules::group::{Alert, Expression, Group, Pair, Record, Rule};

/// Reads a list of groups.
pub(super) fn groups(
    node: &Node,
    file: &Arc<str>,
    unknown: Unknown,
    config: &Config<'_>,
    sink: &mut Sink,
    out: &mut Vec<Group>,
) {
    let Some(items) = node.as_array() else {
        sink.push(
            Diagnostic::error("wrong-type", "`groups` is not a list")
                .at(node.span, node.what()),
        );
        return;
    };
    let mut seen: HashMap<String, Span> = HashMap::new();
    let mut rules: HashMap<String, Span> = HashMap::new();
    for item in items {
        if is_empty(item, "group", sink) {
            continue;
        }
        let Some(group) = group(item, file, unknown, config, sink) else { continue };
        if let Some(first) = seen.get(&group.name) {
            let title = format!("group `{}` is there twice", group.name);
            sink.push(
                Diagnostic::error("duplicate-group", title)
                    .at(group.span, "again here")
                    .context(*first, "first here"),
            );
        } else {
            seen.insert(group.name.clone(), group.span);
        }
        for rule in &group.rules {
            duplicate(&group, rule, &mut rules, sink);
        }
        out.push(group);
    }
}

/// Whether an item of a list is null, which Prometheus passes over.
fn is_empty(item: &Node, what: &str, sink: &mut Sink) -> bool {
    if item.is_null() {
        let title = format!("empty {what} is passed over");
        let it = Diagnostic::warning("empty-item", title);
        sink.push(it.at(item.span, "an item without anything"));
    }
    item.is_null()
}

fn group(
    node: &Node,
    file: &Arc<str>,
    unknown: Unknown,
    config: &Config<'_>,
    sink: &mut Sink,
) -> Option<Group> {
    let mut fields = Fields::new(node, "a group", unknown, sink);
    if !fields.is_mapping() {
        return None;
    }
    let name = fields.string("name");
    let interval = fields.duration("interval");
    let has_offset = fields.key("query_offset");
    let query_offset = fields.duration("query_offset");
    let limit = fields.integer("limit");
    let labels = fields.pairs("labels");
    let rules = fields.take("rules");
    let at = ["limit", "query_offset"].map(|it| fields.key(it));
    if unknown != Unknown::Error {
        // Thanos Ruler's, in the operator's schema.
        fields.allow("partial_response_strategy");
    }
    let place = fields.place();
    fields.finish();
    let version = config.dialect.version;
    if let Some(at) = at[0].filter(|_| 0 < limit) {
        since::LIMIT.check(at, version, sink);
    }
    if let Some(at) = at[1].filter(|_| !query_offset.defined_by.is_empty()) {
        since::QUERY_OFFSET.check(at, version, sink);
    }
    if name.is_none() {
        sink.push(
            Diagnostic::error("missing-key", "group has no name")
                .at(place, "this group")
                .help("add `name: …`"),
        );
    }
    label_names(&labels, config, sink);
    let mut group = Group {
        name: name.as_ref().map(|it| it.to_string()).unwrap_or_default(),
        file: file.clone(),
        interval: (interval.value.0 != 0).then_some(interval.value),
        query_offset: has_offset
            .filter(|_| !query_offset.defined_by.is_empty())
            .map(|_| query_offset.value),
        limit: limit.clamp(0, i64::from(u32::MAX)) as u32,
        labels,
        rules: Vec::new(),
        allow: Vec::new(),
        span: name.as_ref().map_or(place, Text::span),
    };
    match rules.map(|it| (it, it.as_array())) {
        None => {}
        Some((_, Some(items))) => {
            for item in items {
                if !is_empty(item, "rule", sink) {
                    group.rules.extend(rule(item, unknown, config, sink));
                }
            }
        }
        Some((node, None)) => sink.push(
            Diagnostic::error("wrong-type", "`rules` is not a list")
                .at(node.span, node.what()),
        ),
    }
    name.map(|_| group)
}

fn rule(
    node: &Node,
    unknown: Unknown,
    config: &Config<'_>,
    sink: &mut Sink,
) -> Option<Rule> {
    let n_errors = sink.n_errors();
    let mut fields = Fields::new(node, "a rule", unknown, sink);
    if !fields.is_mapping() {
        return None;
    }
    let record = fields.string("record");
    let alert = fields.string("alert");
    let expr = fields.string("expr");
    let hold = fields.duration("for");
    let keep_firing_for = fields.duration("keep_firing_for");
    let labels = fields.pairs("labels");
    let annotations = fields.pairs("annotations");
    let keys = ["for", "keep_firing_for", "annotations"].map(|it| fields.key(it));
    let place = fields.place();
    fields.finish();
    match (&record, &alert) {
        (Some(record), Some(alert)) => sink.push(
            Diagnostic::error("record-and-alert", "rule has both `record` and `alert`")
                .at(alert.span(), "an alert")
                .context(record.span(), "a recording rule")
                .help("make two rules of it"),
        ),
        (None, None) => sink.push(
            Diagnostic::error("missing-key", "rule has neither `record` nor `alert`")
                .at(place, "this rule"),
        ),
        _ => {}
    }
    let expr = match expr {
        Some(text) => expression(text, config, sink),
        None => {
            let at = record.as_ref().or(alert.as_ref()).map_or(place, Text::span);
            sink.push(
                Diagnostic::error("missing-key", "rule has no `expr`")
                    .at(at, "this rule"),
            );
            None
        }
    };
    if let Some(name) = &record {
        let set =
            [hold.value.0 != 0, keep_firing_for.value.0 != 0, !annotations.is_empty()];
        let names = ["for", "keep_firing_for", "annotations"];
        for ((set, key), at) in set.into_iter().zip(names).zip(keys) {
            if set && let Some(at) = at {
                sink.push(
                    Diagnostic::error(
                        "not-for-records",
                        format!("recording rule has `{key}`"),
                    )
                    .at(at, "only alerts have this")
                    .context(name.span(), "a recording rule"),
                );
            }
        }
        record_name(name, config, sink);
    }
    label_names(&labels, config, sink);
    for it in &annotations {
        name_form(&it.name, "an annotation", config, sink);
    }
    if alert.is_some() {
        for it in labels.iter().chain(&annotations) {
            (config.template)(&it.value, sink);
        }
    }
    let expr = expr?;
    if n_errors < sink.n_errors() {
        return None;
    }
    match (record, alert) {
        (Some(name), None) => {
            let span = name.span();
            Some(Rule::from(Record {
                name,
                expr,
                labels,
                allow: Vec::new(),
                each: Vec::new(),
                span,
            }))
        }
        (None, Some(name)) => {
            let span = name.span();
            Some(Rule::from(Alert {
                name,
                expr,
                hold,
                keep_firing_for,
                labels,
                annotations,
                allow: Vec::new(),
                span,
                about: None,
            }))
        }
        _ => None,
    }
}

fn expression(text: Text, config: &Config<'_>, sink: &mut Sink) -> Option<Expression> {
    match check::parse(text.as_str(), config.dialect) {
        Ok(parsed) => Some(Expression { text, parsed: Arc::new(parsed) }),
        Err(errors) => {
            for error in errors {
                let (start, end) = (error.at.start as usize, error.at.end as usize);
                let mut it = Diagnostic::error("promql", error.message)
                    .within(&text, start, end, "");
                it.help.extend(error.help);
                sink.push(it);
            }
            None
        }
    }
}

fn record_name(name: &Text, config: &Config<'_>, sink: &mut Sink) {
    let braces = name.as_str().contains(['{', '}']);
    let legacy = config.legacy_names && !is_legacy_metric_name(name.as_str());
    if !braces && !legacy {
        return;
    }
    let title = format!("`{name}` is no name for a recorded metric");
    let label = match braces {
        true => "a name has no braces",
        false => "only letters, digits, `_` and `:`",
    };
    let it = Diagnostic::error("bad-name", title).at(name.span(), label);
    sink.push(match braces {
        true => it.help("put labels under `labels`, a selector into `expr`"),
        false => it,
    });
}

fn label_names(labels: &[Pair], config: &Config<'_>, sink: &mut Sink) {
    for it in labels {
        if it.name.as_str() == METRIC_NAME {
            sink.push(
                Diagnostic::error("bad-name", "`__name__` cannot be set as a label")
                    .at(it.name.span(), "the metric's name is no label here"),
            );
        } else {
            name_form(&it.name, "a label", config, sink);
        }
    }
}

fn name_form(name: &Text, what: &str, config: &Config<'_>, sink: &mut Sink) {
    let valid = match config.legacy_names {
        true => is_legacy_name(name.as_str()),
        false => !name.as_str().is_empty(),
    };
    if !valid {
        let title = format!("`{name}` is no name for {what}");
        sink.push(
            Diagnostic::error("bad-name", title)
                .at(name.span(), "only letters, digits and `_`, no digit first"),
        );
    }
}

/// Warns of a rule whose name and labels another rule has: their results overwrite each
/// other (promtool's lint `duplicate-rules`).
fn duplicate(
    group: &Group,
    rule: &Rule,
    seen: &mut HashMap<String, Span>,
    sink: &mut Sink,
) {
    let (name, labels) = match rule {
        Rule::Record(it) => (&it.name, &it.labels),
        Rule::Alert(it) => (&it.name, &it.labels),
    };
    let all = labels.iter().chain(&group.labels);
    let mut pairs: Vec<(&str, &str)> =
        all.map(|it| (it.name.as_str(), it.value.as_str())).collect();
    // The rule's own label stays before the group's, which it replaces.
    pairs.sort_by_key(|it| it.0);
    pairs.dedup_by_key(|it| it.0);
    pairs.retain(|it| !it.1.is_empty());
    let key = format!("{:?}{pairs:?}", name.as_str());
    match seen.get(&key) {
        Some(first) => sink.push(
            Diagnostic::warning(
                "duplicate-rule",
                format!("rule `{name}` is there twice"),
            )
            .at(name.span(), "the same name and labels again")
            .context(*first, "first here"),
        ),
        None => {
            seen.insert(key, name.span());
        }
    }
}

//! What the Prometheus Operator refuses although its schema allows it
//! (`pkg/prometheus/resource_selector.go`, v0.93), and fields that would do nothing.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::doc::node::{Entry, Node, Table};
use crate::promql::dialect::Version;
use crate::resolve::environment::Server;
use crate::resolve::monitor::{http, relabeling};
use crate::rules::monitor::MonitorKind;
use crate::spec::duration;

/// Fields that only one kind of monitor has, by table and name.
const ONE_KIND: &[(&str, MonitorKind)] = &[
    ("targetLabels", MonitorKind::Service),
    ("serviceDiscoveryRole", MonitorKind::Service),
    ("bearerTokenFile", MonitorKind::Service),
    ("caFile", MonitorKind::Service),
    ("certFile", MonitorKind::Service),
    ("keyFile", MonitorKind::Service),
    ("portNumber", MonitorKind::Pod),
];

/// Fields that older servers do not have, which the operator then leaves out in silence.
const SINCE: &[(&str, Version)] = &[
    ("targetLimit", Version::new(2, 21)),
    ("labelLimit", Version::new(2, 27)),
    ("labelNameLengthLimit", Version::new(2, 27)),
    ("labelValueLengthLimit", Version::new(2, 27)),
    ("bodySizeLimit", Version::new(2, 28)),
    ("noProxy", Version::new(2, 43)),
    ("proxyFromEnvironment", Version::new(2, 43)),
    ("proxyConnectHeader", Version::new(2, 43)),
    ("nativeHistogramBucketLimit", Version::new(2, 45)),
    ("scrapeClassicHistograms", Version::new(2, 45)),
    ("keepDroppedTargets", Version::new(2, 47)),
    ("trackTimestampsStaleness", Version::new(2, 48)),
    ("scrapeProtocols", Version::new(2, 49)),
    ("nativeHistogramMinBucketFactor", Version::new(2, 50)),
    ("fallbackScrapeProtocol", Version::new(3, 0)),
    ("convertClassicHistogramsToNHCB", Version::new(3, 0)),
    ("scrapeNativeHistograms", Version::new(3, 8)),
];

/// Checks the fields of a service.
pub(super) fn service(
    fields: &Table,
    kind: MonitorKind,
    server: &Server<'_>,
    sink: &mut Sink,
) {
    kinds(fields, kind, sink);
    versions(fields, server, sink);
    protocols(fields, server, sink);
    expressions(fields.entry("matchExpressions"), sink);
    if let Some(entry) = fields.entry("selectorMechanism")
        && text(&entry.value) == Some("RoleSelector")
        && !server.dialect.has(2, 17)
    {
        sink.push_once(too_old(entry, Version::new(2, 17), server));
    }
}

/// Checks an endpoint.
pub(super) fn endpoint(
    fields: &Table,
    kind: MonitorKind,
    server: &Server<'_>,
    sink: &mut Sink,
) {
    kinds(fields, kind, sink);
    if let Some(tls) = below(fields, "tlsConfig") {
        kinds(tls, kind, sink);
    }
    versions(fields, server, sink);
    timeout(fields, sink);
    http::credentials(fields, sink);
    http::tls(fields, sink);
    http::proxy(fields, sink);
    for name in ["relabelings", "metricRelabelings"] {
        relabeling::check(fields.get(name), server, sink);
    }
    let ports = ["port", "targetPort", "portNumber"];
    only_one(fields, &ports, "an endpoint has one port", sink);
}

/// Checks a probe.
pub(super) fn probe(fields: &Table, span: Span, server: &Server<'_>, sink: &mut Sink) {
    versions(fields, server, sink);
    protocols(fields, server, sink);
    timeout(fields, sink);
    http::credentials(fields, sink);
    http::tls(fields, sink);
    relabeling::check(fields.get("metricRelabelings"), server, sink);
    for entry in below(fields, "params").into_iter().flatten() {
        let values = entry.value.as_array().unwrap_or_default();
        let is_empty = |it: &Node| text(it) == Some("");
        if values.is_empty() || values.iter().any(is_empty) {
            let title = format!("the parameter `{}` has no value", entry.key);
            sink.push_once(
                Diagnostic::error("no-values", title)
                    .at(entry.value.span, "the operator refuses an empty one")
                    .help("write a value, or leave the parameter out"),
            );
        }
    }
    if let Some(entry) = fields.entry("prober") {
        let prober = entry.value.as_table();
        need(prober, "url", entry.key.span(), "\"blackbox-exporter:9115\"", sink);
        prober.into_iter().for_each(|it| http::proxy(it, sink));
    }
    let Some(entry) = fields.entry("targets") else { return };
    let Some(targets) = entry.value.as_table() else { return };
    let both = ["staticConfig", "ingress"];
    if both.iter().all(|it| targets.get(it).is_none()) {
        sink.push_once(
            Diagnostic::error("missing-key", "a probe has no targets")
                .at(entry.key.span(), "neither `staticConfig` nor `ingress`")
                .context(span, "of this probe")
                .help("write `targets.staticConfig.static = [\"https://example.com\"]`"),
        );
    }
    only_one(targets, &both, "a probe has one kind of targets", sink);
    if let Some(entry) = targets.entry("staticConfig")
        && let Some(list) = entry.value.as_table()
    {
        let n_targets = list.get("static").and_then(Node::as_array).map_or(0, <[_]>::len);
        if n_targets == 0 {
            sink.push_once(
                Diagnostic::error("no-values", "a probe has no targets")
                    .at(entry.key.span(), "no `static`")
                    .help("write `static = [\"https://example.com\"]`"),
            );
        }
        relabeling::check(list.get("relabelingConfigs"), server, sink);
        for label in below(list, "labels").into_iter().flatten() {
            relabeling::label_name(&label.key, server, sink);
        }
    }
    if let Some(ingress) = below(targets, "ingress") {
        relabeling::check(ingress.get("relabelingConfigs"), server, sink);
        let namespaces = below(ingress, "namespaceSelector");
        if let Some(namespaces) = namespaces
            && namespaces.get("any").and_then(Node::as_bool) == Some(true)
            && namespaces
                .get("matchNames")
                .and_then(Node::as_array)
                .is_some_and(|it| !it.is_empty())
        {
            let title = "all namespaces, and some by name";
            only_one(namespaces, &["any", "matchNames"], title, sink);
        }
        let selector = below(ingress, "selector");
        expressions(selector.and_then(|it| it.entry("matchExpressions")), sink);
    }
}

fn kinds(fields: &Table, kind: MonitorKind, sink: &mut Sink) {
    for entry in fields {
        let name = entry.key.as_str();
        let only = ONE_KIND.iter().find(|it| it.0 == name).map(|it| it.1);
        let (of, here) = match only {
            Some(MonitorKind::Service) if kind == MonitorKind::Pod => ("service", "pod"),
            Some(MonitorKind::Pod) if kind == MonitorKind::Service => ("pod", "service"),
            _ => continue,
        };
        let title = format!("`{name}` is only for services of the kind `{of}`");
        sink.push_once(
            Diagnostic::error("wrong-kind", title)
                .at(entry.key.span(), format!("this one is of the kind `{here}`"))
                .help(format!("take it out, or write `kind = \"{of}\"`")),
        );
    }
}

fn versions(fields: &Table, server: &Server<'_>, sink: &mut Sink) {
    for entry in fields {
        let since = SINCE.iter().find(|it| it.0 == entry.key.as_str()).map(|it| it.1);
        if let Some(since) = since.filter(|it| server.dialect.version < *it) {
            sink.push_once(too_old(entry, since, server));
        }
    }
}

fn too_old(entry: &Entry, since: Version, server: &Server<'_>) -> Diagnostic {
    let title = format!("`{}` needs Prometheus {since}", entry.key);
    Diagnostic::error("needs-version", title)
        .at(entry.key.span(), format!("the server is {}", server.dialect.version))
        .help("take it out, or raise `[prometheus] version`")
}

fn timeout(fields: &Table, sink: &mut Sink) {
    let millis = |name| {
        let entry = fields.entry(name)?;
        Some((entry, duration::parse(text(&entry.value)?).ok()?))
    };
    if let (Some((interval, every)), Some((timeout, long))) =
        (millis("interval"), millis("scrapeTimeout"))
        && every < long
    {
        sink.push_once(
            Diagnostic::error("bad-value", "a scrape takes longer than its interval")
                .at(timeout.value.span, "longer than `interval`")
                .context(interval.value.span, "the interval")
                .help("write a shorter time-out: the operator refuses this one"),
        );
    }
}

/// The list of formats is a set in the schema: the API server refuses one that is there
/// twice. One that an older server does not have the operator leaves out in silence.
fn protocols(fields: &Table, server: &Server<'_>, sink: &mut Sink) {
    let items = fields.get("scrapeProtocols").and_then(Node::as_array);
    let items = items.unwrap_or_default();
    let has_field = server.dialect.has(2, 49);
    for (idx, item) in items.iter().enumerate() {
        let name = text(item).unwrap_or_default();
        if name == "PrometheusText1.0.0" && has_field && !server.dialect.has(3, 0) {
            sink.push_once(
                Diagnostic::error(
                    "needs-version",
                    format!("`{name}` needs Prometheus 3.0"),
                )
                .at(item.span, format!("the server is {}", server.dialect.version))
                .help("take it out, or raise `[prometheus] version`"),
            );
        }
        let Some(first) = items[..idx].iter().find(|it| text(it) == text(item)) else {
            continue;
        };
        let title = format!("`scrapeProtocols` has `{name}` twice");
        sink.push_once(
            Diagnostic::error("bad-value", title)
                .at(item.span, "again, which Kubernetes refuses")
                .context(first.span, "here first")
                .help("take this one out: the first is what counts"),
        );
    }
}

fn expressions(entry: Option<&Entry>, sink: &mut Sink) {
    let items = entry.and_then(|it| it.value.as_array()).unwrap_or_default();
    for item in items {
        let Some(table) = item.as_table() else { continue };
        let operator = table.get("operator").and_then(text).unwrap_or_default();
        let values = table.get("values");
        let n_values = values.and_then(Node::as_array).map_or(0, <[_]>::len);
        let (label, help) = match operator {
            "In" | "NotIn" if n_values == 0 => {
                ("no values", "add `values = [\"…\"]`, or write `Exists`")
            }
            "Exists" | "DoesNotExist" if n_values != 0 => {
                ("values that are not looked at", "take `values` out, or write `In`")
            }
            _ => continue,
        };
        sink.push_once(
            Diagnostic::error("bad-value", format!("`{operator}` with {label}"))
                .at(values.map_or(item.span, |it| it.span), "Kubernetes refuses this")
                .help(help),
        );
    }
}

/// Says that a key is missing in a table that needs it after all layers.
pub(super) fn need(
    table: Option<&Table>,
    name: &str,
    span: Span,
    example: &str,
    sink: &mut Sink,
) {
    if table.is_some_and(|it| it.get(name).is_none()) {
        sink.push_once(
            Diagnostic::error("missing-key", format!("missing key `{name}`"))
                .at(span, format!("has no `{name}`"))
                .help(format!("add `{name} = {example}`")),
        );
    }
}

/// Says which of several keys, of which there may be one, stand there with another.
pub(super) fn only_one(table: &Table, names: &[&str], title: &str, sink: &mut Sink) {
    let mut there = names.iter().filter_map(|it| table.entry(it));
    let Some(first) = there.next() else { return };
    for other in there {
        sink.push_once(
            Diagnostic::error("contradiction", title)
                .at(other.key.span(), format!("`{}` beside `{}`", other.key, first.key))
                .context(first.key.span(), format!("`{}`", first.key))
                .help("take one of them out; in an override, `false` drops one"),
        );
    }
}

/// A table below a table.
pub(super) fn below<'a>(table: &'a Table, name: &str) -> Option<&'a Table> {
    table.get(name)?.as_table()
}

/// A string.
pub(super) fn text(node: &Node) -> Option<&str> {
    node.as_text().map(crate::diag::text::Text::as_str)
}

//! Credentials, TLS and proxies: what the operator's `Validate` refuses
//! (`pkg/apis/monitoring/v1/http_config.go`, `types.go`, `tls_types.go`, v0.93).

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::doc::node::{Entry, Node, Table};
use crate::resolve::monitor::check::{below, need, only_one, text};

const REFERENCE: &str = "{ name = \"…\", key = \"…\" }";

/// Checks the credentials of an endpoint or a probe.
pub(super) fn credentials(fields: &Table, sink: &mut Sink) {
    let all =
        ["authorization", "basicAuth", "oauth2", "bearerTokenSecret", "bearerTokenFile"];
    only_one(fields, &all, "a request has one kind of credentials", sink);
    if let Some(entry) = fields.entry("authorization")
        && let Some(table) = entry.value.as_table()
    {
        need(Some(table), "credentials", entry.key.span(), REFERENCE, sink);
        if let Some(ty) = table.entry("type")
            && text(&ty.value).is_some_and(|it| it.trim().eq_ignore_ascii_case("basic"))
        {
            sink.push_once(
                Diagnostic::error("bad-value", "`authorization` cannot be `Basic`")
                    .at(ty.value.span, "the operator refuses this")
                    .help("write `basicAuth` with `username` and `password`"),
            );
        }
    }
    if let Some(entry) = fields.entry("basicAuth") {
        for name in ["username", "password"] {
            need(entry.value.as_table(), name, entry.key.span(), REFERENCE, sink);
        }
    }
    if let Some(entry) = fields.entry("oauth2")
        && let Some(table) = entry.value.as_table()
    {
        let span = entry.key.span();
        let id = format!("{{ secret = {REFERENCE} }}");
        need(Some(table), "clientId", span, &id, sink);
        need(Some(table), "clientSecret", span, REFERENCE, sink);
        need(Some(table), "tokenUrl", span, "\"https://auth.example.com/token\"", sink);
        source(table.entry("clientId"), sink);
        tls(table, sink);
        proxy(table, sink);
    }
}

/// Checks `tlsConfig` of a table.
pub(super) fn tls(fields: &Table, sink: &mut Sink) {
    let Some(entry) = fields.entry("tlsConfig") else { return };
    let Some(tls) = entry.value.as_table() else { return };
    source(tls.entry("ca"), sink);
    source(tls.entry("cert"), sink);
    for pair in [["ca", "caFile"], ["cert", "certFile"], ["keySecret", "keyFile"]] {
        let title = format!("`{}` and `{}` are the same", pair[0], pair[1]);
        only_one(tls, &pair, &title, sink);
    }
    let cert = tls.entry("cert").or(tls.entry("certFile"));
    let key = tls.entry("keySecret").or(tls.entry("keyFile"));
    let (there, missing, help) = match (cert, key) {
        (Some(cert), None) => (cert, "key", "add `keySecret`"),
        (None, Some(key)) => (key, "certificate", "add `cert`"),
        _ => return versions(tls, sink),
    };
    sink.push_once(
        Diagnostic::error("missing-key", "a certificate and its key come together")
            .at(there.key.span(), format!("without a {missing}"))
            .help(format!("{help}, or take `{}` out", there.key)),
    );
    versions(tls, sink);
}

fn versions(tls: &Table, sink: &mut Sink) {
    if let (Some(least), Some(most)) = (tls.entry("minVersion"), tls.entry("maxVersion"))
        && text(&most.value) < text(&least.value)
    {
        sink.push_once(
            Diagnostic::error("bad-value", "the newest version of TLS is the older one")
                .at(most.value.span, "below `minVersion`")
                .context(least.value.span, "the oldest version")
                .help("write a `maxVersion` that is not below it"),
        );
    }
}

/// A value comes from one place.
fn source(entry: Option<&Entry>, sink: &mut Sink) {
    let Some(entry) = entry else { return };
    let Some(table) = entry.value.as_table() else { return };
    let both = ["secret", "configMap"];
    only_one(table, &both, "a value comes from one place", sink);
    if table.is_empty() {
        sink.push_once(
            Diagnostic::error("missing-key", format!("`{}` says nothing", entry.key))
                .at(entry.value.span, "neither `secret` nor `configMap`")
                .help(format!("write `{} = {{ secret = {REFERENCE} }}`", entry.key)),
        );
    }
}

/// Checks the proxy of a table.
pub(super) fn proxy(fields: &Table, sink: &mut Sink) {
    let from_environment = fields
        .entry("proxyFromEnvironment")
        .filter(|it| it.value.as_bool() == Some(true));
    let url = fields.entry("proxyUrl");
    if let Some(own) = from_environment {
        for name in ["proxyUrl", "noProxy"] {
            let Some(other) = fields.entry(name) else { continue };
            sink.push_once(
                Diagnostic::error("contradiction", "a request has one kind of proxy")
                    .at(other.key.span(), format!("`{name}` beside it"))
                    .context(own.key.span(), "the proxies of the environment")
                    .help("take one of them out"),
            );
        }
    }
    for name in ["noProxy", "proxyConnectHeader"] {
        let Some(entry) = fields.entry(name) else { continue };
        if url.is_none() && from_environment.is_none() {
            sink.push_once(
                Diagnostic::error("missing-key", format!("`{name}` without a proxy"))
                    .at(entry.key.span(), "no `proxyUrl` beside it")
                    .help(format!("add `proxyUrl`, or take `{name}` out")),
            );
        }
    }
    for header in below(fields, "proxyConnectHeader").into_iter().flatten() {
        if header.value.as_array().is_some_and(<[Node]>::is_empty) {
            let title = format!("the header `{}` has no value", header.key);
            sink.push_once(
                Diagnostic::error("no-values", title)
                    .at(header.value.span, "the operator refuses an empty one")
                    .help(format!("write `[{REFERENCE}]`")),
            );
        }
    }
}

//! Endpoints of a service that are scraped twice.

use serde_json::{Map, Value as Json, json};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::rules::monitor::{Endpoint, MonitorKind, Port};

/// Warns of endpoints of which nothing tells the series apart: each target would have two
/// samples of each of its series.
pub(super) fn check(
    job: &Text,
    kind: MonitorKind,
    endpoints: &[Endpoint],
    sink: &mut Sink,
) {
    if endpoints.len() < 2 {
        return;
    }
    let asked: Vec<Map<String, Json>> =
        endpoints.iter().map(|it| asked(it, kind)).collect();
    for (idx, it) in endpoints.iter().enumerate() {
        let Some(first) = asked[..idx].iter().position(|it| *it == asked[idx]) else {
            continue;
        };
        let names = (name(&endpoints[first].port), name(&it.port));
        let title = format!("`{job}` is scraped twice at one port");
        sink.push_once(
            Diagnostic::warning("duplicate-endpoint", title)
                .at(it.span, format!("`{}` asks for what `{}` does", names.1, names.0))
                .context(endpoints[first].span, "this one")
                .help("take one of them out, or let them differ in `path`"),
        );
    }
}

fn name(port: &Port) -> String {
    match port {
        Port::Name(it) => it.clone(),
        Port::Number(it) => it.to_string(),
    }
}

/// What tells an endpoint from others: all but how often it is asked.
fn asked(it: &Endpoint, kind: MonitorKind) -> Map<String, Json> {
    let mut out = it.with_port(kind);
    for often in ["interval", "scrapeTimeout"] {
        out.remove(often);
    }
    for (field, default) in [("path", "/metrics"), ("scheme", "http")] {
        out.entry(field).or_insert_with(|| json!(default));
    }
    out
}

//! What kind of metric a name tells.

use crate::lint::context::Context;

/// Whether a metric is surely a counter: buckets of a histogram, or a `_total` of things
/// that happen, or one of which another rule takes the rate. Many a gauge is called
/// `_total` too, and names with colons are of recording rules, which tell nothing.
pub(super) fn is_counter(name: &str, context: &Context<'_>) -> bool {
    if !may_be_counter(name) {
        return false;
    }
    let words = words(name);
    let is = |list: &[&str]| words.iter().any(|it| list.contains(&&**it));
    let happens = || is(EVENTS) || context.is_rated(name);
    name.ends_with("_bucket") || !is(STATES) && happens()
}

/// Whether a name ends as those of counters do.
pub(super) fn may_be_counter(name: &str) -> bool {
    (name.ends_with("_total") || name.ends_with("_bucket")) && !name.contains(':')
}

/// The words of a name, also of those that differ by capitals only.
fn words(name: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut small = false;
    for it in name.chars() {
        if it == '_' || small && it.is_ascii_uppercase() {
            out.push(String::new());
        }
        small = it.is_ascii_lowercase() || it.is_ascii_digit();
        if it != '_' {
            out.last_mut().expect("there is one").push(it.to_ascii_lowercase());
        }
    }
    out
}

/// What happens, and so is counted for ever.
#[rustfmt::skip]
const EVENTS: &[&str] = &[
    "aborted", "aborts", "acknowledged", "added", "allocations", "attempts", "blocked",
    "calls", "collections", "commits", "completed", "conflicts", "consumed", "crashes",
    "created", "cycles", "deadlocks", "deleted", "delivered", "denied", "discarded",
    "dispatches", "downloads", "dropped", "drops", "error", "errors", "evaluations",
    "events", "evicted", "evictions", "exceeded", "exceptions", "executed", "executions",
    "expired", "failed", "failure", "failures", "faults", "finished", "handled", "hits",
    "interrupts", "invocations", "iterations", "killed", "kills", "logins", "lost",
    "missed", "misses", "notifications", "operations", "ops", "packets", "panics",
    "processed", "published", "queries", "reached", "reads", "received", "rejected",
    "rejections", "reloads", "removed", "requests", "resets", "restart", "restarts",
    "retried", "retries", "rollbacks", "rotations", "runs", "samples", "scrapes",
    "seconds", "sent", "skipped", "started", "succeeded", "success", "successes",
    "switches", "throttled", "timeouts", "transitions", "transmitted", "uploads",
    "writes", "written",
];

/// What is counted anew each time, and may be called a total all the same.
const STATES: &[&str] = &[
    "active",
    "available",
    "capacity",
    "free",
    "inuse",
    "offline",
    "online",
    "open",
    "pending",
    "queued",
    "remaining",
    "resource",
    "running",
    "timestamp",
    "unapplied",
    "uptime",
    "used",
    "waiting",
];

/// Whether a name is surely that of a gauge.
pub(super) fn is_gauge(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "_timestamp_seconds",
        "_timestamp",
        "_info",
        "_ratio",
        "_percent",
        "_celsius",
        "_utilization",
        "_created",
    ];
    let named = matches!(name, "up" | "ALERTS" | "ALERTS_FOR_STATE");
    let ends = || ENDS.iter().any(|it| name.ends_with(it));
    (named || ends() || is_known_gauge(name)) && !name.contains(':')
}

/// Gauges of client libraries and of exporters that run nearly everywhere: their names do
/// not tell.
#[rustfmt::skip]
const KNOWN_GAUGES: &[&str] = &[
    "container_memory_cache", "container_memory_rss", "container_memory_usage_bytes",
    "container_memory_working_set_bytes", "go_goroutines", "go_threads",
    "node_filesystem_avail_bytes", "node_filesystem_free_bytes",
    "node_filesystem_size_bytes", "node_load1", "node_load15", "node_load5",
    "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
    "process_start_time_seconds", "process_virtual_memory_bytes",
];

fn is_known_gauge(name: &str) -> bool {
    // kube-state-metrics counts nothing else than what it calls so.
    let of_kube = || {
        let counted = ["_total", "_bucket", "_sum", "_count"];
        name.starts_with("kube_") && !counted.iter().any(|it| name.ends_with(it))
    };
    let of_memory = || name.starts_with("node_memory_") && name.ends_with("_bytes");
    KNOWN_GAUGES.binary_search(&name).is_ok() || of_memory() || of_kube()
}

/// Functions that are made for counters.
pub(super) fn of_counters(function: &str) -> bool {
    matches!(function, "rate" | "irate" | "increase")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gauges_are_known_by_what_exports_them() {
        assert!(KNOWN_GAUGES.is_sorted());
        for it in ["go_goroutines", "node_memory_MemFree_bytes", "kube_pod_status_phase"]
        {
            assert!(is_gauge(it), "{it}");
        }
        let counters =
            ["kube_pod_container_status_restarts_total", "node_network_receive_bytes"];
        assert!(!counters.iter().any(|it| is_gauge(it)));
    }
}

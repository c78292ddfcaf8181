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
    (named || ENDS.iter().any(|it| name.ends_with(it))) && !name.contains(':')
}

/// Functions that are made for counters.
pub(super) fn of_counters(function: &str) -> bool {
    matches!(function, "rate" | "irate" | "increase")
}

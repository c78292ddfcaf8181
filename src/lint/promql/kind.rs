//! What kind of metric a name tells.

/// Whether a name is that of a counter: `_total`, or the buckets of a histogram. Names with
/// colons are of recording rules, and tell nothing.
pub(super) fn is_counter(name: &str) -> bool {
    let ends = name.ends_with("_total") || name.ends_with("_bucket");
    let word = |it: &&str| name.split('_').any(|word| word == *it);
    ends && !name.contains(':') && !STATES.iter().any(word)
}

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

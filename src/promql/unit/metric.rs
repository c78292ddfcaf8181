//! What the names of metrics tell: by convention they end in their unit, those of counters
//! in what is counted.

use super::{Amount, SECONDS, THINGS, Unit, What};
use crate::promql::syntax::ast::{MatchOp, Matcher};

/// Words at the end of a name, with the base unit and the value of one.
const WORDS: &[(&str, &str, f64)] = &[
    ("seconds", "s", 1.0),
    ("milliseconds", "s", 1e3),
    ("microseconds", "s", 1e6),
    ("nanoseconds", "s", 1e9),
    ("minutes", "s", 1.0 / 60.0),
    ("hours", "s", 1.0 / 3600.0),
    ("days", "s", 1.0 / 86_400.0),
    ("ms", "s", 1e3),
    ("ns", "s", 1e9),
    ("bytes", "bytes", 1.0),
    ("byte", "bytes", 1.0),
    ("kilobytes", "bytes", 1e-3),
    ("megabytes", "bytes", 1e-6),
    ("gigabytes", "bytes", 1e-9),
    ("kibibytes", "bytes", 1.0 / 1024.0),
    ("mebibytes", "bytes", 1.0 / 1_048_576.0),
    ("gibibytes", "bytes", 1.0 / 1_073_741_824.0),
    ("bits", "bytes", 8.0),
    ("celsius", "celsius", 1.0),
    ("fahrenheit", "fahrenheit", 1.0),
    ("kelvin", "kelvin", 1.0),
    ("volts", "volt", 1.0),
    ("amperes", "amp", 1.0),
    ("amps", "amp", 1.0),
    ("watts", "watt", 1.0),
    ("joules", "joule", 1.0),
    ("hertz", "hertz", 1.0),
    ("grams", "massg", 1.0),
    ("kilograms", "massg", 1e-3),
    ("meters", "lengthm", 1.0),
    ("metres", "lengthm", 1.0),
    ("liters", "litre", 1.0),
    ("litres", "litre", 1.0),
    ("pascals", "pressurepa", 1.0),
    ("ohms", "ohm", 1.0),
    ("lux", "lux", 1.0),
    ("rpm", "rotrpm", 1.0),
    ("dbm", "dBm", 1.0),
];

/// Units that measure one thing relative to another: `per_litre` is none of litres.
const PER: &str = "per";

/// What is counted, by the last word of a counter's name, with Grafana's id of so many a
/// second.
const COUNTED: &[(&str, &str)] = &[
    (REQUESTS, "reqps"),
    ("operations", "ops"),
    ("commands", "ops"),
    ("queries", "ops"),
    ("transactions", "ops"),
    ("reads", "rps"),
    ("writes", "wps"),
    ("events", "eps"),
    ("messages", "mps"),
    ("records", "recps"),
    ("rows", "rowsps"),
    ("packets", "pps"),
];

const REQUESTS: &str = "requests";

/// Other words for what is counted.
const ALSO: &[(&str, &str)] = &[("request", REQUESTS), ("ops", "operations")];

/// Grafana's id of so many things a second, by their word.
pub(super) fn a_second(word: &str) -> &'static str {
    COUNTED.iter().find(|it| it.0 == word).map_or("cps", |it| it.1)
}

/// What became of the things that the word before names.
const BECAME: &[&str] = &[
    "accepted",
    "completed",
    "consumed",
    "delivered",
    "dropped",
    "failed",
    "forwarded",
    "handled",
    "lost",
    "processed",
    "published",
    "received",
    "rejected",
    "retried",
    "sent",
    "served",
    "skipped",
    "succeeded",
];

/// Words of amounts that are added up in a unit which the name does not tell.
const MEASURED: &[&str] = &[
    "bandwidth",
    "cost",
    "cpu",
    "duration",
    "energy",
    "latencies",
    "latency",
    "length",
    "memory",
    "size",
    "volume",
    "weight",
];

/// Words before `time` in the names of times at which something was.
const MOMENTS: &[&str] = &["boot", "start", "end", "completion", "expiry", "expiration"];

/// Metrics of times at which something was, whose names are those of durations.
const TIMES: &[&str] = &["go_memstats_last_gc_time_seconds", "node_time_seconds"];

/// Words before `time` in the names of durations; others may be times of the clock.
const LASTING: &[&str] = &[
    "busy",
    "connect",
    "cpu",
    "delay",
    "execution",
    "idle",
    "latency",
    "lookup",
    "pause",
    "processing",
    "query",
    "queue",
    "read",
    "request",
    "response",
    "run",
    "scrape",
    "wait",
    "write",
];

/// Metrics of Kubernetes' own exporters whose names do not tell: of the kubelet by how they
/// begin and end, of kube-state-metrics by the label `resource`.
pub(super) fn of_selector(name: &str, matchers: &[Matcher]) -> Unit {
    const MEMORY: &[&str] = &["rss", "cache", "swap", "kernel"];
    let bytes = || Unit::of(What::Measured("bytes"));
    if let Some(end) = name.strip_prefix("container_memory_")
        && MEMORY.contains(&end)
    {
        return bytes();
    }
    let is_resource = |it: &&Matcher| &*it.name == "resource" && it.op == MatchOp::Equal;
    let resource = matchers.iter().find(is_resource).map(|it| &*it.value);
    match (name.starts_with("kube_"), resource) {
        (true, Some("memory" | "storage" | "ephemeral_storage")) => bytes(),
        (true, Some("cpu")) => Unit::of(THINGS),
        _ => unit(name),
    }
}

/// The unit of a metric.
pub(super) fn unit(name: &str) -> Unit {
    let parts: Vec<&str> = name.split(':').collect();
    match parts[..] {
        [name] => plain(name),
        // Recording rules are called `level:metric:operations`.
        [_, metric, operations] => recorded(metric, operations),
        [.., last] if last.starts_with("ratio") => Unit::of(What::Ratio),
        [.., last] => plain(last),
        [] => Unit::Unknown,
    }
}

/// The unit of what a histogram or its buckets observe.
pub(super) fn observed(name: &str) -> Unit {
    let metric = match name.split(':').collect::<Vec<_>>()[..] {
        [_, metric, _] => metric,
        [.., last] => last,
        [] => name,
    };
    measured(metric.strip_suffix("_bucket").unwrap_or(metric))
}

/// What a histogram counts.
pub(super) fn observations(name: &str) -> Unit {
    let requests = name.split(['_', ':']).any(|it| it == "request" || it == "requests");
    Unit::of(if requests { What::Count(REQUESTS) } else { THINGS })
}

fn recorded(metric: &str, operations: &str) -> Unit {
    let mut words = operations.split('_');
    let first = words.clone().next().unwrap_or_default();
    let has = |word: &str| operations.split('_').any(|it| it.starts_with(word));
    if has("ratio") {
        return Unit::of(What::Ratio);
    }
    if first == "count" {
        return Unit::of(THINGS);
    }
    if has("quantile") || words.any(is_quantile) || is_quantile(first) {
        return observed(metric);
    }
    // The name of a counter loses its end where its rate is recorded.
    let unit = match plain(metric) {
        Unit::Unknown => counted(metric).map_or(Unit::Unknown, Unit::of),
        it => it,
    };
    // As Kubernetes' own rules call it.
    if metric.ends_with("utilisation") || metric.ends_with("utilization") {
        return Unit::of(What::Ratio);
    }
    match has("rate") || has("irate") {
        true => unit.per_second(),
        false => unit,
    }
}

/// `p99`
fn is_quantile(word: &str) -> bool {
    let digits = word.strip_prefix('p').unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
}

fn plain(name: &str) -> Unit {
    match name {
        "up" | "probe_success" => return Unit::of(What::Flag),
        "ALERTS" => return Unit::Number(Some(1.0)),
        _ if TIMES.contains(&name) => return Unit::of(What::Timestamp),
        _ if may_be_time(name) => return Unit::Unknown,
        "ALERTS_FOR_STATE" => return Unit::of(What::Timestamp),
        _ => {}
    }
    let Some((head, end)) = name.rsplit_once('_') else { return Unit::Unknown };
    match end {
        "up" => Unit::of(What::Flag),
        // Such metrics are always one.
        "info" => Unit::Number(Some(1.0)),
        "created" => Unit::of(What::Timestamp),
        "count" | "bucket" => observations(head),
        "sum" | "max" | "min" | "avg" | "mean" => measured(head),
        "total" => of_counter(head),
        "second" => match name.strip_suffix("_per_second") {
            Some(head) => match measured(head) {
                Unit::Unknown => counted(head).map_or(Unit::Unknown, Unit::of),
                it => it,
            }
            .per_second(),
            None => Unit::Unknown,
        },
        _ => measured(name),
    }
}

/// Whether nobody can tell if a gauge is a duration or a time: `last_run_time_seconds`.
fn may_be_time(name: &str) -> bool {
    let Some(head) = name.strip_suffix("_time_seconds") else { return false };
    let word = head.rsplit('_').next().unwrap_or_default();
    let last = head.split('_').any(|it| it == "last");
    !MOMENTS.contains(&word) && (last || !LASTING.contains(&word))
}

/// What a counter without `_total` counts.
fn of_counter(name: &str) -> Unit {
    match (measured(name), counted(name)) {
        (Unit::Unknown, Some(it)) => Unit::of(it),
        (Unit::Unknown, None) => {
            // `totaltimems` and `bytesout` are no things.
            let amount = |it: &str| {
                let within = it.contains("time") || it.len() > 5 && it.contains("bytes");
                MEASURED.contains(&it) || within
            };
            match name.split('_').any(amount) {
                true => Unit::Unknown,
                false => Unit::of(THINGS),
            }
        }
        (it, _) => it,
    }
}

fn counted(name: &str) -> Option<What> {
    let mut words = name.rsplit('_').skip_while(|it| BECAME.contains(it));
    let last = words.next()?;
    let last = ALSO.iter().find(|it| it.0 == last).map_or(last, |it| it.1);
    COUNTED.iter().find(|it| it.0 == last).map(|it| What::Count(it.0))
}

/// The unit that a name tells, at its end as a rule.
fn measured(name: &str) -> Unit {
    // `x_seconds_by_method`, `x_bytes_excluding_lo`
    let end = ["_by_", "_excluding_"].iter().find_map(|it| name.find(it));
    let name = &name[..end.unwrap_or(name.len())];
    match at_end(name) {
        Unit::Unknown if of_bytes(name) => Unit::of(What::Measured("bytes")),
        it => it,
    }
}

/// `bytes_in`, `disk_bytes_read`, but not `bytes_errors`.
fn of_bytes(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "in",
        "out",
        "read",
        "written",
        "received",
        "sent",
        "transferred",
        "transmitted",
        "used",
        "free",
        "available",
        "allocated",
        "fetched",
        "processed",
        "downloaded",
        "uploaded",
    ];
    let mut words = name.rsplit('_');
    let last = words.next().unwrap_or_default();
    let before = words.next().unwrap_or_default();
    let per = words.next() == Some(PER);
    !per && ENDS.contains(&last) && matches!(before, "bytes" | "byte")
}

fn at_end(name: &str) -> Unit {
    let mut words = name.rsplit('_');
    let (last, before) = (words.next().unwrap_or_default(), words.next());
    let ratio = |scale| Unit::scaled(What::Ratio, scale);
    match (last, before) {
        (_, Some(PER)) => return Unit::Unknown,
        ("ratio" | "fraction", _) => return ratio(1.0),
        ("percent" | "percentage" | "pct", _) => return ratio(100.0),
        ("timestamp", _) => return Unit::of(What::Timestamp),
        _ => {}
    }
    let Some((_, base, scale)) = WORDS.iter().find(|it| it.0 == last) else {
        return Unit::Unknown;
    };
    let what = What::Measured(base);
    let moment = match before {
        Some("timestamp") => true,
        Some("time") => words.next().is_some_and(|it| MOMENTS.contains(&it)),
        _ => false,
    };
    match moment && what == SECONDS {
        true => Unit::scaled(What::Timestamp, *scale),
        false => Unit::Amount(Amount { what, per_second: false, scale: *scale }),
    }
}

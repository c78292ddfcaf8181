//! Rule files as `build` writes them, made to run sixty times as fast.
//!
//! Changed are durations alone: `for`, `keep_firing_for`, ranges, offsets and resolutions are
//! a sixtieth, intervals a second. Added to each group are a `query_offset`, so that no
//! scrape comes while it is evaluated, and two records that say what it saw at its beginning
//! and at its end. The names of groups get that of their file before them.

use aqua_alerts::case::duration;

/// How much faster time passes.
pub const FACTOR: i64 = 60;

/// The interval of all groups, and how far they look back, in milliseconds.
pub const INTERVAL: i64 = 1000;
pub const OFFSET: i64 = 2000;

/// A window holds three scrapes at least.
const MIN_RANGE: i64 = 3000;

/// A metric that is scraped each time.
pub const STEP: &str = "platform_step";

/// The text of a rule file whose name is `file`.
pub fn faster(file: &str, text: &str) -> String {
    let mut out = String::new();
    let mut group: Option<String> = None;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("- name: ") {
            out.extend(group.as_deref().map(last));
            let name = format!("{file}_{name}");
            out += &format!("- name: {name}\n  interval: {INTERVAL}ms\n");
            out += &format!("  query_offset: {OFFSET}ms\n");
            group = Some(name);
        } else if line.starts_with("  interval: ") {
            continue;
        } else if line == "  rules:" {
            out += &format!("  rules:\n{}", seen(group.as_deref().unwrap(), "first"));
        } else if let Some((key, value)) = hold(line) {
            out += &format!("    {key}: {}ms\n", shortened(value, 0));
        } else {
            out += &format!("{}\n", ranges(line));
        }
    }
    out.extend(group.as_deref().map(last));
    out
}

fn last(group: &str) -> String {
    seen(group, "last")
}

/// A record of the time of the newest scrape.
fn seen(group: &str, which: &str) -> String {
    let expr = format!("max(timestamp({STEP})) or vector(0)");
    format!("  - record: {group}:{which}:seen\n    expr: {expr}\n")
}

fn hold(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix("    ")?.split_once(": ")?;
    ["for", "keep_firing_for"].contains(&key).then_some((key, value))
}

fn shortened(text: &str, least: i64) -> i64 {
    (duration::parse(text).unwrap() / FACTOR).max(least)
}

/// A line with shorter ranges and offsets: what stands between brackets, and the word after
/// `offset`.
fn ranges(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        out += &offsets(before);
        let Some((range, after)) = after.split_once(']') else { break };
        let parts = range.split(':').map(duration::parse);
        match parts.collect::<Result<Vec<i64>, _>>() {
            Ok(_) => {
                let parts = range.split(':').enumerate();
                let least = |idx: usize| if idx == 0 { MIN_RANGE } else { INTERVAL };
                let parts = parts.map(|(idx, it)| shortened(it, least(idx)));
                let parts: Vec<String> = parts.map(|it| format!("{it}ms")).collect();
                out += &format!("[{}]", parts.join(":"));
            }
            // No range: a class of a regular expression.
            Err(_) => out += &format!("[{range}]"),
        }
        rest = after;
    }
    out + &offsets(rest)
}

fn offsets(text: &str) -> String {
    let mut parts = text.split(" offset ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|it: char| !it.is_ascii_alphanumeric()).unwrap_or(part.len());
        out += &format!(" offset {}ms{}", shortened(&part[..end], 0), &part[end..]);
    }
    out
}

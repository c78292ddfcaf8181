//! What is wrong with how a value is written, from its unit, the functions that it goes
//! through and the text behind it.

use crate::promql::syntax::ast::TextRange;
use crate::promql::unit::{Amount, THINGS, Unit, What};
use crate::template::shown::Shown;

/// What is wrong.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// Where, in the text.
    pub(super) at: TextRange,
    /// What.
    pub(super) title: String,
    /// What is here.
    pub(super) label: String,
    /// What to write.
    pub(super) help: String,
    /// What the value is, where that is why.
    pub(super) is: Option<String>,
    /// Whether it is that a measured quantity is written as a share.
    pub(super) is_share: bool,
}

/// A function that takes values of a certain unit.
struct Takes {
    function: &'static str,
    label: &'static str,
    /// Whether a value is of another one.
    is_wrong: fn(&Amount) -> bool,
}

#[rustfmt::skip]
const TAKES: &[Takes] = &[
    Takes { function: "humanizePercentage", label: "takes a ratio", is_wrong: is_no_ratio },
    Takes { function: "humanizeDuration", label: "takes seconds", is_wrong: is_no_duration },
    Takes { function: "humanize1024", label: "takes bytes", is_wrong: is_no_bytes },
    Takes {
        function: "humanizeTimestamp",
        label: "takes seconds since 1970",
        is_wrong: is_no_time,
    },
];

/// Units of time as one writes them.
#[rustfmt::skip]
const DURATIONS: &[&str] = &[
    "s", "sec", "secs", "second", "seconds", "ms", "min", "mins", "minute", "minutes", "h",
    "hour", "hours", "day", "days",
];

/// Multiples of bytes as one writes them.
#[rustfmt::skip]
const MULTIPLES: &[&str] = &[
    "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB",
];

/// What is wrong with a value as it is written, if something is for certain.
pub(super) fn fault(shown: &Shown, value: Option<&Amount>) -> Option<Fault> {
    let value = |of: fn(&Shown, &Amount) -> Option<Fault>| of(shown, value?);
    twice(shown).or_else(|| value(of_function)).or_else(|| value(of_text))
}

/// A unit behind one that is written already.
fn twice(shown: &Shown) -> Option<Fault> {
    let (function, at) = shown.by.last()?;
    let (after, word) = behind(shown);
    let (unit, writes, help) = match function.as_str() {
        "humanizePercentage" if after.starts_with('%') => {
            ("%", "writes `5%`", "take the second `%` out")
        }
        "humanizePercentage" if word == "percent" => {
            (word, "writes `5%`", "take `percent` out")
        }
        "humanizeDuration" if DURATIONS.contains(&word) => {
            (word, "writes `1m 30s`", "take the unit out")
        }
        "humanize1024" if MULTIPLES.contains(&word) => {
            (word, "writes `1.5Mi`", "write `B` behind it")
        }
        _ => return None,
    };
    Some(Fault {
        at: *at,
        title: format!("`{unit}` behind `{function}`"),
        label: writes.to_owned(),
        help: help.to_owned(),
        is: None,
        is_share: false,
    })
}

/// A value that a function does not take.
fn of_function(shown: &Shown, value: &Amount) -> Option<Fault> {
    let known = |name: &str| TAKES.iter().find(|it| it.function == name);
    let (at, takes) = shown.by.iter().find_map(|it| Some((it.1, known(&it.0)?)))?;
    let is = words(value);
    (takes.is_wrong)(value).then(|| Fault {
        at,
        title: format!("`{}` of {is}", takes.function),
        label: takes.label.to_owned(),
        help: instead(value),
        is: Some(is),
        is_share: takes.function == "humanizePercentage" && is_measured(value),
    })
}

/// A value that is not what the text behind it says.
fn of_text(shown: &Shown, value: &Amount) -> Option<Fault> {
    let plain = |it: &(String, TextRange)| matches!(&*it.0, "printf" | "humanize");
    let (after, word) = behind(shown);
    let says_percent = after.starts_with('%') || word == "percent";
    if !says_percent || !shown.by.iter().all(plain) || !is_no_percentage(value) {
        return None;
    }
    let is = words(value);
    let sign = if word == "percent" { word } else { "%" };
    Some(Fault {
        at: shown.at,
        title: format!("`{sign}` behind {is}"),
        label: match value.what {
            What::Ratio => format!("writes 0.05 as `0.05 {sign}`").replace(" %", "%"),
            _ => format!("writes {is}"),
        },
        help: match value.what {
            What::Ratio => {
                format!(
                    "write `{{{{ $value | humanizePercentage }}}}` without the `{sign}`"
                )
            }
            _ => instead(value),
        },
        is: Some(is),
        is_share: is_measured(value),
    })
}

/// The text behind a value, and its first word.
fn behind(shown: &Shown) -> (&str, &str) {
    let after = shown.after.trim_start_matches(' ');
    let end = after.find(|it: char| !it.is_ascii_alphabetic());
    (after, &after[..end.unwrap_or(after.len())])
}

fn is_no_ratio(value: &Amount) -> bool {
    match value.what {
        What::Ratio => value.scale != 1.0,
        // So many requests a second; what is counted else may be a share of the time.
        What::Count(_) => value.per_second && value.what != THINGS,
        _ => is_moment(value) || is_measured(value),
    }
}

fn is_no_duration(value: &Amount) -> bool {
    match value.what {
        What::Measured("s") => is_measured(value) && !is_about_one(value),
        What::Ratio => true,
        _ => is_moment(value) || is_measured(value),
    }
}

fn is_no_bytes(value: &Amount) -> bool {
    match value.what {
        // Bits, or more of them, are shown as well as bytes.
        What::Measured("bytes") => is_measured(value) && value.scale < 0.01,
        What::Ratio => true,
        _ => is_moment(value) || is_measured(value),
    }
}

fn is_no_time(value: &Amount) -> bool {
    match value.what {
        What::Timestamp => value.scale != 1.0,
        // The names of gauges in seconds do not tell since when.
        What::Measured(of) => of != "s" && is_measured(value),
        What::Ratio => true,
        _ => false,
    }
}

fn is_no_percentage(value: &Amount) -> bool {
    match value.what {
        What::Ratio => value.scale == 1.0,
        _ => is_moment(value) || is_measured(value),
    }
}

fn is_moment(value: &Amount) -> bool {
    value.what == What::Timestamp && !value.per_second
}

/// Whether it is an amount of something that is measured, in a unit that has a name.
fn is_measured(value: &Amount) -> bool {
    matches!(value.what, What::Measured(_)) && id(value).is_some()
}

/// Whether one is about a value of one: `1.2 * x_seconds`.
fn is_about_one(value: &Amount) -> bool {
    (0.5..=2.0).contains(&value.scale)
}

fn id(value: &Amount) -> Option<&'static str> {
    Unit::Amount(value.clone()).id()
}

/// What a value is, in words.
fn words(value: &Amount) -> String {
    let words = match (id(value), &value.what) {
        (Some("percentunit"), _) => "a ratio",
        (Some("percent"), _) => "a percentage",
        (Some("s"), _) => "seconds",
        (Some("ms"), _) => "milliseconds",
        (Some("µs"), _) => "microseconds",
        (Some("ns"), _) => "nanoseconds",
        (Some("m"), _) => "minutes",
        (Some("h"), _) => "hours",
        (Some("d"), _) => "days",
        (Some("bytes"), _) => "bytes",
        (Some("bits"), _) => "bits",
        (Some("deckbytes" | "kbytes"), _) => "kilobytes",
        (Some("decmbytes" | "mbytes"), _) => "megabytes",
        (Some("decgbytes" | "gbytes"), _) => "gigabytes",
        (Some("dectbytes" | "tbytes"), _) => "terabytes",
        (Some("Bps"), _) => "bytes a second",
        (Some("dateTimeAsIso"), _) => "milliseconds since 1970",
        (_, What::Timestamp) => "seconds since 1970",
        (_, What::Count(of)) if value.per_second => return format!("{of} a second"),
        (Some(id), _) => return format!("a value in `{id}`"),
        (None, _) => "something else",
    };
    words.to_owned()
}

/// What to write of it.
fn instead(value: &Amount) -> String {
    let write =
        |action: &str, end: &str| format!("write `{{{{ $value | {action} }}}}{end}`");
    match (&value.what, id(value)) {
        (What::Ratio, Some("percentunit")) => write("humanizePercentage", ""),
        (What::Ratio, _) => write("printf \"%.1f\"", "%") + ", or compare a ratio",
        (What::Measured("s"), Some("s")) if !value.per_second => {
            write("humanizeDuration", "")
        }
        (What::Measured("s"), _) => {
            "compare seconds, or write the number and its unit".into()
        }
        (What::Measured("bytes"), Some("bytes")) => write("humanize1024", "B"),
        (What::Measured("bytes"), Some("Bps")) => write("humanize1024", "B/s"),
        (What::Measured("bytes"), _) => {
            "compare bytes, or write the number and its unit".into()
        }
        (What::Timestamp, None) => {
            write("humanizeTimestamp", "") + ", or compare `time() - …`"
        }
        _ => "write the number and its unit: `{{ $value | humanize }} …`".into(),
    }
}

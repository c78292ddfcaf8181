//! Advice for numbers and durations with units that PromQL does not have.

const UNITS: &str = "units of durations are `ms`, `s`, `m`, `h`, `d`, `w`, `y`";

/// What to write instead of the number that `rest` begins with, behind `before`.
pub(super) fn advice(before: &str, rest: &str) -> String {
    let word = |it: char| it.is_ascii_alphanumeric() || it == '.';
    let word = &rest[..rest.find(|it| !word(it)).unwrap_or(rest.len())];
    let digits = |it: char| it.is_ascii_digit() || it == '.';
    let (number, unit) = word.split_at(word.find(|it| !digits(it)).unwrap_or(word.len()));
    let unit = unit.to_ascii_lowercase();
    let times = |power: u32| match power {
        1 => format!("write `{number} * 1024`"),
        _ => format!("write `{number} * 1024^{power}`"),
    };
    let duration = |letter: &str| format!("write `{number}{letter}`: {UNITS}");
    // Where only durations stand, letters are theirs.
    let before = before.trim_end();
    if before.ends_with(['[', ':']) || super::last_word(before) == "offset" {
        return match unit.as_str() {
            "s" | "m" | "h" | "d" | "w" | "y" | "ms" => duration(&unit),
            _ => long(&unit).map_or(UNITS.to_owned(), duration),
        };
    }
    match unit.as_str() {
        "k" | "kb" => format!("write `{number}e3`"),
        "m" | "mb" => format!("write `{number}e6`"),
        "g" | "gb" => format!("write `{number}e9`"),
        "t" | "tb" => format!("write `{number}e12`"),
        "ki" | "kib" => times(1),
        "mi" | "mib" => times(2),
        "gi" | "gib" => times(3),
        "ti" | "tib" => times(4),
        unit => long(unit).map_or(UNITS.to_owned(), duration),
    }
}

/// The unit of a duration that is written out.
fn long(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "year" | "years" => "y",
        _ => return None,
    })
}

/// Whether a comma stands in a number, as some people write one: `1,000`, `0,5`. `rest`
/// begins with the comma.
pub(super) fn is_grouped(before: &str, rest: &str) -> bool {
    let digit = |it: Option<&u8>| it.is_some_and(u8::is_ascii_digit);
    digit(before.as_bytes().last()) && digit(rest.as_bytes().get(1))
}

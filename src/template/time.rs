//! Go's `time.Time` and `time.Duration`, in UTC: texts, layouts, parts.

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A point of time, taken apart.
pub(super) struct Parts {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: i64,
    /// From 1.
    pub(super) day: i64,
    /// From 1.
    pub(super) day_of_year: i64,
    /// From 0, which is Sunday.
    pub(super) weekday: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) nanos: i64,
}

/// Takes nanoseconds since the epoch apart.
pub(super) fn parts(nanos: i128) -> Parts {
    let seconds = nanos.div_euclid(SECOND.into()) as i64;
    let days = seconds.div_euclid(86_400);
    let (year, month, day) = date(days);
    let of_day = seconds.rem_euclid(86_400);
    Parts {
        year,
        month,
        day,
        day_of_year: days - days_before(year, 1, 1) + 1,
        weekday: (days + 4).rem_euclid(7),
        hour: of_day / 3600,
        minute: of_day / 60 % 60,
        second: of_day % 60,
        nanos: nanos.rem_euclid(SECOND.into()) as i64,
    }
}

/// Year, month and day of a day counted from the epoch: years begin in March here, so
/// that the leap day is the last one.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// The day counted from the epoch of a date; days and months may be out of range.
pub(super) fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = year + (month - 1).div_euclid(12);
    let month = (month - 1).rem_euclid(12) + 1;
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The name of a month from 1.
pub(super) fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|it| MONTHS.get(it)).unwrap_or(&"%!Month")
}

/// The name of a day of the week from 0.
pub(super) fn weekday_name(weekday: i64) -> &'static str {
    usize::try_from(weekday).ok().and_then(|it| WEEKDAYS.get(it)).unwrap_or(&"%!Weekday")
}

/// `Time.String`.
pub(super) fn text(nanos: i128) -> String {
    format(nanos, "2006-01-02 15:04:05.999999999 -0700 MST")
}

/// `Time.Format`.
pub(super) fn format(nanos: i128, layout: &str) -> String {
    let parts = parts(nanos);
    let mut out = String::new();
    let mut rest = layout;
    while let Some(c) = rest.chars().next() {
        match element(rest) {
            Some((element, length)) => {
                write(element, &parts, &mut out);
                rest = &rest[length..];
            }
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    out
}

/// A part of a layout.
#[derive(Clone, Copy)]
enum Element {
    LongMonth,
    ShortMonth,
    Month,
    ZeroMonth,
    LongWeekday,
    ShortWeekday,
    Day,
    BlankDay,
    ZeroDay,
    BlankDayOfYear,
    ZeroDayOfYear,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    /// `_2006`: the underscore is text.
    MarkedYear,
    ShortYear,
    UpperNoon,
    LowerNoon,
    Zone,
    /// An offset that is `Z` in UTC.
    Zulu,
    Offset(&'static str),
    /// A separator, the number of digits, and whether zeros are left out.
    Fraction(char, usize, bool),
}

/// The element that a layout begins with, and its length.
fn element(layout: &str) -> Option<(Element, usize)> {
    use Element::*;
    const FIXED: [(&str, Element); 34] = [
        ("January", LongMonth),
        ("Jan", ShortMonth),
        ("Monday", LongWeekday),
        ("Mon", ShortWeekday),
        ("MST", Zone),
        ("01", ZeroMonth),
        ("02", ZeroDay),
        ("03", ZeroHour12),
        ("04", ZeroMinute),
        ("05", ZeroSecond),
        ("06", ShortYear),
        ("002", ZeroDayOfYear),
        ("15", Hour),
        ("1", Month),
        ("2006", LongYear),
        ("2", Day),
        ("_2006", MarkedYear),
        ("_2", BlankDay),
        ("__2", BlankDayOfYear),
        ("3", Hour12),
        ("4", Minute),
        ("5", Second),
        ("PM", UpperNoon),
        ("pm", LowerNoon),
        ("-070000", Offset("+000000")),
        ("-07:00:00", Offset("+00:00:00")),
        ("-0700", Offset("+0000")),
        ("-07:00", Offset("+00:00")),
        ("-07", Offset("+00")),
        ("Z070000", Zulu),
        ("Z07:00:00", Zulu),
        ("Z0700", Zulu),
        ("Z07:00", Zulu),
        ("Z07", Zulu),
    ];
    if let Some(fraction) = fraction(layout) {
        return Some(fraction);
    }
    let (word, element) = FIXED.iter().find(|it| layout.starts_with(it.0))?;
    let is_short_name = matches!(element, ShortMonth | ShortWeekday);
    let follows_lower =
        layout[word.len()..].starts_with(|it: char| it.is_ascii_lowercase());
    // `Month` is a word, not an abbreviated Monday.
    (!is_short_name || !follows_lower).then_some((*element, word.len()))
}

fn fraction(layout: &str) -> Option<(Element, usize)> {
    let separator = layout.chars().next().filter(|it| matches!(it, '.' | ','))?;
    let digit = layout[1..].chars().next().filter(|it| matches!(it, '0' | '9'))?;
    let rest = layout[1..].trim_start_matches(digit);
    let n_digits = layout.len() - 1 - rest.len();
    let ends = !rest.starts_with(|it: char| it.is_ascii_digit());
    ends.then_some((Element::Fraction(separator, n_digits, digit == '9'), 1 + n_digits))
}

fn write(element: Element, parts: &Parts, out: &mut String) {
    let month = month_name(parts.month);
    let weekday = weekday_name(parts.weekday);
    let hour12 = (parts.hour + 11) % 12 + 1;
    let text = match element {
        Element::LongMonth => month.to_owned(),
        Element::ShortMonth => month[..3].to_owned(),
        Element::Month => parts.month.to_string(),
        Element::ZeroMonth => format!("{:02}", parts.month),
        Element::LongWeekday => weekday.to_owned(),
        Element::ShortWeekday => weekday[..3].to_owned(),
        Element::Day => parts.day.to_string(),
        Element::BlankDay => format!("{:2}", parts.day),
        Element::ZeroDay => format!("{:02}", parts.day),
        Element::BlankDayOfYear => format!("{:3}", parts.day_of_year),
        Element::ZeroDayOfYear => format!("{:03}", parts.day_of_year),
        Element::Hour => format!("{:02}", parts.hour),
        Element::Hour12 => hour12.to_string(),
        Element::ZeroHour12 => format!("{hour12:02}"),
        Element::Minute => parts.minute.to_string(),
        Element::ZeroMinute => format!("{:02}", parts.minute),
        Element::Second => parts.second.to_string(),
        Element::ZeroSecond => format!("{:02}", parts.second),
        Element::LongYear => year_text(parts.year),
        Element::MarkedYear => format!("_{}", year_text(parts.year)),
        Element::ShortYear => format!("{:02}", parts.year.abs() % 100),
        Element::UpperNoon => if parts.hour < 12 { "AM" } else { "PM" }.to_owned(),
        Element::LowerNoon => if parts.hour < 12 { "am" } else { "pm" }.to_owned(),
        Element::Zone => "UTC".to_owned(),
        Element::Zulu => "Z".to_owned(),
        Element::Offset(zero) => zero.to_owned(),
        Element::Fraction(separator, n_digits, is_short) => {
            // Go knows nine digits, and keeps twelve bits of their number.
            let mut digits = format!("{:09}", parts.nanos);
            digits.truncate(n_digits & 0xfff);
            if is_short {
                digits.truncate(digits.trim_end_matches('0').len());
            }
            match is_short && digits.is_empty() {
                true => String::new(),
                false => format!("{separator}{digits}"),
            }
        }
    };
    out.push_str(&text);
}

fn year_text(year: i64) -> String {
    match year < 0 {
        true => format!("-{:04}", year.unsigned_abs()),
        false => format!("{year:04}"),
    }
}

/// `Duration.String`: `1h30m0s`, `1.5ms`.
pub(super) fn duration_text(nanos: i64) -> String {
    let size = nanos.unsigned_abs();
    let sign = if nanos < 0 { "-" } else { "" };
    let below_second = |n_digits: u32, unit: &str| {
        let scale = 10u64.pow(n_digits);
        format!("{sign}{}{unit}", decimal(size / scale, size % scale, n_digits))
    };
    match size {
        0 => "0s".to_owned(),
        1..1_000 => below_second(0, "ns"),
        1_000..1_000_000 => below_second(3, "µs"),
        1_000_000..1_000_000_000 => below_second(6, "ms"),
        _ => {
            let seconds = size / 1_000_000_000;
            let last = decimal(seconds % 60, size % 1_000_000_000, 9);
            match (seconds / 3600, seconds / 60 % 60) {
                (0, 0) => format!("{sign}{last}s"),
                (0, minutes) => format!("{sign}{minutes}m{last}s"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{last}s"),
            }
        }
    }
}

fn decimal(whole: u64, fraction: u64, n_digits: u32) -> String {
    let digits = format!("{fraction:0width$}", width = n_digits as usize);
    match fraction {
        0 => whole.to_string(),
        _ => format!("{whole}.{}", digits.trim_end_matches('0')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        let time = 1_435_065_584_128_000_000;
        assert_eq!(text(time), "2015-06-23 13:19:44.128 +0000 UTC");
        assert_eq!(text(-1), "1969-12-31 23:59:59.999999999 +0000 UTC");
        assert_eq!(
            format(
                time,
                "Mon Monday Jan January 1 2 _2 __2 002 3 03PM pm Z07:00 -0700 06"
            ),
            "Tue Tuesday Jun June 6 23 23 174 174 1 01PM pm Z +0000 15"
        );
        assert_eq!(
            format(time, "Month .000000 ,9 .99 .001 _2006"),
            "Month .128000 ,1 .12 .006 _2015"
        );
        assert_eq!(parts(days(2024, 2, 29)).day_of_year, 60);
        assert_eq!(parts(days(2000, 14, 0)).month, 1);
        for day in -1_000_000..1_000_000 {
            let (year, month, of_month) = date(day);
            assert_eq!(days_before(year, month, of_month), day);
        }
    }

    fn days(year: i64, month: i64, day: i64) -> i128 {
        i128::from(days_before(year, month, day)) * 86_400 * i128::from(SECOND)
    }

    #[test]
    fn durations() {
        for (nanos, expected) in [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (-3_300_000_000, "-3.3s"),
            (1_800_000_000_000, "30m0s"),
            (14_700_000_000_000, "4h5m0s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(duration_text(nanos), expected);
        }
    }
}

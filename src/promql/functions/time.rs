//! The clock of the evaluation, timestamps and dates.

use crate::promql::functions::kind::Kind;
use crate::promql::functions::{Arity, Function};
use crate::promql::syntax::types::ValueType::{Scalar, Vector};
use crate::promql::value::Grid;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("time", &[], Scalar)
        .uses_time()
        .kind(Kind::Scalars(|time, _| time as f64 / 1000.0)),
    Function::new("timestamp", &[Vector], Vector).kind(Kind::Timestamp).uses_time(),
    Function::new("start_timestamp", &[Vector], Vector)
        .experimental(3, 14)
        .kind(Kind::StartTimestamp),
    date("minute", |it| (Date::at(it).second_of_day / 60 % 60) as f64),
    date("hour", |it| (Date::at(it).second_of_day / 3600) as f64),
    date("day_of_week", |it| Date::at(it).weekday as f64),
    date("day_of_month", |it| Date::at(it).day as f64),
    date("day_of_year", |it| Date::at(it).day_of_year() as f64).since(2, 36),
    date("days_in_month", |it| Date::at(it).days_in_month() as f64),
    date("month", |it| Date::at(it).month as f64),
    date("year", |it| Date::at(it).year as f64),
    Function::new("start", &[], Scalar)
        .experimental(3, 12)
        .kind(Kind::Query(|grid| grid.start as f64 / 1000.0)),
    Function::new("end", &[], Scalar)
        .experimental(3, 12)
        .kind(Kind::Query(|grid| grid.end as f64 / 1000.0)),
    Function::new("range", &[], Scalar)
        .experimental(3, 12)
        .kind(Kind::Query(|grid| seconds(grid.end.saturating_sub(grid.start)))),
    Function::new("step", &[], Scalar).experimental(3, 12).kind(Kind::Query(step)),
];

const fn date(name: &'static str, body: fn(f64) -> f64) -> Function {
    Function::new(name, &[Vector], Vector)
        .arity(Arity::Optional(1))
        .uses_time()
        .kind(Kind::Date(body))
}

fn step(grid: &Grid) -> f64 {
    match grid.start == grid.end {
        true => 0.0,
        false => seconds(grid.step),
    }
}

/// Milliseconds in seconds as Go's `Duration.Seconds` computes them; a plain division
/// would differ in the last digit.
pub fn seconds(millis: i64) -> f64 {
    (millis / 1000) as f64 + (millis % 1000 * 1_000_000) as f64 / 1e9
}

/// A moment in UTC, as Go's `time.Time` splits it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Date {
    year: i64,
    /// From 1.
    month: u64,
    /// From 1.
    day: u64,
    /// 0 is Sunday.
    weekday: u64,
    second_of_day: u64,
}

/// Go counts days from the first of March of this year before year 0, in which a cycle
/// of 400 years begins.
const FIRST_YEAR: i64 = 292_277_022_400;
const DAYS_IN_CYCLE: u64 = 146_097;
const DAYS_BEFORE_1970: u64 = FIRST_YEAR as u64 / 400 * DAYS_IN_CYCLE + 719_468;
const SECONDS_IN_DAY: u64 = 86_400;

impl Date {
    /// The moment at a Unix time in seconds, fractions cut off.
    fn at(seconds: f64) -> Date {
        Date::at_unix(to_int(seconds))
    }

    fn at_unix(seconds: i64) -> Date {
        let seconds = (seconds as u64).wrapping_add(DAYS_BEFORE_1970 * SECONDS_IN_DAY);
        let days = seconds / SECONDS_IN_DAY;
        let (cycle, day_of_cycle) = (days / DAYS_IN_CYCLE, days % DAYS_IN_CYCLE);
        // Years begin in March, so that the leap day is the last one.
        let leap_days = day_of_cycle / 1_460 - day_of_cycle / 36_524
            + day_of_cycle / (DAYS_IN_CYCLE - 1);
        let year_of_cycle = (day_of_cycle - leap_days) / 365;
        let day_of_year = day_of_cycle
            - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Date {
            year: (cycle * 400 + year_of_cycle) as i64 - FIRST_YEAR
                + i64::from(month < 3),
            month,
            day: day_of_year - (153 * from_march + 2) / 5 + 1,
            weekday: (days + 3) % 7,
            second_of_day: seconds % SECONDS_IN_DAY,
        }
    }

    fn is_leap_year(self) -> bool {
        self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0)
    }

    fn days_in_month(self) -> u64 {
        match self.month {
            2 => 28 + u64::from(self.is_leap_year()),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    fn day_of_year(self) -> u64 {
        const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        let leap_day = u64::from(2 < self.month && self.is_leap_year());
        BEFORE[self.month as usize - 1] + leap_day + self.day
    }
}

/// Go's `int64(x)` on amd64: what does not fit, NaN too, is the least integer.
fn to_int(x: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    match (-LIMIT..LIMIT).contains(&x) {
        true => x as i64,
        false => i64::MIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::lookup;

    const NAMES: [&str; 8] = [
        "year",
        "month",
        "day_of_month",
        "day_of_year",
        "day_of_week",
        "days_in_month",
        "hour",
        "minute",
    ];

    /// The expectations are Prometheus's.
    #[test]
    fn dates() {
        let cases = [
            (0.0, "1970 1 1 1 4 31 0 0"),
            (-1.5, "1969 12 31 365 3 31 23 59"),
            (951_782_400.0, "2000 2 29 60 2 29 0 0"),
            (1_136_239_445.9, "2006 1 2 2 1 31 22 4"),
            (1_735_689_599.0, "2024 12 31 366 2 31 23 59"),
            (-62_167_219_200.0, "0 1 1 1 6 31 0 0"),
            (4_107_542_400.0, "2100 3 1 60 1 31 0 0"),
            (1e18, "31688740476 10 23 297 5 31 1 46"),
            (f64::NAN, "292277026596 12 4 339 0 31 15 30"),
            (f64::INFINITY, "292277026596 12 4 339 0 31 15 30"),
            (1e300, "292277026596 12 4 339 0 31 15 30"),
        ];
        for (time, want) in cases {
            let got = NAMES.map(|name| {
                let Kind::Date(body) = lookup(name).unwrap().kind else { panic!() };
                body(time).to_string()
            });
            assert_eq!(got.join(" "), want, "{time}");
        }
    }

    #[test]
    fn facts_about_the_query() {
        let cases = [
            ("start", Grid::range(1_500, 9_500, 2_001), 1.5),
            ("end", Grid::range(1_500, 9_500, 2_001), 9.5),
            ("range", Grid::range(1_500, 9_500, 2_001), 8.0),
            ("step", Grid::range(1_500, 9_500, 2_001), 2.001),
            ("step", Grid::instant(1_500), 0.0),
            ("range", Grid::instant(1_500), 0.0),
        ];
        for (name, grid, want) in cases {
            let Kind::Query(body) = lookup(name).unwrap().kind else { panic!() };
            assert_eq!(body(&grid), want, "{name}");
        }
    }
}

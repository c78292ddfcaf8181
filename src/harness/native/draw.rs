//! Time lines as text: a character for each stretch of ticks.
//!
//! ```text
//! expected   ..........pp######
//! happened   ............pp####
//!            0         5m
//! ```

use crate::case::native::timeline::{State, TimeLine};
use crate::harness::result::{self, Ticks, Timeline};
use crate::harness::words::time;

/// Characters of the longest line.
const WIDTH: usize = 60;

/// What stands at a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// Not looked at.
    Any,
    /// Neither pending nor firing.
    Silent,
    /// Pending.
    Pending,
    /// Firing.
    Firing,
}

impl Mark {
    fn char(self) -> char {
        match self {
            Mark::Any => ' ',
            Mark::Silent => '.',
            Mark::Pending => 'p',
            Mark::Firing => '#',
        }
    }
}

/// The ticks that are shown, and how many of them one character stands for.
#[derive(Clone, Copy, Debug)]
struct Frame {
    first: usize,
    n_ticks: usize,
    per_char: usize,
}

/// The lines that show what was expected and what happened, each with its own name, and
/// an axis below. `start` is the test's start; times are relative to it. They differ at the
/// tick `at`: where the whole is too long to show that, only its surroundings are shown.
pub fn lines(
    expected: &TimeLine,
    happened: Option<&Timeline>,
    ticks: Ticks,
    start: i64,
    at: i64,
) -> Vec<String> {
    let tick = |idx: usize| ticks.start + idx as i64 * ticks.step;
    let is_wanted = |idx: usize| wanted(expected, tick(idx) - start);
    let is = |idx: usize| match happened.and_then(|it| it.state_at(tick(idx))) {
        None => Mark::Silent,
        Some(result::State::Pending) => Mark::Pending,
        Some(result::State::Firing) => Mark::Firing,
    };
    let n_ticks = ticks.len();
    let per_char = n_ticks.div_ceil(WIDTH).max(1);
    let whole = Frame { first: 0, n_ticks, per_char };
    let at = ((at - ticks.start) / ticks.step.max(1)).max(0) as usize;
    let column = at - at % per_char;
    let is_seen = mark(whole, column, &is_wanted) != mark(whole, column, &is);
    let frame = match is_seen {
        true => whole,
        false => {
            let first = at.saturating_sub(WIDTH / 2).min(n_ticks.saturating_sub(WIDTH));
            Frame { first, n_ticks: n_ticks.min(first + WIDTH), per_char: 1 }
        }
    };
    vec![
        format!("expected   {}", row(frame, &is_wanted).trim_end()),
        format!("happened   {}", row(frame, &is)),
        format!("           {}", axis(frame, |idx| time(tick(idx) - start))),
    ]
}

fn row(frame: Frame, of: &dyn Fn(usize) -> Mark) -> String {
    let Frame { first, n_ticks, per_char } = frame;
    (first..n_ticks).step_by(per_char).map(|it| mark(frame, it, of).char()).collect()
}

/// What stands for the ticks from one on.
fn mark(frame: Frame, from: usize, of: &dyn Fn(usize) -> Mark) -> Mark {
    let upto = (from + frame.per_char).min(frame.n_ticks);
    (from..upto).map(of).max().unwrap_or(Mark::Any)
}

fn wanted(line: &TimeLine, time: i64) -> Mark {
    let state = |state: State| line.phases(state).any(|it| it.covers(time));
    match line {
        TimeLine::Never { .. } | TimeLine::Absent => Mark::Silent,
        TimeLine::States(..) if state(State::Firing) => Mark::Firing,
        TimeLine::States(..) if state(State::Pending) => Mark::Pending,
        TimeLine::States(..)
            if line.phases(State::Firing).any(|it| it.by && time < it.from) =>
        {
            Mark::Any
        }
        TimeLine::States(..)
            if line.names(State::Pending) && line.names(State::Firing) =>
        {
            Mark::Silent
        }
        TimeLine::States(..) if line.names(State::Firing) => Mark::Silent,
        TimeLine::States(..) => Mark::Any,
    }
}

/// Times below the line, as many as there is room for.
fn axis(frame: Frame, time: impl Fn(usize) -> String) -> String {
    let Frame { first, n_ticks, per_char } = frame;
    let mut out = String::new();
    let n_chars = n_ticks.saturating_sub(first).div_ceil(per_char);
    for at in (0..n_chars).step_by(10) {
        if out.len() <= at {
            out.extend(std::iter::repeat_n(' ', at - out.len()));
            out.push_str(&time(first + at * per_char));
            out.push(' ');
        }
    }
    out.trim_end().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::native::timeline::parse;
    use crate::harness::result::Stretch;
    use crate::promql::labels::Labels;

    const MINUTE: i64 = 60_000;

    fn drawn(expected: &str, until: i64, firing: (i64, i64), at: i64) -> String {
        let stretch = Stretch {
            state: result::State::Firing,
            from: firing.0,
            to: Some(firing.1),
            active_at: firing.0,
        };
        let (labels, points) = (Labels::empty(), Vec::new());
        let happened = Timeline { labels, stretches: vec![stretch], points };
        let ticks = Ticks { start: 0, end: until, step: MINUTE / 2 };
        let expected = parse(expected).unwrap();
        lines(&expected, Some(&happened), ticks, 0, at).join("\n")
    }

    #[test]
    fn a_difference_is_seen() {
        // All in one line.
        let short = drawn("firing 2m..", 5 * MINUTE, (MINUTE, 5 * MINUTE), MINUTE);
        assert_eq!(
            short,
            "expected   ....#######\n\
             happened   ..########.\n           0         5m"
        );
        // One of three ticks of a character.
        let at = 30 * MINUTE;
        let long = drawn("firing 30m30s..", 60 * MINUTE, (at, 70 * MINUTE), at);
        let rows: Vec<&str> = long.lines().collect();
        assert_eq!(rows[0][11..], [".".repeat(31), "#".repeat(29)].concat());
        assert_eq!(rows[1][11..], [".".repeat(30), "#".repeat(30)].concat());
        assert_eq!(
            rows[2][11..],
            *"15m       20m       25m       30m       35m       40m"
        );
        // At the end, where there is less to show.
        let (from, at) = (59 * MINUTE, 59 * MINUTE + MINUTE / 2);
        let late = drawn("firing 59m..59m30s", 60 * MINUTE, (from, 70 * MINUTE), at);
        let rows: Vec<&str> = late.lines().collect();
        assert_eq!(rows[0][11..], [".".repeat(57).as_str(), "#.."].concat());
        assert_eq!(rows[1][11..], [".".repeat(57).as_str(), "###"].concat());
    }
}

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

/// The lines that show what was expected and what happened, each with its own name, and
/// an axis below. `start` is the test's start; times are relative to it.
pub fn lines(
    expected: &TimeLine,
    happened: Option<&Timeline>,
    ticks: Ticks,
    start: i64,
) -> Vec<String> {
    let n_ticks = ticks.len();
    let per_char = n_ticks.div_ceil(WIDTH).max(1);
    let expected: String = row(n_ticks, per_char, |idx| {
        wanted(expected, ticks.start + idx as i64 * ticks.step - start)
    });
    let happened: String = row(n_ticks, per_char, |idx| {
        let tick = ticks.start + idx as i64 * ticks.step;
        match happened.and_then(|it| it.state_at(tick)) {
            None => Mark::Silent,
            Some(result::State::Pending) => Mark::Pending,
            Some(result::State::Firing) => Mark::Firing,
        }
    });
    vec![
        format!("expected   {}", expected.trim_end()),
        format!("happened   {happened}"),
        format!("           {}", axis(n_ticks, per_char, ticks, start)),
    ]
}

fn row(n_ticks: usize, per_char: usize, mark: impl Fn(usize) -> Mark) -> String {
    (0..n_ticks)
        .step_by(per_char)
        .map(|from| {
            let upto = (from + per_char).min(n_ticks);
            (from..upto).map(&mark).max().unwrap_or(Mark::Any).char()
        })
        .collect()
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
fn axis(n_ticks: usize, per_char: usize, ticks: Ticks, start: i64) -> String {
    let mut out = String::new();
    let n_chars = n_ticks.div_ceil(per_char);
    for at in (0..n_chars).step_by(10) {
        if out.len() <= at {
            out.extend(std::iter::repeat_n(' ', at - out.len()));
            let tick = ticks.start + (at * per_char) as i64 * ticks.step;
            out.push_str(&time(tick - start));
            out.push(' ');
        }
    }
    out.trim_end().to_string()
}

//! Time lines: `pending 5m..6m, firing 6m..15m`, `firing by 7m..`, `never`.
//!
//! A range `a..b` holds on the ticks with a <= t < b. A state that is named holds on
//! exactly the ticks of its ranges; a state that is not named is not looked at.
//! `pending 5m..6m, never firing` names a state that never holds.

use crate::case::duration;
use crate::promql::syntax::ast::{SyntaxError, TextRange};

/// How a time line is written, for messages.
pub const USAGE: &str =
    "write `never`, `absent`, or states with times: `pending 5m..6m, firing 6m..15m`";

/// What an alert does over the time of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeLine {
    /// It never fires; `no_data` allows that its expression never had anything to compare.
    Never {
        /// `never, no data`
        no_data: bool,
    },
    /// The environment has no such alert.
    Absent,
    /// It is in these states at these times, and in none of the others that are named.
    States(Vec<Phase>, Vec<State>),
}

/// A state over a range of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The state.
    pub state: State,
    /// `by`: it may begin earlier than `from`.
    pub by: bool,
    /// Milliseconds from the test's start at which it holds first.
    pub from: i64,
    /// Milliseconds at which it holds no more; `None` is the end of the test.
    pub to: Option<i64>,
    /// Where it is written.
    pub at: TextRange,
}

/// A state of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The condition holds, but not yet for long enough.
    Pending,
    /// It is sent to Alertmanager.
    Firing,
}

impl State {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Firing => "firing",
        }
    }
}

impl Phase {
    /// Whether it holds at a time, in milliseconds from the test's start.
    pub fn covers(&self, time: i64) -> bool {
        self.from <= time && self.to.is_none_or(|to| time < to)
    }
}

impl TimeLine {
    /// Whether it says anything about a state.
    pub fn names(&self, state: State) -> bool {
        match self {
            TimeLine::Never { .. } => state == State::Firing,
            TimeLine::Absent => false,
            TimeLine::States(phases, silent) => {
                silent.contains(&state) || phases.iter().any(|it| it.state == state)
            }
        }
    }

    /// The phases of a state.
    pub fn phases(&self, state: State) -> impl Iterator<Item = &Phase> {
        let phases = match self {
            TimeLine::States(phases, _) => phases.as_slice(),
            TimeLine::Never { .. } | TimeLine::Absent => &[],
        };
        phases.iter().filter(move |it| it.state == state)
    }
}

fn error(at: TextRange, message: impl Into<String>, help: &str) -> SyntaxError {
    SyntaxError { at, message: message.into(), help: Some(help.to_string()) }
}

/// Reads a time line.
pub fn parse(text: &str) -> Result<TimeLine, SyntaxError> {
    let parts = parts(text);
    let words: Vec<&str> = parts.iter().map(|it| &text[it.bytes()]).collect();
    match words.as_slice() {
        ["never"] => return Ok(TimeLine::Never { no_data: false }),
        ["never", "no data"] => return Ok(TimeLine::Never { no_data: true }),
        ["absent"] => return Ok(TimeLine::Absent),
        _ => {}
    }
    let (mut phases, mut silent) = (Vec::new(), Vec::new());
    let mut last: Option<State> = None;
    for at in parts {
        match &text[at.bytes()] {
            "never firing" => silent.push(State::Firing),
            "never pending" => silent.push(State::Pending),
            _ => {
                let phase = phase(text, at, last)?;
                last = Some(phase.state);
                phases.push(phase);
            }
        }
    }
    overlaps(text, &phases)?;
    for state in &silent {
        if phases.iter().any(|it| it.state == *state) {
            let message = format!("`{0}` at some times and `never {0}`", state.name());
            let help = "a state that is named holds at its times only: leave `never` out";
            return Err(error(TextRange::new(0, text.len()), message, help));
        }
    }
    if phases.is_empty() {
        let message = format!("`{}` alone", text.trim());
        let help = "write `never`, or also when the alert is in another state";
        return Err(error(TextRange::new(0, text.len()), message, help));
    }
    Ok(TimeLine::States(phases, silent))
}

/// The parts between commas, without blanks around them.
fn parts(text: &str) -> Vec<TextRange> {
    let mut out = Vec::new();
    let mut from = 0;
    for part in text.split(',') {
        let start = from + (part.len() - part.trim_start().len());
        out.push(TextRange::new(start, start + part.trim().len()));
        from += part.len() + 1;
    }
    out
}

fn phase(text: &str, at: TextRange, last: Option<State>) -> Result<Phase, SyntaxError> {
    let part = &text[at.bytes()];
    let (word, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
    let word_at = TextRange::new(at.start as usize, at.start as usize + word.len());
    let state = match (word, last) {
        ("pending", _) => State::Pending,
        ("firing", _) => State::Firing,
        // `firing 1m..2m, 5m..6m`: a further range of the state before.
        (_, Some(last)) if word.contains("..") => {
            return range(text, word, word_at, last, false, at);
        }
        ("never" | "absent", _) => {
            let message = format!("`{word}` stands alone");
            return Err(error(word_at, message, USAGE));
        }
        ("", _) => return Err(error(at, "a state is missing", USAGE)),
        (_, _) => {
            let help = match word {
                "fires" | "fire" | "fired" | "active" | "alerting" => "write `firing`",
                _ => USAGE,
            };
            return Err(error(word_at, format!("unknown state `{word}`"), help));
        }
    };
    let rest = rest.trim_start();
    let (by, rest) = match rest.strip_prefix("by ") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, rest),
    };
    let start = at.end as usize - rest.len();
    if rest.is_empty() {
        let help = "write when: `firing 6m..15m`, `firing 6m..` or `firing by 7m..`";
        return Err(error(at, format!("`{word}` without a time"), help));
    }
    if by && state == State::Pending {
        return Err(error(at, "`by` goes with `firing`", "write `firing by 7m..`"));
    }
    range(text, rest, TextRange::new(start, at.end as usize), state, by, at)
}

fn range(
    text: &str,
    written: &str,
    at: TextRange,
    state: State,
    by: bool,
    whole: TextRange,
) -> Result<Phase, SyntaxError> {
    let Some((from, to)) = written.split_once("..") else {
        return Err(match (duration::parse(written), range_meant(written)) {
            (Ok(_), _) => {
                let help =
                    format!("write `{written}..` if it stays so, or `{written}..T`");
                error(at, "a single time is no range", &help)
            }
            (Err(_), Some(meant)) => {
                error(at, format!("`{written}` is no range"), &format!("write `{meant}`"))
            }
            (Err(_), None) => {
                error(at, format!("`{written}` is no range of times"), USAGE)
            }
        });
    };
    if let (Some(meant), true) = (range_meant(written), to.starts_with('.')) {
        let message = format!("`{written}` is no range");
        return Err(error(at, message, &format!("write `{meant}`")));
    }
    let from_at = TextRange::new(at.start as usize, at.start as usize + from.len());
    let to_at = TextRange::new(at.end as usize - to.len(), at.end as usize);
    let time = |written: &str, at: TextRange| {
        duration::parse(written).map_err(|_| {
            let message = format!("`{written}` is not a time");
            error(at, message, "write a duration from the start, such as `7m30s`")
        })
    };
    let from = match from {
        "" => 0,
        from => time(from, from_at)?,
    };
    let to = match to {
        "" => None,
        to => Some(time(to, to_at)?),
    };
    if to.is_some_and(|to| to <= from) {
        let message = format!("`{}` is empty", &text[at.bytes()]);
        return Err(error(at, message, "the second time is later than the first"));
    }
    Ok(Phase { state, by, from, to, at: whole })
}

/// The range that is meant by times in other words.
fn range_meant(written: &str) -> Option<String> {
    let begins = ["from ", "after ", "since "].iter();
    let Some(rest) = begins.filter_map(|it| written.strip_prefix(it)).next() else {
        return two_times(written);
    };
    let rest = rest.trim();
    let stays = || duration::parse(rest).is_ok().then(|| format!("{rest}.."));
    two_times(rest).or_else(stays)
}

/// The range of two times with something else between them.
fn two_times(written: &str) -> Option<String> {
    let is_time = |it: char| it.is_ascii_alphanumeric();
    let from = &written[..written.find(|it| !is_time(it))?];
    let to = written.rsplit(|it| !is_time(it)).next()?;
    let between = written[from.len()..written.len() - to.len()].trim();
    let known = ["", ".", "...", "-", "–", "—", "…", ":", "to"].contains(&between);
    let are_times = duration::parse(from).is_ok() && duration::parse(to).is_ok();
    (known && are_times).then(|| format!("{from}..{to}"))
}

fn overlaps(text: &str, phases: &[Phase]) -> Result<(), SyntaxError> {
    for (idx, phase) in phases.iter().enumerate() {
        let clash = phases[..idx].iter().find(|it| {
            phase.from < it.to.unwrap_or(i64::MAX)
                && it.from < phase.to.unwrap_or(i64::MAX)
        });
        if let Some(other) = clash {
            let message = format!("this overlaps `{}`", &text[other.at.bytes()]);
            let help = "an alert is in one state at a time; `a..b` ends before b";
            return Err(error(phase.at, message, help));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(text: &str) -> Vec<(State, bool, i64, Option<i64>)> {
        match parse(text).unwrap() {
            TimeLine::States(it, _) => {
                it.into_iter().map(|it| (it.state, it.by, it.from, it.to)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn time_lines_are_read() {
        let m = 60_000;
        assert_eq!(parse("never").unwrap(), TimeLine::Never { no_data: false });
        assert_eq!(parse("never, no data").unwrap(), TimeLine::Never { no_data: true });
        assert_eq!(parse("absent").unwrap(), TimeLine::Absent);
        assert_eq!(
            phases("pending 5m..6m, firing 6m..15m, 20m.."),
            [
                (State::Pending, false, 5 * m, Some(6 * m)),
                (State::Firing, false, 6 * m, Some(15 * m)),
                (State::Firing, false, 20 * m, None),
            ]
        );
        assert!(parse("pending 5m..6m, never firing").unwrap().names(State::Firing));
        assert_eq!(phases("firing by 7m.."), [(State::Firing, true, 7 * m, None)]);
        assert_eq!(phases("firing ..7m"), [(State::Firing, false, 0, Some(7 * m))]);
    }

    #[test]
    fn faults_have_a_place() {
        let cases = [
            ("fireing 5m..", "fireing", "unknown state `fireing`"),
            ("firing", "firing", "`firing` without a time"),
            ("firing 5m", "5m", "a single time is no range"),
            ("firing 5m..x", "x", "`x` is not a time"),
            ("firing 5m.7m", "5m.7m", "`5m.7m` is no range"),
            ("pending 1m..2m, firing 5m - 7m", "5m - 7m", "`5m - 7m` is no range"),
            ("firing 5m...7m", "5m...7m", "`5m...7m` is no range"),
            ("firing soon", "soon", "`soon` is no range of times"),
            ("firing 5m..4m", "5m..4m", "`5m..4m` is empty"),
            (
                "firing 5m.., pending 6m..7m",
                "pending 6m..7m",
                "this overlaps `firing 5m..`",
            ),
            ("firing 5m.., never", "never", "`never` stands alone"),
            ("", "", "a state is missing"),
        ];
        for (text, place, message) in cases {
            let error = parse(text).unwrap_err();
            assert_eq!((&text[error.at.bytes()], &*error.message), (place, message));
        }
    }

    #[test]
    fn words_before_a_time_are_taken_once() {
        for (text, help) in [
            ("firing from 3m", Some("write `3m..`")),
            ("firing from from 3m", Some(USAGE)),
        ] {
            assert_eq!(parse(text).unwrap_err().help.as_deref(), help, "{text}");
        }
        assert!(parse(&format!("firing {}3m", "from ".repeat(100_000))).is_err());
    }

    #[test]
    fn two_times_are_a_range() {
        for between in [".", "...", "-", " - ", "–", "…", ":", " to ", " "] {
            let error = parse(&format!("firing 5m{between}7m")).unwrap_err();
            assert_eq!(error.help.as_deref(), Some("write `5m..7m`"), "{between:?}");
        }
    }
}

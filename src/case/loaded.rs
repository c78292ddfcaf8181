//! The series of a promtool test as its loader takes them: lines of text.
//!
//! promtool joins series and values to lines of a script (`cmd/promtool/unittest.go`,
//! `seriesLoadingString`), so that an empty line ends them.

use crate::case::promtool::{InputSeries, TestGroup};
use crate::diag::source::Span;
use crate::promql::syntax::ast::TextRange;

/// A line as promtool's loader sees it: a series, a space and its values.
#[derive(Clone, Debug)]
pub struct Line<'g> {
    /// The text.
    pub text: String,
    /// What it was made of.
    pub input: &'g InputSeries,
    /// Its offset in the two parts and the space between them.
    offset: usize,
}

impl Line<'_> {
    /// Where a part of the line was written.
    pub fn place(&self, at: TextRange) -> Span {
        let (start, end) =
            (at.start as usize + self.offset, at.end as usize + self.offset);
        let values_at = self.input.series.as_str().len() + 1;
        match start.checked_sub(values_at) {
            Some(start) => self.input.values.place(start, end - values_at).span,
            None => self.input.series.place(start, end.min(values_at - 1)).span,
        }
    }
}

/// Where promtool's loader ends before the last series.
#[derive(Clone, Debug)]
pub struct Cut<'g> {
    /// The first series that is lost.
    pub lost: &'g InputSeries,
    /// The place in the series before it that ends the list; `None` where the lost series
    /// does so itself.
    pub end: Option<Span>,
    /// What ends it.
    pub cause: Cause,
}

/// What ends the list of series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A line break behind the values.
    LineBreak,
    /// A line without text.
    EmptyLine,
    /// A line that begins with `#`.
    Comment,
}

impl Cause {
    /// What it is, for the title of a message.
    pub fn noun(self) -> &'static str {
        match self {
            Cause::LineBreak => "a line break",
            Cause::EmptyLine => "an empty line",
            Cause::Comment => "a line that begins with `#`",
        }
    }

    /// What the text that ends the list does, for a label.
    pub fn verb(self) -> &'static str {
        match self {
            Cause::LineBreak => "ends with a line break",
            Cause::EmptyLine => "has an empty line",
            Cause::Comment => "begins with `#`",
        }
    }

    /// What to write instead.
    pub fn help(self) -> &'static str {
        match self {
            Cause::LineBreak | Cause::EmptyLine => {
                "write the values on one line, or with `>-`"
            }
            Cause::Comment => "write comments outside of the texts",
        }
    }
}

/// The lines that promtool's loader sees: those after an empty one, or after one that
/// begins with `#`, are lost.
pub fn lines(group: &TestGroup) -> Vec<Line<'_>> {
    load(group).0
}

/// Where the loader ends, if series are lost by that.
pub fn cut(group: &TestGroup) -> Option<Cut<'_>> {
    let (idx, end, cause) = load(group).1?;
    let n_loaded = idx + usize::from(end.is_some());
    Some(Cut { lost: group.series.get(n_loaded)?, end, cause })
}

/// The place of a series among all, where in it the list ends unless at its begin, and why.
type End = (usize, Option<Span>, Cause);

fn load(group: &TestGroup) -> (Vec<Line<'_>>, Option<End>) {
    let mut out = Vec::new();
    for (idx, input) in group.series.iter().enumerate() {
        let both = format!("{} {}", input.series, input.values);
        let mut start = 0;
        for raw in both.split('\n') {
            let text = raw.trim();
            let offset = start + (raw.len() - raw.trim_start().len());
            let line = Line { text: text.to_string(), input, offset };
            let cause = match text.chars().next() {
                Some('#') => Cause::Comment,
                None if start != 0 && start + raw.len() == both.len() => Cause::LineBreak,
                None => Cause::EmptyLine,
                Some(_) => {
                    out.push(line);
                    start += raw.len() + 1;
                    continue;
                }
            };
            let place = match cause {
                Cause::Comment => line.place(TextRange::new(0, text.len())),
                Cause::LineBreak | Cause::EmptyLine => input.values.span(),
            };
            return (out, Some((idx, (start != 0).then_some(place), cause)));
        }
    }
    (out, None)
}

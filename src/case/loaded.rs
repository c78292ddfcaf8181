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

/// The lines that promtool's loader sees: those after an empty one, or after one that
/// begins with `#`, are lost.
pub fn lines(group: &TestGroup) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    for input in &group.series {
        let both = format!("{} {}", input.series, input.values);
        let mut start = 0;
        for raw in both.split('\n') {
            let line = raw.trim();
            if line.is_empty() || line.starts_with('#') {
                return out;
            }
            let offset = start + (raw.len() - raw.trim_start().len());
            out.push(Line { text: line.to_string(), input, offset });
            start += raw.len() + 1;
        }
    }
    out
}

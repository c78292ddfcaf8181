//! Series of a test: a line each.

use crate::case::duration;
use crate::case::native::fill::{Filler, fault};
use crate::case::native::ready::Line;
use crate::case::notation::{self, Extent, Grid, Notation, Room, Shape};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;

impl Filler<'_> {
    pub(super) fn series(
        &self,
        block: &Text,
        until: i64,
        room: &mut Room,
        out: &mut Vec<Line>,
        sink: &mut Sink,
    ) {
        let Some(text) = self.text(block) else { return };
        let mut offset = 0;
        for line in text.as_str().split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let line = line.trim_end();
            let bare = line.trim_start();
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            let start = start + (line.len() - bare.len());
            let bare = strip_comment(bare);
            let grid = Grid { spacing: self.interval, end: Some(until) };
            let read =
                notation::series(bare, Notation::Native).and_then(|(labels, items)| {
                    let samples = notation::expand_within(&items, grid, room)?;
                    Ok((labels, samples, items))
                });
            match read {
                Ok((labels, samples, items)) => {
                    let line = Line {
                        labels,
                        items,
                        samples,
                        text: text.clone(),
                        offset: start,
                        len: bare.len(),
                    };
                    ends_early(&line, until, self.interval, sink);
                    out.push(line);
                }
                Err(error) => sink.push(fault("bad-series", &text, start, &error)),
            }
        }
    }
}

/// The same series twice: the second would silently hide the first.
pub(super) fn same_series(lines: &[Line], sink: &mut Sink) {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by(|a, b| a.labels.cmp(&b.labels));
    for pair in sorted.windows(2) {
        if pair[0].labels == pair[1].labels {
            let place = |it: &Line| it.text.place(it.offset, it.offset + it.len).span;
            sink.push(
                Diagnostic::error("duplicate-series", "the same series twice")
                    .at(place(pair[1]), "again here")
                    .context(place(pair[0]), "first here")
                    .help("write all of its values in one line"),
            );
        }
    }
}

/// A line without a comment at its end; `#` inside quotes stays.
fn strip_comment(line: &str) -> &str {
    let mut quoted: Option<char> = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match (quoted, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(quote), c) if c == quote => quoted = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quoted = Some(c),
            (None, '#') => return line[..at].trim_end(),
            (None, _) => {}
        }
    }
    line
}

/// Says that a series stops before the test does, unless it says `stale` or `_`.
fn ends_early(line: &Line, until: i64, interval: i64, sink: &mut Sink) {
    let mut n_samples: i64 = 0;
    for item in &line.items {
        match item.extent {
            Extent::Rest => return,
            Extent::Samples(n) => {
                n_samples =
                    n_samples.saturating_add(i64::try_from(n).unwrap_or(i64::MAX));
            }
            Extent::Until(time, _) => {
                n_samples = n_samples.max((time + interval - 1) / interval);
            }
        }
    }
    let meant =
        matches!(line.items.last().map(|it| &it.shape), Some(Shape::Stale | Shape::Gap));
    let last = n_samples.saturating_sub(1).saturating_mul(interval);
    if meant || until < last.saturating_add(interval) {
        return;
    }
    let at = match line.items.last() {
        Some(it) => it.at.bytes(),
        None => 0..line.len,
    };
    let label = match n_samples {
        0 => "has no values".to_string(),
        _ => format!("its last sample is at {}", duration::print(last)),
    };
    let until = duration::print(until);
    sink.push(
        Diagnostic::error(
            "series-ends-early",
            format!("the series ends before the test does, at {until}"),
        )
        .within(&line.text, line.offset + at.start, line.offset + at.end, label)
        .help("let the last value go on with `V..`, or end the series with `stale`"),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_end_a_line_outside_quotes() {
        assert_eq!(strip_comment("up{a=\"#\"} 1.. # dead"), "up{a=\"#\"} 1..");
        assert_eq!(strip_comment("up 1.."), "up 1..");
    }
}

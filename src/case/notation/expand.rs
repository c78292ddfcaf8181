//! Items to samples on the grid of a test.

use crate::case::duration;
use std::sync::Arc;

use crate::case::notation::{
    Extent, Item, MAX_ALL_SAMPLES, MAX_SAMPLES, STALE_NAN, Sample, Shape, TextRange,
};
use crate::promql::syntax::ast::SyntaxError;

/// Where the samples of a test lie: sample `i` at `i * spacing` milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Grid {
    /// Milliseconds from one sample to the next; positive.
    pub spacing: i64,
    /// The last time at which a sample can matter; later ones are left out.
    pub end: Option<i64>,
}

impl Grid {
    /// Number of samples up to the end.
    fn n_samples(self) -> u64 {
        match self.end {
            Some(end) if end < 0 => 0,
            Some(end) => (end / self.spacing.max(1)) as u64 + 1,
            None => u64::MAX,
        }
    }

    /// Number of samples before a time.
    fn before(self, time: i64) -> u64 {
        let spacing = self.spacing.max(1);
        ((time.max(0) + spacing - 1) / spacing) as u64
    }
}

/// The samples that the series of a test may still have.
#[derive(Clone, Copy, Debug)]
pub struct Room(u64);

impl Default for Room {
    fn default() -> Room {
        Room(MAX_ALL_SAMPLES)
    }
}

/// Multiplies the items of one series out.
pub fn expand(items: &[Item], grid: Grid) -> Result<Vec<Sample>, SyntaxError> {
    expand_within(items, grid, &mut Room::default())
}

/// Multiplies the items of one series of several out.
///
/// A sample of `V..T` is one with time < T; what follows begins at the first sample at
/// or after T. A rise goes on from the last number before it, one spacing later.
pub fn expand_within(
    items: &[Item],
    grid: Grid,
    room: &mut Room,
) -> Result<Vec<Sample>, SyntaxError> {
    let mut counts = Vec::with_capacity(items.len());
    let mut total = 0u64;
    // What histograms need beyond a sample each.
    let mut extra = 0u64;
    for item in items {
        let n = count(item, total, grid)?;
        total = total.saturating_add(n);
        let needed = total.min(grid.n_samples());
        extra = extra.saturating_add(n.min(needed).saturating_mul(extra_weight(item)));
        let too_many = needed > MAX_SAMPLES || extra > MAX_SAMPLES;
        if too_many || total > MAX_SAMPLES && is_counted(item) {
            return Err(SyntaxError {
                at: item.at,
                message: format!("series with more than {MAX_SAMPLES} samples"),
                help: Some("repeat fewer times, or widen the interval".to_string()),
            });
        }
        counts.push(n);
    }
    let needed = total.min(grid.n_samples());
    match room.0.checked_sub(needed + extra) {
        Some(left) => room.0 = left,
        None => {
            return Err(SyntaxError {
                at: items.first().map_or(TextRange::default(), |it| it.at),
                message: format!(
                    "the series of the test have more than {MAX_ALL_SAMPLES} samples"
                ),
                help: Some("write fewer or shorter series".to_string()),
            });
        }
    }
    let mut out = Vec::with_capacity(needed as usize);
    let mut last = None;
    for (item, n) in items.iter().zip(counts) {
        let room = grid.n_samples() - (out.len() as u64).min(grid.n_samples());
        fill(item, n.min(room) as usize, grid, &mut last, &mut out)?;
    }
    Ok(out)
}

/// What a histogram needs beyond one sample, in samples.
fn extra_weight(item: &Item) -> u64 {
    match &item.shape {
        Shape::Histogram { start, .. } => {
            let n_buckets = start.positive.len() + start.negative.len();
            16 + (n_buckets + start.custom_values.len()) as u64 / 2
        }
        Shape::Gap | Shape::Stale | Shape::Steps { .. } | Shape::Rise { .. } => 0,
    }
}

fn is_counted(item: &Item) -> bool {
    matches!(item.extent, Extent::Samples(_))
}

fn count(item: &Item, so_far: u64, grid: Grid) -> Result<u64, SyntaxError> {
    match item.extent {
        Extent::Samples(n) => Ok(n),
        Extent::Rest => match grid.end {
            Some(_) => Ok(grid.n_samples().saturating_sub(so_far)),
            None => Ok(1),
        },
        Extent::Until(time, at) => match grid.before(time).checked_sub(so_far) {
            Some(n) if n > 0 => Ok(n),
            _ => Err(too_early(at, so_far, grid)),
        },
    }
}

fn too_early(at: TextRange, so_far: u64, grid: Grid) -> SyntaxError {
    let start = (so_far as i64).saturating_mul(grid.spacing);
    let start = duration::print(start);
    SyntaxError {
        at,
        message: "an item that ends before its first sample".to_string(),
        help: Some(format!("its first sample is at {start}: write a later time")),
    }
}

fn fill(
    item: &Item,
    n: usize,
    grid: Grid,
    last: &mut Option<f64>,
    out: &mut Vec<Sample>,
) -> Result<(), SyntaxError> {
    match &item.shape {
        Shape::Gap => out.extend((0..n).map(|_| Sample::Gap)),
        Shape::Stale => {
            let stale = Sample::Float(f64::from_bits(STALE_NAN));
            out.extend(
                (0..n).map(|idx| if idx == 0 { stale.clone() } else { Sample::Gap }),
            );
        }
        Shape::Steps { start, step } => {
            let mut value = *start;
            for idx in 0..n {
                value = if idx == 0 { value } else { value + step };
                out.push(Sample::Float(value));
            }
            *last = if n == 0 { *last } else { Some(value) };
        }
        Shape::Rise { start, rate } => {
            // From the start itself, or from the value one spacing earlier; the first
            // item of a line starts from 0.
            let (base, shift) = match (start, *last) {
                (Some(start), _) => (*start, 0),
                (None, Some(last)) => (last, 1),
                (None, None) => (0.0, 0),
            };
            for idx in 0..n {
                let steps = (idx + shift) as f64;
                let value = base + rate * (steps * grid.spacing as f64 / 1000.0);
                out.push(Sample::Float(value));
                *last = Some(value);
            }
        }
        Shape::Histogram { start, step: None } => {
            out.extend((0..n).map(|_| Sample::Histogram(start.clone())));
            *last = None;
        }
        Shape::Histogram { start, step: Some((rises, step)) } => {
            let mut current = start.clone();
            for idx in 0..n {
                if idx != 0 {
                    let next = current.next(step, *rises).ok_or_else(|| SyntaxError {
                        at: item.at,
                        message: "error combining histograms: the schema of the first \
                                  is finer, only one has custom bounds, or their \
                                  buckets are too far apart"
                            .to_string(),
                        help: None,
                    })?;
                    current = Arc::new(next);
                }
                out.push(Sample::Histogram(current.clone()));
            }
            *last = None;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::notation::{Notation, values};

    fn check(notation: Notation, spacing: i64, end: i64, text: &str) -> String {
        let items = match values(text, notation) {
            Ok(items) => items,
            Err(fault) => {
                return format!("{}..{} {}", fault.at.start, fault.at.end, fault.message);
            }
        };
        let grid = Grid { spacing, end: Some(end) };
        let samples = match expand(&items, grid) {
            Ok(samples) => samples,
            Err(fault) => {
                return format!("{}..{} {}", fault.at.start, fault.at.end, fault.message);
            }
        };
        let show = |it: &Sample| match it {
            Sample::Gap => "_".to_string(),
            Sample::Float(v) if v.to_bits() == STALE_NAN => "stale".to_string(),
            Sample::Float(v) => format!("{v}"),
            Sample::Histogram(h) => format!("{{{{{} {:?}}}}}", h.schema, h.positive),
        };
        samples.iter().map(show).collect::<Vec<_>>().join(" ")
    }

    fn prometheus(text: &str) -> String {
        check(Notation::Prometheus, 60_000, 3_600_000, text)
    }

    fn native(text: &str) -> String {
        check(Notation::Native, 60_000, 600_000, text)
    }

    #[test]
    fn items_multiply_out_as_in_prometheus() {
        let cases = [
            ("", ""),
            ("1 2", "1 2"),
            ("  1   2  ", "1 2"),
            ("1 -2x4", "1 -2 -2 -2 -2 -2"),
            ("1-2x4", "1 -1 -3 -5 -7"),
            ("0+0.1x3", "0 0.1 0.2 0.30000000000000004"),
            ("_ _x2 1", "_ _ _ 1"),
            ("_x0 1", "1"),
            ("1x0", "1"),
            ("1 stale 2", "1 stale 2"),
            ("NaN +Inf -inf", "NaN inf -inf"),
            ("010 08 1_000 1e3 .5 5.", "8 8 1000 1000 0.5 5"),
            ("0x3", "0 0 0 0"),
            ("{{schema:1 buckets:[1 2]}}x1", "{{1 [1.0, 2.0]}} {{1 [1.0, 2.0]}}"),
            ("{{}}", "{{0 []}}"),
            ("{{ }} 1", "{{0 []}} 1"),
        ];
        for (text, expect) in cases {
            assert_eq!(prometheus(text), expect, "{text}");
        }
    }

    #[test]
    fn faults_are_prometheus_s_with_their_places() {
        let cases = [
            ("1 + 2x3", r#"3..4 unexpected " " in series values"#),
            (
                "NaNx3",
                r#"0..5 unexpected identifier "NaNx3" in series values, expected number or "stale""#,
            ),
            ("1 x3", r#"2..3 unexpected "x""#),
            ("1+2", "3..3 unexpected end of input in series values"),
            (
                "stalex3",
                r#"0..7 unexpected identifier "stalex3" in series values, expected number or "stale""#,
            ),
            ("1,2", "1..2 unexpected character in series sequence: ','"),
            ("_5", r#"1..2 unexpected number "5""#),
            ("1x2x3", r#"3..4 unexpected "x""#),
            (
                "1x1.5",
                r#"2..5 invalid repetition in series values: strconv.ParseUint: parsing "1.5": invalid syntax"#,
            ),
            ("5m", r#"0..1 bad number syntax: "5""#),
            ("1e", r#"0..2 bad number syntax: "1e""#),
            ("1..5m", r#"0..3 bad number syntax: "1..""#),
            ("0x1000000000", "0..12 series with more than 10000000 samples"),
            ("{{schema:1 schema:1}}", r#"11..17 duplicate key "schema" in histogram"#),
            ("{{foo:1}}", r#"2..5 bad histogram descriptor found: "foo""#),
        ];
        for (text, expect) in cases {
            assert_eq!(prometheus(text), expect, "{text}");
        }
    }

    #[test]
    fn little_text_asks_for_little_memory() {
        let grid = Grid { spacing: 1, end: None };
        let fault = |text: &str| {
            let items = values(text, Notation::Prometheus).unwrap();
            expand(&items, grid).unwrap_err().message
        };
        let too_many = "series with more than 10000000 samples";
        assert_eq!(fault("0x9999999 0x9999999"), too_many);
        assert_eq!(fault("{{buckets:[1 2 3 4]}}x9999999"), too_many);
        let far =
            "{{buckets:[1] offset:-2147483648}}+{{buckets:[1] offset:2147483646}}x1";
        assert!(fault(far).contains("too far apart"));

        let items = values("0x9999998", Notation::Prometheus).unwrap();
        let mut room = Room(25_000_000);
        assert!(expand_within(&items, grid, &mut room).is_ok());
        assert!(expand_within(&items, grid, &mut room).is_ok());
        let fault = expand_within(&items, grid, &mut room).unwrap_err();
        assert_eq!(
            fault.message,
            "the series of the test have more than 50000000 samples"
        );
    }

    #[test]
    fn native_items_end_at_times() {
        let cases = [
            ("1..3m 0..5m 1..", "1 1 1 0 0 1 1 1 1 1 1"),
            ("1..2m30s 0..", "1 1 1 0 0 0 0 0 0 0 0"),
            ("+1/s..3m", "0 60 120"),
            ("+1/s..3m -0.5/m..", "0 60 120 119.5 119 118.5 118 117.5 117 116.5 116"),
            ("10+60/h..4m", "10 11 12 13"),
            ("0 1 +1/m..4m 7x1 _..8m 9", "0 1 2 3 7 7 _ _ 9"),
            ("1 stale..4m 2", "1 stale _ _ 2"),
            ("-5..2m", "-5 -5"),
            ("1.5..2m", "1.5 1.5"),
            ("NaN..2m", "NaN NaN"),
            ("0+1x3 8..6m", "0 1 2 3 8 8"),
            ("1..99h", "1 1 1 1 1 1 1 1 1 1 1"),
        ];
        for (text, expect) in cases {
            assert_eq!(native(text), expect, "{text}");
        }
    }

    #[test]
    fn native_faults_say_what_to_write() {
        let cases = [
            ("1..5m 0..3m", "9..11 an item that ends before its first sample"),
            ("1.. 0..3m", "4..5 nothing can follow an item that lasts to the end"),
            ("1..x", "1..4 expected a time"),
            ("6/s..", "1..3 a rise needs its sign"),
            ("+6/s", "4..4 a rise needs to say how long it lasts"),
            ("+6/y..", "2..3 unexpected unit in series values"),
            ("1..5", r#"3..4 not a valid duration string: "5""#),
        ];
        for (text, expect) in cases {
            assert_eq!(native(text), expect, "{text}");
        }
        let fine = check(Notation::Native, 1, i64::MAX, "1..");
        assert_eq!(fine, "0..3 series with more than 10000000 samples");
    }
}

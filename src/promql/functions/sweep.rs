//! All windows of a series in one pass.
//!
//! Windows that follow each other share most of their samples. What can be kept from
//! one to the next without changing a bit of the results is kept here; the results are
//! those of the functions' bodies for each window by itself.

use crate::promql::functions::kind::Sweep;
use crate::promql::value::Column;

/// The greatest whole number below which all whole numbers are floats.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The value of each window that no other one `beats`, of equal ones the first; NaN
/// only where all are.
///
/// Keeps the values that may still become the best: each beats all that follow it.
pub(super) fn extremes(
    sweep: &Sweep<'_>,
    column: &mut Column,
    beats: impl Fn(f64, f64) -> bool,
) {
    let values = sweep.floats.values;
    let mut candidates: Vec<u32> = Vec::new();
    let (mut head, mut seen) = (0, 0);
    for (step, (from, to)) in sweep.windows.iter().enumerate() {
        if from == to {
            continue;
        }
        for idx in seen.max(*from)..*to {
            let value = values[idx as usize];
            if value.is_nan() {
                continue;
            }
            while head < candidates.len()
                && candidates.last().is_some_and(|it| beats(value, values[*it as usize]))
            {
                candidates.pop();
            }
            candidates.push(idx);
        }
        seen = *to;
        while candidates.get(head).is_some_and(|it| it < from) {
            head += 1;
        }
        let best = candidates.get(head).map_or(to - 1, |it| *it);
        column.floats[step] = values[best as usize];
        column.has.set(step);
    }
}

/// The sums of values that are added without any rounding: of all samples up to each
/// one. None where there may be rounding.
fn exact_sums(values: &[f64]) -> Option<Vec<f64>> {
    let mut reach = 0.0;
    for it in values {
        reach += it.abs();
        if it.trunc() != *it {
            return None;
        }
    }
    // Not so for infinities and NaN, either.
    let is_exact = reach < EXACT;
    if !is_exact {
        return None;
    }
    let mut sum = 0.0;
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(sum);
    for it in values {
        sum += it;
        sums.push(sum);
    }
    Some(sums)
}

/// The sum of each window, as `result` makes it of the sum and the number of samples;
/// `rounded` makes it of the samples where sums are rounded.
pub(super) fn sums(
    sweep: &Sweep<'_>,
    column: &mut Column,
    result: impl Fn(f64, f64) -> f64,
    rounded: impl Fn(&[f64]) -> f64,
) {
    let Some(sums) = exact_sums(sweep.floats.values) else {
        return sweep.each(column, rounded);
    };
    for (step, (from, to)) in sweep.windows.iter().enumerate() {
        if from != to {
            let sum = sums[*to as usize] - sums[*from as usize];
            column.floats[step] = result(sum, f64::from(to - from));
            column.has.set(step);
        }
    }
}

/// How often neighbours in each window `differ`.
pub(super) fn differences(
    sweep: &Sweep<'_>,
    column: &mut Column,
    differ: impl Fn(f64, f64) -> bool,
) {
    let values = sweep.floats.values;
    let mut counts = Vec::with_capacity(values.len());
    let mut n_found = 0u32;
    counts.push(n_found);
    for pair in values.windows(2) {
        n_found += u32::from(differ(pair[0], pair[1]));
        counts.push(n_found);
    }
    for (step, (from, to)) in sweep.windows.iter().enumerate() {
        if from != to {
            let found = counts[*to as usize - 1] - counts[*from as usize];
            column.floats[step] = f64::from(found);
            column.has.set(step);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::annotation::Annotations;
    use crate::promql::dialect::{Dialect, Version};
    use crate::promql::functions::kind::{Extension, Kind, Notes, Span, Window};
    use crate::promql::functions::{self, Function};
    use crate::promql::labels::Labels;
    use crate::promql::series::Points;
    use crate::promql::syntax::ast::TextRange;
    use crate::promql::value::{Grid, Sample};

    /// A generator of numbers that are random enough.
    struct Random(u64);

    impl Random {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (self.0 >> 33) % n
        }

        /// Values of one of some shapes: whole ones, fractions, any with NaN and infinity.
        fn values(&mut self, n: usize) -> Vec<f64> {
            let shape = self.below(4);
            let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 1e308, 3.0];
            let mut total = 0.0;
            let value = |_| match shape {
                0 => self.below(4) as f64,
                1 => self.below(1000) as f64 / 7.0 - 50.0,
                2 => odd[self.below(odd.len() as u64) as usize],
                _ => {
                    let is_reset = self.below(9) == 0;
                    total = if is_reset { 0.0 } else { total + self.below(5) as f64 };
                    total
                }
            };
            (0..n).map(value).collect()
        }
    }

    fn windows_by_themselves(
        function: &Function,
        floats: Points<'_, f64>,
        windows: &[Span],
        ends: &[i64],
        range: i64,
    ) -> Vec<Option<u64>> {
        let Kind::Window(body) = function.kind else { panic!("{}", function.name) };
        let dialect = Dialect::new(Version::LATEST);
        let mut annotations = Annotations::new(crate::promql::dialect::Version::LATEST);
        let mut notes = Notes {
            annotations: &mut annotations,
            call: TextRange::default(),
            args: &[],
            dialect: &dialect,
            failure: None,
        };
        let labels = Labels::empty();
        let mut results = Vec::new();
        for ((from, to), end) in windows.iter().zip(ends) {
            if from == to {
                results.push(None);
                continue;
            }
            let window = Window {
                labels: &labels,
                floats: floats.part(*from as usize, *to as usize),
                histograms: Points::none(),
                time: *end,
                start: end - range,
                end: *end,
                extension: Extension::None,
                scalars: &[2.5],
            };
            results.push(match body(&window, &mut notes) {
                Some(Sample::Float(it)) => Some(bits(it)),
                _ => None,
            });
        }
        results
    }

    /// All NaN are alike.
    fn bits(value: f64) -> u64 {
        if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
    }

    #[test]
    fn sweeps_give_what_windows_give() {
        let all = functions::all().iter().copied().filter(|it| it.sweep.is_some());
        let all: Vec<&Function> = all.collect();
        assert!(10 < all.len(), "{}", all.len());
        let mut random = Random(7);
        for _ in 0..300 {
            let n = random.below(40) as usize;
            let values = random.values(n);
            let mut time = 0;
            let times: Vec<i64> = values
                .iter()
                .map(|_| {
                    time += 1 + random.below(20_000) as i64;
                    time
                })
                .collect();
            let floats = Points { times: &times, values: &values, starts: &[] };
            let range = 1 + random.below(60_000) as i64;
            let step = 1 + random.below(30_000) as i64;
            let ends: Vec<i64> = (0..20).map(|it| it * step).collect();
            let among = |time: i64| times.partition_point(|it| *it <= time) as u32;
            let windows: Vec<(u32, u32)> =
                ends.iter().map(|end| (among(end - range), among(*end))).collect();
            for function in &all {
                let want =
                    windows_by_themselves(function, floats, &windows, &ends, range);
                let at = |step: usize| ends[step];
                let grid = Grid::range(0, ends[ends.len() - 1], step);
                let windows = &windows;
                let scalars = &[vec![2.5; ends.len()]];
                let sweep = Sweep { floats, windows, ends: &at, range, grid, scalars };
                let mut column = Column::empty(Labels::empty(), ends.len());
                function.sweep.unwrap()(&sweep, &mut column);
                let got: Vec<Option<u64>> =
                    (0..ends.len()).map(|it| column.float(it).map(bits)).collect();
                assert_eq!(got, want, "{} of {values:?}", function.name);
            }
        }
    }
}

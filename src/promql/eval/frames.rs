//! Where the looks of a query fall among the times of samples.
//!
//! Series of one load share their times: what depends on times alone is computed once
//! and serves all of them.

use crate::promql::eval::selector::Looks;
use crate::promql::functions::kind::Span;
use crate::promql::value::Bits;

/// Says that there is no sample.
const NONE: u32 = u32::MAX;

/// The latest sample of each step, for series that have their times in common.
pub(super) struct Latests<'a> {
    times: &'a [i64],
    /// The sample of each step; the first one where there is none.
    pub samples: Vec<u32>,
    /// The steps that have one.
    pub has: Bits,
}

impl<'a> Latests<'a> {
    /// Of no series yet.
    pub(super) fn new(n_steps: usize) -> Latests<'a> {
        Latests { times: &[], samples: vec![NONE; n_steps], has: Bits::none(n_steps) }
    }

    /// Looks among these times, of which there must be one.
    pub(super) fn look(&mut self, times: &'a [i64], looks: &Looks, lookback: i64) {
        if std::ptr::eq(self.times, times) {
            return;
        }
        self.times = times;
        self.has.unset_all();
        let mut upto = 0;
        for (step, slot) in self.samples.iter_mut().enumerate() {
            let at = looks.at(step);
            if upto == 0 {
                upto = times.partition_point(|it| *it <= at);
            }
            while times.get(upto).is_some_and(|it| *it <= at) {
                upto += 1;
            }
            *slot = 0;
            if let Some(idx) = upto.checked_sub(1)
                && at - lookback < times[idx]
            {
                *slot = idx as u32;
                self.has.set(step);
            }
        }
    }
}

/// The window of each step, for series that have their times in common.
pub(super) struct Frames<'a> {
    times: &'a [i64],
    /// The windows.
    pub windows: Vec<Span>,
}

impl<'a> Frames<'a> {
    /// Of no series yet.
    pub(super) fn new(n_steps: usize) -> Frames<'a> {
        Frames { times: &[], windows: vec![(0, 0); n_steps] }
    }

    /// Looks among these times; `reach` gives the borders of a step's window, of which
    /// the first is outside and the second one inside.
    pub(super) fn look(&mut self, times: &'a [i64], reach: impl Fn(usize) -> (i64, i64)) {
        if !std::ptr::eq(self.times, times) {
            self.times = times;
            self.compute(times, reach);
        }
    }

    /// As [`Frames::look`], for times that are not kept.
    pub(super) fn compute(&mut self, times: &[i64], reach: impl Fn(usize) -> (i64, i64)) {
        let (mut first, mut end) = (0, 0);
        for (step, slot) in self.windows.iter_mut().enumerate() {
            let (after, upto) = reach(step);
            if first == 0 {
                first = times.partition_point(|it| *it <= after);
            }
            while times.get(first).is_some_and(|it| *it <= after) {
                first += 1;
            }
            end = end.max(first);
            while times.get(end).is_some_and(|it| *it <= upto) {
                end += 1;
            }
            *slot = (first as u32, end as u32);
        }
    }
}

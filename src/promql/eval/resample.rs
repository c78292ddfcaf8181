//! Windows over a subquery, series by series.
//!
//! The inner expression's columns pass by one after the other; the steps at which they
//! have samples are usually the same for all of them, and then so are the windows.

use std::sync::Arc;

use crate::promql::error::EvalError;
use crate::promql::eval::Evaluator;
use crate::promql::eval::frames::Frames;
use crate::promql::eval::window::column_to_series;
use crate::promql::eval::window_call::Windows;
use crate::promql::series::{Points, SeriesRef};
use crate::promql::value::{Bits, Column, Grid};

/// What is kept from one column of a subquery to the next.
pub(super) struct Resampled {
    grid: Grid,
    /// The steps that the last column has.
    has: Bits,
    /// Their times.
    times: Vec<i64>,
    /// The values at these steps, where some are missing.
    values: Vec<f64>,
    frames: Frames<'static>,
    no_histograms: Frames<'static>,
}

impl Resampled {
    /// Of no column yet, with steps of `inner` and windows at the steps of `outer`.
    pub(super) fn new(inner: Grid, outer: Grid) -> Resampled {
        Resampled {
            grid: inner,
            has: Bits::none(inner.n_steps()),
            times: Vec::new(),
            values: Vec::new(),
            frames: Frames::new(outer.n_steps()),
            no_histograms: Frames::new(outer.n_steps()),
        }
    }

    fn look(&mut self, column: &Column, reach: impl Fn(usize) -> (i64, i64)) {
        if self.has != column.has {
            self.has.copy_from(&column.has);
            self.times.clear();
            self.times.extend(column.has.iter().map(|it| self.grid.time(it)));
            self.frames.compute(&self.times, reach);
        }
        self.values.clear();
        if !self.has.is_full() {
            self.values.extend(column.has.iter().map(|it| column.floats[it]));
        }
    }
}

impl<'s> Evaluator<'s> {
    /// Calls a body for each window of a column of a subquery; whether `out` has any
    /// results.
    pub(super) fn resample(
        &mut self,
        windows: &Windows<'_, 's>,
        state: &mut Resampled,
        column: &mut Column,
        out: &mut Column,
    ) -> Result<bool, EvalError> {
        let reach = windows.reach(self.dialect.lookback);
        if column.histograms.is_some() {
            let times: Arc<Vec<i64>> = Arc::new(state.grid.times().collect());
            let series = column_to_series(column.take(), &times);
            return self.windows_of(windows, &series.as_ref(), out);
        }
        state.look(column, reach);
        let values = match state.has.is_full() {
            true => &column.floats,
            false => &state.values,
        };
        let series = SeriesRef {
            labels: &column.labels,
            drop_name: column.drop_name,
            floats: Points { times: &state.times, values, starts: &[] },
            histograms: Points::none(),
        };
        let of = (&*state.frames.windows, &*state.no_histograms.windows);
        self.window_column(windows, series, of, out)
    }
}

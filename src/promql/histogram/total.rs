//! Sums and means of many histograms.

use crate::promql::histogram::{
    Histogram, HistogramSum, Incompatible, Remarks, ResetHint,
};

/// A sum or mean under way.
#[derive(Clone, Debug)]
pub struct Total {
    sum: HistogramSum,
    count: f64,
    is_mean: bool,
    /// The sum would have overflowed: it holds the mean.
    incremental: bool,
    saw_reset: bool,
    saw_no_reset: bool,
    reconciled: bool,
}

impl Total {
    /// Begins a sum, or a mean.
    pub fn new(first: &Histogram, is_mean: bool) -> Total {
        let mut total = Total {
            sum: HistogramSum::exact(first),
            count: 1.0,
            is_mean,
            incremental: false,
            saw_reset: false,
            saw_no_reset: false,
            reconciled: false,
        };
        total.see(first);
        total
    }

    fn see(&mut self, histogram: &Histogram) {
        self.saw_reset |= histogram.reset_hint == ResetHint::Reset;
        self.saw_no_reset |= histogram.reset_hint == ResetHint::NotReset;
    }

    /// Adds a histogram.
    pub fn add(&mut self, histogram: &Histogram) -> Result<(), Incompatible> {
        self.see(histogram);
        self.count += 1.0;
        let remarks = match self.is_mean {
            true => self.add_to_mean(histogram)?,
            false => self.sum.add(histogram)?,
        };
        self.reconciled |= remarks.reconciled;
        Ok(())
    }

    fn add_to_mean(&mut self, histogram: &Histogram) -> Result<Remarks, Incompatible> {
        let n = self.count;
        if !self.incremental {
            let mut sum = self.sum.clone();
            let remarks = sum.add(histogram)?;
            if !sum.overflows() {
                self.sum = sum;
                return Ok(remarks);
            }
            self.incremental = true;
            self.sum.divide(n - 1.0);
        }
        self.sum.multiply((n - 1.0) / n);
        self.sum.add(&histogram.divided(n))
    }

    /// The sum or mean, and what was peculiar about it.
    pub fn finish(mut self) -> (Histogram, Remarks) {
        if self.is_mean && !self.incremental {
            self.sum.divide(self.count);
        }
        let collision = self.saw_reset && self.saw_no_reset;
        let remarks = Remarks { collision, reconciled: self.reconciled };
        (self.sum.finish(), remarks)
    }
}

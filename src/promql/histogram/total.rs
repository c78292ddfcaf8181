//! Sums and means of many histograms.

use crate::promql::histogram::{
    Histogram, HistogramSum, Incompatible, Remarks, ResetHint, Style,
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
    style: Style,
}

impl Total {
    /// Begins a sum, or a mean.
    pub fn new(first: &Histogram, is_mean: bool, style: Style) -> Total {
        let mut total = Total {
            sum: match style.compensates {
                true => HistogramSum::exact(first),
                false => HistogramSum::plain(first),
            },
            style,
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
            true if !self.style.compensates => self.add_to_plain_mean(histogram)?,
            true => self.add_to_mean(histogram)?,
            false => self.sum.add(histogram)?,
        };
        self.reconciled |= remarks.reconciled;
        match remarks.reconciled && !self.style.reconciles {
            true => Err(Incompatible),
            false => Ok(()),
        }
    }

    /// The mean moves by a part of the way to the new value.
    fn add_to_plain_mean(
        &mut self,
        histogram: &Histogram,
    ) -> Result<Remarks, Incompatible> {
        self.incremental = true;
        let n = self.count;
        let mean = self.sum.clone().finish();
        let (step, one) = histogram.divided(n).less(&mean.divided(n))?;
        let two = self.sum.add(&step)?;
        Ok(Remarks {
            collision: one.collision || two.collision,
            reconciled: one.reconciled || two.reconciled,
        })
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
        let collision =
            self.saw_reset && self.saw_no_reset && self.style.tells_collisions;
        let remarks = Remarks { collision, reconciled: self.reconciled };
        (self.sum.finish(), remarks)
    }
}

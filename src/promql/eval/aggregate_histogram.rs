//! `sum` and `avg` of native histograms.

use std::sync::Arc;

use crate::promql::annotation::{AnnotationKind, Annotations, HistogramOp};
use crate::promql::functions::kind::metric_of;
use crate::promql::histogram::{
    Histogram, HistogramSum, Incompatible, Remarks, ResetHint,
};
use crate::promql::labels::Labels;
use crate::promql::syntax::ast::TextRange;

/// The histograms of a group at a step.
pub(super) struct HistogramAcc {
    sum: HistogramSum,
    count: f64,
    is_mean: bool,
    /// The sum would have overflowed: it holds the mean.
    incremental: bool,
    incompatible: bool,
    saw_reset: bool,
    saw_no_reset: bool,
}

impl HistogramAcc {
    /// Begins a sum or a mean.
    pub(super) fn new(first: &Histogram, is_mean: bool) -> HistogramAcc {
        let mut acc = HistogramAcc {
            sum: HistogramSum::exact(first),
            count: 1.0,
            is_mean,
            incremental: false,
            incompatible: false,
            saw_reset: false,
            saw_no_reset: false,
        };
        acc.see(first);
        acc
    }

    fn see(&mut self, histogram: &Histogram) {
        self.saw_reset |= histogram.reset_hint == ResetHint::Reset;
        self.saw_no_reset |= histogram.reset_hint == ResetHint::NotReset;
    }

    /// Adds a histogram of a series.
    pub(super) fn add(
        &mut self,
        histogram: &Histogram,
        labels: &Labels,
        notes: &mut Annotations,
        at: TextRange,
    ) {
        if self.incompatible {
            return;
        }
        self.see(histogram);
        self.count += 1.0;
        match self.try_add(histogram) {
            Ok(remarks) if remarks.reconciled => {
                let op = HistogramOp::Aggregation;
                notes.add(AnnotationKind::MismatchedCustomBuckets { op }, at);
            }
            Ok(_) => {}
            Err(Incompatible) => {
                self.incompatible = true;
                let metric = metric_of(labels);
                notes.add(AnnotationKind::MixedExponentialCustom { metric }, at);
            }
        }
    }

    fn try_add(&mut self, histogram: &Histogram) -> Result<Remarks, Incompatible> {
        if !self.is_mean {
            return self.sum.add(histogram);
        }
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

    /// The sum or mean.
    pub(super) fn finish(
        mut self,
        notes: &mut Annotations,
        at: TextRange,
    ) -> Option<Arc<Histogram>> {
        if self.incompatible {
            return None;
        }
        if self.saw_reset && self.saw_no_reset {
            let op = HistogramOp::Aggregation;
            notes.add(AnnotationKind::ResetCollision { op }, at);
        }
        if self.is_mean && !self.incremental {
            self.sum.divide(self.count);
        }
        Some(Arc::new(self.sum.finish().compacted()))
    }
}

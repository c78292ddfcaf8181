//! Sums that keep what rounding would lose (Prometheus `util/kahansum`).

/// A running sum with Neumaier's variant of Kahan's compensation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Kahan {
    /// The sum without its compensation.
    pub sum: f64,
    /// What rounding took from the sum.
    pub lost: f64,
}

impl Kahan {
    /// A sum that begins with one term.
    pub fn from(term: f64) -> Kahan {
        Kahan { sum: term, lost: 0.0 }
    }

    /// Adds a term. An infinite sum has no compensation.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        if sum.is_infinite() {
            self.lost = 0.0;
        } else if self.sum.abs() >= term.abs() {
            self.lost += (self.sum - sum) + term;
        } else {
            self.lost += (term - sum) + self.sum;
        }
        self.sum = sum;
    }

    /// Sum and compensation together.
    pub fn total(self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounding_takes_is_given_back() {
        let mut sum = Kahan::default();
        for term in [1.0, 1e100, 1.0, -1e100] {
            sum.add(term);
        }
        assert_eq!(sum.total(), 2.0);
        sum.add(f64::INFINITY);
        assert_eq!(sum, Kahan::from(f64::INFINITY));
        let mut nan = Kahan::from(f64::NAN);
        nan.add(1.0);
        assert!(nan.total().is_nan());
    }
}

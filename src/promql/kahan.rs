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

/// A sum and its compensation after a term is added, as by [`Kahan::add`]. That one is
/// quicker for one sum, whose branches the processor foresees; this one has none, so
/// that a loop over many sums becomes vector instructions.
#[inline]
pub fn add(sum: f64, lost: f64, term: f64) -> (f64, f64) {
    let total = sum + term;
    let is_larger = sum.abs() >= term.abs();
    let (large, small) = if is_larger { (sum, term) } else { (term, sum) };
    let lost = lost + ((large - total) + small);
    (total, if total.is_infinite() { 0.0 } else { lost })
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

    #[test]
    fn both_ways_to_add_are_one() {
        let terms = [1.0, -0.0, 1e100, 3.5, -1e100, 1e-300, f64::MAX, f64::MAX, 2.0];
        let odd = [f64::INFINITY, 1.0, f64::NEG_INFINITY, 0.0, f64::NAN, 7.0];
        let (mut sum, mut pair) = (Kahan::default(), (0.0, 0.0));
        for term in terms.into_iter().chain(odd) {
            sum.add(term);
            pair = add(pair.0, pair.1, term);
            let same =
                |a: f64, b: f64| a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan();
            assert!(same(sum.sum, pair.0) && same(sum.lost, pair.1), "{sum:?} {pair:?}");
        }
    }
}

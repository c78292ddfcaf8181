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
        (self.sum, self.lost) = add(self.sum, self.lost, term);
    }

    /// Sum and compensation together.
    pub fn total(self) -> f64 {
        self.sum + self.lost
    }
}

/// Several sums that grow together.
#[derive(Clone, Copy, Debug)]
pub struct Sums<const N: usize> {
    sums: [f64; N],
    lost: [f64; N],
}

impl<const N: usize> Sums<N> {
    /// Sums of nothing.
    pub fn zero() -> Sums<N> {
        Sums { sums: [0.0; N], lost: [0.0; N] }
    }

    /// Adds a term to each sum.
    #[inline]
    pub fn add(&mut self, terms: [f64; N]) {
        for ((sum, lost), term) in self.sums.iter_mut().zip(&mut self.lost).zip(terms) {
            (*sum, *lost) = add(*sum, *lost, term);
        }
    }

    /// Sums and compensations together.
    pub fn totals(self) -> [f64; N] {
        std::array::from_fn(|it| self.sums[it] + self.lost[it])
    }
}

/// A sum and its compensation after a term is added; free of branches, so that loops
/// over sums become vector instructions.
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
}

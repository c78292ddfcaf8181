//! Sorting as Go sorts: which of several equal elements comes first is part of a result.
//!
//! `sort.Sort` and `slices.SortFunc` are a pattern-defeating quicksort that is not
//! stable but always does the same. Prometheus's orders are partly no orders at all (NaN
//! comes before NaN): whatever the relation says, sorting ends and nothing is lost.

/// Ranges up to this length are sorted by insertion.
const FEW: usize = 12;

/// Ranges from this length on are sampled at nine places rather than three, and repaired
/// where only little is out of order.
const MANY: usize = 50;

/// Sorts by a relation, of which `less(a, b)` says that `a` has to come before `b`.
pub(super) fn sort<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    let n = items.len();
    let n_bits = usize::BITS - n.leading_zeros();
    Sorter { items, less }.sort(0, n, n_bits);
}

/// What sampling says of the order of a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Ascending,
    Descending,
    Mixed,
}

struct Sorter<'a, T, F> {
    items: &'a mut [T],
    less: F,
}

impl<T, F: Fn(&T, &T) -> bool> Sorter<'_, T, F> {
    fn less(&self, a: usize, b: usize) -> bool {
        (self.less)(&self.items[a], &self.items[b])
    }

    /// Sorts the range `from..to`, of which at most `n_bad` partitions may be lopsided.
    fn sort(&mut self, mut from: usize, mut to: usize, mut n_bad: u32) {
        let (mut balanced, mut in_place) = (true, true);
        loop {
            let n = to - from;
            if n <= FEW {
                return self.insert(from, to);
            }
            if n_bad == 0 {
                return self.heap_sort(from, to);
            }
            if !balanced {
                self.scatter(from, to);
                n_bad -= 1;
            }
            let (mut pivot, mut looks) = self.choose_pivot(from, to);
            if looks == Looks::Descending {
                self.items[from..to].reverse();
                pivot = to - 1 - (pivot - from);
                looks = Looks::Ascending;
            }
            if balanced && in_place && looks == Looks::Ascending && self.repair(from, to)
            {
                return;
            }
            // Nothing in the range is below the element before it: a pivot that is not
            // above that one is the least, and all its equals go to the front.
            if 0 < from && !self.less(from - 1, pivot) {
                from = self.partition_equal(from, to, pivot);
                continue;
            }
            let middle;
            (middle, in_place) = self.partition(from, to, pivot);
            let (left, right) = (middle - from, to - middle);
            balanced = n / 8 <= left.min(right);
            match left < right {
                true => {
                    self.sort(from, middle, n_bad);
                    from = middle + 1;
                }
                false => {
                    self.sort(middle + 1, to, n_bad);
                    to = middle;
                }
            }
        }
    }

    fn insert(&mut self, from: usize, to: usize) {
        for idx in from + 1..to {
            self.sink_left(idx, from);
        }
    }

    /// Moves an element to the left while it belongs before its neighbour.
    fn sink_left(&mut self, mut idx: usize, first: usize) {
        while first < idx && self.less(idx, idx - 1) {
            self.items.swap(idx, idx - 1);
            idx -= 1;
        }
    }

    fn heap_sort(&mut self, from: usize, to: usize) {
        let n = to - from;
        for root in (0..=(n - 1) / 2).rev() {
            self.sift_down(from, root, n);
        }
        for last in (0..n).rev() {
            self.items.swap(from, from + last);
            self.sift_down(from, 0, last);
        }
    }

    fn sift_down(&mut self, from: usize, mut root: usize, n: usize) {
        loop {
            let mut child = 2 * root + 1;
            if n <= child {
                return;
            }
            if child + 1 < n && self.less(from + child, from + child + 1) {
                child += 1;
            }
            if !self.less(from + root, from + child) {
                return;
            }
            self.items.swap(from + root, from + child);
            root = child;
        }
    }

    /// Swaps three elements around the middle with others, to break up patterns: with
    /// the same ones for each length.
    fn scatter(&mut self, from: usize, to: usize) {
        let n = to - from;
        let mask = (1u64 << (usize::BITS - n.leading_zeros())) - 1;
        let mut random = n as u64;
        let middle = from + n / 4 * 2;
        for idx in middle - 1..=middle + 1 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as usize;
            let other = if n <= other { other - n } else { other };
            self.items.swap(idx, from + other);
        }
    }

    /// The median of three, or of the medians of three times three.
    fn choose_pivot(&self, from: usize, to: usize) -> (usize, Looks) {
        let quarter = (to - from) / 4;
        let mut n_swaps = 0;
        let mut places = [1, 2, 3].map(|it| from + quarter * it);
        if MANY <= to - from {
            places = places.map(|it| self.median([it - 1, it, it + 1], &mut n_swaps));
        }
        let pivot = self.median(places, &mut n_swaps);
        let looks = match n_swaps {
            0 => Looks::Ascending,
            12 => Looks::Descending,
            _ => Looks::Mixed,
        };
        (pivot, looks)
    }

    fn median(&self, [mut a, mut b, mut c]: [usize; 3], n_swaps: &mut u32) -> usize {
        let order = |one: &mut usize, two: &mut usize, n_swaps: &mut u32| {
            if self.less(*two, *one) {
                std::mem::swap(one, two);
                *n_swaps += 1;
            }
        };
        order(&mut a, &mut b, n_swaps);
        order(&mut b, &mut c, n_swaps);
        order(&mut a, &mut b, n_swaps);
        b
    }

    /// Mends a few neighbours that are out of order; whether the range is sorted then.
    fn repair(&mut self, from: usize, to: usize) -> bool {
        let mut idx = from + 1;
        for _ in 0..5 {
            while idx < to && !self.less(idx, idx - 1) {
                idx += 1;
            }
            if idx == to {
                return true;
            }
            if to - from < MANY {
                return false;
            }
            self.items.swap(idx, idx - 1);
            if 2 <= idx - from {
                // All the way: what is before the range is not above it.
                self.sink_left(idx - 1, 0);
            }
            if 2 <= to - idx {
                let mut at = idx + 1;
                while at < to && self.less(at, at - 1) {
                    self.items.swap(at, at - 1);
                    at += 1;
                }
            }
        }
        false
    }

    /// Puts what is below the pivot before it and the rest behind it. The pivot's place,
    /// and whether nothing had to be moved.
    fn partition(&mut self, from: usize, to: usize, pivot: usize) -> (usize, bool) {
        self.items.swap(from, pivot);
        let (mut left, mut right) = (from + 1, to - 1);
        let mut in_place = true;
        loop {
            while left <= right && self.less(left, from) {
                left += 1;
            }
            while left <= right && !self.less(right, from) {
                right -= 1;
            }
            if right < left {
                self.items.swap(right, from);
                return (right, in_place);
            }
            in_place = false;
            self.items.swap(left, right);
            left += 1;
            right -= 1;
        }
    }

    /// Puts what equals the pivot to the front, where nothing is below it; where the
    /// rest begins.
    fn partition_equal(&mut self, from: usize, to: usize, pivot: usize) -> usize {
        self.items.swap(from, pivot);
        let (mut left, mut right) = (from + 1, to - 1);
        loop {
            while left <= right && !self.less(from, left) {
                left += 1;
            }
            while left <= right && self.less(from, right) {
                right -= 1;
            }
            if right < left {
                return left;
            }
            self.items.swap(left, right);
            left += 1;
            right -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of a linear congruential generator.
    fn numbers(seed: u64) -> impl Iterator<Item = u64> {
        std::iter::successors(Some(seed), |it| {
            Some(it.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1))
        })
        .skip(1)
        .map(|it| it >> 33)
    }

    /// Keys of a shape: random, few different ones, ascending, descending, saw teeth,
    /// nearly sorted, an organ pipe, and the worst that is known for medians.
    fn keys(shape: u64, n: u64) -> Vec<u64> {
        let mut random = numbers(shape * 1000 + n);
        let mut next = |below: u64| random.next().unwrap() % below;
        let mut keys: Vec<u64> = (0..n)
            .map(|idx| match shape {
                0 => next(1 << 20),
                1 => next(3),
                2 => next(10),
                3 | 6 => idx,
                4 => n - idx,
                5 => idx % 7,
                7 => idx.min(n - idx),
                8 => idx * 7919 % 101,
                _ => (idx * idx) % 64,
            })
            .collect();
        if shape == 6 && 2 < n {
            for _ in 0..3 {
                let (a, b) = (next(n) as usize, next(n) as usize);
                keys.swap(a, b);
            }
        }
        keys
    }

    /// FNV-1a over the order in which the elements come out.
    fn digest(order: impl Iterator<Item = u64>) -> u64 {
        order.fold(0xcbf2_9ce4_8422_2325, |hash, it| {
            (hash ^ it).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// What Go 1.27 makes of each shape: `slices.SortFunc` by key, and `sort.Sort` of
    /// `sort.Reverse` by a relation in which every third key is NaN and before all.
    #[rustfmt::skip]
    const GO: [(u64, u64); 10] = [
    (0xe5d7_07cc_0f90_d7c5, 0x69cb_660d_26f9_43df),
    (0x4aaf_d175_1152_b9e9, 0x5a4a_2eb9_dc5e_3cd3),
    (0x0237_17ad_aac1_954b, 0x6e9d_2d1c_b92b_8373),
    (0x0c45_7725_19a1_eab5, 0x959c_2453_0278_d2af),
    (0xe379_d49d_e0c4_63dd, 0xf073_5a8b_b997_3d6d),
    (0xddf2_124c_fcc4_930d, 0x83c4_2686_481c_1ba1),
    (0x29d9_0615_eae3_982d, 0x32d5_2575_1c09_4723),
    (0x2bc5_768a_19d3_4623, 0x08a3_7f36_09ec_8b0f),
    (0xe532_6114_a812_3333, 0x2a68_45c3_621c_4f5f),
    (0xa4fc_8c63_f4f2_8ac5, 0x8220_ba3b_cb52_5fe3),
    ];

    #[test]
    fn equal_elements_come_out_as_from_go() {
        let sizes: Vec<u64> = (0..200).chain([500, 1000, 5000]).collect();
        for (shape, want) in (0..10).zip(GO) {
            let sorted = |less: fn(&(u64, u64), &(u64, u64)) -> bool| {
                let of_size = |n: &u64| {
                    let mut items: Vec<_> =
                        keys(shape, *n).into_iter().zip(0..).collect();
                    sort(&mut items, less);
                    items.into_iter().map(|it| it.1)
                };
                digest(sizes.iter().flat_map(of_size))
            };
            let found = (
                sorted(|a, b| a.0 < b.0),
                sorted(|a, b| {
                    let nan = |it: u64| it.is_multiple_of(3);
                    nan(b.0) || !nan(a.0) && b.0 < a.0
                }),
            );
            assert_eq!(found, want, "shape {shape}");
        }
    }

    #[test]
    fn sorts() {
        for shape in 0..10 {
            for n in 0..200 {
                let mut items = keys(shape, n);
                let mut want = items.clone();
                want.sort_unstable();
                sort(&mut items, |a, b| a < b);
                assert_eq!(items, want, "shape {shape}, {n}");
            }
        }
    }

    #[test]
    fn a_relation_that_is_no_order_loses_nothing() {
        for n in [1, 12, 13, 50, 300] {
            for (seed, below) in [(1, 1), (2, 2), (3, 1000)] {
                let keys: Vec<u64> = numbers(seed).take(n).map(|it| it % below).collect();
                let relation = |a: &(u64, usize), b: &(u64, usize)| {
                    a.0 == 0 || (a.0 ^ b.0).count_ones() % 2 == 1
                };
                let mut items: Vec<_> = keys.into_iter().zip(0..n).collect();
                sort(&mut items, relation);
                items.sort_by_key(|it| it.1);
                assert!(items.iter().map(|it| it.1).eq(0..n));
            }
        }
    }
}

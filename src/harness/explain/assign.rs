//! Which found item belongs to which expected one: the assignment of least cost.

/// Above this many items on a side, only the first of each are compared with each other.
pub const MOST: usize = 64;

/// For each row its column, so that the sum of the costs is least; a row without one has
/// none. At most `min(n_rows, n_columns)` have one.
///
/// The algorithm of Kuhn and Munkres with potentials, cubic in the larger side.
pub fn assign(
    n_rows: usize,
    n_columns: usize,
    cost: &dyn Fn(usize, usize) -> u64,
) -> Vec<Option<usize>> {
    if n_columns < n_rows {
        let mut out = vec![None; n_rows];
        for (column, row) in
            assign(n_columns, n_rows, &|a, b| cost(b, a)).into_iter().enumerate()
        {
            if let Some(row) = row {
                out[row] = Some(column);
            }
        }
        return out;
    }
    const FREE: usize = usize::MAX;
    // Column `n_columns` is a place to start from.
    let mut row_of = vec![FREE; n_columns + 1];
    let mut row_potential = vec![0_i64; n_rows];
    let mut column_potential = vec![0_i64; n_columns + 1];
    for row in 0..n_rows {
        let mut slack = vec![i64::MAX; n_columns];
        let mut before = vec![n_columns; n_columns];
        let mut used = vec![false; n_columns + 1];
        let mut column = n_columns;
        row_of[column] = row;
        while row_of[column] != FREE {
            used[column] = true;
            let here = row_of[column];
            let (mut next, mut least) = (0, i64::MAX);
            for it in (0..n_columns).filter(|it| !used[*it]) {
                let reduced =
                    cost(here, it) as i64 - row_potential[here] - column_potential[it];
                if reduced < slack[it] {
                    slack[it] = reduced;
                    before[it] = column;
                }
                if slack[it] < least {
                    (next, least) = (it, slack[it]);
                }
            }
            for it in 0..=n_columns {
                match used[it] {
                    true => {
                        row_potential[row_of[it]] += least;
                        column_potential[it] -= least;
                    }
                    false if it < n_columns => slack[it] -= least,
                    false => {}
                }
            }
            column = next;
        }
        while column != n_columns {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    let mut out = vec![None; n_rows];
    for (column, row) in row_of[..n_columns].iter().enumerate() {
        if *row != FREE {
            out[*row] = Some(column);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(costs: &[Vec<u64>], columns: &[Option<usize>]) -> u64 {
        columns.iter().zip(costs).filter_map(|(it, row)| Some(row[(*it)?])).sum()
    }

    /// The least sum, by trying everything.
    fn least(costs: &[Vec<u64>], taken: &mut Vec<bool>, n_left: usize) -> u64 {
        let Some((row, rest)) = costs.split_first() else { return 0 };
        let mut best = u64::MAX;
        if n_left < costs.len() {
            best = least(rest, taken, n_left);
        }
        for idx in 0..row.len() {
            if 0 < n_left && !taken[idx] {
                taken[idx] = true;
                best = best.min(row[idx].saturating_add(least(rest, taken, n_left - 1)));
                taken[idx] = false;
            }
        }
        best
    }

    #[test]
    fn no_assignment_costs_less() {
        let mut seed = 7_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) % 10
        };
        for (n, m) in [(1, 1), (3, 3), (4, 2), (2, 5), (5, 5), (4, 4), (0, 3), (3, 0)] {
            for _ in 0..20 {
                let costs: Vec<Vec<u64>> =
                    (0..n).map(|_| (0..m).map(|_| random()).collect()).collect();
                let got = assign(n, m, &|a, b| costs[a][b]);
                assert_eq!(got.iter().flatten().count(), n.min(m));
                let best = least(&costs, &mut vec![false; m], n.min(m));
                assert_eq!(sum(&costs, &got), best, "{costs:?}");
            }
        }
    }

    #[test]
    fn a_greedy_choice_is_not_taken() {
        let costs = [[1, 2], [1, 9]];
        assert_eq!(assign(2, 2, &|a, b| costs[a][b]), [Some(1), Some(0)]);
    }
}

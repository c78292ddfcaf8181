//! What changes one list of lines or words into another.
//!
//! Myers's greedy algorithm; lists that have little in common are one change instead of
//! being searched for the shortest edit.

use std::collections::HashMap;
use std::ops::Range;

/// Edits beyond which the search ends: its cost grows with their square.
const MAX_EDITS: usize = 1_000;

/// A run that is replaced by another; one of them may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The run in the old list.
    pub old: Range<usize>,
    /// What stands there in the new one.
    pub new: Range<usize>,
}

/// The changes that lead from `old` to `new`, in order; none where they are equal.
pub fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let prefix = old.iter().zip(new).take_while(|it| it.0 == it.1).count();
    let (old, new) = (&old[prefix..], &new[prefix..]);
    let suffix =
        old.iter().rev().zip(new.iter().rev()).take_while(|it| it.0 == it.1).count();
    let (old, new) = (&old[..old.len() - suffix], &new[..new.len() - suffix]);
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    // Numbers are compared faster than lines.
    let mut ids = HashMap::new();
    let old_ids = numbers(old, &mut ids);
    let new_ids = numbers(new, &mut ids);
    let whole = || vec![Change { old: 0..old.len(), new: 0..new.len() }];
    let found = myers(&old_ids, &new_ids).unwrap_or_else(whole);
    let shift = |it: Range<usize>| it.start + prefix..it.end + prefix;
    found
        .into_iter()
        .map(|it| Change { old: shift(it.old), new: shift(it.new) })
        .collect()
}

fn numbers<'a>(lines: &[&'a str], ids: &mut HashMap<&'a str, u32>) -> Vec<u32> {
    let number = |line: &&'a str| {
        let next = ids.len() as u32;
        *ids.entry(*line).or_insert(next)
    };
    lines.iter().map(number).collect()
}

/// The shortest edit; nothing if it is longer than [`MAX_EDITS`].
fn myers(old: &[u32], new: &[u32]) -> Option<Vec<Change>> {
    let (n, m) = (old.len() as isize, new.len() as isize);
    let most = (n + m).min(MAX_EDITS as isize);
    let at = |k: isize| (k + most + 1) as usize;
    let mut furthest = vec![0_isize; 2 * most as usize + 3];
    let mut trace = Vec::new();
    for d in 0..=most {
        trace.push(furthest[at(-d - 1)..=at(d + 1)].to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || k != d && furthest[at(k - 1)] < furthest[at(k + 1)];
            let mut x = match down {
                true => furthest[at(k + 1)],
                false => furthest[at(k - 1)] + 1,
            };
            while x < n && x - k < m && old[x as usize] == new[(x - k) as usize] {
                x += 1;
            }
            furthest[at(k)] = x;
            if x >= n && x - k >= m {
                return Some(walk_back(n, m, &trace));
            }
        }
    }
    None
}

fn walk_back(n: isize, m: isize, trace: &[Vec<isize>]) -> Vec<Change> {
    let (mut x, mut y) = (n, m);
    let mut out: Vec<Change> = Vec::new();
    for (d, furthest) in trace.iter().enumerate().skip(1).rev() {
        let d = d as isize;
        let at = |k: isize| furthest[(k + d + 1) as usize];
        let k = x - y;
        let down = k == -d || k != d && at(k - 1) < at(k + 1);
        let (before_x, before_y) = match down {
            true => (at(k + 1), at(k + 1) - (k + 1)),
            false => (at(k - 1), at(k - 1) - (k - 1)),
        };
        let (ux, uy) = (before_x as usize, before_y as usize);
        let change = match down {
            true => Change { old: ux..ux, new: uy..uy + 1 },
            false => Change { old: ux..ux + 1, new: uy..uy },
        };
        match out.last_mut() {
            Some(next)
                if next.old.start == change.old.end
                    && next.new.start == change.new.end =>
            {
                next.old.start = change.old.start;
                next.new.start = change.new.start;
            }
            _ => out.push(change),
        }
        (x, y) = (before_x, before_y);
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Applies changes to `old`: what comes out must be `new`.
    fn applied(old: &[&str], new: &[&str]) -> Vec<String> {
        let mut out = Vec::new();
        let mut at = 0;
        for it in changes(old, new) {
            out.extend(old[at..it.old.start].iter().map(|it| it.to_string()));
            out.extend(new[it.new].iter().map(|it| it.to_string()));
            at = it.old.end;
        }
        out.extend(old[at..].iter().map(|it| it.to_string()));
        out
    }

    #[test]
    fn changes_lead_from_one_text_to_the_other() {
        let words = ["a", "b", "c"];
        // All texts of up to five lines over three words, against a few others.
        for n in 0..3_usize.pow(5) {
            let text = |n: usize, len: u32| {
                (0..len).map(|it| words[n / 3_usize.pow(it) % 3]).collect::<Vec<_>>()
            };
            let old = text(n, (n % 6) as u32);
            for new in [text(n / 2, 5), text(n * 7 % 243, 4), text(n + 1, 3)] {
                assert_eq!(applied(&old, &new), new, "{old:?} {new:?}");
            }
        }
    }
}

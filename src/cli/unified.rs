//! Differences between two texts as a unified diff.
//!
//! Lines are compared with Myers's greedy algorithm; texts that have little in common
//! are shown as one replacement instead of being searched for the shortest edit.

use std::collections::HashMap;
use std::ops::Range;

/// Lines around a change.
const CONTEXT: usize = 3;

/// Edits beyond which the search ends: its cost grows with their square.
const MAX_EDITS: usize = 1_000;

/// A run of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    old: Range<usize>,
    new: Range<usize>,
}

/// The difference of `old` and `new`, under the names `from` and `to`; empty if there is
/// none.
pub fn diff(from: &str, to: &str, old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let changes = changes(&old, &new);
    if changes.is_empty() {
        return String::new();
    }
    let mut out = format!("--- {from}\n+++ {to}\n");
    let mut idx = 0;
    while idx < changes.len() {
        let mut last = idx;
        while last + 1 < changes.len()
            && changes[last + 1].old.start - changes[last].old.end <= 2 * CONTEXT
        {
            last += 1;
        }
        hunk(&changes[idx..=last], &old, &new, &mut out);
        idx = last + 1;
    }
    out
}

fn hunk(changes: &[Change], old: &[&str], new: &[&str], out: &mut String) {
    let (first, last) = (&changes[0], &changes[changes.len() - 1]);
    let before = first.old.start.min(CONTEXT);
    let after = (old.len() - last.old.end).min(CONTEXT);
    let olds = first.old.start - before..last.old.end + after;
    let news = first.new.start - before..last.new.end + after;
    out.push_str(&format!("@@ -{} +{} @@\n", span(&olds), span(&news)));
    let mut at = olds.start;
    for it in changes {
        lines(' ', &old[at..it.old.start], out);
        lines('-', &old[it.old.clone()], out);
        lines('+', &new[it.new.clone()], out);
        at = it.old.end;
    }
    lines(' ', &old[at..olds.end], out);
}

/// `start,count` as diff counts: from 1, and from 0 where nothing is there.
fn span(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => (range.start + 1).to_string(),
        n => format!("{},{n}", range.start + 1),
    }
}

fn lines(sign: char, lines: &[&str], out: &mut String) {
    for line in lines {
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
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

    #[test]
    fn differences_are_shown_with_their_surroundings() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\n";
        let new = "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn";
        let expect = "--- x\n+++ y\n@@ -1,6 +1,6 @@\n a\n b\n-c\n+C\n d\n e\n f\n\
             @@ -11,3 +11,4 @@\n k\n l\n m\n+n\n\\ No newline at end of file\n";
        assert_eq!(diff("x", "y", old, new), expect);
        assert_eq!(diff("x", "y", old, old), "");
    }

    #[test]
    fn empty_sides_count_from_zero() {
        assert_eq!(diff("x", "y", "", "a\n"), "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(diff("x", "y", "a\n", ""), "--- x\n+++ y\n@@ -1 +0,0 @@\n-a\n");
    }

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

    #[test]
    fn texts_without_anything_in_common_are_replaced() {
        let old: String = (0..3000).map(|it| format!("a{it}\n")).collect();
        let new: String = (0..3000).map(|it| format!("b{it}\n")).collect();
        let got = diff("x", "y", &old, &new);
        assert_eq!(got.lines().filter(|it| it.starts_with("@@")).count(), 1);
    }
}

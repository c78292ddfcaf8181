//! The smallest form of a difference: a simpler query, fewer series, fewer samples.
//!
//! Candidates are asked for in batches; the first that still differs is taken and the
//! search begins anew. What "differs" means is the caller's business.

use std::ops::Range;

use crate::query::Query;
use crate::series::Data;
use crate::simpler::simpler;

/// A query on series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The series.
    pub data: Data,
    /// The query.
    pub query: Query,
}

/// How many candidates are asked for in all.
const MOST: usize = 3000;

/// How many candidates are asked for at once.
const BATCH: usize = 64;

/// Simpler candidates of one kind; a greater level has smaller steps, up to none.
type Step = fn(&Candidate, u32) -> Vec<Candidate>;

/// Shrinks a query with its data. `differs` says of each candidate whether the answers
/// to it are still different.
pub fn shrink(
    candidate: Candidate,
    differs: &mut dyn FnMut(&[Candidate]) -> Vec<bool>,
) -> Candidate {
    let mut best = candidate;
    let mut left = MOST;
    let steps: [Step; 4] =
        [simpler_queries, fewer_series, fewer_samples, plainer_samples];
    loop {
        let before = best.clone();
        for step in steps {
            best = descend(best, step, differs, &mut left);
        }
        if best == before {
            return best;
        }
    }
}

fn descend(
    mut best: Candidate,
    step: Step,
    differs: &mut dyn FnMut(&[Candidate]) -> Vec<bool>,
    left: &mut usize,
) -> Candidate {
    let mut level = 0;
    'again: loop {
        let candidates = step(&best, level);
        if candidates.is_empty() {
            return best;
        }
        for batch in candidates.chunks(BATCH) {
            let Some(less) = left.checked_sub(batch.len()) else { return best };
            *left = less;
            let first = differs(batch).iter().position(|it| *it);
            if let Some(idx) = first {
                best = batch[idx].clone();
                continue 'again;
            }
        }
        level += 1;
    }
}

fn simpler_queries(it: &Candidate, level: u32) -> Vec<Candidate> {
    if level != 0 {
        return Vec::new();
    }
    let with = |text: String| Candidate {
        query: Query { text, ..it.query.clone() },
        data: it.data.clone(),
    };
    simpler(&it.query.text).into_iter().map(with).collect()
}

/// Parts of `0..n` to leave out: all of it, halves, quarters, … to single ones.
fn parts(n: usize, level: u32) -> Vec<Range<usize>> {
    match (n >> level, n) {
        (_, 0) => Vec::new(),
        (0, _) if n >> (level - 1) <= 1 => Vec::new(),
        (size, _) => {
            let size = size.max(1);
            (0..n).step_by(size).map(|it| it..(it + size).min(n)).collect()
        }
    }
}

fn fewer_series(it: &Candidate, level: u32) -> Vec<Candidate> {
    let without = |part: Range<usize>| {
        let mut out = it.clone();
        out.data.series.drain(part);
        out
    };
    parts(it.data.series.len(), level).into_iter().map(without).collect()
}

/// What stands for no sample.
const GAP: &str = "_";

fn fewer_samples(it: &Candidate, level: u32) -> Vec<Candidate> {
    let mut out = Vec::new();
    for (idx, series) in it.data.series.iter().enumerate() {
        let full: Vec<usize> =
            (0..series.values.len()).filter(|at| series.values[*at] != GAP).collect();
        for part in parts(full.len(), level) {
            let mut fewer = it.clone();
            let values = &mut fewer.data.series[idx].values;
            full[part].iter().for_each(|at| values[*at] = GAP.to_string());
            while values.last().is_some_and(|it| it == GAP) {
                values.pop();
            }
            out.push(fewer);
        }
    }
    out
}

/// Numbers become small ones.
fn plainer_samples(it: &Candidate, level: u32) -> Vec<Candidate> {
    let mut out = Vec::new();
    let n: usize = it.data.series.iter().map(|it| it.values.len()).sum();
    if 100 < n || level != 0 {
        return out;
    }
    for (idx, series) in it.data.series.iter().enumerate() {
        for (at, value) in series.values.iter().enumerate() {
            if ["_", "stale", "0", "1", "2"].contains(&&**value) || value.starts_with('{')
            {
                continue;
            }
            for plain in ["0", "1", "2"] {
                let mut plainer = it.clone();
                plainer.data.series[idx].values[at] = plain.to_string();
                out.push(plainer);
            }
        }
    }
    out
}

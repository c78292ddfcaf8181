//! In which order rules are evaluated over a whole test.
//!
//! Prometheus goes tick by tick. Here a rule is evaluated over all ticks at once as
//! soon as everything that it reads is complete; rules that read each other, or results
//! that are written later in the same tick, form a batch that goes tick by tick.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use crate::harness::plan::{Plan, RuleIdx};

/// Rules that are evaluated together.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// The rules, in the order of a tick.
    pub rules: Vec<RuleIdx>,
    /// They are evaluated in turn at each tick, since they depend on each other.
    pub interleaved: bool,
}

/// Orders the rules that matter: every batch reads only what batches before it write.
pub fn batches(plan: &Plan<'_>, awake: &[RuleIdx]) -> Vec<Batch> {
    let graph = graph(plan, awake);
    let component = components(&graph.after);
    let n_components = component.iter().map(|it| it + 1).max().unwrap_or(0);
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); n_components];
    for (node, it) in component.iter().enumerate() {
        members[*it].push(node);
    }
    let mut waits: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); n_components];
    let mut frees: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); n_components];
    for (node, after) in graph.after.iter().enumerate() {
        for it in after.iter().filter(|it| component[**it] != component[node]) {
            waits[component[node]].insert(component[*it]);
            frees[component[*it]].insert(component[node]);
        }
    }
    // Of the batches that are ready the one with the earliest rule comes first, which
    // keeps the order of the rules wherever it is free.
    let mut ready: BinaryHeap<Reverse<(usize, usize)>> = (0..n_components)
        .filter(|it| waits[*it].is_empty())
        .map(|it| Reverse((members[it][0], it)))
        .collect();
    let mut out = Vec::new();
    while let Some(Reverse((_, idx))) = ready.pop() {
        let nodes = &members[idx];
        let interleaved = nodes.len() > 1 || graph.after[nodes[0]].contains(&nodes[0]);
        let rules = nodes.iter().map(|it| awake[*it]).collect();
        out.push(Batch { rules, interleaved });
        for next in &frees[idx] {
            waits[*next].remove(&idx);
            if waits[*next].is_empty() {
                ready.push(Reverse((members[*next][0], *next)));
            }
        }
    }
    out
}

/// Node by node (a place in `awake`), which nodes must come before.
struct Graph {
    after: Vec<BTreeSet<usize>>,
}

fn graph(plan: &Plan<'_>, awake: &[RuleIdx]) -> Graph {
    let node_of: HashMap<RuleIdx, usize> =
        awake.iter().enumerate().map(|(node, idx)| (*idx, node)).collect();
    let mut after = vec![BTreeSet::new(); awake.len()];
    for (node, idx) in awake.iter().enumerate() {
        let slot = &plan.slots[*idx];
        for source_idx in plan.sources(*idx) {
            let Some(&source) = node_of.get(source_idx) else { continue };
            let written = &plan.slots[*source_idx];
            after[node].insert(source);
            // What is written later in the tick, or for a time that the reader passes
            // before it is written, must not be seen yet.
            let unseen = *idx <= *source_idx
                || slot.offset < written.offset
                || (slot.reads.single_ticks && written.offset != 0);
            if unseen {
                after[source].insert(node);
            }
        }
        // Two writers of one series: the second finds what the first has written.
        for other in plan.rivals(*idx).filter(|it| it < idx) {
            let Some(&node_before) = node_of.get(&other) else { continue };
            after[node].insert(node_before);
            // What they find depends on when it was written, not only on its time.
            if slot.offset != 0 || plan.slots[other].offset != 0 {
                after[node_before].insert(node);
            }
        }
    }
    Graph { after }
}

/// The strongly connected component of each node (Tarjan, without recursion).
fn components(after: &[BTreeSet<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let n = after.len();
    let next: Vec<Vec<usize>> =
        after.iter().map(|it| it.iter().copied().collect()).collect();
    let (mut order, mut low, mut component) = (vec![NONE; n], vec![0; n], vec![NONE; n]);
    let (mut n_seen, mut n_components) = (0, 0);
    let mut open: Vec<usize> = Vec::new();
    for root in 0..n {
        if order[root] != NONE {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((node, child)) = path.pop() {
            if child == 0 {
                order[node] = n_seen;
                low[node] = n_seen;
                n_seen += 1;
                open.push(node);
            }
            if let Some(&to) = next[node].get(child) {
                path.push((node, child + 1));
                if order[to] == NONE {
                    path.push((to, 0));
                } else if component[to] == NONE {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            if low[node] == order[node] {
                while let Some(top) = open.pop() {
                    component[top] = n_components;
                    if top == node {
                        break;
                    }
                }
                n_components += 1;
            }
            if let Some((parent, _)) = path.last() {
                low[*parent] = low[*parent].min(low[node]);
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(usize, usize)], n: usize) -> Vec<usize> {
        let mut after = vec![BTreeSet::new(); n];
        for (node, before) in edges {
            after[*node].insert(*before);
        }
        components(&after)
    }

    #[test]
    fn nodes_that_reach_each_other_are_one_component() {
        let got = check(&[(0, 1), (1, 2), (2, 0), (3, 2), (4, 4)], 5);
        assert_eq!((got[0], got[1]), (got[1], got[2]));
        assert!(got[3] != got[0] && got[4] != got[3]);
        let chain: Vec<_> = (1..20_000).map(|it| (it, it - 1)).collect();
        let mut got = check(&chain, 20_000);
        got.dedup();
        assert_eq!(got.len(), 20_000);
    }
}

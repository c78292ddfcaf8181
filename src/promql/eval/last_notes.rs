//! Annotations of binary operations between vectors: of each step the last one only.
//!
//! Prometheus keeps one error for the pairs of a step (`lastErr` of `VectorBinop` in
//! `promql/engine.go`), in the order of the side that may have several series.

use std::collections::BTreeMap;

use crate::promql::annotation::{Annotation, Annotations};

/// The last annotation of each step that has any.
#[derive(Default)]
pub(super) struct LastNotes {
    of_step: BTreeMap<usize, Annotation>,
}

impl LastNotes {
    /// Begins with a pair: its annotations are put aside from those before.
    pub(super) fn begin(&self, notes: &mut Annotations) -> Annotations {
        let empty = Annotations::new(notes.version());
        std::mem::replace(notes, empty)
    }

    /// Ends with a pair: what was annotated replaces what there was at the step.
    pub(super) fn end(
        &mut self,
        step: usize,
        notes: &mut Annotations,
        before: Annotations,
    ) {
        let found = std::mem::replace(notes, before);
        if let Some(last) = found.into_iter().last() {
            self.of_step.insert(step, last);
        }
    }

    /// Adds what is left, step by step.
    pub(super) fn put(self, notes: &mut Annotations) {
        for it in self.of_step.into_values() {
            notes.add(it.kind, it.at);
        }
    }
}

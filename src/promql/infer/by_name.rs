//! Facts by the names of their labels.

use std::cmp::Ordering;

use crate::promql::infer::facts::Fact;
use crate::promql::labels::Symbol;

/// Facts by the names of their labels, in the order of these. There are few in each and
/// very many of them, so that they take no more room than they need.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByName(Vec<(Symbol, Fact)>);

impl ByName {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|it| (*it.0).cmp(name))
    }

    /// What is said of a label.
    pub fn get(&self, name: &str) -> Option<&Fact> {
        self.place(name).ok().map(|it| &self.0[it].1)
    }

    pub(super) fn insert(&mut self, name: &Symbol, fact: Fact) {
        match self.place(name) {
            Ok(it) => self.0[it].1 = fact,
            Err(it) => self.0.insert(it, (name.clone(), fact)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        if let Ok(it) = self.place(name) {
            self.0.remove(it);
        }
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str, &Fact) -> bool) {
        self.0.retain(|it| keep(&it.0, &it.1));
    }

    /// The names here and there, in order.
    pub(super) fn names<'a>(
        &'a self,
        other: &'a ByName,
    ) -> impl Iterator<Item = &'a Symbol> {
        let (mut own, mut others) = (self.keys().peekable(), other.keys().peekable());
        std::iter::from_fn(move || match (own.peek(), others.peek()) {
            (Some(a), Some(b)) => match a.cmp(b) {
                Ordering::Less => own.next(),
                Ordering::Greater => others.next(),
                Ordering::Equal => {
                    others.next();
                    own.next()
                }
            },
            (Some(_), None) => own.next(),
            (None, _) => others.next(),
        })
    }

    /// Names and facts.
    pub fn iter(&self) -> impl Iterator<Item = (&Symbol, &Fact)> {
        self.0.iter().map(|it| (&it.0, &it.1))
    }

    /// The names.
    pub fn keys(&self) -> impl Iterator<Item = &Symbol> {
        self.0.iter().map(|it| &it.0)
    }

    /// The facts, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Fact> {
        self.0.iter_mut().map(|it| &mut it.1)
    }

    /// Whether nothing is said of any label.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

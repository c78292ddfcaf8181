//! Lists that mostly have one item.

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// Some items in order; a single one needs no memory of its own. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Few<T>(List<T>);

#[derive(Clone, Debug)]
enum List<T> {
    One(T),
    Any(Arc<[T]>),
}

impl<T: Clone> Few<T> {
    /// Adds further ones behind these.
    pub fn extend(&mut self, others: &[T]) {
        *self = self.iter().chain(others).cloned().collect();
    }
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few(List::Any(Arc::default()))
    }
}

impl<T> From<T> for Few<T> {
    fn from(only: T) -> Few<T> {
        Few(List::One(only))
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(all: I) -> Few<T> {
        let mut all = all.into_iter();
        match (all.next(), all.next()) {
            (None, _) => Few::default(),
            (Some(only), None) => only.into(),
            (Some(a), Some(b)) => Few(List::Any([a, b].into_iter().chain(all).collect())),
        }
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.0 {
            List::One(only) => std::slice::from_ref(only),
            List::Any(all) => all,
        }
    }
}

/// A list of one is equal to the item by itself.
impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Few<T>) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: PartialOrd> PartialOrd for Few<T> {
    fn partial_cmp(&self, other: &Few<T>) -> Option<std::cmp::Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Ord> Ord for Few<T> {
    fn cmp(&self, other: &Few<T>) -> std::cmp::Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: Hash> Hash for Few<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

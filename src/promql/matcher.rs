//! Label matchers, ready to be asked.

use std::sync::Arc;

use crate::promql::labels::Labels;
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::{MatchOp, Matcher};

/// One matcher.
#[derive(Clone, Debug)]
struct Test {
    name: Arc<str>,
    op: MatchOp,
    value: Arc<str>,
    pattern: Option<Pattern>,
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match (self.op, &self.pattern) {
            (MatchOp::Equal, _) => value == &*self.value,
            (MatchOp::NotEqual, _) => value != &*self.value,
            (MatchOp::Regexp, Some(it)) => it.is_match(value),
            (MatchOp::NotRegexp, Some(it)) => !it.is_match(value),
            // The parser refuses such patterns.
            (MatchOp::Regexp | MatchOp::NotRegexp, None) => false,
        }
    }
}

/// The matchers of a selector, compiled.
#[derive(Clone, Debug, Default)]
pub struct Matchers(Vec<Test>);

impl Matchers {
    /// Compiles the matchers of a selector.
    pub fn new(matchers: &[Matcher]) -> Matchers {
        Matchers::from_parts(
            matchers.iter().map(|it| (it.name.clone(), it.op, it.value.clone())),
        )
    }

    /// Compiles names, operators and values.
    pub fn from_parts(
        parts: impl IntoIterator<Item = (Arc<str>, MatchOp, Arc<str>)>,
    ) -> Matchers {
        let tests = parts.into_iter().map(|(name, op, value)| {
            let pattern = match op {
                MatchOp::Regexp | MatchOp::NotRegexp => Pattern::new(&value).ok(),
                MatchOp::Equal | MatchOp::NotEqual => None,
            };
            Test { name, op, value, pattern }
        });
        Matchers(tests.collect())
    }

    /// Whether all hold; a label that is missing has an empty value.
    pub fn holds(&self, labels: &Labels) -> bool {
        self.0.iter().all(|it| it.holds(labels.get(&it.name)))
    }

    /// Whether all may hold for labels of which only some are known.
    pub fn may_hold<'v>(&self, known: impl Fn(&str) -> Option<&'v str>) -> bool {
        self.0.iter().all(|it| known(&it.name).is_none_or(|value| it.holds(value)))
    }

    /// Whether all would hold for labels that have this value.
    pub fn hold_for(&self, value: &str) -> bool {
        self.0.iter().all(|it| it.holds(value))
    }

    /// The labels that must have one certain value, which is not empty.
    pub fn equalities(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .filter(|it| it.op == MatchOp::Equal && !it.value.is_empty())
            .map(|it| (&*it.name, &*it.value))
    }
}

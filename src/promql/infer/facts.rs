//! What is known of the labels of some series.

use std::sync::LazyLock;

use crate::diag::few::Few;
use crate::promql::infer::by_name::ByName;
use crate::promql::labels::{METRIC_NAME, Symbol};

/// The name of the label that holds the metric's: it is asked for with each selector.
pub(super) static NAME: LazyLock<Symbol> = LazyLock::new(|| Symbol::from(METRIC_NAME));

/// Whether series have a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// Every series has it.
    Always,
    /// Some may have it.
    Maybe,
    /// No series has it.
    Never,
}

/// What is known of one label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact {
    /// Whether series have it.
    pub presence: Presence,
    /// The values that it can have where it is there, sorted; `None` if any.
    pub values: Option<Few<Symbol>>,
}

impl Fact {
    /// Nothing is known.
    pub const UNKNOWN: Fact = Fact { presence: Presence::Maybe, values: None };

    /// It is never there.
    pub const NEVER: Fact = Fact { presence: Presence::Never, values: None };

    /// It is there, with any value.
    pub const ALWAYS: Fact = Fact { presence: Presence::Always, values: None };

    /// It is there with one of some values; the empty one stands for its absence.
    pub fn one_of(values: impl IntoIterator<Item = Symbol>) -> Fact {
        let mut values: Vec<Symbol> = values.into_iter().collect();
        values.sort();
        values.dedup();
        let n_values = values.len();
        values.retain(|it| !it.is_empty());
        let presence = match values.len() {
            0 => return Fact::NEVER,
            n if n == n_values => Presence::Always,
            _ => Presence::Maybe,
        };
        Fact { presence, values: Some(values.into_iter().collect()) }
    }

    /// It is there with this value, or never where that is empty.
    pub fn value(value: Symbol) -> Fact {
        match value.is_empty() {
            true => Fact::NEVER,
            false => Fact { presence: Presence::Always, values: Some(value.into()) },
        }
    }

    /// Whether a series can have the label with this value; the empty one stands for its
    /// absence.
    pub fn allows(&self, value: &str) -> bool {
        match (self.presence, value) {
            (Presence::Always, "") => false,
            (_, "") => true,
            (Presence::Never, _) => false,
            (Presence::Always | Presence::Maybe, _) => {
                self.values.as_ref().is_none_or(|it| it.iter().any(|it| **it == *value))
            }
        }
    }

    /// Whether no series of the one kind has the label as one of the other kind has it.
    pub fn excludes(&self, other: &Fact) -> bool {
        use Presence::{Always, Never};
        match (self.presence, other.presence) {
            (Always, Never) | (Never, Always) => true,
            (Always, Always) => match (&self.values, &other.values) {
                (Some(own), Some(others)) => !own.iter().any(|it| others.contains(it)),
                _ => false,
            },
            (_, _) => false,
        }
    }

    /// What holds if both facts hold of the same series. Where they contradict each
    /// other there is no series, and anything holds.
    pub fn and(&self, other: &Fact) -> Fact {
        use Presence::{Always, Maybe, Never};
        let values = match (&self.values, &other.values) {
            (None, it) | (it, None) => it.clone(),
            (Some(a), Some(b)) => match a == b {
                true => Some(a.clone()),
                false => Some(a.iter().filter(|it| b.contains(it)).cloned().collect()),
            },
        };
        let presence = match (self.presence, other.presence) {
            (Never, _) | (_, Never) => return Fact::NEVER,
            (Always, _) | (_, Always) => Always,
            (Maybe, Maybe) => Maybe,
        };
        match values {
            Some(it) if it.is_empty() => Fact::NEVER,
            values => Fact { presence, values },
        }
    }

    /// What holds of series of which one fact or the other holds.
    pub fn or(&self, other: &Fact) -> Fact {
        use Presence::{Always, Maybe, Never};
        let presence = match (self.presence, other.presence) {
            (Never, Never) => return Fact::NEVER,
            (Always, Always) => Always,
            (_, _) => Maybe,
        };
        let values = match (self, other) {
            (it, Fact { presence: Never, .. }) | (Fact { presence: Never, .. }, it) => {
                it.values.clone()
            }
            (Fact { values: Some(a), .. }, Fact { values: Some(b), .. }) => {
                let mut all: Vec<Symbol> = a.iter().chain(&**b).cloned().collect();
                all.sort();
                all.dedup();
                Some(all.into_iter().collect())
            }
            (_, _) => None,
        };
        Fact { presence, values }
    }
}

/// What is known of the labels of an expression's results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelFacts {
    /// Whether only the known names can occur.
    pub closed: bool,
    /// What is known, by name; in closed facts no name is there that never occurs.
    pub known: ByName,
}

impl LabelFacts {
    /// Nothing is known.
    pub fn open() -> LabelFacts {
        LabelFacts { closed: false, known: ByName::default() }
    }

    /// There are no labels.
    pub fn none() -> LabelFacts {
        LabelFacts { closed: true, known: ByName::default() }
    }

    /// What is known of a label.
    pub fn get(&self, name: &str) -> Fact {
        self.look(name).clone()
    }

    /// The same, borrowed.
    pub fn look(&self, name: &str) -> &Fact {
        static NEVER: Fact = Fact::NEVER;
        static UNKNOWN: Fact = Fact::UNKNOWN;
        match (self.known.get(name), self.closed) {
            (Some(fact), _) => fact,
            // No label has the empty name.
            (None, _) if name.is_empty() => &NEVER,
            (None, true) => &NEVER,
            (None, false) => &UNKNOWN,
        }
    }

    /// Whether a result can have a label at all.
    pub fn can_carry(&self, name: &str) -> bool {
        self.look(name).presence != Presence::Never
    }

    /// The value that a label has in every result, if that is certain.
    pub fn value(&self, name: &str) -> Option<&str> {
        match self.known.get(name)? {
            Fact { presence: Presence::Always, values: Some(values) } => {
                match &**values {
                    [value] => Some(value),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The labels that every result has, the metric name left out.
    pub fn certain(&self) -> impl Iterator<Item = &str> {
        let certain = self.known.iter().filter(|it| it.1.presence == Presence::Always);
        certain.map(|it| &**it.0).filter(|it| *it != METRIC_NAME)
    }

    /// Says something of a label, in place of what was known.
    pub fn set(&mut self, name: &Symbol, fact: Fact) {
        let is_default = match self.closed {
            true => fact.presence == Presence::Never,
            false => fact == Fact::UNKNOWN,
        };
        match is_default {
            true => self.known.remove(name),
            false => self.known.insert(name, fact),
        };
    }

    /// Says that a label is never there.
    pub fn remove(&mut self, name: &str) {
        match self.closed {
            true => self.known.remove(name),
            false => self.known.insert(&Symbol::from(name), Fact::NEVER),
        };
    }

    pub(super) fn without_name(mut self) -> LabelFacts {
        match self.closed {
            true => self.known.remove(METRIC_NAME),
            false => self.known.insert(&NAME, Fact::NEVER),
        };
        self
    }

    /// Only labels with these names.
    pub(super) fn keep<'a>(
        &self,
        names: impl IntoIterator<Item = &'a Symbol>,
    ) -> LabelFacts {
        let mut facts = LabelFacts::none();
        for name in names {
            facts.set(name, self.get(name));
        }
        facts
    }

    /// What holds of series of which these facts or others hold.
    pub fn or(&self, other: &LabelFacts) -> LabelFacts {
        let closed = self.closed && other.closed;
        let mut facts = LabelFacts { closed, known: ByName::default() };
        for name in self.known.names(&other.known) {
            facts.set(name, self.look(name).or(other.look(name)));
        }
        facts
    }

    /// Adds what is known of series that have the same values of some labels: of all
    /// for which `shared` holds.
    pub(super) fn and_shared(
        &mut self,
        other: &LabelFacts,
        shared: impl Fn(&str) -> bool,
    ) {
        if !other.closed {
            // What the other side does not know says nothing.
            for (name, theirs) in other.known.iter().filter(|it| shared(it.0)) {
                let fact = self.look(name).and(theirs);
                self.set(name, fact);
            }
            return;
        }
        let mut facts = LabelFacts { closed: self.closed, known: ByName::default() };
        for name in self.known.names(&other.known) {
            let own = self.look(name);
            let fact = match shared(name) {
                true => own.and(other.look(name)),
                false => own.clone(),
            };
            facts.set(name, fact);
        }
        *self = facts;
    }
}

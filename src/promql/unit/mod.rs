//! Units of values: what the names of metrics tell, carried through expressions as a small
//! system of types. What is not certain has no unit.
//!
//! Units go by Grafana's ids, the longest list of them that there is: panels take them as
//! they are.

mod arithmetic;
mod infer;
mod metric;
mod part;
mod scale;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use infer::{Units, of_histogram};

/// What is known of the values of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Unit {
    /// Nothing.
    Unknown,
    /// A number without a unit, with its value where it is constant: it takes the unit of
    /// what it is added to, and scales what it is multiplied with.
    Number(Option<f64>),
    /// An amount of something.
    Amount(Amount),
}

/// An amount of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// Of what.
    pub what: What,
    /// Whether it is so much in each second.
    pub per_second: bool,
    /// The value of one: 1000 for milliseconds, since one second is a value of 1000.
    pub scale: f64,
}

/// What there is an amount of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Things, by what they are called: `requests`, or `things` of no further kind.
    Count(&'static str),
    /// A part of a whole.
    Ratio,
    /// 0 or 1.
    Flag,
    /// Seconds since 1970.
    Timestamp,
    /// A measured quantity, by Grafana's id of its base unit.
    Measured(&'static str),
    /// Whatever these metrics measure: their names do not tell.
    Opaque(BTreeSet<Arc<str>>),
}

/// Seconds.
pub const SECONDS: What = What::Measured("s");

/// Things of no further kind.
pub const THINGS: What = What::Count("things");

impl Unit {
    /// Grafana's id of the unit, if there is one.
    pub fn id(&self) -> Option<&'static str> {
        match self {
            Unit::Unknown | Unit::Number(_) => None,
            Unit::Amount(it) => scale::id(it),
        }
    }

    /// Whether it is 1 or 0: whether something is there.
    pub fn is_flag(&self) -> bool {
        matches!(self, Unit::Amount(Amount { what: What::Flag, .. }))
    }

    /// Whether it takes the unit of what it stands beside.
    pub fn is_number(&self) -> bool {
        matches!(self, Unit::Number(_))
    }

    fn of(what: What) -> Unit {
        Unit::Amount(Amount { what, per_second: false, scale: 1.0 })
    }

    fn scaled(what: What, scale: f64) -> Unit {
        Unit::Amount(Amount { what, per_second: false, scale })
    }

    /// So much of it in each second, where that means something.
    fn per_second(self) -> Unit {
        match self {
            Unit::Amount(it) if !it.per_second && it.what.accumulates() => {
                Unit::Amount(Amount { per_second: true, ..it })
            }
            _ => Unit::Unknown,
        }
    }
}

impl What {
    /// Whether one can ask how much of it comes in a second.
    fn accumulates(&self) -> bool {
        match self {
            What::Count(_) | What::Measured(_) | What::Opaque(_) => true,
            What::Ratio | What::Flag | What::Timestamp => false,
        }
    }

    /// Whether its scales begin at different points.
    fn is_temperature(&self) -> bool {
        matches!(self, What::Measured("celsius" | "fahrenheit" | "kelvin"))
    }

    /// What both are, if they are the same.
    fn common(&self, other: &What) -> Option<What> {
        match (self, other) {
            (What::Count(a), What::Count(b)) if a != b => Some(THINGS),
            (What::Opaque(a), What::Opaque(b)) => {
                (!a.is_disjoint(b)).then(|| What::Opaque(a | b))
            }
            (a, b) => (a == b).then(|| a.clone()),
        }
    }
}

//! Units of sums, products and quotients.

use super::scale::same;
use super::{Amount, SECONDS, THINGS, Unit, What};
use crate::promql::math;

/// The unit of `a + b`; of `a - b` if `minus`.
pub(super) fn sum(a: Unit, b: Unit, minus: bool) -> Unit {
    match (a, b) {
        (Unit::Number(a), Unit::Number(b)) => {
            Unit::Number(a.zip(b).map(|it| match minus {
                true => it.0 - it.1,
                false => it.0 + it.1,
            }))
        }
        (Unit::Number(by), Unit::Amount(it)) if it.what.is_temperature() => {
            shifted(it, by.filter(|_| !minus))
        }
        (Unit::Amount(it), Unit::Number(by)) if it.what.is_temperature() => {
            shifted(it, by.map(|by| if minus { -by } else { by }))
        }
        // A flag that is taken from one is a flag, what is counted up is a count.
        (Unit::Number(_), it) | (it, Unit::Number(_)) => it,
        (Unit::Amount(a), Unit::Amount(b)) => of_amounts(whole(a), whole(b), minus),
        (_, _) => Unit::Unknown,
    }
}

/// A temperature to which a number is added: what makes another scale of it, or a deviation
/// from what nobody knows.
fn shifted(it: Amount, by: Option<f64>) -> Unit {
    let What::Measured(scale) = it.what else { return Unit::Unknown };
    let by = by.unwrap_or(f64::NAN);
    let is = |id: &str, of: f64, number: f64| {
        scale == id && same(it.scale, of) && same(by, number)
    };
    let of = |id, scale| Unit::scaled(What::Measured(id), scale);
    match () {
        () if by == 0.0 => Unit::Amount(it),
        () if is("kelvin", 1.0, -273.15) => of("celsius", 1.0),
        () if is("celsius", 1.0, 273.15) => of("kelvin", 1.0),
        () if is("celsius", 1.8, 32.0) => of("fahrenheit", 1.0),
        // What is left is 1.8 times the degrees Celsius.
        () if is("fahrenheit", 1.0, -32.0) => of("celsius", 1.8),
        () => Unit::Unknown,
    }
}

/// Seconds a second are a part of the time.
fn whole(it: Amount) -> Amount {
    match it.what == SECONDS && it.per_second {
        true => Amount { what: What::Ratio, per_second: false, ..it },
        false => it,
    }
}

fn of_amounts(a: Amount, b: Amount, minus: bool) -> Unit {
    let alike = a.per_second == b.per_second && same(a.scale, b.scale);
    if !alike {
        return Unit::Unknown;
    }
    let what = match (&a.what, &b.what) {
        (What::Timestamp, What::Timestamp) => minus.then_some(SECONDS),
        // What is taken away may be a time too, whose name does not tell.
        (What::Timestamp, it) if *it == SECONDS && !minus => Some(What::Timestamp),
        (it, What::Timestamp) if *it == SECONDS && !minus => Some(What::Timestamp),
        (What::Flag, What::Flag) => Some(THINGS),
        // What is added is alike, whatever it is.
        (What::Opaque(a), What::Opaque(b)) => Some(What::Opaque(a | b)),
        (What::Opaque(_), it @ What::Measured(_))
        | (it @ What::Measured(_), What::Opaque(_))
            if *it != SECONDS =>
        {
            Some(it.clone())
        }
        (a, b) => a.common(b),
    };
    match what {
        Some(what) => Unit::Amount(Amount { what, ..a }),
        None => Unit::Unknown,
    }
}

/// The unit of `a * b`.
pub(super) fn product(a: Unit, b: Unit) -> Unit {
    match (a, b) {
        (Unit::Number(a), Unit::Number(b)) => {
            Unit::Number(a.zip(b).map(|it| it.0 * it.1))
        }
        (Unit::Number(by), Unit::Amount(it)) | (Unit::Amount(it), Unit::Number(by)) => {
            times(it, by.unwrap_or(1.0))
        }
        (Unit::Amount(a), Unit::Amount(b)) => of_factors(&a, &b)
            .or_else(|| of_factors(&b, &a))
            .map_or(Unit::Unknown, Unit::Amount),
        (_, _) => Unit::Unknown,
    }
}

/// An amount whose values are multiplied by a constant.
fn times(it: Amount, by: f64) -> Unit {
    let scale = it.scale * by.abs();
    match scale.is_finite() && 0.0 < scale {
        true => Unit::Amount(Amount { scale, ..it }),
        false => Unit::Unknown,
    }
}

/// The product of two amounts, where the first says what becomes of the second.
fn of_factors(a: &Amount, b: &Amount) -> Option<Amount> {
    let scale = a.scale * b.scale;
    match (&a.what, a.per_second) {
        (What::Flag, _) => Some(b.clone()),
        (What::Ratio, _) => Some(Amount { scale, ..b.clone() }),
        (What::Count(_), false) => Some(Amount { scale, ..b.clone() }),
        // For so many seconds there are so many.
        (What::Count(_), true) if b.what == SECONDS && !b.per_second => {
            Some(Amount { scale, per_second: false, ..a.clone() })
        }
        (What::Count(_), true) if b.what.accumulates() && !b.per_second => {
            Some(Amount { scale, per_second: true, ..b.clone() })
        }
        (it, false) if *it == SECONDS && b.per_second => {
            Some(Amount { scale, per_second: false, ..b.clone() })
        }
        (_, _) => None,
    }
}

/// The unit of `a / b`; `is_part` tells whether what `a` counts is among what `b` counts.
pub(super) fn quotient(a: Unit, b: Unit, is_part: impl Fn() -> bool) -> Unit {
    match (a, b) {
        (Unit::Number(a), Unit::Number(b)) => {
            Unit::Number(a.zip(b).map(|it| it.0 / it.1))
        }
        (Unit::Amount(it), Unit::Number(by)) => times(it, 1.0 / by.unwrap_or(1.0)),
        (Unit::Amount(a), Unit::Amount(b)) => {
            of_parts(a, &b, is_part).map_or(Unit::Unknown, Unit::Amount)
        }
        (_, _) => Unit::Unknown,
    }
}

fn of_parts(a: Amount, b: &Amount, is_part: impl Fn() -> bool) -> Option<Amount> {
    let scale = a.scale / b.scale;
    let alike = match (&a.what, &b.what) {
        (What::Timestamp, _) => false,
        // Pods for each node are no part of the nodes.
        (What::Count(of), What::Count(by)) => of == by && a.what != THINGS || is_part(),
        (of, by) => of.common(by).is_some(),
    };
    if alike {
        return match (a.per_second, b.per_second) {
            // How long it lasts.
            (false, true) => Some(Amount { what: SECONDS, per_second: false, scale }),
            (true, false) => None,
            _ => Some(Amount { what: What::Ratio, per_second: false, scale }),
        };
    }
    if let (What::Opaque(part), What::Opaque(whole)) = (&a.what, &b.what)
        && a.per_second == b.per_second
        && part.iter().any(|part| whole.iter().any(|whole| names_part(part, whole)))
    {
        return Some(Amount { what: What::Ratio, per_second: false, scale });
    }
    match (&b.what, a.per_second, b.per_second) {
        (What::Ratio, _, _) => Some(Amount { scale, ..a }),
        // So much of it for each.
        (What::Count(_), of, by) if a.what.accumulates() && (of || !by) => {
            Some(Amount { per_second: of && !by, scale, ..a })
        }
        (it, false, false) if *it == SECONDS && a.what.accumulates() => {
            Some(Amount { per_second: true, scale, ..a })
        }
        _ => None,
    }
}

/// Whether one metric is a part of another by its name: `x_used` of `x`.
fn names_part(part: &str, whole: &str) -> bool {
    const PARTS: &[&str] = &[
        "used",
        "free",
        "avail",
        "available",
        "failed",
        "errors",
        "ready",
        "unavailable",
    ];
    let end = part.strip_prefix(whole).and_then(|it| it.strip_prefix('_'));
    end.is_some_and(|it| PARTS.contains(&it))
}

/// The unit of `a ^ b`.
pub(super) fn power(a: &Unit, b: &Unit) -> Unit {
    match (a, b) {
        (Unit::Number(a), Unit::Number(b)) => {
            Unit::Number(a.zip(*b).map(|it| math::pow(it.0, it.1)))
        }
        (_, _) => Unit::Unknown,
    }
}

/// The unit of values that come from either.
pub(super) fn either(a: Unit, b: Unit) -> Unit {
    match (a, b) {
        (Unit::Number(a), Unit::Number(b)) => Unit::Number(a.filter(|it| b == Some(*it))),
        (Unit::Number(_), it) | (it, Unit::Number(_)) => it,
        (Unit::Amount(a), Unit::Amount(b)) => {
            let (a, b) = (whole(a), whole(b));
            let alike = a.per_second == b.per_second && same(a.scale, b.scale);
            match a.what.common(&b.what).filter(|_| alike) {
                Some(what) => Unit::Amount(Amount { what, ..a }),
                None => Unit::Unknown,
            }
        }
        (_, _) => Unit::Unknown,
    }
}

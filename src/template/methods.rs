//! The methods of `time.Time`, `time.Duration`, `time.Month`, `time.Weekday` and
//! histograms, as far as a template can call them.

use std::rc::Rc;

use super::call::{Function, Param};
use super::humanize::seconds;
use super::time::{SECOND, days_before, format, parts};
use super::value::{NamedInt, Object, Value};

/// The method `name` of a value, if its type has it.
pub(super) fn method(receiver: &Value, name: &str) -> Option<&'static Function> {
    let table = match receiver {
        Value::Named(NamedInt::Duration(_)) => DURATION,
        Value::Named(NamedInt::Month(_) | NamedInt::Weekday(_)) => STRINGER,
        Value::Pointer(object) | Value::Struct(object) => match **object {
            Object::Time(_) => TIME,
            Object::Duration(_) => DURATION,
            Object::Histogram(_) => STRINGER,
            Object::Data { .. } | Object::Sample { .. } => return None,
        },
        _ => return None,
    };
    table.iter().find(|it| it.name == name)
}

const STRINGER: &[Function] = &[Function::new("String", &[], |_, args| string(&args[0]))];

fn string(receiver: &Value) -> Result<Value, String> {
    Ok(Value::Text(receiver.stringer().unwrap_or_default().into()))
}

const TIME: &[Function] = &[
    Function::new("String", &[], |_, args| string(&args[0])),
    Function::new("Format", &[Param::Text], |_, args| {
        let layout = args[1].string().map_or("", |it| it);
        Ok(Value::Text(format(nanos(&args[0]), layout).into()))
    }),
    Function::new("Unix", &[], |_, args| Ok(int64(nanos(&args[0]), SECOND))),
    Function::new("UnixMilli", &[], |_, args| Ok(int64(nanos(&args[0]), 1_000_000))),
    Function::new("UnixMicro", &[], |_, args| Ok(int64(nanos(&args[0]), 1_000))),
    Function::new("UnixNano", &[], |_, args| Ok(int64(nanos(&args[0]), 1))),
    Function::new("Year", &[], |_, args| Ok(Value::Int(parts(nanos(&args[0])).year))),
    Function::new("Month", &[], |_, args| {
        Ok(Value::Named(NamedInt::Month(parts(nanos(&args[0])).month)))
    }),
    Function::new("Day", &[], |_, args| Ok(Value::Int(parts(nanos(&args[0])).day))),
    Function::new("YearDay", &[], |_, args| {
        Ok(Value::Int(parts(nanos(&args[0])).day_of_year))
    }),
    Function::new("Weekday", &[], |_, args| {
        Ok(Value::Named(NamedInt::Weekday(parts(nanos(&args[0])).weekday)))
    }),
    Function::new("Hour", &[], |_, args| Ok(Value::Int(parts(nanos(&args[0])).hour))),
    Function::new("Minute", &[], |_, args| Ok(Value::Int(parts(nanos(&args[0])).minute))),
    Function::new("Second", &[], |_, args| Ok(Value::Int(parts(nanos(&args[0])).second))),
    Function::new("Nanosecond", &[], |_, args| {
        Ok(Value::Int(parts(nanos(&args[0])).nanos))
    }),
    Function::new("UTC", &[], |_, args| Ok(time(nanos(&args[0])))),
    Function::new("IsZero", &[], |_, args| {
        Ok(Value::Bool(nanos(&args[0]) == midnight(1, 1, 1)))
    }),
    Function::new("Add", &[Param::Duration], |_, args| {
        Ok(time(nanos(&args[0]) + nanos(&args[1])))
    }),
    Function::new("AddDate", &[Param::Int, Param::Int, Param::Int], |_, args| {
        let [years, months, days] = [1, 2, 3].map(|it| args[it].int().unwrap_or(0));
        let now = nanos(&args[0]);
        let parts = parts(now);
        let of_day = now.rem_euclid(86_400 * i128::from(SECOND));
        let limit = 1_000_000;
        if [years, months, days].iter().any(|it| it.abs() > limit) {
            return Err("date out of range".into());
        }
        let date = midnight(parts.year + years, parts.month + months, parts.day + days);
        Ok(time(date + of_day))
    }),
    Function::new("Sub", &[Param::Time], |_, args| {
        let difference = nanos(&args[0]) - nanos(&args[1]);
        let limits = (i128::from(i64::MIN), i128::from(i64::MAX));
        let difference = difference.clamp(limits.0, limits.1);
        Ok(Value::Named(NamedInt::Duration(difference as i64)))
    }),
    Function::new("Truncate", &[Param::Duration], |_, args| {
        Ok(time(rounded(nanos(&args[0]), nanos(&args[1]), false)))
    }),
    Function::new("Round", &[Param::Duration], |_, args| {
        Ok(time(rounded(nanos(&args[0]), nanos(&args[1]), true)))
    }),
    Function::new("Before", &[Param::Time], |_, args| {
        Ok(Value::Bool(nanos(&args[0]) < nanos(&args[1])))
    }),
    Function::new("After", &[Param::Time], |_, args| {
        Ok(Value::Bool(nanos(&args[0]) > nanos(&args[1])))
    }),
    Function::new("Equal", &[Param::Time], |_, args| {
        Ok(Value::Bool(nanos(&args[0]) == nanos(&args[1])))
    }),
    Function::new("Compare", &[Param::Time], |_, args| {
        Ok(Value::Int(nanos(&args[0]).cmp(&nanos(&args[1])) as i64))
    }),
];

const DURATION: &[Function] = &[
    Function::new("String", &[], |_, args| string(&args[0])),
    Function::new("Seconds", &[], |_, args| {
        Ok(Value::Float(seconds(nanos(&args[0]) as i64)))
    }),
    Function::new("Minutes", &[], |_, args| Ok(units(&args[0], 60 * SECOND))),
    Function::new("Hours", &[], |_, args| Ok(units(&args[0], 3600 * SECOND))),
    Function::new("Milliseconds", &[], |_, args| Ok(whole(&args[0], 1_000_000))),
    Function::new("Microseconds", &[], |_, args| Ok(whole(&args[0], 1_000))),
    Function::new("Nanoseconds", &[], |_, args| Ok(whole(&args[0], 1))),
    Function::new("Abs", &[], |_, args| {
        let size = (nanos(&args[0]) as i64).checked_abs().unwrap_or(i64::MAX);
        Ok(Value::Named(NamedInt::Duration(size)))
    }),
    Function::new("Truncate", &[Param::Duration], |_, args| {
        let (size, step) = (nanos(&args[0]), nanos(&args[1]));
        let kept = if step <= 0 { size } else { size - size % step };
        Ok(Value::Named(NamedInt::Duration(kept as i64)))
    }),
    Function::new("Round", &[Param::Duration], |_, args| {
        let (size, step) = (nanos(&args[0]), nanos(&args[1]));
        if step <= 0 {
            return Ok(Value::Named(NamedInt::Duration(size as i64)));
        }
        // Half away from zero.
        let steps = (size.abs() * 2 + step) / (step * 2);
        let rounded = steps * step * size.signum();
        let limits = (i128::from(i64::MIN), i128::from(i64::MAX));
        let rounded = rounded.clamp(limits.0, limits.1);
        Ok(Value::Named(NamedInt::Duration(rounded as i64)))
    }),
];

/// The nanoseconds of a time or a duration.
fn nanos(value: &Value) -> i128 {
    match value {
        Value::Named(it) => it.number().into(),
        Value::Pointer(object) | Value::Struct(object) => match **object {
            Object::Time(nanos) => nanos,
            Object::Duration(nanos) => nanos.into(),
            _ => 0,
        },
        _ => 0,
    }
}

fn time(nanos: i128) -> Value {
    Value::Struct(Rc::new(Object::Time(nanos)))
}

fn midnight(year: i64, month: i64, day: i64) -> i128 {
    i128::from(days_before(year, month, day)) * 86_400 * i128::from(SECOND)
}

fn int64(nanos: i128, unit: i64) -> Value {
    Value::Named(NamedInt::Int64(nanos.div_euclid(unit.into()) as i64))
}

/// Go rounds times from the year 1 on.
fn rounded(time: i128, step: i128, is_nearest: bool) -> i128 {
    if step <= 0 {
        return time;
    }
    let rest = (time - midnight(1, 1, 1)).rem_euclid(step);
    match is_nearest && rest * 2 >= step {
        true => time - rest + step,
        false => time - rest,
    }
}

fn units(value: &Value, unit: i64) -> Value {
    let nanos = nanos(value) as i64;
    Value::Float((nanos / unit) as f64 + (nanos % unit) as f64 / unit as f64)
}

fn whole(value: &Value, unit: i64) -> Value {
    Value::Named(NamedInt::Int64(nanos(value) as i64 / unit))
}

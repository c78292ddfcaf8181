//! The functions that every Go template has.

use std::rc::Rc;

use super::call::{Function, Param};
use super::compare::{equal, less, less_or_equal};
use super::print::{is_print, sprint, sprintf, sprintln};
use super::value::{Kind, Value};

/// The table; `and`, `or` and `call` are known to the evaluation, which does not
/// evaluate all of their arguments.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::variadic("and", &[Param::Reflect], Param::Reflect, |_, _| {
        Ok(Value::Invalid)
    }),
    Function::variadic("or", &[Param::Reflect], Param::Reflect, |_, _| {
        Ok(Value::Invalid)
    }),
    Function::variadic("call", &[Param::Reflect], Param::Reflect, |_, _| {
        Ok(Value::Invalid)
    }),
    Function::new("not", &[Param::Reflect], |_, args| {
        Ok(Value::Bool(!args[0].is_true()))
    }),
    Function::variadic("html", &[], Param::Any, |_, args| Ok(text(html(&joined(args))))),
    Function::variadic("js", &[], Param::Any, |_, args| Ok(text(js(&joined(args))))),
    Function::variadic("urlquery", &[], Param::Any, |_, args| {
        Ok(text(query_escape(&joined(args))))
    }),
    Function::variadic("index", &[Param::Reflect], Param::Reflect, |_, args| {
        index(&args[0], &args[1..])
    }),
    Function::variadic("slice", &[Param::Reflect], Param::Reflect, |_, args| {
        slice(&args[0], &args[1..])
    }),
    Function::new("len", &[Param::Reflect], |_, args| length(&args[0])),
    Function::variadic("print", &[], Param::Any, |_, args| Ok(text(sprint(args)))),
    Function::variadic("printf", &[Param::Text], Param::Any, |_, args| {
        let format = args[0].string().map_or("", |it| it);
        Ok(text(sprintf(format, &args[1..])))
    }),
    Function::variadic("println", &[], Param::Any, |_, args| Ok(text(sprintln(args)))),
    Function::variadic("eq", &[Param::Reflect], Param::Reflect, |_, args| {
        equal(&args[0], &args[1..]).map(Value::Bool)
    }),
    Function::new("ne", &[Param::Reflect, Param::Reflect], |_, args| {
        equal(&args[0], &args[1..]).map(|it| Value::Bool(!it))
    }),
    Function::new("lt", &[Param::Reflect, Param::Reflect], |_, args| {
        less(&args[0], &args[1]).map(Value::Bool)
    }),
    Function::new("le", &[Param::Reflect, Param::Reflect], |_, args| {
        less_or_equal(&args[0], &args[1]).map(Value::Bool)
    }),
    Function::new("gt", &[Param::Reflect, Param::Reflect], |_, args| {
        less_or_equal(&args[0], &args[1]).map(|it| Value::Bool(!it))
    }),
    Function::new("ge", &[Param::Reflect, Param::Reflect], |_, args| {
        less(&args[0], &args[1]).map(|it| Value::Bool(!it))
    }),
];

fn text(text: String) -> Value {
    Value::Text(text.into())
}

/// The arguments as one text, pointers followed.
fn joined(args: &[Value]) -> String {
    let args: Vec<Value> = args.iter().map(printable).collect();
    sprint(&args)
}

/// What is printed for a value: what a pointer points at, or that there is none.
pub(super) fn printable(value: &Value) -> Value {
    match value {
        Value::Invalid => Value::text("<no value>"),
        Value::Pointer(object) => Value::pointed_at(object),
        it => it.clone(),
    }
}

/// `call`: templates of alerts have no values that are functions.
pub(super) fn call(name: &str, callee: &Value) -> String {
    match callee.concrete() {
        Value::Invalid => "call of nil".to_owned(),
        it => format!("non-function {name} of type {}", it.type_name()),
    }
}

fn position(index: &Value, limit: usize) -> Result<usize, String> {
    let number = match index {
        Value::Invalid => return Err("cannot index slice/array with nil".into()),
        Value::Byte(it) => i64::from(*it),
        it => it.int().ok_or_else(|| {
            format!("cannot index slice/array with type {}", it.type_name())
        })?,
    };
    usize::try_from(number)
        .ok()
        .filter(|it| *it <= limit)
        .ok_or_else(|| format!("index out of range: {number}"))
}

fn index(item: &Value, indexes: &[Value]) -> Result<Value, String> {
    let mut item = item.concrete();
    if matches!(item, Value::Invalid) {
        return Err("index of untyped nil".into());
    }
    for index in indexes {
        let index = index.concrete();
        let (target, is_nil) = item.indirect();
        if is_nil {
            return Err("index of nil pointer".into());
        }
        item = match &target {
            Value::Text(text) | Value::Html(text) => {
                let at = position(&index, text.len())?;
                let byte = text.as_bytes().get(at);
                Value::Byte(*byte.ok_or("reflect: string index out of range")?)
            }
            Value::Result(samples) => {
                let samples = samples.borrow();
                let at = position(&index, samples.len())?;
                let sample = samples.get(at);
                Value::Pointer(sample.ok_or("reflect: slice index out of range")?.clone())
            }
            Value::Labels(labels) => Value::text(labels.get(&key(&index)?)),
            Value::Map(map) => {
                map.get(&*key(&index)?).cloned().unwrap_or(Value::Invalid).any()
            }
            it => return Err(format!("can't index item of type {}", it.type_name())),
        };
    }
    Ok(item)
}

fn key(index: &Value) -> Result<Rc<str>, String> {
    match index {
        Value::Text(text) => Ok(text.clone()),
        Value::Invalid => Err("value is nil; should be of type string".into()),
        it => Err(format!("value has type {}; should be string", it.type_name())),
    }
}

fn slice(item: &Value, indexes: &[Value]) -> Result<Value, String> {
    let item = item.concrete();
    if matches!(item, Value::Invalid) {
        return Err("slice of untyped nil".into());
    }
    let (item, is_nil) = item.indirect();
    if is_nil {
        return Err("slice of nil pointer".into());
    }
    if indexes.len() > 3 {
        return Err(format!("too many slice indexes: {}", indexes.len()));
    }
    let length = match &item {
        Value::Text(_) | Value::Html(_) if indexes.len() == 3 => {
            return Err("cannot 3-index slice a string".into());
        }
        Value::Text(text) | Value::Html(text) => text.len(),
        Value::Result(samples) => samples.borrow().len(),
        it => return Err(format!("can't slice item of type {}", it.type_name())),
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(&index.concrete(), length)?;
    }
    let [start, end, capacity] = bounds;
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    if end > capacity {
        return Err(format!("invalid slice index: {end} > {capacity}"));
    }
    let part = |text: &str| -> Rc<str> {
        String::from_utf8_lossy(&text.as_bytes()[start..end]).as_ref().into()
    };
    Ok(match &item {
        Value::Text(text) => Value::Text(part(text)),
        Value::Html(text) => Value::Html(part(text)),
        Value::Result(samples) => {
            let part = samples.borrow()[start..end].to_vec();
            Value::Result(Rc::new(part.into()))
        }
        _ => Value::Invalid,
    })
}

fn length(item: &Value) -> Result<Value, String> {
    let (item, is_nil) = item.indirect();
    if is_nil {
        return Err("len of nil pointer".into());
    }
    let length = match &item {
        Value::Text(text) | Value::Html(text) => text.len(),
        Value::Labels(labels) => labels.len(),
        Value::Map(map) => map.len(),
        Value::Result(samples) => samples.borrow().len(),
        it if it.kind() == Kind::Invalid => {
            return Err("reflect: call of reflect.Value.Type on zero Value".into());
        }
        it => return Err(format!("len of type {}", it.type_name())),
    };
    Ok(Value::Int(length as i64))
}

fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\0' => out.push('\u{fffd}'),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

fn js(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '<' | '>' | '&' | '=' | '\0'..' ' => {
                out.push_str(&format!("\\u{:04X}", u32::from(c)));
            }
            c if c.is_ascii() || is_print(c) => out.push(c),
            c => out.push_str(&format!("\\u{:04X}", u32::from(c))),
        }
    }
    out
}

/// Go's `url.QueryEscape`.
pub(super) fn query_escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(byte.into());
            }
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

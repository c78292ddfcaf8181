//! Prometheus's template functions (`template/template.go`).

use std::collections::BTreeMap;
use std::rc::Rc;

use super::builtins::query_escape;
use super::call::{Function, Param};
use super::case::title;
use super::expand::Context;
use super::host::{strip_domain, strip_port};
use super::humanize::{
    humanize, humanize_1024, humanize_duration, humanize_percentage, humanize_timestamp,
    to_float, to_int, to_time,
};
use super::time::SECOND;
use super::value::{Object, Value};
use crate::promql::duration::parse_signed_duration;

/// The table.
pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("query", &[Param::Text], query),
    Function::new("first", &[Param::Result], first),
    Function::new("label", &[Param::Text, Param::Sample], |_, args| {
        sample_label(&args[1], text(&args[0]))
    }),
    Function::new("value", &[Param::Sample], |_, args| match &args[0] {
        Value::Pointer(sample) => match &**sample {
            Object::Sample { value, .. } => Ok(value.clone().any()),
            _ => Err(NIL_POINTER.into()),
        },
        _ => Err(NIL_POINTER.into()),
    }),
    Function::new("strvalue", &[Param::Sample], |_, args| {
        sample_label(&args[0], "__value__")
    }),
    Function::variadic("args", &[], Param::Any, |_, args| {
        let named =
            args.iter().enumerate().map(|(n, it)| (format!("arg{n}"), it.clone()));
        Ok(Value::Map(Rc::new(named.collect::<BTreeMap<_, _>>())))
    }),
    Function::new("reReplaceAll", &[Param::Text, Param::Text, Param::Text], |_, args| {
        super::regex::replace_all(text(&args[0]), text(&args[1]), text(&args[2]))
            .map(string)
    }),
    Function::new("safeHtml", &[Param::Text], |_, args| {
        Ok(Value::Html(text(&args[0]).into()))
    }),
    Function::new("match", &[Param::Text, Param::Text], |_, args| {
        super::regex::is_match(text(&args[0]), text(&args[1])).map(Value::Bool)
    }),
    Function::new("title", &[Param::Text], |_, args| Ok(string(title(text(&args[0]))))),
    Function::new("toUpper", &[Param::Text], |_, args| {
        Ok(string(super::case::upper(text(&args[0]))))
    }),
    Function::new("toLower", &[Param::Text], |_, args| {
        Ok(string(super::case::lower(text(&args[0]))))
    }),
    Function::new("graphLink", &[Param::Text], |_, args| Ok(link(&args[0], 0))),
    Function::new("tableLink", &[Param::Text], |_, args| Ok(link(&args[0], 1))),
    Function::new("sortByLabel", &[Param::Text, Param::Result], sort_by_label),
    Function::new("stripPort", &[Param::Text], |_, args| {
        Ok(Value::text(strip_port(text(&args[0]))))
    })
    .since(2, 33),
    Function::new("stripDomain", &[Param::Text], |_, args| {
        Ok(string(strip_domain(text(&args[0]))))
    })
    .since(2, 36),
    Function::new("humanize", &[Param::Any], |_, args| {
        to_float(&args[0]).map(humanize).map(string)
    }),
    Function::new("humanize1024", &[Param::Any], |_, args| {
        to_float(&args[0]).map(humanize_1024).map(string)
    }),
    Function::new("humanizeDuration", &[Param::Any], |_, args| {
        to_float(&args[0]).map(humanize_duration).map(string)
    }),
    Function::new("humanizePercentage", &[Param::Any], |_, args| {
        to_float(&args[0]).map(humanize_percentage).map(string)
    })
    .since(2, 11),
    Function::new("humanizeTimestamp", &[Param::Any], |_, args| {
        to_float(&args[0]).and_then(humanize_timestamp).map(string)
    }),
    Function::new("toTime", &[Param::Any], |_, args| {
        let nanos = to_float(&args[0]).and_then(to_time)?;
        Ok(Value::Pointer(Rc::new(Object::Time(nanos))))
    })
    .since(2, 38),
    Function::new("toDuration", &[Param::Any], |_, args| {
        let nanos = to_int(to_float(&args[0])? * SECOND as f64);
        Ok(Value::Pointer(Rc::new(Object::Duration(nanos))))
    })
    .since(3, 6),
    Function::new("now", &[], |context, _| {
        Ok(Value::Float(context.time as f64 / 1000.0))
    })
    .since(3, 6),
    Function::new("pathPrefix", &[], |context, _| server(context, |it| string(path(it)))),
    Function::new("externalURL", &[], |context, _| server(context, Value::text)),
    Function::new(
        "parseDuration",
        &[Param::Text],
        |_, args| match parse_signed_duration(text(&args[0])) {
            Ok(millis) => Ok(Value::Float(super::humanize::seconds(millis * 1_000_000))),
            Err(fault) => Err(fault.to_string()),
        },
    )
    .since(2, 32),
    Function::new("urlQueryEscape", &[Param::Text], |_, args| {
        Ok(string(query_escape(text(&args[0]))))
    })
    .since(3, 8),
];

/// What Go says of a field of nothing.
const NIL_POINTER: &str =
    "runtime error: invalid memory address or nil pointer dereference";

/// What follows from the address of the server.
fn server(context: &Context, of: impl Fn(&str) -> Value) -> Result<Value, String> {
    match context.has_server {
        true => Ok(of(context.external_url)),
        false => Err(NIL_POINTER.to_owned()),
    }
}

fn text(value: &Value) -> &str {
    value.string().map_or("", |it| it)
}

fn string(text: String) -> Value {
    Value::Text(text.into())
}

fn query(context: &Context, args: &[Value]) -> Result<Value, String> {
    let rows = (context.query)(text(&args[0]), context.time)?;
    let samples: Vec<Rc<Object>> = rows
        .into_iter()
        .map(|it| {
            let value = Value::sample(&it.value);
            Rc::new(Object::Sample { labels: it.labels, value })
        })
        .collect();
    Ok(Value::Result(Rc::new(samples.into())))
}

fn first(_: &Context, args: &[Value]) -> Result<Value, String> {
    let Value::Result(samples) = &args[0] else { return Err(NIL_POINTER.into()) };
    match samples.borrow().first() {
        Some(sample) => Ok(Value::Pointer(sample.clone())),
        None => Err("first() called on vector with no elements".into()),
    }
}

fn sample_label(sample: &Value, name: &str) -> Result<Value, String> {
    match sample {
        Value::Pointer(sample) => match &**sample {
            Object::Sample { labels, .. } => Ok(Value::text(labels.get(name))),
            _ => Err(NIL_POINTER.into()),
        },
        _ => Err(NIL_POINTER.into()),
    }
}

fn sort_by_label(_: &Context, args: &[Value]) -> Result<Value, String> {
    let name = text(&args[0]);
    if let Value::Result(samples) = &args[1] {
        samples.borrow_mut().sort_by(|a, b| match (&**a, &**b) {
            (Object::Sample { labels: a, .. }, Object::Sample { labels: b, .. }) => {
                a.get(name).cmp(b.get(name))
            }
            _ => std::cmp::Ordering::Equal,
        });
    }
    Ok(args[1].clone())
}

fn link(expression: &Value, tab: u32) -> Value {
    string(format!("/graph?g0.expr={}&g0.tab={tab}", query_escape(text(expression))))
}

/// The path of a URL.
fn path(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or(url);
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url,
    };
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = match (first, tail) {
            (b'%', [a, b, ..]) => std::str::from_utf8(&[*a, *b])
                .ok()
                .and_then(|it| u8::from_str_radix(it, 16).ok()),
            _ => None,
        };
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

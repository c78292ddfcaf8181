//! Functions that change labels.

use std::sync::Arc;

use crate::promql::check;
use crate::promql::error::{ErrorKind, EvalError};
use crate::promql::functions::kind::{self, Kind, Notes};
use crate::promql::functions::{Arity, Function};
use crate::promql::labels::METRIC_NAME;
use crate::promql::limits::LABEL_BYTES;
use crate::promql::re2::Regex;
use crate::promql::syntax::types::ValueType::{String, Vector};
use crate::promql::value::Column;

/// The functions of this family.
pub const FUNCTIONS: &[Function] = &[
    Function::new("label_replace", &[Vector, String, String, String, String], Vector)
        .relabels()
        .kind(Kind::Columns(label_replace)),
    Function::new("label_join", &[Vector, String, String, String], Vector)
        .relabels()
        .arity(Arity::Any)
        .kind(Kind::Columns(label_join)),
];

fn label_replace(
    vector: kind::Vector<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let [target, replacement, source, pattern] = vector.texts else {
        return Ok(Vec::new());
    };
    let Ok(regex) = Regex::anchored(pattern) else {
        let pattern = pattern.clone();
        let kind = ErrorKind::BadRegexp { function: "label_replace", pattern };
        return Err(EvalError::new(notes.call, kind));
    };
    check_name(target, "destination ", "label_replace", notes)?;
    let mut columns = vector.columns;
    for column in &mut columns {
        let value = column.labels.symbol(source).cloned();
        let value = value.as_deref().unwrap_or("");
        if let Some(groups) = regex.captures(value) {
            check_length(regex.expanded_len(replacement, value, &groups), notes)?;
            set_label(column, target, &regex.expand(replacement, value, &groups));
        }
    }
    Ok(columns)
}

fn label_join(
    vector: kind::Vector<'_>,
    notes: &mut Notes<'_>,
) -> Result<Vec<Column>, EvalError> {
    let [target, separator, sources @ ..] = vector.texts else {
        return Ok(Vec::new());
    };
    for it in sources {
        check_name(it, "source ", "label_join", notes)?;
    }
    check_name(target, "destination ", "label_join", notes)?;
    let mut columns = vector.columns;
    for column in &mut columns {
        let values: Vec<_> = sources.iter().map(|it| column.labels.get(it)).collect();
        let n_bytes: usize = values.iter().map(|it| it.len()).sum();
        let n_between = values.len().saturating_sub(1);
        check_length(n_bytes + n_between * separator.len(), notes)?;
        let value = values.join(separator);
        set_label(column, target, &value);
    }
    Ok(columns)
}

/// Refuses a value that is too long.
fn check_length(n_bytes: usize, notes: &Notes<'_>) -> Result<(), EvalError> {
    if n_bytes <= LABEL_BYTES {
        return Ok(());
    }
    let kind = ErrorKind::Limit {
        what: "too long a label value, in bytes",
        asked: n_bytes as u64,
        most: LABEL_BYTES as u64,
        help: "join or repeat fewer values",
    };
    Err(EvalError::new(notes.call, kind))
}

/// Gives a column a label; a new metric name stays.
fn set_label(column: &mut Column, name: &str, value: &str) {
    if name == METRIC_NAME {
        column.drop_name = false;
    }
    if column.labels.get(name) != value {
        column.labels = column.labels.with(name, value);
    }
}

fn check_name(
    name: &Arc<str>,
    role: &'static str,
    function: &'static str,
    notes: &Notes<'_>,
) -> Result<(), EvalError> {
    match check::is_label_name(name, notes.dialect) {
        true => Ok(()),
        false => {
            let function = Some(function);
            let name = name.clone();
            let kind = ErrorKind::BadLabelName { role, function, name };
            Err(EvalError::new(notes.call, kind))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::functions::lookup;
    use crate::promql::functions::testing::{check_columns, show_columns};

    fn run(name: &str, texts: &[&str]) -> Vec<std::string::String> {
        let series = r#"
            m{a="x-1", b="y"} 1
            m{a="z"} 2
        "#;
        let Kind::Columns(body) = lookup(name).unwrap().kind else { panic!() };
        match check_columns(body, series, &[], texts) {
            Ok((columns, _)) => show_columns(&columns),
            Err(it) => vec![it],
        }
    }

    #[test]
    fn labels_are_replaced() {
        let same = [r#"{__name__="m", a="x-1", b="y"} 1"#, r#"{__name__="m", a="z"} 2"#];
        let cases: &[(&[&str], &[&str])] = &[
            (
                &["c", "$1", "a", "(.*)-."],
                &[r#"{__name__="m", a="x-1", b="y", c="x"} 1"#, same[1]],
            ),
            (&["c", "$1", "a", "-(.)"], &same),
            (
                &["b", "$1", "a", "(.*)"],
                &[
                    r#"{__name__="m", a="x-1", b="x-1"} 1"#,
                    r#"{__name__="m", a="z", b="z"} 2"#,
                ],
            ),
            (&["b", "", "b", ".*"], &[r#"{__name__="m", a="x-1"} 1"#, same[1]]),
            (
                &["c", "n-${n}-$3", "a", "(?P<n>.)(-1)?"],
                &[
                    r#"{__name__="m", a="x-1", b="y", c="n-x-"} 1"#,
                    r#"{__name__="m", a="z", c="n-z-"} 2"#,
                ],
            ),
            (
                &["__name__", "new", "none", ""],
                &[
                    r#"{__name__="new", a="x-1", b="y"} 1"#,
                    r#"{__name__="new", a="z"} 2"#,
                ],
            ),
            (
                &["", "$1", "a", ".*"],
                &["invalid destination label name in label_replace(): "],
            ),
            (
                &["b", "$1", "a", "("],
                &["invalid regular expression in label_replace(): ("],
            ),
        ];
        for (texts, want) in cases {
            assert_eq!(run("label_replace", texts), *want, "{texts:?}");
        }
    }

    #[test]
    fn labels_are_joined() {
        let cases: &[(&[&str], &[&str])] = &[
            (
                &["c", "/", "a", "b", "a"],
                &[
                    r#"{__name__="m", a="x-1", b="y", c="x-1/y/x-1"} 1"#,
                    r#"{__name__="m", a="z", c="z//z"} 2"#,
                ],
            ),
            (
                &["b", "/"],
                &[r#"{__name__="m", a="x-1"} 1"#, r#"{__name__="m", a="z"} 2"#],
            ),
            (&["c", "/", ""], &["invalid source label name in label_join(): "]),
        ];
        for (texts, want) in cases {
            assert_eq!(run("label_join", texts), *want, "{texts:?}");
        }
    }
}

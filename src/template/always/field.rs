//! Fields of what has none of that name.

use super::Fault;
use super::types::Type;
use crate::diag::suggest;
use crate::promql::syntax::ast::TextRange;

/// A field of a value, named in a chain of names.
pub(super) struct Access<'a> {
    pub(super) value: &'a Type,
    pub(super) names: &'a [String],
    pub(super) idx: usize,
    /// The text of the whole chain, with what it begins with.
    pub(super) text: &'a str,
    /// Whether the chain begins at the dot.
    pub(super) is_dot: bool,
}

/// Fields of what a template is given.
const DATA: &[&str] = &["Labels", "Value", "ExternalLabels", "ExternalURL"];

/// Fields of a sample of a query.
const SAMPLE: &[&str] = &["Labels", "Value"];

/// Fields that templates of Alertmanager have.
const ALERTMANAGER: &[&str] = &[
    "Alerts",
    "Annotations",
    "CommonAnnotations",
    "CommonLabels",
    "EndsAt",
    "Fingerprint",
    "GeneratorURL",
    "GroupLabels",
    "Receiver",
    "StartsAt",
    "Status",
];

/// Fields and methods of a native histogram (`model/histogram/float_histogram.go`), which
/// the value of an alert may be.
const HISTOGRAM: &[&str] = &[
    "Add",
    "AllBucketIterator",
    "AllReverseBucketIterator",
    "Compact",
    "Copy",
    "CopyTo",
    "CopyToSchema",
    "Count",
    "CounterResetHint",
    "CustomValues",
    "DetectReset",
    "Div",
    "Equals",
    "HasOverflow",
    "KahanAdd",
    "Mul",
    "NegativeBucketIterator",
    "NegativeBuckets",
    "NegativeReverseBucketIterator",
    "NegativeSpans",
    "PositiveBucketIterator",
    "PositiveBuckets",
    "PositiveReverseBucketIterator",
    "PositiveSpans",
    "ReduceResolution",
    "Schema",
    "Size",
    "String",
    "Sub",
    "Sum",
    "TestExpression",
    "TrimBuckets",
    "UsesCustomBuckets",
    "Validate",
    "ZeroBucket",
    "ZeroCount",
    "ZeroThreshold",
];

/// The type of the field, or what is wrong.
pub(super) fn access(of: &Access<'_>, at: TextRange) -> Result<Type, Fault> {
    let name = of.names[of.idx].as_str();
    match (of.value, name) {
        (Type::Data, "Labels" | "ExternalLabels") => Ok(Type::Labels),
        (Type::Data | Type::Sample, "Value") => Ok(Type::Value),
        (Type::Data, "ExternalURL") | (Type::Labels, _) => Ok(Type::Text),
        (Type::Sample, "Labels") => Ok(Type::Labels),
        (Type::Value, name) if HISTOGRAM.contains(&name) => Ok(Type::Unknown),
        (Type::Map | Type::Unknown, _) => Ok(Type::Unknown),
        (Type::Data, _) => Err(of.data(at)),
        (it, _) => Err(of.none(it, at)),
    }
}

impl Access<'_> {
    fn name(&self) -> &str {
        &self.names[self.idx]
    }

    /// The name and all behind it, as they are written.
    fn rest(&self) -> String {
        self.names[self.idx..].join(".")
    }

    /// What stands before the name.
    fn base(&self) -> &str {
        let n_rest = self.rest().len() + 1;
        self.text.get(..self.text.len().saturating_sub(n_rest)).unwrap_or("")
    }

    fn data(&self, at: TextRange) -> Fault {
        let name = self.name();
        let known = "there are `.Labels`, `.Value`, `.ExternalLabels` and `.ExternalURL`";
        let behind: String =
            self.names[self.idx + 1..].iter().map(|it| format!(".{it}")).collect();
        let (label, help) = match suggest::nearest(name, DATA.iter().copied()) {
            _ if ALERTMANAGER.contains(&name) => {
                ("of templates of Alertmanager".to_owned(), known.to_owned())
            }
            Some(near) => {
                let near = format!("{}.{near}{behind}", self.base());
                (format!("did you mean `{near}`?"), known.to_owned())
            }
            None => {
                let help = format!("{known}; a label is `.Labels.{name}`");
                ("not there".to_owned(), help)
            }
        };
        Fault { at, title: format!("templates of alerts have no `.{name}`"), label, help }
    }

    fn none(&self, it: &Type, at: TextRange) -> Fault {
        let (name, what) = (self.name(), it.words());
        let title = format!("{what} has no field `{name}`");
        let label = match self.idx {
            0 if self.is_dot => format!("the dot is {what} here"),
            _ => format!("`{}` is {what}", self.base()),
        };
        Fault { at, title, label, help: self.instead(it) }
    }

    fn instead(&self, it: &Type) -> String {
        let (name, rest, base) = (self.name(), self.rest(), self.base());
        let whole = if base.is_empty() { "." } else { base };
        match it {
            // `first` was forgotten more often than `$`.
            Type::Result if self.idx == 0 && self.is_dot && SAMPLE.contains(&name) => {
                format!(
                    "take the first of its samples, `with query … | first`, or each, `range \
                     query …`; the alert's own is `$.{rest}`"
                )
            }
            _ if self.idx == 0 && self.is_dot && DATA.contains(&name) => {
                match it {
                    Type::Result | Type::Sample => "",
                    _ => "inside `with` and `range` the alert's data is ",
                }
                .to_owned()
                    + &format!("`$.{rest}`")
            }
            Type::Text if matches!(base, ".ExternalURL" | "$.ExternalURL") => {
                format!("write `{base}` alone: it is the whole address")
            }
            Type::Sample => match suggest::nearest(name, SAMPLE.iter().copied()) {
                Some(near) => {
                    let behind = &self.names[self.idx + 1..];
                    let names = [&[near.to_owned()], behind].concat().join(".");
                    format!("write `{base}.{names}`")
                }
                None => format!("a label of it is `{base}.Labels.{name}`"),
            },
            Type::Result => {
                let labels = if SAMPLE.contains(&name) { "" } else { "Labels." };
                format!("take one of its samples: `({whole} | first).{labels}{rest}`")
            }
            Type::Value if base.ends_with("$value") => {
                let before = &base[..base.len() - "$value".len()];
                format!("a label is `{before}$labels.{rest}`")
            }
            Type::Value if base.ends_with("Value") => {
                let before = &base[..base.len() - "Value".len()];
                format!("a label is `{before}Labels.{rest}`")
            }
            Type::Literal(..) | Type::Text if 0 < self.idx => {
                // The label itself may have dots in its name.
                let set = &base[..base.len() - self.names[self.idx - 1].len() - 1];
                let name = self.names[self.idx - 1..].join(".");
                let set = if set.is_empty() { "." } else { set };
                format!("a label whose name has dots is `index {set} \"{name}\"`")
            }
            _ => format!("write `{whole}` alone"),
        }
    }
}

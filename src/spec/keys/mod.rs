//! The table of keys of the spec: every key, its type, its meaning, an example.
//!
//! Read by `spec`, printed as JSON Schema and as `docs/spec.md`. Types that several
//! tables share stand here.

pub mod alert;
pub mod dashboard;
pub mod endpoint;
pub mod file;
pub mod http;
pub mod lint;
pub mod look;
pub mod manifest;
pub mod online;
pub mod panel;
mod policy;
pub mod probe;
pub mod scrape;
pub mod service;
pub mod target;
pub mod vendor;

use crate::doc::keys::{Form, Names, Others, PARAMETRIC, Shape, TEXT, Type};
use crate::spec::form;
use crate::spec::object_form;

/// A name declared under `[env]`.
pub const ENVIRONMENT: &str = "an environment";
/// A name declared under `[severity]`, or built in.
pub const SEVERITY: &str = "a severity";
/// A name declared under `[owner]`.
pub const OWNER: &str = "an owner";
/// A name declared under `[group]` of the same file.
pub const GROUP: &str = "a group";

/// The documents of a project that this room reads, with their names for `schema`.
pub static DOCUMENTS: &[(&str, &Shape)] = &[
    ("manifest", &manifest::MANIFEST),
    ("alerts", &file::FILE),
    ("pack", &file::PACK),
    ("dashboard", &dashboard::DASHBOARD),
];

/// A string of a form.
pub(super) const fn text(form: &'static Form) -> Type {
    Type::Text(form)
}

/// Any text in which parameters may stand.
pub(super) const TEXTUAL: Type = text(&PARAMETRIC);
/// A duration.
pub(super) const DURATION: Type = text(&form::DURATION);
/// A duration above zero.
pub(super) const INTERVAL: Type = text(&form::INTERVAL);
/// Text, or `false` to drop what another place gave.
pub(super) const MAYBE_TEXTUAL: Type = Type::Any(&[TEXTUAL, Type::Only(false)]);
/// A duration, or `false`.
pub(super) const MAYBE_DURATION: Type = Type::Any(&[DURATION, Type::Only(false)]);
/// An owner, or `false`.
pub(super) const MAYBE_OWNER: Type =
    Type::Any(&[Type::Declared(OWNER), Type::Only(false)]);
/// A severity, or `false`.
pub(super) const MAYBE_SEVERITY: Type =
    Type::Any(&[Type::Declared(SEVERITY), Type::Only(false)]);
/// A value of a parameter.
pub(super) const VALUE: Type = Type::Any(&[Type::Text(&PARAMETRIC), Type::Number]);

/// Parameters and their values.
pub static LET: Shape = Shape {
    name: "a table of parameters",
    header: "let",
    doc: "Parameters, used as `${name}` in expressions, labels and annotations. A value is \
          a number, a duration, a name, the inside of a string or a list of matchers; it \
          may use other parameters, and it may not change the shape of the expression \
          around it.",
    keys: &[],
    others: Some(Others {
        what: "a parameter",
        names: Names::Form(&form::PARAMETER_NAME),
        value: VALUE,
        doc: "The value of the parameter of that name.",
        example: "ratio = 0.05",
        reserved: Some(|| &alert::ALERT),
    }),
};

/// Values that a parameter takes one after the other.
pub static EACH: Shape = Shape {
    name: "a table of lists",
    header: "each",
    doc: "One rule for each value of a parameter; with several parameters, one for each \
          combination.",
    keys: &[],
    others: Some(Others {
        what: "a parameter",
        names: Names::Form(&form::PARAMETER_NAME),
        value: Type::Array(&VALUE),
        doc: "The values of the parameter of that name.",
        example: "w = [\"5m\", \"1h\"]",
        reserved: Some(|| &alert::ALERT),
    }),
};

/// Labels with values of their own.
pub static LABELS: Shape = Shape {
    name: "a table of plain labels",
    header: "labels",
    doc: "Names and values of labels.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&form::FREE_LABEL_NAME),
        value: MAYBE_TEXTUAL,
        doc: "The value of the label of that name; `false` drops it.",
        example: "team = \"platform\"",
        reserved: None,
    }),
};

/// Labels of an alert or a record.
pub static RULE_LABELS: Shape = Shape {
    name: "a table of labels",
    header: "labels",
    doc: "Labels of the rule. Values may use parameters and, in alerts, Prometheus's \
          templates. `severity` is a key of the alert.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&form::FREE_LABEL_NAME),
        value: MAYBE_TEXTUAL,
        doc: "The value of the label of that name; `false` drops it.",
        example: "team = \"platform\"",
        reserved: Some(|| &alert::ALERT),
    }),
};

/// Annotations of an alert.
pub static ANNOTATIONS: Shape = Shape {
    name: "a table of annotations",
    header: "annotations",
    doc: "Annotations beyond `summary` and `description`. Values may use parameters and \
          Prometheus's templates.",
    keys: &[],
    others: Some(Others {
        what: "an annotation",
        names: Names::Form(&form::FREE_ANNOTATION_NAME),
        value: MAYBE_TEXTUAL,
        doc: "The value of the annotation of that name; `false` drops it.",
        example: "dashboard = \"https://grafana.example.com/d/api\"",
        reserved: Some(|| &alert::ALERT),
    }),
};

/// Labels of Kubernetes objects.
pub static OBJECT_LABELS: Shape = Shape {
    name: "a table of Kubernetes labels",
    header: "labels",
    doc: "Labels of Kubernetes objects.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&object_form::OBJECT_KEY),
        value: Type::Any(&[text(&object_form::PLAIN_LABEL_VALUE), Type::Only(false)]),
        doc: "The value of the label of that name, at most 63 bytes; `false` drops it.",
        example: "release = \"kube-prometheus-stack\"",
        reserved: None,
    }),
};

/// Annotations of Kubernetes objects.
pub static OBJECT_ANNOTATIONS: Shape = Shape {
    name: "a table of Kubernetes annotations",
    header: "annotations",
    doc: "Annotations of Kubernetes objects; together at most 256 KiB.",
    keys: &[],
    others: Some(Others {
        what: "an annotation",
        names: Names::Form(&object_form::OBJECT_KEY),
        value: Type::Any(&[Type::Text(&TEXT), Type::Only(false)]),
        doc: "The value of the annotation of that name; `false` drops it.",
        example: "\"example.com/source\" = \"aqua-alerts\"",
        reserved: None,
    }),
};

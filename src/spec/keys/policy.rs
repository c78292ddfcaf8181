//! Keys of what a project demands of its rules.

use crate::doc::keys::{Key, Names, Others, Shape, TEXT, Type};
use crate::spec::form;
use crate::spec::keys::{DURATION, SEVERITY, text};

/// `[[policy]]`
pub(super) static POLICY: Shape = Shape {
    name: "a policy",
    header: "[[policy]]",
    doc: "What the project demands of its rules. Patterns are regular expressions over the \
          whole value; one that matches the empty text does not demand that there is one. \
          Values that are templates are taken for right. Rule files of others are not meant.",
    keys: &[
        Key::new("of", Type::Choice(&["alerts", "records"]), "What it is about.")
            .default("`\"alerts\"`")
            .example("\"records\""),
        Key::new(
            "severity",
            Type::Array(&Type::Declared(SEVERITY)),
            "The severities of the alerts that it is about.",
        )
        .default("all")
        .example("[\"critical\"]"),
        Key::new("labels", Type::Table(&LABELS), "Labels of the rule and their values.")
            .example("{ team = \"platform|sre\" }"),
        Key::new(
            "annotations",
            Type::Table(&ANNOTATIONS),
            "Annotations of the alert and their texts.",
        )
        .example("{ summary = \".{10,120}\" }"),
        Key::new("name", text(&TEXT), "The name of the alert or of the recorded metric.")
            .example("\"([A-Z][a-z0-9]+)+\""),
        Key::new("min_for", DURATION, "The shortest `for`.").example("\"1m\""),
        Key::new("max_for", DURATION, "The longest `for`.").example("\"1h\""),
        Key::new("max_keep_firing_for", DURATION, "The longest `keep_firing_for`.")
            .example("\"1h\""),
        Key::new(
            "keeps",
            Type::Array(&text(&form::LABEL_NAME)),
            "Labels that the results of the expression have: no aggregation may drop them.",
        )
        .example("[\"job\"]"),
        Key::new(
            "drops",
            Type::Array(&text(&form::LABEL_NAME)),
            "Labels that the results of the expression cannot have: an aggregation must drop \
             them.",
        )
        .example("[\"instance\"]"),
        Key::new(
            "selects",
            Type::Array(&text(&form::LABEL_NAME)),
            "Labels of which every selector of a scraped metric has a matcher.",
        )
        .example("[\"namespace\"]"),
        Key::new(
            "forbidden",
            Type::Array(&text(&TEXT)),
            "What stands in no label or annotation, not even as a part.",
        )
        .example("[\"TODO\"]"),
        Key::new("why", text(&TEXT), "The reason, which the message gives.")
            .example("\"pages are routed by team\""),
    ],
    others: None,
};

static LABELS: Shape = Shape {
    name: "a table of labels and patterns",
    header: "labels",
    doc: "What the values of labels must be.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&form::FREE_LABEL_NAME),
        value: text(&TEXT),
        doc: "A regular expression for the value of the label of that name.",
        example: "team = \"platform|sre\"",
        reserved: None,
    }),
};

static ANNOTATIONS: Shape = Shape {
    name: "a table of annotations and patterns",
    header: "annotations",
    doc: "What the texts of annotations must be.",
    keys: &[],
    others: Some(Others {
        what: "an annotation",
        names: Names::Form(&form::FREE_ANNOTATION_NAME),
        value: text(&TEXT),
        doc: "A regular expression for the text of the annotation of that name.",
        example: "summary = \".{10,120}\"",
        reserved: None,
    }),
};

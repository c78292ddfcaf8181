//! Keys of what is written: targets, their options, targets of a project's own.

use crate::doc::keys::{Fault, Form, Key, Names, Others, PARAMETRIC, Shape, TEXT, Type};
use crate::spec::keys::scrape::EXPRESSIONS;
use crate::spec::keys::text;
use crate::spec::{form, object_form};

static NAME: Type = text(&form::TARGET_NAME);

/// The targets of an environment.
pub(super) const NAMES: Key = Key::new(
    "targets",
    Type::Array(&NAME),
    "What is written: names of [targets](language.md#targets), of which `default` stands for \
     those that are written without this key.",
)
.default("`[\"default\"]`")
.example("[\"default\", \"mimir\"]");

/// The name of a rule namespace.
static NAMESPACE: Form = Form {
    name: "a rule namespace",
    pattern: ".",
    parameters: true,
    fault: |text| match text {
        "" => Fault::new("is empty", "write a name: `${project}`"),
        _ => None,
    },
};

/// Of rule namespaces for Mimir.
pub(super) static MIMIR: Shape = Shape {
    name: "the rule namespaces",
    header: "[build.mimir]",
    doc: "Of the target `mimir`: files with rule namespaces, for `mimirtool rules sync` and \
          `load`.",
    keys: &[
        Key::new(
            "namespace",
            text(&NAMESPACE),
            "The namespace of a file's groups. Files with the same one become one file. \
             `${file}`, `${env}` and `${project}` may stand in it.",
        )
        .default("`\"${file}\"`")
        .example("\"${project}-${file}\""),
        Key::new(
            "source_tenants",
            Type::Array(&text(&TEXT)),
            "Tenants whose series the groups query (federated rule groups).",
        )
        .example("[\"team-a\", \"team-b\"]"),
        Key::new(
            "align_evaluation_time_on_interval",
            Type::Boolean,
            "Whether evaluations fall on multiples of the group's interval.",
        )
        .default("`false`")
        .example("true"),
    ],
    others: None,
};

/// Of rule files for Thanos Ruler.
pub(super) static THANOS: Shape = Shape {
    name: "the rules for Thanos",
    header: "[build.thanos]",
    doc: "Of the target `thanos`: rule files for Thanos Ruler.",
    keys: &[Key::new(
        "partial_response_strategy",
        Type::Choice(&["abort", "warn"]),
        "What a group does where a store does not answer.",
    )
    .default("Thanos's own, `\"abort\"`")
    .example("\"warn\"")],
    others: None,
};

/// Of inhibitions as an object of the operator.
pub(super) static ALERTMANAGER_CONFIG: Shape = Shape {
    name: "the inhibitions as an object",
    header: "[build.alertmanager-config]",
    doc: "Of the target `alertmanager-config`: an AlertmanagerConfig object with the \
          inhibitions.",
    keys: &[Key::new(
        "matcher_strategy",
        Type::Choice(&[
            "OnNamespace",
            "OnNamespaceExceptForAlertmanagerNamespace",
            "None",
        ]),
        "`alertmanagerConfigMatcherStrategy.type` of the operator's Alertmanager: whether \
         the object holds for alerts of its own namespace only.",
    )
    .default("the operator's own, `\"OnNamespace\"`")
    .example("\"None\"")],
    others: None,
};

/// Of dashboards for Grafana's sidecar.
pub(super) static SIDECAR: Shape = Shape {
    name: "the dashboards for the sidecar",
    header: "[build.grafana]",
    doc: "Of the target `grafana`: dashboards in ConfigMaps, which Grafana's sidecar reads.",
    keys: &[
        Key::new(
            "folder",
            text(&object_form::NAME),
            "The folder of the dashboards. The sidecar heeds it where the chart says \
             `sidecar.dashboards.folderAnnotation: grafana_folder` and \
             `sidecar.dashboards.provider.foldersFromFilesStructure: true`.",
        )
        .default("none: where the sidecar puts all of them")
        .example("\"Platform\""),
        Key::new(
            "folder_annotation",
            text(&object_form::OBJECT_KEY),
            "The annotation that names the folder: the chart's `folderAnnotation`.",
        )
        .default("`\"grafana_folder\"`")
        .example("\"k8s-sidecar-target-directory\""),
    ],
    others: None,
};

/// Of dashboards as objects of the Grafana operator.
pub static GRAFANA_DASHBOARD: Shape = Shape {
    name: "the dashboards as objects",
    header: "[build.grafana-dashboard]",
    doc: "Of the target `grafana-dashboard`: GrafanaDashboard objects of the Grafana \
          operator, whose own fields these are. In an environment, each replaces that of \
          the same name; a folder, whichever way it is named, replaces a folder.",
    keys: &[
        Key::new(
            "instanceSelector",
            Type::Table(&SELECTOR),
            "The Grafanas that get the dashboards. The operator does not take a change of \
             it: remove the objects first.",
        )
        .default("none: the target needs one")
        .example("{ matchLabels = { dashboards = \"grafana\" } }"),
        Key::new("folder", text(&TEXT), "The title of the folder; the operator makes it.")
            .example("\"Platform\""),
        Key::new("folderUID", text(&TEXT), "The uid of a folder that is there.")
            .example("\"platform\""),
        Key::new(
            "folderRef",
            text(&object_form::OBJECT_NAME),
            "The name of a GrafanaFolder in the namespace of the objects.",
        )
        .example("\"platform\""),
        Key::new(
            "resyncPeriod",
            text(&form::GO_DURATION),
            "How often the operator compares with Grafana.",
        )
        .example("\"10m\""),
        Key::new(
            "allowCrossNamespaceImport",
            Type::Boolean,
            "Whether Grafanas in other namespaces may take them.",
        )
        .example("true"),
    ],
    others: None,
};

static SELECTOR: Shape = Shape {
    name: "a selector of objects",
    header: "instanceSelector",
    doc: "Kubernetes's selector by labels.",
    keys: &[
        Key::new(
            "matchLabels",
            Type::Table(&MATCH_LABELS),
            "Labels that the object must have.",
        )
        .example("{ dashboards = \"grafana\" }"),
        Key::new("matchExpressions", EXPRESSIONS, "Further conditions.")
            .example("[{ key = \"team\", operator = \"Exists\" }]"),
    ],
    others: None,
};

static MATCH_LABELS: Shape = Shape {
    name: "a table of labels that must be there",
    header: "matchLabels",
    doc: "Labels, and the values that they must have.",
    keys: &[],
    others: Some(Others {
        what: "a label",
        names: Names::Form(&object_form::OBJECT_KEY),
        value: text(&TEXT),
        doc: "The value that the label of that name must have.",
        example: "dashboards = \"grafana\"",
        reserved: None,
    }),
};

/// The project's own targets.
pub(super) static TARGETS: Shape = Shape {
    name: "the table of targets",
    header: "[target]",
    doc: "Targets of the project's own.",
    keys: &[],
    others: Some(Others {
        what: "a target",
        names: Names::Form(&form::TARGET_NAME),
        value: Type::Table(&TARGET),
        doc: "Declares a target.",
        example: "oncall = { template = \"templates/oncall.md.tera\", path = \"oncall.md\" }",
        reserved: None,
    }),
};

static TARGET: Shape = Shape {
    name: "a target",
    header: "[target.<name>]",
    doc: "A Tera template over everything that is resolved, written beside the other \
          targets. [templates.md](templates.md) lists what a template sees.",
    keys: &[
        Key::new(
            "template",
            text(&form::TEMPLATE_PATH),
            "The template's file, below the project's folder. The other files that end in \
             `.tera` in its folder may be included and extended by their names there.",
        )
        .required()
        .example("\"templates/oncall.md.tera\""),
        Key::new(
            "path",
            text(&PARAMETRIC),
            "The file that it makes, below `build/<env>/`. `${env}`, `${project}` and what \
             there is a file for (`${alert}`, `${alert.kebab}` and its `${file}`) may stand in it.",
        )
        .required()
        .example("\"oncall.md\""),
        Key::new(
            "per",
            Type::Choice(&["environment", "file", "alert", "dashboard", "owner"]),
            "For what there is a file of its own, which the template sees under this name \
             and whose path has it as a parameter.",
        )
        .default("`\"environment\"`")
        .example("\"alert\""),
    ],
    others: None,
};

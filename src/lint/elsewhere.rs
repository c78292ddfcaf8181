//! What is said of findings that other rooms make on the way.

use crate::lint::table::{Check, Level, Lint};

/// All of them.
pub const LINTS: &[&Lint] = &[
    &DOCUMENT_IGNORED,
    &DUPLICATE_COLUMN,
    &DUPLICATE_ENDPOINT,
    &DUPLICATE_PANEL,
    &ENVIRONMENTS_ALIKE,
    &GROUP_TOO_LARGE,
    &HEATMAP_WITHOUT_BUCKETS,
    &INHIBIT_LABELS,
    &INHIBIT_NAMESPACE,
    &NEVER_SEEN,
    &NOT_READ,
    &PANEL_WITHOUT_DATA,
    &SERIES_NOT_READ,
    &SEVERAL_VALUES,
    &UNFILLED_INPUT,
    &UNKNOWN_FEATURE,
    &UNKNOWN_VERSION,
    &VARIABLE_WITHOUT_DATA,
];

pub(super) const FOUND: Lint = Lint {
    name: "",
    level: Level::Warn,
    summary: "",
    why: "",
    example: "",
    instead: "",
    peers: &[],
    check: Check::Elsewhere,
};

static DOCUMENT_IGNORED: Lint = Lint {
    name: "document-ignored",
    summary: "A document of a YAML file behind the first one.",
    why: "Prometheus reads the first document of a rule file and passes over all others, so \
          that their alerts never fire.",
    example: "groups:\n- name: a\n---\ngroups:\n- name: b",
    instead: "Put the groups of both under one `groups`.",
    ..FOUND
};

static DUPLICATE_COLUMN: Lint = Lint {
    name: "duplicate-column",
    summary: "Two values of a table on a dashboard that have one name.",
    why: "Grafana shows both, and nobody can tell which is which.",
    example: "kind = \"table\"\nlegend = \"Value\"\nquery = [{ query = \"a\" }, { query = \"b\" }]",
    instead: "Give each query a `legend` of its own.",
    ..FOUND
};

static DUPLICATE_ENDPOINT: Lint = Lint {
    name: "duplicate-endpoint",
    summary: "A service that is scraped twice at one port, where nothing tells the two apart.",
    why: "Each target has two samples of each of its series at a time: the server drops one of \
          them and warns of it at each scrape.",
    example: "[service.api.endpoint.metrics]\n[service.api.endpoint.again]\nport = \"metrics\"",
    instead: "Take one of them out, or let them differ in `path` or in what they ask for.",
    ..FOUND
};

static DUPLICATE_PANEL: Lint = Lint {
    name: "duplicate-panel",
    summary: "Two panels of a row that have the same title, or of a dashboard in JSON the same id.",
    why: "Grafana finds a panel by its title where its place changes; people do so always.",
    example: "[[row.panel]]\ntitle = \"Errors\"\n[[row.panel]]\ntitle = \"Errors\"",
    instead: "Say in the title what differs.",
    ..FOUND
};

static ENVIRONMENTS_ALIKE: Lint = Lint {
    name: "environments-alike",
    summary: "Environments with inhibitions whose alerts an Alertmanager cannot tell apart.",
    why: "Where they share an Alertmanager, a critical alert of staging hides the warning of \
          production. What tells them apart are the `external_labels` of their servers.",
    example: "[env.production]\n[env.staging]",
    instead: "Give each environment external labels of its own. Where each has an Alertmanager \
              of its own nothing is hidden: turn the lint off.",
    ..FOUND
};

static GROUP_TOO_LARGE: Lint = Lint {
    name: "group-too-large",
    summary: "A group that is too large for one Kubernetes object.",
    why: "`kubectl apply` refuses objects above 256 KiB, and a group cannot be divided.",
    example: "[group.everything]\ninterval = \"1m\"",
    instead: "Make two groups of it.",
    ..FOUND
};

static HEATMAP_WITHOUT_BUCKETS: Lint = Lint {
    name: "heatmap-without-buckets",
    summary: "A heatmap whose query drops the label `le`.",
    why: "It has no buckets to draw.",
    example: "[[row.panel]]\nkind = \"heatmap\"\nquery = 'sum(rate(latency_bucket[$__rate_interval]))'",
    instead: "Keep the buckets: `sum by (le) (…)`, or take a native histogram.",
    ..FOUND
};

static INHIBIT_LABELS: Lint = Lint {
    name: "inhibit-labels",
    summary: "Alerts that do not inhibit each other because no label is known that both have.",
    why: "An inhibition without labels that are equal would hide what is wrong elsewhere, so that \
          none is made: where a critical alert fires, its warning is told too.",
    example: "[alert.Down]\nexpr = 'up == 0'\ncritical = { for = \"5m\" }\nwarning = {}",
    instead: "Name the labels that tell what the alert is about, `per = [\"instance\"]`, or write a \
              test with its series. Where both are to be told, allow it. What `[[inhibit]]` asks for \
              and can never be is an error.",
    ..FOUND
};

static INHIBIT_NAMESPACE: Lint = Lint {
    name: "inhibit-namespace",
    summary: "An inhibition that an AlertmanagerConfig cannot make for all of its alerts.",
    why: "The operator adds the object's namespace to its matchers, so that alerts of other \
          namespaces are not inhibited.",
    example: "[build]\nnamespace = \"monitoring\"\ntargets = [\"alertmanager-config\"]",
    instead: "Give the alerts the namespace of the object, or configure Alertmanager itself.",
    ..FOUND
};

static NEVER_SEEN: Lint = Lint {
    name: "never-seen",
    summary: "A limit or a mapping of a panel that is never seen, since another one holds for all \
              of its values.",
    why: "Who wrote it believes that the panel shows it.",
    example: "thresholds = { warning = 5, critical = 1 }",
    instead: "Write the milder limit on the side of the good values, the narrower mapping before \
              the wider, or take it out.",
    ..FOUND
};

static NOT_READ: Lint = Lint {
    name: "not-read",
    summary: "A file among those of a project whose name does not end as theirs do, or a rule \
              file that nothing uses.",
    why: "Who put it there believes that its alerts are built and tested.",
    example: "alerts/kubernetes.yaml",
    instead: "Rename it, use its rules, `[use.\"alerts/kubernetes.yaml\"]`, or import them. Where \
              a rule file is others' business, write `# aqua-alerts: allow not-read: why` at \
              its top, or move it out of the folder.",
    ..FOUND
};

static PANEL_WITHOUT_DATA: Lint = Lint {
    name: "panel-without-data",
    summary: "A panel that shows nothing in any test.",
    why: "A misspelt metric or label is not seen until somebody needs the panel.",
    example: "[[row.panel]]\ntitle = \"Requests\"\nquery = 'sum(rate(http_request_total[$__rate_interval]))'",
    instead: "Mend the query, or write a test with such series.",
    ..FOUND
};

static SERIES_NOT_READ: Lint = Lint {
    name: "series-not-read",
    summary: "A series of a test that no rule reads, called almost as one that is missing.",
    why: "Most likely it is misspelt. The test passes all the same, and proves less than it \
          seems to.",
    example: "[[test]]\nseries = 'queue_lenght  100..'\nexpect.QueueFull = \"never\"",
    instead: "Write the name as the rule does. Where the test is to show that the alert does not \
              look at this series, expect `never, no data`, or allow it: on the test, at the top \
              of the test file, or on the alert.",
    ..FOUND
};

static SEVERAL_VALUES: Lint = Lint {
    name: "several-values",
    summary: "A variable of several values in a matcher that takes one.",
    why: "With two values chosen, `=` matches neither.",
    example: "[[row.panel]]\nquery = 'up{job=\"$job\"}'",
    instead: "Write `=~`, or set `multi = false`.",
    ..FOUND
};

static UNFILLED_INPUT: Lint = Lint {
    name: "unfilled-input",
    summary: "A dashboard in JSON that names what no variable gives: an input of an export.",
    why: "Grafana asks for inputs where somebody imports a dashboard by hand. Nobody asks where it \
          reads files: each panel says that its data source was not found.",
    example: "\"datasource\": \"${DS_PROMETHEUS}\"",
    instead: "Declare a variable of the kind `datasource` with this name. Where something of your \
              own fills inputs in, turn the lint off.",
    ..FOUND
};

static UNKNOWN_FEATURE: Lint = Lint {
    name: "unknown-feature",
    summary: "A feature flag that the server's version does not know.",
    why: "It has no effect there, or is always on.",
    example: "[prometheus]\nversion = \"2.50\"\nfeatures = [\"promql-duration-expr\"]",
    instead: "Take it out, or name the version that has it.",
    ..FOUND
};

static UNKNOWN_VERSION: Lint = Lint {
    name: "unknown-version",
    summary: "A version of Prometheus that is newer than all that are known.",
    why: "What it changed is not checked: it is treated as the newest known one.",
    example: "[prometheus]\nversion = \"9.0\"",
    instead: "Use a newer aqua-alerts, or name a known version.",
    ..FOUND
};

static VARIABLE_WITHOUT_DATA: Lint = Lint {
    name: "variable-without-data",
    summary: "A variable of a dashboard that has no value in any test.",
    why: "All panels that use it stay empty.",
    example: "[variable.region]\nquery = \"label_values(up, regoin)\"",
    instead: "Mend the query, or write a test with such series.",
    ..FOUND
};

//! What is said of the rules of Grafana's dashboard-linter.
//!
//! Those on the variables `job` and `instance`, and on selectors that follow them, are
//! conventions of dashboards for many clusters: they count where a project is strict, or
//! asks for them.

use crate::lint::table::{Check, Level, Lint};

/// The rules, in the order of the linter's documentation.
pub const LINTS: &[&Lint] = &[
    &TEMPLATE_DATASOURCE,
    &TEMPLATE_JOB,
    &TEMPLATE_INSTANCE,
    &TEMPLATE_LABEL_PROMQL,
    &TEMPLATE_ON_TIME_CHANGE,
    &PANEL_DATASOURCE,
    &PANEL_TITLE,
    &PANEL_UNITS,
    &PANEL_NO_TARGETS,
    &TARGET_PROMQL,
    &TARGET_RATE_INTERVAL,
    &TARGET_JOB,
    &TARGET_INSTANCE,
    &TARGET_COUNTER,
    &UNEDITABLE,
];

const RULE: Lint = Lint {
    name: "",
    level: Level::Warn,
    summary: "",
    why: "",
    example: "",
    instead: "",
    peers: &[],
    check: Check::Dashboard,
};

static TEMPLATE_DATASOURCE: Lint = Lint {
    name: "template-datasource-rule",
    summary: "A dashboard without a variable for its data source, or with an unusual one.",
    why: "A dashboard is used with the data sources of many clusters: people choose.",
    example: "{ \"templating\": { \"list\": [] } }",
    instead: "Add a variable `datasource` of type `datasource` with the label `Data source`. \
              Dashboards in TOML have it.",
    peers: &["dashboard-linter template-datasource-rule"],
    ..RULE
};

static TEMPLATE_JOB: Lint = Lint {
    name: "template-job-rule",
    level: Level::Off,
    summary: "A dashboard without a usual variable `job`.",
    why: "Jobs are called differently in each cluster; people expect to choose them by this \
          variable.",
    example: "[variable.job]\nvalues = [\"api\"]",
    instead: "Let `job` be a query of label `Job` that takes several values, `.+` for all.",
    peers: &["dashboard-linter template-job-rule"],
    ..RULE
};

static TEMPLATE_INSTANCE: Lint = Lint {
    name: "template-instance-rule",
    level: Level::Off,
    summary: "A dashboard without a usual variable `instance`.",
    why: "People expect to choose instances by this variable.",
    example: "[variable.instance]\nvalues = [\"a:8000\"]",
    instead: "Let `instance` be a query of label `Instance` that takes several values, `.+` \
              for all.",
    peers: &["dashboard-linter template-instance-rule"],
    ..RULE
};

static TEMPLATE_LABEL_PROMQL: Lint = Lint {
    name: "template-label-promql-rule",
    summary: "A query of a variable that is no PromQL, or calls none of Grafana's functions.",
    why: "The variable has no values, and every panel that uses it stays empty.",
    example: "[variable.job]\nquery = \"up{job=~'.+\"",
    instead: "Write `label_values(metric, label)` or `query_result(expression)`.",
    peers: &["dashboard-linter template-label-promql-rule"],
    ..RULE
};

static TEMPLATE_ON_TIME_CHANGE: Lint = Lint {
    name: "template-on-time-change-reload-rule",
    summary: "A variable that is not asked again when the time range changes.",
    why: "Values that existed in the chosen range are missing from the list.",
    example: "{ \"name\": \"job\", \"type\": \"query\", \"refresh\": 1 }",
    instead: "Set `refresh` to 2. Variables in TOML have it.",
    peers: &["dashboard-linter template-on-time-change-reload-rule"],
    ..RULE
};

static PANEL_DATASOURCE: Lint = Lint {
    name: "panel-datasource-rule",
    summary: "A panel whose data source cannot be chosen.",
    why: "It shows one cluster whatever people choose, or nothing where that data source \
          is not there.",
    example: "{ \"type\": \"timeseries\", \"datasource\": { \"uid\": \"P1809F7CD0C75ACF3\" } }",
    instead: "Let it be `${datasource}`.",
    peers: &["dashboard-linter panel-datasource-rule"],
    ..RULE
};

static PANEL_TITLE: Lint = Lint {
    name: "panel-title-description-rule",
    summary: "A panel without a title or a description.",
    why: "Who looks at it at night does not know what is normal.",
    example: "[[row.panel]]\ntitle = \"Requests\"\nquery = 'sum(rate(http_requests_total[$__rate_interval]))'",
    instead: "Say in a sentence what it shows, and what is normal.",
    peers: &["dashboard-linter panel-title-description-rule"],
    ..RULE
};

static PANEL_UNITS: Lint = Lint {
    name: "panel-units-rule",
    summary: "A panel without a unit, or with one that the linter does not know.",
    why: "`3.2e+09` says less than `3.2 GB`.",
    example: "[[row.panel]]\ntitle = \"Memory\"\nunit = \"gigabyte\"",
    instead: "Set `unit`; `none` and `short` are units too, and so is one of the project's own: \
              `suffix:mg/l`, of which dashboard-linter itself knows nothing.",
    peers: &["dashboard-linter panel-units-rule"],
    ..RULE
};

static PANEL_NO_TARGETS: Lint = Lint {
    name: "panel-no-targets-rule",
    summary: "A panel without a query.",
    why: "It shows nothing.",
    example: "{ \"type\": \"stat\", \"title\": \"Errors\" }",
    instead: "Add a query, or take the panel out.",
    peers: &["dashboard-linter panel-no-targets-rule"],
    ..RULE
};

static TARGET_PROMQL: Lint = Lint {
    name: "target-promql-rule",
    summary: "A query that is no PromQL.",
    why: "The panel shows an error.",
    example: "{ \"expr\": \"sum(rate(x[5m])\" }",
    instead: "Mend the query.",
    peers: &["dashboard-linter target-promql-rule"],
    ..RULE
};

static TARGET_RATE_INTERVAL: Lint = Lint {
    name: "target-rate-interval-rule",
    summary: "A rate over a fixed window.",
    why: "At some zoom the window is shorter than the step, and spikes between two points \
          are not seen; or shorter than two scrapes, and nothing is.",
    example: "[[row.panel]]\nquery = 'sum(rate(http_requests_total[5m]))'",
    instead: "Write `$__rate_interval`.",
    peers: &["dashboard-linter target-rate-interval-rule"],
    ..RULE
};

static TARGET_JOB: Lint = Lint {
    name: "target-job-rule",
    level: Level::Off,
    summary: "A selector that does not follow the variable `job`.",
    why: "It shows the metric of everything that has one of this name.",
    example: "[[row.panel]]\nquery = 'sum(rate(http_requests_total[$__rate_interval]))'",
    instead: "Add `job=~\"$job\"`.",
    peers: &["dashboard-linter target-job-rule"],
    ..RULE
};

static TARGET_INSTANCE: Lint = Lint {
    name: "target-instance-rule",
    level: Level::Off,
    summary: "A selector that does not follow the variable `instance`.",
    why: "The panel does not show the instance that people choose.",
    example: "[[row.panel]]\nquery = 'sum(rate(http_requests_total{job=~\"$job\"}[$__rate_interval]))'",
    instead: "Add `instance=~\"$instance\"`.",
    peers: &["dashboard-linter target-instance-rule"],
    ..RULE
};

static TARGET_COUNTER: Lint = Lint {
    name: "target-counter-agg-rule",
    summary: "A counter that is shown as it is.",
    why: "It only ever rises, until a restart. As in dashboard-linter, one that is selected by \
          labels is not looked at.",
    example: "[[row.panel]]\nquery = 'sum(http_requests_total)'",
    instead: "Show `rate(…)` or `increase(…)` of it.",
    peers: &["dashboard-linter target-counter-agg-rule"],
    ..RULE
};

static UNEDITABLE: Lint = Lint {
    name: "uneditable-dashboard",
    summary: "A dashboard that can be changed in the browser.",
    why: "The next deployment overwrites what people change.",
    example: "{ \"title\": \"API\", \"editable\": true }",
    instead: "Set `editable` to false. Dashboards in TOML have it.",
    peers: &["dashboard-linter uneditable-dashboard"],
    ..RULE
};

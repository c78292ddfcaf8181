//! The names of what may be found about a dashboard, by which it is allowed: those of
//! Grafana's dashboard-linter as far as they are about Prometheus, and our own.

/// All names.
pub const LINTS: &[&str] = &[
    "panel-datasource-rule",
    "panel-no-targets-rule",
    "panel-title-description-rule",
    "panel-units-rule",
    "panel-without-data",
    "target-counter-agg-rule",
    "target-instance-rule",
    "target-job-rule",
    "target-promql-rule",
    "target-rate-interval-rule",
    "template-datasource-rule",
    "template-instance-rule",
    "template-job-rule",
    "template-label-promql-rule",
    "template-on-time-change-reload-rule",
    "uneditable-dashboard",
    "variable-without-data",
];

//! What is odd about dashboards although Grafana takes them: the rules of Grafana's
//! dashboard-linter that are about Prometheus, under its names and with its conditions.
//!
//! One implementation for the dashboards of the project and those of others: both are
//! read as Grafana reads them.

pub mod dashboard;
pub mod expand;
mod panel;
pub mod placed;
mod target;
mod template;

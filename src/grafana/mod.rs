//! Dashboards as Grafana reads them: what a dashboard's JSON says, how its variables are
//! filled in, and what their queries mean.
//!
//! Both those that this program wrote and those of others are read here, so that what is
//! found about a dashboard is found about either. Knows no rules, tests or lints.

mod input;
pub mod interpolate;
pub mod model;
pub mod read;
pub mod regex;
pub mod variable;

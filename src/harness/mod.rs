//! Rules over time: what they record, when alerts are pending and firing, and whether
//! tests agree.
//!
//! Evaluates groups exactly as Prometheus does (`rules/group.go`, `alerting.go`,
//! `recording.go`) on series in memory. [`plan::Plan`] is made once for a set of rules,
//! [`run::run`] once for each test. Everything here is values in, plain data out; it
//! knows no files, no TOML and no report.

mod alert;
mod assertion;
pub mod compare;
pub mod explain;
pub mod failure;
mod load;
pub mod native;
pub mod panels;
pub mod plan;
pub mod promtool;
pub mod query;
pub mod reads;
mod record;
pub mod report;
pub mod result;
pub mod run;
pub mod schedule;
pub mod script;
pub mod silence;
mod step;
pub mod strict;
pub mod template;
pub mod wake;
pub mod words;
mod write;

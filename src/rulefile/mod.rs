//! Rule files as Prometheus and its operator know them.
//!
//! [`read`] takes plain rule files, PrometheusRule objects and lists of them;
//! [`write`](mod@write) prints groups. Nothing here knows a project's own language.

pub mod allow;
mod field;
mod group;
pub mod read;
pub mod since;
pub mod write;

#[cfg(test)]
mod tests;

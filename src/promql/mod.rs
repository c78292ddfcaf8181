//! PromQL: syntax, types, values, evaluation.
//!
//! The specification is Prometheus itself (version 3.14 unless a [`dialect::Dialect`]
//! says otherwise). This room knows no TOML, no YAML, no rules, no files and no clock.

pub mod dialect;
pub mod functions;
pub mod labels;
pub mod math;
pub mod syntax;

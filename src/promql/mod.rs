//! PromQL: syntax, types, values, evaluation.
//!
//! The specification is Prometheus itself (version 3.14 unless a [`dialect::Dialect`]
//! says otherwise). This room knows no TOML, no YAML, no rules, no files and no clock.

pub mod annotation;
pub mod check;
pub mod dialect;
pub mod duration;
pub mod error;
pub mod eval;
pub mod functions;
mod gosort;
pub mod histogram;
pub mod infer;
pub mod kahan;
pub mod labels;
pub mod limits;
pub mod matcher;
pub mod math;
pub mod number;
pub mod quantile;
pub mod raw;
pub mod re2;
pub mod series;
pub mod storage;
pub mod syntax;
pub mod unit;
pub mod value;
pub mod xxhash;

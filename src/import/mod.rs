//! What Prometheus's own files say, written in the language of projects: rule files and
//! promtool's tests to TOML with the same meaning.
//!
//! Pure: rules and tests in, texts out. Which files there are, and whether they may be
//! replaced, is not known here. What cannot keep its meaning is a warning at its place.

pub mod cases;
pub mod comment;
pub mod manifest;
mod moment;
pub mod name;
pub mod notes;
pub mod project;
pub mod rules;
pub mod same;
pub mod series;
pub mod toml;
pub mod write;

//! What a test says: native TOML, promtool YAML, promqltest scripts.
//!
//! This room reads tests into plain data with places; it does not know how a test is
//! run. The notation of series values is shared by all dialects.

pub mod duration;
pub mod exported;
pub mod glob;
pub mod loaded;
pub mod native;
pub mod notation;
pub mod promtool;
mod scalar;
pub mod script;

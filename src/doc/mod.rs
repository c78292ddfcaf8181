//! TOML, YAML and JSON as one tree that knows where everything was written.
//!
//! [`toml::read`], [`yaml::read`] and [`json::read`] give the same [`node::Node`]s, so that
//! one typed reader serves all languages. Every scalar keeps the exact map from its decoded text
//! to the source. This room knows no alerts: what a key means is the readers' business.

pub mod json;
pub mod keys;
pub mod node;
pub mod parameter;
pub mod reader;
pub mod reference;
pub mod schema;
pub mod toml;
pub mod yaml;

/// Files above this size are refused.
pub const MAX_BYTES: usize = 64 << 20;

//! Places, decoded text that remembers its places, and the messages about them.
//!
//! Everything that is said to a user is a [`diagnostic::Diagnostic`]: plain data with
//! labels on [`source::Span`]s. This room knows no other room; only `render.rs` knows
//! how a message is drawn.

pub mod contrast;
pub mod diagnostic;
pub mod edits;
pub mod few;
pub mod github;
pub mod json;
pub mod pair;
pub mod render;
pub mod sarif;
pub mod sink;
pub mod source;
pub mod suggest;
pub mod text;

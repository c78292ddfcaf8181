//! The syntax of PromQL: text to tree and back.

pub mod ast;
pub mod types;

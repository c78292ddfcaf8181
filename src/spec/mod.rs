//! What a project says: manifest, alerts files and packs, as written.
//!
//! [`keys`] is the table of every key; [`read`] makes the [`model`] of it, with the place
//! of every value. This room knows no environments, no PromQL and no output: what the
//! values mean is `resolve`'s business. It receives texts and never touches a file.

pub mod alerts;
pub mod body;
pub mod build;
pub mod dashboard;
pub mod duration;
pub mod form;
pub mod keys;
pub mod look;
pub mod manifest;
pub mod model;
pub mod object_form;
pub mod panel;
mod policy;
pub mod probe;
pub mod read;
pub mod rule_file;
pub mod service;
pub mod units;
pub mod unused;
pub mod vendor;

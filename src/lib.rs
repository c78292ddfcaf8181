//! Define an alert once, prove that it fires and when, ship it everywhere.
//!
//! | stage | room | input -> output |
//! |---|---|---|
//! | read | [`doc`], `spec`, [`rulefile`], `case` | text -> documents with places |
//! | resolve | [`resolve`] | documents and an environment -> [`rules::book::Book`] |
//! | parse, check | [`promql`] | expression -> tree -> typed |
//! | emit | [`emit`] | book and target -> files |
//! | test | `harness` | cases and rules -> report |
//! | say | [`diag`] | messages -> text |
//!
//! Everything right of `cli` is pure: text and values in, data out; time is a parameter.

pub mod case;
pub mod cli;
pub mod diag;
pub mod doc;
pub mod emit;
pub mod format;
pub mod grafana;
pub mod harness;
pub mod import;
pub mod links;
pub mod lint;
pub mod promql;
pub mod resolve;
pub mod rulefile;
pub mod rules;
pub mod runbook;
pub mod spec;
pub mod template;

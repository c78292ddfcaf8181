//! Runs tests and says what came out.

pub mod script;

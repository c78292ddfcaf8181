//! What panels of dashboards show in tests: every query evaluated over the series that
//! tests load and rules record.
//!
//! [`stage::Stage`] holds the tests of an environment; [`show::show`] gives what each query
//! of a dashboard shows in the first test in which it shows anything, as plain data;
//! [`judge::Judge`] says what never shows anything.

pub mod judge;
pub mod show;
pub mod stage;
pub mod values;

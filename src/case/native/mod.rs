//! Native tests: TOML files with series and time lines of alerts.
//!
//! [`read::read`] gives the tests as written, with `${name}` still in them;
//! [`fill::fill`] makes of one of them what runs in one environment.

mod expects;
pub mod fill;
mod idle;
pub mod keys;
mod lines;
mod moments;
pub mod parameters;
pub mod read;
pub mod ready;
mod selector;
pub mod timeline;
mod value;

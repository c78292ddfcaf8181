//! The syntax of PromQL: text to tree and back.

pub mod ast;
mod lexer;
mod literal;
mod parser;
mod pretty;
mod print;
mod quote;
mod same;
mod token;
pub mod types;
mod unquote;
mod visit;

pub use parser::{
    SeriesHead, parse, parse_expected, parse_metric, parse_selector, parse_series_head,
};
pub use pretty::{pretty, pretty_as_written};
pub use same::same;

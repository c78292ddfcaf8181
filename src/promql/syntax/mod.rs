//! The syntax of PromQL: text to tree and back.

pub mod ast;
mod lexer;
mod number;
mod parser;
mod quote;
mod token;
pub mod types;
mod unquote;
mod visit;

pub use number::{format_duration, parse_duration};
pub use parser::{
    MAX_DEPTH, SeriesHead, parse, parse_metric, parse_selector, parse_series_head,
};

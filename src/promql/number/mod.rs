//! Numbers as text, both ways, as Go's `strconv` reads and writes them.
//!
//! What a rule prints in an annotation, in a label of `count_values` or in a test's
//! report is compared character by character, so the layouts are Go's own.

mod format;
mod parse;

pub use format::{Layout, decimal, format_float, general, general_digits, open_metrics};
pub use parse::{NumberError, parse, parse_float, parse_int, parse_number, parse_uint};

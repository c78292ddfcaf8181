//! Why an assertion of a promtool test does not hold: made only where one fails.
//!
//! Pairs what is expected with the nearest that was found ([`pair`]), follows a silent
//! expression down to what emptied it ([`cause`]), and notes what it gave around the
//! time ([`values`]). The result is plain data ([`crate::harness::failure`]).

pub mod alert;
pub mod assign;
pub mod cause;
pub mod pair;
pub mod sample;
pub mod selector;
pub mod values;
pub mod wanted;

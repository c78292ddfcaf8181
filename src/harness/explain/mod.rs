//! Why an assertion of a test does not hold: made only where one fails.
//!
//! Pairs what is expected with the nearest that was found ([`pair`]), follows a silent
//! expression down to what emptied it ([`cause`]), and notes what it gave around the
//! time ([`values`]). The result is plain data ([`crate::harness::failure`]).
//!
//! A reason that is false is worse than none: each one is a thing that was evaluated, and
//! where that tells nothing, nothing is said.

pub mod alert;
pub mod assign;
pub mod cause;
pub mod join;
pub mod pair;
pub mod recorded;
pub mod sample;
pub mod selector;
pub mod unseen;
pub mod values;
pub mod wanted;

//! Reports: functions of the tree of results. None of them knows the engine.

pub mod failure;
pub mod fold;
pub mod human;
pub mod json;
pub mod junit;

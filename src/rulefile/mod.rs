//! Rule files as Prometheus knows them.

pub mod write;

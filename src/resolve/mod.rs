//! One environment of a project.

pub mod dashboard;

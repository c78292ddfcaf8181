//! Runbooks: the pages that alerts lead to, and whether they lead there.
//!
//! Pages are given as text with their paths below the runbooks' folder; whether a page
//! is there is decided from that alone. No network, no file system.

pub mod link;
pub mod page;

//! Links of the web: which there are, how one is looked at step by step, what the answers
//! mean.
//!
//! Everything is a function of its arguments: who asks a server, and what time it is, is
//! not known here. What servers send is hostile.

pub mod address;
pub mod allowed;
pub mod anchor;
pub mod cache;
pub mod collect;
pub mod pattern;
pub mod queue;
pub mod report;
pub mod walk;

//! Runbooks: the pages that alerts lead to, whether they lead there, and whether they say
//! what the alerts say.
//!
//! Pages are given as text with their paths below the runbooks' folder; what else a page
//! links to is asked of a closure. No network, no file system.

pub mod agree;
pub mod content;
pub mod facts;
pub mod html;
pub mod link;
pub mod page;
pub mod skeleton;
pub mod slug;
pub mod target;

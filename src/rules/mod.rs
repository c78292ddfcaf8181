//! What a project or a rule file says, resolved for one Prometheus server.
//!
//! The neutral form between reading and everything else: `emit` writes it, `harness`
//! proves it, `lint` judges it. It knows no TOML, no YAML, no Kubernetes and no
//! environments but the one for which it was resolved. Every node keeps its places, so
//! that messages underline the author's own text.

pub mod allow;
pub mod book;
pub mod comparison;
pub mod dashboard;
pub mod group;
pub mod inhibition;
pub mod kebab;
pub mod limits;
pub mod look;
pub mod monitor;
pub mod name;
pub mod output;
pub mod policy;
pub mod prose;

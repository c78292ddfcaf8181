//! Dashboards, given to Grafana's own types and components.

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    Vec::new()
}

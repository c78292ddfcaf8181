//! `service-monitors/<service>.yaml`: a ServiceMonitor per service with Services.

use crate::emit::scrape::{self, Form};
use crate::emit::{Emit, Target, faultless};
use crate::rules::monitor::MonitorKind;

/// ServiceMonitor objects.
pub const TARGET: Target = Target {
    name: "service-monitor",
    summary: "ServiceMonitor objects for the Prometheus Operator",
    default: true,
    place: "service-monitors/",
    claims: |book| scrape::claims(book, &FORM),
    faults: faultless,
    emit: Emit::Alone(|book, _| scrape::emit(book, &FORM)),
};

const FORM: Form = Form {
    kind: "ServiceMonitor",
    folder: "service-monitors",
    endpoints: "endpoints",
    of: MonitorKind::Service,
};

//! Lints about what surrounds the alerts of a project: tests, panels, owners,
//! environments.

pub mod environment_lacks_alert;
mod panels;
pub mod severity_requires;
pub mod untested_firing;
pub mod untested_silent;
pub mod without_owner;
pub mod without_panel;

use crate::diag::source::Span;
use crate::lint::table::Lint;
use crate::rules::group::Alert;

/// All of them.
pub const LINTS: &[&Lint] = &[
    &environment_lacks_alert::LINT,
    &severity_requires::LINT,
    &untested_firing::LINT,
    &untested_silent::LINT,
    &without_owner::LINT,
    &without_panel::LINT,
];

/// Where a tier of an alert is declared, or the alert if it has none; and the tier in words.
fn place(alert: &Alert) -> (Span, String) {
    let about = alert.about.as_ref();
    let tier = about.and_then(|it| Some((it.tier.as_deref()?, it.severity.as_ref()?)));
    match tier {
        Some((tier, severity)) => (severity.span(), format!("tier `{tier}` of ")),
        None => (alert.span, String::new()),
    }
}

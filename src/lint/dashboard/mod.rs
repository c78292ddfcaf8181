//! The rules of Grafana's dashboard-linter that are about Prometheus, under its names and
//! with its conditions.
//!
//! One implementation for the dashboards of the project and those of others: both are
//! read as Grafana reads them.

pub mod expand;
pub mod lints;
mod panel;
pub mod placed;
mod target;
mod template;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::grafana::model::Dashboard;
use crate::promql::dialect::Dialect;
use crate::rules::dashboard as rules;

/// What a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The place of the panel among all of the dashboard's; `None` is the whole.
    pub panel: Option<usize>,
    /// The place of the query in the panel.
    pub target: Option<usize>,
    /// The message; its code is the rule.
    pub said: Diagnostic,
}

/// What all rules find, permitted or not.
pub fn findings(board: &Dashboard, dialect: &Dialect) -> Vec<Finding> {
    let whole = |said| Finding { panel: None, target: None, said };
    let mut out: Vec<Finding> =
        template::check(board, dialect).into_iter().map(whole).collect();
    for (idx, it) in board.panels.iter().enumerate() {
        let of = |said| Finding { panel: Some(idx), target: None, said };
        out.extend(panel::check(board, it).into_iter().map(of));
        for (target_idx, target) in it.targets.iter().flatten().enumerate() {
            let of = |said| Finding { panel: Some(idx), target: Some(target_idx), said };
            out.extend(target::check(board, it, target, dialect).into_iter().map(of));
        }
    }
    out
}

/// What is found about the query of an alert belongs to the panel that shows it, where it
/// can be allowed.
pub(super) fn at_panel(mut said: Diagnostic, panel: Span) -> Diagnostic {
    if said.place().is_some_and(|it| it.file != panel.file) {
        said.labels.iter_mut().for_each(|it| it.primary = false);
        return said.at(panel, "shown by this panel");
    }
    said
}

/// Whether a finding asks for a variable that no query has to follow: each panel is permitted
/// not to, as those of alerts are.
pub(super) fn is_needless<'a>(
    code: &str,
    panels: impl Iterator<Item = &'a rules::Panel>,
) -> bool {
    let follows = match code {
        "template-job-rule" => "target-job-rule",
        "template-instance-rule" => "target-instance-rule",
        _ => return false,
    };
    let mut asking = panels.filter(|it| !it.queries.is_empty()).peekable();
    asking.peek().is_some()
        && asking.all(|it| it.allow.iter().any(|it| &*it.lint == follows))
}

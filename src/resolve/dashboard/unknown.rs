//! Which variables there are, and what is said of those that there are not.

use std::collections::BTreeSet;
use std::ops::Range;

use super::variable::USUAL;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::grafana::model;
use crate::rules::dashboard::Variable;

/// Grafana's own variables that it fills in everywhere.
const EVERYWHERE: &[&str] = &[
    "__interval",
    "__interval_ms",
    "__rate_interval",
    "__rate_interval_ms",
    "__range",
    "__range_s",
    "__range_ms",
    "__from",
    "__to",
    "__dashboard",
    "__user",
    "__org",
    "__timezone",
];

/// The one that it fills in in texts besides.
pub(super) const IN_TEXTS: &str = "__name";

/// The one that it fills in in queries besides, those of variables included.
pub(super) const IN_QUERIES: &str = "__searchFilter";

const AUTO_INTERVAL: &str = "__auto_interval_";

/// The variables that a text may use.
pub(super) struct Names<'a> {
    declared: BTreeSet<&'a str>,
    /// Those that come by themselves where they are used.
    usual: &'static [&'static str],
    /// The one of Grafana's that is not there everywhere.
    own: &'static str,
}

impl<'a> Names<'a> {
    /// Those of a dashboard of the project; `own` is [`IN_TEXTS`] or [`IN_QUERIES`].
    pub(super) fn of(variables: &'a [Variable], own: &'static str) -> Names<'a> {
        let names = variables.iter().map(|it| it.name.as_str());
        let declared = names.chain(["datasource"]).collect();
        Names { declared, usual: USUAL, own }
    }

    /// Those of the queries of a dashboard in JSON.
    pub(super) fn of_json(board: &'a model::Dashboard) -> Names<'a> {
        let declared = board.variables.iter().map(|it| it.name.as_str()).collect();
        Names { declared, usual: &[], own: IN_QUERIES }
    }

    /// Whether a variable is there.
    pub(super) fn has(&self, name: &str) -> bool {
        match name.starts_with("__") {
            // The step of a variable of the kind interval is called after it.
            true => {
                grafanas(self.own).any(|it| it == name) || name.starts_with(AUTO_INTERVAL)
            }
            false => self.declared.contains(&name),
        }
    }

    /// Whether a dashboard declares it, rather than Grafana.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.declared.contains(name)
    }

    /// The variable that was probably meant.
    pub(super) fn nearest(&self, name: &str) -> Option<&'a str> {
        let others = self.usual.iter().copied().chain(grafanas(self.own));
        suggest::nearest(name, self.declared.iter().copied().chain(others))
    }
}

/// Grafana's own variables, with the one that is not there everywhere.
fn grafanas(own: &str) -> impl Iterator<Item = &str> {
    EVERYWHERE.iter().copied().chain([own])
}

/// An error for a variable that is not there: its name, and where it stands in a text.
pub(super) fn unknown(
    text: &Text,
    (name, at): (&str, Range<usize>),
    near: Option<&str>,
) -> Diagnostic {
    let title = format!("unknown variable `${name}`");
    let diagnostic = Diagnostic::error("unknown-variable", title);
    let within = |label: String| diagnostic.within(text, at.start, at.end, label);
    match near {
        Some(near) => within(format!("did you mean `${near}`?")),
        None if name.starts_with("__") => within("Grafana has none of that name".into())
            .help("write `$__interval`, `$__rate_interval` or `$__range`"),
        None => within("declared nowhere in this dashboard".into())
            .help(format!("declare it: `[variable.{name}]`")),
    }
}

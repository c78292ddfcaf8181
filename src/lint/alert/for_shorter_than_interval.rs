//! Times that end before the next evaluation.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::table::{Check, Level, Lint};
use crate::rules::group::{Millis, Setting};

/// The lint.
pub static LINT: Lint = Lint {
    name: "for-shorter-than-interval",
    level: Level::Warn,
    summary: "A `for` or `keep_firing_for` that is shorter than the time between evaluations.",
    why: "Prometheus looks at an alert once in an interval: whatever is shorter lasts for a \
          whole one. The alert fires later, or longer, than its text says.",
    example: "[group.slow]\ninterval = \"5m\"\n\n[alert.ApiDown]\ngroup = \"slow\"\nfor = \"1m\"",
    instead: "Write the interval or more, or evaluate the group more often.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let (Some(alert), Some(interval)) = (site.alert(), context.interval(site.group))
    else {
        return;
    };
    let mut check = |key: &str, it: &Setting<Millis>, lasts: &str| {
        if it.value.0 <= 0 || interval <= it.value {
            return;
        }
        let title = format!("`{key}` of `{}` is shorter than the interval", site.name());
        let at = it.defined_by.last().copied().unwrap_or(alert.span);
        let label = format!("{}; evaluated every {interval}", it.value);
        let mut said = LINT.finding(title).at(at, label);
        if site.group.interval.is_some() {
            let group =
                format!("group `{}` has the interval {interval}", site.group.name);
            said = said.context(site.group.span, group);
        }
        out.push(said.note(lasts).help(format!("write `{interval}` or more")));
    };
    check(
        "for",
        &alert.hold,
        "it fires at the evaluation after the first one that sees it",
    );
    check("keep_firing_for", &alert.keep_firing_for, "it goes on for a whole interval");
}

//! Jobs that nothing scrapes.

use std::collections::BTreeSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::suggest;
use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{ExprKind, MatchOp};

/// The lint.
pub static LINT: Lint = Lint {
    name: "job-unknown",
    level: Level::Warn,
    summary: "A selector of a job that is neither a service of the project nor declared.",
    why: "Nothing has that label: the alert never fires. Most often the name is misspelt, or \
          the service was renamed. It is said where the project has services or `[job]`.",
    example: "up{job=\"api-servce\"} == 0   # the service is api-service",
    instead: "Mend the name, or declare what somebody else scrapes: `[job.node-exporter]` in \
              the manifest.",
    peers: &["pint promql/series", "promruval expressionSelectorsMatchesAnything"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    let Some(book) = context.book else { return };
    let services = book.monitors.iter().map(|it| &*it.job);
    let probes = book.probes.iter().map(|it| &*it.job);
    let declared = book.jobs.iter().map(|it| it.name.as_str());
    let known: BTreeSet<&str> = services.chain(probes).chain(declared).collect();
    if known.is_empty() {
        return;
    }
    site.tree().walk(&mut |expr| {
        let ExprKind::Selector(selector) = &expr.kind else { return };
        let name = selector.name.as_deref().unwrap_or_default();
        // What rules make may have any label.
        let made = context.records.contains_key(name) || name.starts_with("ALERTS");
        let job = selector
            .matchers
            .iter()
            .find(|it| &*it.name == "job" && it.op == MatchOp::Equal);
        let Some(job) = job.filter(|it| !made && !it.value.is_empty()) else { return };
        // The built-in parameter is the service's own name.
        if known.contains(&*job.value) || !matchers::is_own(site, job.value_span) {
            return;
        }
        // That a variable is filled in by nobody is said of the selector.
        if job.value.starts_with('$') {
            return;
        }
        let said = LINT.finding(format!("nothing has the job `{}`", job.value));
        out.push(match suggest::nearest(&job.value, known.iter().copied()) {
            Some(near) => {
                site.at(said, job.value_span, format!("did you mean `{near}`?"))
            }
            None => site
                .at(said, job.value_span, "no service of the project")
                .help(format!("declare it in the manifest: `[job.{}]`", key(&job.value))),
        });
    });
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
    let bare = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-');
    match name.bytes().all(bare) {
        true => name.to_owned(),
        false => format!("{name:?}"),
    }
}

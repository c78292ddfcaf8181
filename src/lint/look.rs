//! What lints find, before it is known what is permitted.

use rayon::prelude::*;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::lint::config::Config;
use crate::lint::context::{Context, Site};
use crate::lint::judge::permitted;
use crate::lint::table::{Check, Found, Level, Lint};
use crate::lint::{LINTS, family};

/// What one lint found about one rule.
pub(super) struct Raw<'a> {
    pub(super) lint: &'static Lint,
    pub(super) site: Option<Site<'a>>,
    pub(super) said: Diagnostic,
    /// Whether another finding is to be mended first, after which this one will be said. It
    /// may be permitted already.
    pub(super) hidden: bool,
}

impl Raw<'_> {
    /// What is about no rule.
    pub(super) fn of(lint: &'static Lint, said: Diagnostic) -> Raw<'static> {
        Raw { lint, site: None, said, hidden: false }
    }
}

/// Lints whose findings are not said where there is one of another lint, at the same place.
const HIDDEN: &[(&str, &str)] = &[("regexp-needless", "regexp-anchored")];

/// Hides findings about one rule behind others.
fn hide(all: &mut [Raw<'_>]) {
    let place = |it: &Raw<'_>, name: &str| -> Option<Span> {
        let mut allow = it.site.iter().flat_map(Site::allow);
        let counts = it.lint.name == name && !allow.any(|by| permitted(by, it.lint));
        it.said.place().filter(|_| counts)
    };
    for (name, by) in HIDDEN {
        let others: Vec<Span> = all.iter().filter_map(|it| place(it, by)).collect();
        for it in all.iter_mut().filter(|it| it.lint.name == *name) {
            let Some(own) = it.said.place() else { continue };
            it.hidden = others.iter().any(|it| {
                it.file == own.file && own.start <= it.start && it.end <= own.end
            });
        }
    }
}

/// What the lints that count find about the rules of an environment.
pub(super) fn look<'a>(context: &Context<'a>, config: &Config) -> Vec<Raw<'a>> {
    let lints = LINTS.into_iter().filter(|it| config.level(it) != Level::Off);
    let lints: Vec<&'static Lint> = lints.collect();
    let sites: Vec<Site<'a>> = context.sites().collect();
    let one = |site: &Site<'a>| {
        let mut out = Vec::new();
        for lint in &lints {
            let Check::Rule(run) = lint.check else { continue };
            if context.is_foreign(*site) && of_project(lint) {
                continue;
            }
            let mut said = Vec::new();
            run(context, *site, &mut said);
            let raw = |said| Raw { site: Some(*site), ..Raw::of(lint, said) };
            out.extend(said.into_iter().map(raw));
        }
        hide(&mut out);
        out
    };
    let all: Vec<Vec<Raw<'a>>> = sites.par_iter().map(one).collect();
    let mut out: Vec<Raw<'a>> = all.into_iter().flatten().collect();
    for lint in &lints {
        let Check::Book(run) = lint.check else { continue };
        let mut found: Vec<Found<'a>> = Vec::new();
        run(context, &mut found);
        out.extend(
            found.into_iter().map(|(site, said)| Raw { site, ..Raw::of(lint, said) }),
        );
    }
    out
}

/// Whether a lint holds rules against what the project demands of its own.
fn of_project(lint: &Lint) -> bool {
    matches!(family(lint).name, "coverage" | "policy")
}

//! Anchors in patterns, which are anchored anyway.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::fix;
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::re2::needless_anchors;
use crate::promql::syntax::ast::TextRange;

/// The lint.
pub static LINT: Lint = Lint {
    name: "regexp-anchored",
    level: Level::Warn,
    summary: "A regular expression with `^` at its beginning or `$` at its end.",
    why: "Prometheus anchors every pattern at both ends. Who reads the anchor believes that \
          the pattern without it matches parts of a value.",
    example: "up{job=~\"^api-.*$\"} == 0",
    instead: "Take the anchors out: `up{job=~\"api-.*\"} == 0`.",
    peers: &["pint promql/regexp"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for matcher in matchers::patterns(site) {
        let value = &*matcher.value;
        let (begins, ends) = needless_anchors(value);
        let label = match (begins, ends) {
            (false, false) => continue,
            (true, true) => "`^` and `$` are always there",
            (true, false) => "`^` is always there",
            (false, true) => "`$` is always there",
        };
        let said = LINT.finding("anchors in a pattern that is anchored anyway");
        let said = site.at(said, matcher.value_span, label);
        // Between the quotes the value stands as it is, or is not touched.
        let TextRange { start, end } = matcher.value_span;
        let inner = TextRange { start: start + 1, end: end - 1 };
        let as_it_is = site.written(inner) == value;
        let cut = |wanted: bool, at: u32| {
            let at = TextRange { start: at, end: at + 1 };
            wanted.then(|| fix::edit(&site.expr().text, at, ""))
        };
        let edits = [cut(begins, inner.start), cut(ends, inner.end - 1)];
        let fix = fix::safe("take the anchors out", edits.into_iter().flatten());
        out.push(match fix.filter(|_| as_it_is && value.len() > 2) {
            Some(fix) => said.fix(fix),
            None => said.help("take the anchors out"),
        });
    }
}

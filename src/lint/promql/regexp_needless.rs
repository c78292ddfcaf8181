//! Patterns that match one value only.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::fix;
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::functions::absent;
use crate::promql::labels::quote;
use crate::promql::re2::Pattern;
use crate::promql::syntax::ast::{ExprKind, MatchOp, Matcher};

/// The lint.
pub static LINT: Lint = Lint {
    name: "regexp-needless",
    level: Level::Warn,
    summary: "A regular expression that matches one value only.",
    why: "It says that several values may match, which is not so. A value that comes from a \
          parameter may be another one elsewhere, so that nothing is said of it. `absent` \
          takes its labels from `=` alone: there, `--fix` leaves the choice to a person.",
    example: "up{job=~\"api\"} == 0",
    instead: "Write `=` or `!=`: `up{job=\"api\"} == 0`.",
    peers: &["pint promql/regexp"],
    check: Check::Rule(run),
};

fn run<'a>(context: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for matcher in matchers::patterns(site) {
        let Ok(pattern) = Pattern::new(matchers::without_anchors(&matcher.value)) else {
            continue;
        };
        let one =
            pattern.values().and_then(|mut it| it.next().filter(|_| it.next().is_none()));
        // The empty pattern is said otherwise, and escapes may be kept for safety.
        let Some(value) = one.filter(|it| !it.is_empty()) else { continue };
        let (op, plain) = match matcher.op {
            MatchOp::NotRegexp => ("!~", "!="),
            _ => ("=~", "="),
        };
        let title = format!("`{op}` with a pattern that matches `{value}` only");
        let said = site.at(LINT.finding(title), matcher.span, "matches one value");
        if let Some(what) = asked_of_absence(context, site, matcher, value) {
            out.push(said.note(what).help(format!("write `{plain}` if that is meant")));
            continue;
        }
        let sign = matchers::operator(site, matcher);
        let sign = sign.filter(|_| *value == *matcher.value);
        let edit = sign.and_then(|at| fix::edit(&site.expr().text, at, plain));
        out.push(match fix::safe(format!("write `{plain}`"), [edit]) {
            Some(fix) => said.fix(fix),
            None => said.help(format!("write `{plain}`")),
        });
    }
}

/// What else changes where a pattern becomes a value: `absent` gives what `=` asks for as
/// labels, and a companion asks for the absence of what `=` selects.
fn asked_of_absence(
    context: &Context<'_>,
    site: Site<'_>,
    matcher: &Matcher,
    value: &str,
) -> Option<String> {
    if matcher.op != MatchOp::Regexp {
        return None;
    }
    let label = format!("{}={}", matcher.name, quote(value));
    let mut found = None;
    site.tree().walk(&mut |expr| {
        let ExprKind::Call(call) = &expr.kind else { return };
        if !matches!(call.name, "absent" | "absent_over_time") {
            return;
        }
        let Some(selector) = call.args.first().and_then(absent::selector) else { return };
        let mut matchers = selector.matchers.clone();
        let own = selector.matchers.iter().position(|it| std::ptr::eq(it, matcher));
        let Some(own) = own.map(|idx| &mut matchers[idx]) else { return };
        (own.op, own.value) = (MatchOp::Equal, value.into());
        if absent::labels_of(&matchers) != absent::labels_of(&selector.matchers) {
            found = Some(format!("with `=` the result of `{}` has `{label}`", call.name));
        }
    });
    found.or_else(|| {
        let selectors = site.tree().selectors();
        let (_, first) = selectors.iter().min_by_key(|it| it.0.span.start)?;
        let is_first = first.matchers.iter().any(|it| std::ptr::eq(it, matcher));
        let companion = context.derived_companion(site).filter(|_| is_first)?;
        Some(format!(
            "with `=` its companion `{}` asks for `{label}` too",
            companion.name
        ))
    })
}

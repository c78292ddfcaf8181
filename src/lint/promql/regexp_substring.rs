//! Patterns that look for a part of a value.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};

/// The lint.
pub static LINT: Lint = Lint {
    name: "regexp-substring",
    level: Level::Off,
    summary: "A regular expression that looks for a word in the middle of a value.",
    why: "The value holds several facts that should be labels of their own; a new value \
          with that word in it changes who is alerted.",
    example: "up{instance=~\".*-prod-.*\"} == 0",
    instead: "Give the fact a label: `up{env=\"prod\"} == 0`.",
    peers: &["pint promql/regexp"],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for matcher in matchers::patterns(site) {
        let value = &*matcher.value;
        let open = [".*", ".+"];
        let inner = open.iter().find_map(|it| value.strip_prefix(it));
        let inner =
            inner.and_then(|rest| open.iter().find_map(|it| rest.strip_suffix(it)));
        let word = inner.is_some_and(|it| it.chars().any(char::is_alphabetic));
        if word && !matchers::has_top_level_bar(value) {
            let title = format!("pattern looks for a part of `{}`", matcher.name);
            let said = LINT.finding(title);
            let said = site.at(said, matcher.value_span, "any value with this in it");
            out.push(said.help("give what it looks for a label of its own"));
        }
    }
}

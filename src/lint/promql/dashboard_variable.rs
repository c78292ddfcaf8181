//! Matchers that ask for a variable of a dashboard.

use crate::diag::diagnostic::Diagnostic;
use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Level, Lint};
use crate::promql::syntax::ast::{MatchOp, Matcher};

/// The lint.
pub static LINT: Lint = Lint {
    name: "dashboard-variable",
    level: Level::Warn,
    summary: "A matcher of a rule whose value has a variable of a dashboard, `$job`.",
    why: "Grafana fills in its variables, Prometheus does not: it looks for a label of this \
          very value, which no series has, and `$` in a pattern is the end of the value, \
          behind which nothing can stand. With `=` and `=~` the alert never fires, with `!=` and \
          `!~` the matcher leaves nothing out.",
    example: "up{namespace=\"$namespace\", job=~\"$job\"} == 0",
    instead: "Write the value, take the matcher out, or in a project name a parameter: \
              `up{namespace=\"${namespace}\"}`.",
    peers: &[],
    check: Check::Rule(run),
};

fn run<'a>(_: &Context<'a>, site: Site<'a>, out: &mut Vec<Diagnostic>) {
    for matcher in matchers::all(site) {
        let Some(variable) = variable(matcher) else { continue };
        if !matchers::is_own(site, matcher.value_span) {
            continue;
        }
        let title = format!("matcher of `{}` asks for `{variable}` itself", matcher.name);
        let said = LINT.finding(title);
        let said = site.at(said, matcher.value_span, "a variable of dashboards only");
        let name = variable.trim_matches(['$', '{', '}']);
        let name = name.split_once(':').map_or(name, |it| it.0);
        out.push(said.help(match site.group.file.ends_with(".toml") {
            true => format!("write the value, or name a parameter: `${{{name}}}`"),
            false => "write the value, or take the matcher out".to_owned(),
        }));
    }
}

/// The variable that a value has.
pub(super) fn variable(matcher: &Matcher) -> Option<&str> {
    let value = &*matcher.value;
    let pattern = matches!(matcher.op, MatchOp::Regexp | MatchOp::NotRegexp);
    let mut class = false;
    let mut before = ' ';
    for (at, it) in value.char_indices() {
        match it {
            _ if before == '\\' => {
                before = ' ';
                continue;
            }
            '[' if pattern => class = true,
            ']' if pattern => class = false,
            '$' if !class => {
                let name = &value[at + 1..];
                let open = usize::from(name.starts_with('{'));
                // In braces a format may follow the name.
                let is_word = |it: char| {
                    it.is_ascii_alphanumeric() || it == '_' || it == ':' && 0 < open
                };
                let end = name[open..].find(|it| !is_word(it));
                let end = open + end.unwrap_or(name.len() - open);
                let close = usize::from(open == 1 && name[end..].starts_with('}'));
                let begins = |it: char| it.is_ascii_alphabetic() || it == '_';
                // Other values may be called so: `MSSQL$SALES`, `$SYS`, `$LATEST`.
                let is_sure = pattern
                    || at == 0
                        && end + close == name.len()
                        && (open == 1
                            || !name.starts_with(|it: char| it.is_ascii_uppercase()));
                if name[open..].starts_with(begins) && open == close && is_sure {
                    return Some(&value[at..at + 1 + end + close]);
                }
            }
            _ => {}
        }
        before = it;
    }
    None
}

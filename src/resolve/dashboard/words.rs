//! Variables in what people read: titles, names of series, descriptions.

use std::collections::HashMap;
use std::ops::Range;

use super::unknown;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::grafana::interpolate;
use crate::rules::dashboard::Variable;
use crate::spec::dashboard as spec;

/// Titles and names of series, in which a variable that is not there would stand as it is
/// written.
fn short(it: &spec::Dashboard) -> impl Iterator<Item = &Text> {
    it.rows.iter().flat_map(|row| {
        let panels = row.panels.iter().flat_map(|it| {
            let legends = it.queries.iter().filter_map(|it| it.legend.as_ref());
            it.title.iter().chain(&it.legend).chain(legends)
        });
        row.title.iter().chain(panels)
    })
}

/// Markdown, in which `$` may mean other things: that of a shell, for instance.
fn long(it: &spec::Dashboard) -> impl Iterator<Item = &Text> {
    let panels = it.rows.iter().flat_map(|it| &it.panels);
    panels.flat_map(|it| it.description.iter().chain(&it.look.content))
}

/// The names of the variables that texts use.
pub(super) fn used(it: &spec::Dashboard) -> Vec<String> {
    let uses = short(it).chain(long(it)).flat_map(|it| interpolate::uses(it.as_str()));
    uses.map(|it| it.name).collect()
}

/// Says which variables are not there. `$` may be that of a price or a shell: it is an error
/// only where a short text names almost what the dashboard declares.
pub(super) fn check(it: &spec::Dashboard, variables: &[Variable], sink: &mut Sink) {
    let names = unknown::Names::of(variables, unknown::IN_TEXTS);
    let texts = short(it).map(|it| (it, true));
    for (text, is_short) in texts.chain(long(it).map(|it| (it, false))) {
        let code = match is_short {
            true => Vec::new(),
            false => code(text.as_str()),
        };
        for used in interpolate::uses(text.as_str()) {
            // `${1}` is no variable.
            let digit = used.name.starts_with(|it: char| it.is_ascii_digit());
            let in_code = || {
                let next = code.partition_point(|it| it.end <= used.at.start);
                code.get(next).is_some_and(|it| it.contains(&used.at.start))
            };
            if digit || names.has(&used.name) || in_code() {
                continue;
            }
            let near = names.nearest(&used.name);
            if !is_short && near.is_none() {
                continue;
            }
            let said = unknown::unknown(text, (&used.name, used.at.clone()), near);
            sink.push_once(match near.is_some_and(|it| names.declares(it)) {
                true if is_short => said,
                _ => Diagnostic { level: Level::Warning, ..said },
            });
        }
    }
}

/// Where code stands in Markdown: between as many backticks as it begins with.
fn code(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('`') {
        match runs.last_mut() {
            Some(it) if it.end == at => it.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    // The next run of each length, by its place among the runs.
    let mut next: HashMap<usize, usize> = HashMap::new();
    let mut closes = vec![None; runs.len()];
    for (idx, it) in runs.iter().enumerate().rev() {
        closes[idx] = next.insert(it.len(), idx);
    }
    let (mut out, mut idx) = (Vec::new(), 0);
    while let Some(it) = runs.get(idx) {
        match closes[idx] {
            Some(close) => {
                out.push(it.end..runs[close].start);
                idx = close + 1;
            }
            None => idx += 1,
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_ends_with_as_many_backticks() {
        let cases = [
            ("a `b` c `d`", "b|d"),
            ("a ``b ` c`` d", "b ` c"),
            ("```sh\necho\n``` and `b`", "sh\necho\n|b"),
            ("a `b", ""),
            ("a `` b `c`", "c"),
        ];
        for (text, expect) in cases {
            let got: Vec<&str> = code(text).into_iter().map(|it| &text[it]).collect();
            assert_eq!(got.join("|"), expect, "{text}");
        }
    }
}

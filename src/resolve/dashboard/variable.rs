//! Grafana's variables in queries: found, replaced so that the query can be parsed, and
//! declared where people would expect them to be there.

use std::collections::{BTreeMap, HashMap};

use super::circle;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::{Text, TextBuilder};
use crate::grafana::interpolate;
use crate::promql::syntax::ast::{ExprKind, MatchOp, Parsed};
use crate::rules::dashboard::{Values, Variable};

/// Variables that need no declaration, each after those that narrow it.
pub(super) const USUAL: &[&str] = &["cluster", "namespace", "job", "instance", "pod"];

/// How a variable has one value: either key alone lets people choose several.
const ONE_VALUE: &str = "write `multi = false` without `all = true`";

/// A use of a variable in a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Use {
    /// Offset of the `$`.
    pub(super) start: usize,
    /// Offset after the use.
    pub(super) end: usize,
    /// The variable's name.
    pub(super) name: String,
    /// Whether it stands in quotes.
    pub(super) quoted: bool,
    /// Whether it stands in brackets, where a duration is.
    pub(super) range: bool,
    /// Whether it says how several values are written.
    pub(super) formatted: bool,
}

impl Use {
    /// Whether the variable is Grafana's own.
    pub(super) fn is_builtin(&self) -> bool {
        self.name.starts_with("__")
    }
}

/// All uses of variables in a query, but not those in comments.
pub(super) fn uses(query: &str) -> Vec<Use> {
    let bytes = query.as_bytes();
    let mut out = Vec::new();
    let (mut quote, mut brackets, mut comment) = (None, 0_usize, false);
    let mut idx = 0;
    for it in interpolate::uses(query) {
        // What stands around the use.
        while idx < it.at.start {
            let byte = bytes[idx];
            match (byte, quote) {
                (b'\n', _) => comment = false,
                _ if comment => {}
                (b'\\', Some(q)) if q != b'`' => idx += 1,
                (b'"' | b'\'' | b'`', None) => quote = Some(byte),
                (_, Some(q)) if byte == q => quote = None,
                (b'[', None) => brackets += 1,
                (b']', None) => brackets = brackets.saturating_sub(1),
                (b'#', None) => comment = true,
                _ => {}
            }
            idx += 1;
        }
        idx = it.at.end;
        // `${1}` is a group of `label_replace`; no variable has such a name.
        let name = !it.name.starts_with(|it: char| it.is_ascii_digit());
        if name && !comment {
            out.push(Use {
                start: it.at.start,
                end: it.at.end,
                name: it.name,
                quoted: quote.is_some(),
                range: brackets != 0,
                formatted: it.format.is_some(),
            });
        }
    }
    out
}

/// The query with something that can be parsed in place of its variables; places stay.
pub(super) fn replaced(query: &Text, uses: &[Use], variables: &[Variable]) -> Text {
    let mut out = TextBuilder::new(query.span());
    let mut at = 0;
    for it in uses.iter().filter(|it| !it.quoted) {
        out.part(query, at..it.start);
        let span = query.place(it.start, it.end).span;
        let after = query.as_str().as_bytes().get(it.end);
        let has_unit = after.is_some_and(u8::is_ascii_alphabetic);
        out.escape(&sample(it, has_unit, variables), span);
        at = it.end;
    }
    out.part(query, at..query.as_str().len());
    out.finish()
}

/// A value that the variable could have; a unit may stand behind it: `${__range_s}s`.
fn sample(it: &Use, has_unit: bool, variables: &[Variable]) -> String {
    let duration = || if has_unit { "5" } else { "5m" }.to_owned();
    match it.name.as_str() {
        "__interval" | "__rate_interval" | "__range" | "__auto" => return duration(),
        _ if it.is_builtin() && !it.range => return "1".to_owned(),
        _ if it.is_builtin() => return duration(),
        _ => {}
    }
    let variable = variables.iter().find(|variable| variable.name == it.name);
    match variable.map(|it| &it.values) {
        Some(Values::List(values)) => values.first().cloned().unwrap_or_default(),
        _ if it.range => duration(),
        Some(Values::Query(_)) | None => "name".to_owned(),
    }
}

/// The variables that queries use and nobody declared, among those that people expect:
/// each narrowed by those before it.
pub(super) fn add_usual(
    variables: &mut Vec<Variable>,
    used: &[&str],
    value: impl Fn(&str) -> Option<String>,
) {
    for (rank, name) in USUAL.iter().enumerate() {
        let declared = variables.iter().any(|it| it.name == *name);
        if declared || !used.contains(name) {
            continue;
        }
        let before = |it: &Variable| USUAL[..rank].contains(&it.name.as_str());
        let at = variables.iter().rposition(before).map_or(0, |it| it + 1);
        // One that was declared may be narrowed by this one.
        let is_free = |other: &str| !circle::asks_for(variables, other, name);
        let narrower: Vec<String> = USUAL[..rank]
            .iter()
            .filter(|other| variables.iter().any(|it| it.name == **other))
            .filter(|other| is_free(other))
            .map(|name| format!("{name}=~\"${name}\""))
            .collect();
        let selector = match narrower.is_empty() {
            true => "up".to_owned(),
            false => format!("up{{{}}}", narrower.join(",")),
        };
        let query = format!("label_values({selector}, {name})");
        let span = crate::diag::source::Span {
            file: crate::diag::source::FileId(0),
            start: 0,
            end: 0,
        };
        variables.insert(
            at,
            Variable {
                name: (*name).to_owned(),
                label: None,
                values: Values::Query(Text::opaque(&query, span)),
                multi: false,
                all: false,
                hide: false,
                regex: String::new(),
                value: value(name),
            },
        );
    }
}

/// How queries, by their places, use variables in matchers: whether only in regular ones,
/// so that they may stand for several values.
pub(super) fn matched<'a>(
    queries: impl Iterator<Item = &'a Parsed>,
) -> HashMap<String, BTreeMap<usize, bool>> {
    let mut out: HashMap<String, BTreeMap<usize, bool>> = HashMap::new();
    for (idx, parsed) in queries.enumerate() {
        for matcher in parsed.expr.selectors().iter().flat_map(|it| &it.1.matchers) {
            let several = matches!(matcher.op, MatchOp::Regexp | MatchOp::NotRegexp);
            for it in uses(&matcher.value) {
                let of = out.entry(it.name).or_default().entry(idx).or_insert(true);
                *of &= several;
            }
        }
    }
    out
}

/// The use of a variable where the query takes one value: several are written as a pattern.
pub(super) fn bare<'a>(uses: &'a [Use], name: &str) -> Option<&'a Use> {
    uses.iter().find(|it| it.name == name && !it.quoted && !it.formatted)
}

/// Warns of a use of a variable with several values where the query takes one; a panel may
/// be `repeated` by it elsewhere.
pub(super) fn warn_bare(query: &Text, it: &Use, repeated: bool, sink: &mut Sink) {
    let name = &it.name;
    let help = match repeated {
        true => format!("repeat by `{name}` here too, or take a variable of its own"),
        false => {
            format!("{ONE_VALUE}, or `${{{name}:csv}}` in a list of labels")
        }
    };
    sink.push_once(
        Diagnostic::warning("several-values", format!("`${name}` may be several values"))
            .within(query, it.start, it.end, "no query where several are chosen")
            .help(help),
    );
}

/// Warns where a variable with several values meets a matcher that takes one.
pub(super) fn warn_several(query: &Text, parsed: &Parsed, name: &str, sink: &mut Sink) {
    parsed.expr.walk(&mut |it| {
        let ExprKind::Selector(selector) = &it.kind else { return };
        for matcher in &selector.matchers {
            let operator = match matcher.op {
                MatchOp::Equal => "=~",
                MatchOp::NotEqual => "!~",
                MatchOp::Regexp | MatchOp::NotRegexp => continue,
            };
            if uses(&matcher.value).iter().any(|it| it.name == name) {
                let title = format!("`${name}` may be several values");
                let range = matcher.span.bytes();
                sink.push(
                    Diagnostic::warning("several-values", title)
                        .within(query, range.start, range.end, "matches one value only")
                        .help(format!("match with `{operator}`, or {ONE_VALUE}")),
                );
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};

    fn names(query: &str) -> Vec<(String, bool, bool)> {
        uses(query).into_iter().map(|it| (it.name, it.quoted, it.range)).collect()
    }

    #[test]
    fn variables_are_found_where_grafana_finds_them() {
        let name = |name: &str, quoted, range| (name.to_owned(), quoted, range);
        assert_eq!(
            names("rate(x{a=\"$job\"}[$__rate_interval])"),
            [name("job", true, false), name("__rate_interval", false, true)]
        );
        assert_eq!(
            names("topk(${n}, x{a=~'${job:regex}|\\'$b[[c]]'})"),
            [
                name("n", false, false),
                name("job", true, false),
                name("b", true, false),
                name("c", true, false)
            ]
        );
        for none in
            ["x # $a '\n", "label_replace(x, \"a\", \"$1${2}\", \"b\", \"^c$\")", "$"]
        {
            assert_eq!(names(none), [], "{none}");
        }
    }

    #[test]
    fn replaced_queries_keep_their_places() {
        let span = Span { file: FileId(0), start: 100, end: 130 };
        let query = Text::verbatim("rate(x[$__rate_interval]) + )", span);
        let uses = uses(query.as_str());
        let got = replaced(&query, &uses, &[]);
        assert_eq!(got.as_str(), "rate(x[5m]) + )");
        assert_eq!(got.place(7, 9).span, Span { start: 107, end: 123, ..span });
        assert_eq!(got.place(14, 15).span, Span { start: 128, end: 129, ..span });
    }

    #[test]
    fn usual_variables_narrow_each_other() {
        let mut variables = Vec::new();
        add_usual(&mut variables, &["job", "namespace", "x"], |_| None);
        let queries: Vec<_> = variables
            .iter()
            .map(|it| match &it.values {
                Values::Query(it) => it.as_str(),
                Values::List(_) => "",
            })
            .collect();
        assert_eq!(
            queries,
            [
                "label_values(up, namespace)",
                "label_values(up{namespace=~\"$namespace\"}, job)"
            ]
        );
    }
}

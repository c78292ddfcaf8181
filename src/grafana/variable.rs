//! What the query of a variable asks the Prometheus data source for.
//!
//! Grafana's `metric_find_query.ts`.

use std::ops::Range;

/// A query of a variable; ranges are bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `label_names()`
    LabelNames,
    /// `label_values(selector, label)`
    LabelValues {
        /// The selector, if there is one.
        of: Option<Range<usize>>,
        /// The label.
        label: Range<usize>,
    },
    /// `metrics(pattern)`
    Metrics(Range<usize>),
    /// `query_result(expression)`
    Result(Range<usize>),
    /// Anything else: series that match.
    Series(Range<usize>),
}

/// What a query asks for.
pub fn asked(text: &str) -> Asked {
    let lead = text.len() - text.trim_start().len();
    let body = text.trim();
    let inner = |name: &str| {
        let rest = body.strip_prefix(name)?.strip_prefix('(')?;
        let rest = rest.strip_suffix(')')?;
        let start = lead + name.len() + 1;
        Some(trimmed(text, start..start + rest.len()))
    };
    if inner("label_names").is_some() {
        return Asked::LabelNames;
    }
    if let Some(all) = inner("label_values") {
        // The label is what follows the last comma; a selector may have commas too.
        let args = &text[all.clone()];
        let is_label = |it: &str| {
            let it = it.trim();
            !it.is_empty()
                && it.chars().all(|c| {
                    c.is_alphanumeric()
                        || matches!(c, '_' | '$' | '{' | '}' | ':' | '"' | '.')
                })
        };
        return match args.rfind(',') {
            Some(comma)
                if is_label(&args[comma + 1..]) && !args[comma + 1..].contains(':') =>
            {
                let of = trimmed(text, all.start..all.start + comma);
                let label = trimmed(text, all.start + comma + 1..all.end);
                Asked::LabelValues { of: (!of.is_empty()).then_some(of), label }
            }
            _ if is_label(args) => Asked::LabelValues { of: None, label: all },
            _ => Asked::Series(trimmed(text, 0..text.len())),
        };
    }
    if let Some(it) = inner("metrics") {
        return Asked::Metrics(it);
    }
    if let Some(it) = inner("query_result") {
        return Asked::Result(it);
    }
    Asked::Series(trimmed(text, 0..text.len()))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_as_grafana_reads_them() {
        let of = |text: &'static str| match asked(text) {
            Asked::LabelNames => "names".to_owned(),
            Asked::LabelValues { of: None, label } => {
                format!("values of {}", &text[label])
            }
            Asked::LabelValues { of: Some(of), label } => {
                format!("{} of {}", &text[label], &text[of])
            }
            Asked::Metrics(it) => format!("metrics {}", &text[it]),
            Asked::Result(it) => format!("result {}", &text[it]),
            Asked::Series(it) => format!("series {}", &text[it]),
        };
        let cases = [
            ("label_names()", "names"),
            (" label_values( job )", "values of job"),
            ("label_values(up, job)", "job of up"),
            (
                "label_values(up{a=\"x\",b=~\"y,z\"},\n job) ",
                "job of up{a=\"x\",b=~\"y,z\"}",
            ),
            ("metrics(node_.*)", "metrics node_.*"),
            ("query_result(topk(5, sum by (a) (x)))", "result topk(5, sum by (a) (x))"),
            ("up{job=\"a\"}", "series up{job=\"a\"}"),
        ];
        for (text, expect) in cases {
            assert_eq!(of(text), expect);
        }
    }
}

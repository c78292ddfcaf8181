//! The assertions of promtool's tests as native tests make them.

use std::collections::BTreeSet;

use crate::case::notation;
use crate::case::promtool::{AlertTest, ExpectedAlert, ExpectedSample, ExprTest};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::import::cases::Seen;
use crate::import::toml::{self, Entries};
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::duration::format_duration;
use crate::promql::infer;
use crate::promql::labels::{METRIC_NAME, is_legacy_metric_name, is_legacy_name, quote};
use crate::rulefile::write::expression;
use crate::rules::group::{Alert, Rule};

/// The header of an assertion.
pub(super) const MOMENT: &str = "[[test.at]]\n";

/// Writes the assertions of a test.
#[derive(Clone, Copy)]
pub(super) struct Moments<'a> {
    /// What the test sees.
    pub(super) seen: Seen<'a>,
    /// Whether floats may differ by one ulp.
    pub(super) fuzzy: bool,
}

impl Moments<'_> {
    /// The alerts of a name that the tests see.
    fn named(&self, name: &str) -> Vec<&Alert> {
        let rules = self.seen.rules.iter().flat_map(|it| &it.1).flat_map(|it| &it.rules);
        let alerts = rules.filter_map(Rule::as_alert);
        alerts.filter(|it| it.name.as_str() == name).collect()
    }

    /// An assertion about an alert.
    pub(super) fn alert(&self, test: &AlertTest, sink: &mut Sink) -> String {
        let named = self.named(&test.name);
        if named.is_empty() {
            return self.unknown(test, sink);
        }
        let mut entries = Entries::new();
        entries.add("time", toml::string(&format_duration(test.eval_time)));
        entries.add("alert", text(&test.name));
        let bare = named.iter().all(|it| it.annotations.is_empty())
            && test.expected.iter().all(|it| it.annotations.is_empty());
        let mut out = String::from(MOMENT);
        let alerts = test.expected.iter().map(|it| self.selector(test, it, sink));
        let alerts: Vec<String> = alerts.collect();
        if bare {
            entries.add("firing", toml::array(&alerts));
            entries.print(&mut out);
            return out;
        }
        if alerts.is_empty() {
            entries.add("firing", "[]");
        }
        entries.print(&mut out);
        for (expected, alert) in test.expected.iter().zip(alerts) {
            out.push_str("[[test.at.firing]]\n");
            let mut entries = Entries::new();
            entries.add("alert", alert);
            let (own, further): (Vec<_>, Vec<_>) = expected
                .annotations
                .iter()
                .map(|it| (it.0.to_string(), text(it.1.as_str())))
                .partition(|it| matches!(it.0.as_str(), "summary" | "description"));
            for name in ["summary", "description"] {
                let found = own.iter().find(|it| it.0 == name);
                found.into_iter().for_each(|it| entries.add(name, it.1.clone()));
            }
            entries.table("annotations", &further);
            entries.print(&mut out);
        }
        out
    }

    /// An assertion about an alert that no rule has.
    fn unknown(&self, test: &AlertTest, sink: &mut Sink) -> String {
        let rules = self.seen.rules.iter().flat_map(|it| &it.1).flat_map(|it| &it.rules);
        let names: BTreeSet<&str> =
            rules.filter_map(|it| Some(it.as_alert()?.name.as_str())).collect();
        let title = format!("no rule has the alert name `{}`", test.name);
        let near = suggest::nearest(&test.name, names.iter().copied());
        let diagnostic = Diagnostic::warning("unknown-alert", title);
        let label = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "can never fire".to_string(),
        };
        let diagnostic = diagnostic.at(test.head, label);
        let time = toml::string(&format_duration(test.eval_time));
        sink.push(match test.expected.is_empty() {
            true => diagnostic.help("an empty `exp_alerts` passes for any name"),
            false => diagnostic.note("the assertion fails, as it does under promtool"),
        });
        // A native test refuses a name that no rule has; ALERTS says the same.
        let own = [
            format!("alertname={}", quote(&test.name)),
            "alertstate=\"firing\"".to_owned(),
        ];
        let series =
            |more: &[String]| format!("ALERTS{{{}}}", [&own, more].concat().join(","));
        let samples = test.expected.iter().map(|it| {
            let sample = format!("{} 1", series(&self.labels(it, sink)));
            toml::expression(&toml::escaped(&sample))
        });
        let samples = toml::array(&samples.collect::<Vec<_>>());
        let mut entries = Entries::new();
        entries.add("time", time);
        entries.add("expr", toml::expression(&toml::escaped(&series(&[]))));
        entries.add("samples", samples);
        let so = match test.expected.is_empty() {
            true => "it proves nothing",
            false => "it fails",
        };
        let mut out = format!("{MOMENT}# No rule has this name: {so}.\n");
        entries.print(&mut out);
        out
    }

    /// The labels of an expected alert as matchers, without its name.
    fn labels(&self, expected: &ExpectedAlert, sink: &mut Sink) -> Vec<String> {
        let labels = expected.labels.iter().map(|it| (it.0.as_str(), it.1.as_str()));
        let mut labels: Vec<(&str, &str)> =
            labels.filter(|it| it.0 != "alertname").collect();
        let empty = expected.labels.iter().find(|it| it.1.as_str().is_empty());
        if let Some((name, _)) = empty {
            let title = format!("an alert is expected with an empty label `{name}`");
            sink.push(
                Diagnostic::warning("changed", title)
                    .at(name.span(), "promtool never finds one")
                    .note("the test now expects the alert without this label"),
            );
        }
        labels.retain(|it| !it.1.is_empty());
        let pair = |it: &(&str, &str)| {
            let name = match is_legacy_name(it.0) {
                true => it.0.to_string(),
                false => quote(it.0),
            };
            format!("{name}={}", quote(it.1))
        };
        labels.iter().map(pair).collect()
    }

    /// An expected alert as its name and labels.
    fn selector(
        &self,
        test: &AlertTest,
        expected: &ExpectedAlert,
        sink: &mut Sink,
    ) -> String {
        let pairs = self.labels(expected, sink);
        let plain = is_legacy_metric_name(&test.name);
        let whole = match (plain, pairs.is_empty()) {
            (true, true) => test.name.clone(),
            (true, false) => format!("{}{{{}}}", test.name, pairs.join(",")),
            (false, true) => format!("{{{}}}", quote(&test.name)),
            (false, false) => format!("{{{},{}}}", quote(&test.name), pairs.join(",")),
        };
        toml::expression(&toml::escaped(&whole))
    }

    /// An assertion about an expression; empty where it cannot be made.
    pub(super) fn expr(&self, test: &ExprTest, sink: &mut Sink) -> String {
        let mut samples = Vec::with_capacity(test.expected.len());
        for expected in &test.expected {
            match self.sample(expected, sink) {
                Some(sample) => samples.push(sample),
                None => return String::new(),
            }
        }
        let mut entries = Entries::new();
        entries.add("time", toml::string(&format_duration(test.eval_time)));
        let expr = expression(test.expr.as_str());
        entries.add("expr", toml::expression(&toml::escaped(&expr)));
        if may_hide_name(test) {
            entries.add("exact", "true");
        }
        entries.add("samples", toml::array(&samples));
        let mut out = String::from(MOMENT);
        entries.print(&mut out);
        out
    }

    fn sample(&self, expected: &ExpectedSample, sink: &mut Sink) -> Option<String> {
        let labels = match expected.labels.as_str().trim() {
            "" => "{}",
            labels => labels,
        };
        let fault = |text: &Text, message: String| {
            let title = "an assertion that cannot be read is left out";
            let end = text.as_str().len();
            Diagnostic::warning("left-out", title)
                .within(text, 0, end, message)
                .note("under promtool its test fails")
        };
        if let Err(error) = notation::metric(labels) {
            sink.push(fault(&expected.labels, error.message));
            return None;
        }
        let histogram = expected.histogram.as_str().trim();
        let value = match histogram {
            "" => {
                if expected.value.is_nan() {
                    let title = "NaN is expected, which under promtool nothing equals";
                    sink.push(
                        Diagnostic::warning("changed", title)
                            .at(expected.value_span, "now NaN equals NaN"),
                    );
                }
                let exact = !self.fuzzy || expected.value.is_nan();
                let ulp = if exact { "" } else { " +- 1ulp" };
                format!("{}{ulp}", number(expected.value))
            }
            histogram => {
                if let Err(error) = notation::histogram(histogram) {
                    sink.push(fault(&expected.histogram, error.message));
                    return None;
                }
                histogram.to_string()
            }
        };
        Some(toml::expression(&toml::escaped(&format!("{labels} {value}"))))
    }
}

/// Whether the result may have a metric name although none is expected, which native
/// tests pass over.
fn may_hide_name(test: &ExprTest) -> bool {
    let nameless = |it: &ExpectedSample| {
        let labels = notation::metric(it.labels.as_str());
        labels.is_ok_and(|it| it.symbol(METRIC_NAME).is_none())
    };
    let Ok(parsed) = check::parse(test.expr.as_str(), &Dialect::everything()) else {
        return false;
    };
    test.expected.iter().any(nameless)
        && infer::labels(&parsed.expr).can_carry(METRIC_NAME)
}

/// A number that is read as the same again.
fn number(value: f64) -> String {
    let size = value.abs();
    match size {
        _ if value.is_nan() => "NaN".to_string(),
        _ if value.is_infinite() => if value < 0.0 { "-Inf" } else { "Inf" }.to_string(),
        _ if size == 0.0 || (1e-5..1e15).contains(&size) => value.to_string(),
        _ => format!("{value:e}"),
    }
}

fn text(text: &str) -> String {
    toml::string(&toml::escaped(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_same_again() {
        for value in [0.0, 1.0, -0.5, 1e21, 5e-324, 0.1 + 0.2, f64::MAX, 1e15, 123456.789]
        {
            assert_eq!(number(value).parse::<f64>().unwrap().to_bits(), value.to_bits());
        }
        assert_eq!(number(3600.0), "3600");
        assert_eq!(number(1e21), "1e21");
        assert_eq!(number(f64::NEG_INFINITY), "-Inf");
    }
}

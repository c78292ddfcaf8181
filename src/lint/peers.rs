//! What other linters look for, and where that is found here: `docs/peers.md`.
//!
//! The lists are those of the linters' own sources. A rule is either a peer of some lint, or
//! has a word here about what stands in its place; a test holds that.

use crate::lint::LINTS;
use crate::lint::table::Lint;

/// Another linter.
#[derive(Debug)]
pub struct Peer {
    /// Its name, which begins what lints call its rules.
    pub name: &'static str,
    /// What of it is listed.
    pub about: &'static str,
    /// All of its rules, and what stands in the place of a lint; empty where lints do.
    pub rules: &'static [(&'static str, &'static str)],
}

/// All of them.
pub const PEERS: &[Peer] = &[PROMTOOL, PINT, PROMRUVAL, MIXTOOL, DASHBOARD_LINTER];

const INVALID: &str = "an error: what Prometheus refuses is one";
const LOKI: &str = "none: LogQL is another language; a message names it";
const LIVE: &str = "none: only a server with its history knows";
const TASTE: &str = "none: a matter of taste";

const PROMTOOL: Peer = Peer {
    name: "promtool",
    about: "The lints of `promtool check`.",
    rules: &[
        ("duplicate-rules", ""),
        ("too-long-scrape-interval", "none: it is about scrape configurations"),
    ],
};

const PINT: Peer = Peer {
    name: "pint",
    about: "The 36 checks of pint 0.87, 13 of which ask a server.",
    rules: &[
        ("alerts/absent", ""),
        ("alerts/annotation", ""),
        ("alerts/comparison", ""),
        (
            "alerts/count",
            "none: how often an alert would have fired, a server's history tells",
        ),
        ("alerts/external_labels", ""),
        ("alerts/for", ""),
        ("alerts/template", ""),
        ("group/interval", ""),
        ("ignore/file", "none: a note on its own directive"),
        ("labels/conflict", ""),
        ("pint/comment", ""),
        ("promql/aggregate", ""),
        ("promql/counter", ""),
        (
            "promql/features",
            "an error: what needs a flag that the manifest does not name is one",
        ),
        ("promql/fragile", ""),
        ("promql/impossible", ""),
        ("promql/nan", ""),
        ("promql/offset", ""),
        ("promql/range_query", ""),
        ("promql/rate", ""),
        ("promql/regexp", ""),
        ("promql/selector", ""),
        ("promql/series", ""),
        ("promql/syntax", INVALID),
        ("promql/vector_matching", ""),
        ("query/cost", LIVE),
        ("rule/dependency", ""),
        ("rule/duplicate", ""),
        ("rule/for", ""),
        ("rule/label", ""),
        ("rule/link", ""),
        ("rule/name", ""),
        ("rule/owner", ""),
        ("rule/reject", ""),
        ("rule/report", "none: a message for every rule says nothing of any"),
        ("yaml/parse", INVALID),
    ],
};

const PROMRUVAL: Peer = Peer {
    name: "promruval",
    about: "The 52 validators of promruval 3.13.",
    rules: &[
        ("hasLabels", ""),
        ("doesNotHaveLabels", ""),
        (
            "hasAnyOfLabels",
            "none: one label that is always there is what routing can rely on",
        ),
        ("labelMatchesRegexp", ""),
        ("labelHasAllowedValue", ""),
        ("nonEmptyLabels", "none: an empty label takes one away, which is meant"),
        ("exclusiveLabels", ""),
        ("expressionIsValidPromQL", INVALID),
        ("validFunctionsOnCounters", ""),
        ("rateBeforeAggregation", ""),
        (
            "expressionDoesNotUseLabels",
            "none: tests with a server's own labels tell what is not there",
        ),
        ("expressionUsesOnlyAllowedLabelsForMetricRegexp", "none: as above"),
        ("expressionDoesNotUseLabelsForMetricRegexp", "none: as above"),
        ("expressionUsesOnlyAllowedLabelValuesForMetricRegexp", "none: as above"),
        ("expressionDoesNotUseOlderDataThan", ""),
        ("expressionDoesNotUseRangeShorterThan", ""),
        ("expressionDoesNotUseMetrics", "none: as above"),
        ("expressionDoesNotUseIrate", ""),
        ("expressionCanBeEvaluated", "`test` evaluates it, with the limits of a server"),
        ("expressionUsesExistingLabels", LIVE),
        ("expressionSelectorsMatchesAnything", ""),
        ("expressionWithNoMetricName", ""),
        ("expressionIsWellFormatted", "`fmt --check`"),
        ("expressionUsesUnderscoresInLargeNumbers", TASTE),
        (
            "expressionDoesNotUseExperimentalFunctions",
            "an error, unless the manifest names the flag",
        ),
        ("expressionDoesNotUseClassicHistogramBucketOperations", ""),
        ("expressionIsValidLogQL", LOKI),
        ("logQlExpressionUsesRangeAggregation", LOKI),
        ("logQlExpressionUsesFiltersFirst", LOKI),
        ("hasSourceTenantsForMetrics", "none: rules know no tenants"),
        (
            "doesNotContainTypos",
            "an error: severities and keys are declared, and misspelt ones suggested",
        ),
        ("recordedMetricNameMatchesRegexp", ""),
        ("recordedMetricNameDoesNotMatchRegexp", ""),
        ("forIsNotLongerThan", ""),
        ("keepFiringForIsNotLongerThan", ""),
        ("alertNameMatchesRegexp", ""),
        ("validateAnnotationTemplates", ""),
        (
            "annotationIsValidPromQL",
            "none: panels have queries, which are checked, and annotations have text",
        ),
        ("annotationHasAllowedValue", ""),
        ("annotationIsValidURL", ""),
        ("hasAnnotations", ""),
        ("doesNotHaveAnnotations", ""),
        ("annotationMatchesRegexp", ""),
        ("hasAnyOfAnnotations", "none: who shows an alert looks for one name"),
        ("validateLabelTemplates", ""),
        ("hasAllowedSourceTenants", "none: rules know no tenants"),
        ("hasAllowedEvaluationInterval", ""),
        ("hasValidPartialResponseStrategy", "none: the target for Thanos writes it"),
        ("maxRulesPerGroup", "none: how many rules are too many, evaluation time tells"),
        ("hasAllowedLimit", "none: a limit that is passed drops all alerts of a rule"),
        ("groupNameMatchesRegexp", "none: nobody but the server reads names of groups"),
        ("hasAllowedQueryOffset", "none: how late samples come, their source tells"),
    ],
};

const MIXTOOL: Peer = Peer {
    name: "mixtool",
    about: "The 10 rules of mixtool itself; for dashboards it asks dashboard-linter.",
    rules: &[
        (
            "alert-group-rule-count",
            "none: how many rules are too many, evaluation time tells",
        ),
        ("alert-group-name-length", TASTE),
        ("alert-name-camelcase", ""),
        ("alert-name-length", ""),
        ("alert-severity-rule", "an error: severities are declared"),
        ("alert-description-missing-rule", ""),
        ("alert-description-templating", TASTE),
        ("alert-summary-missing-rule", ""),
        (
            "alert-summary-templating",
            "none: a summary that names what is down is the better one",
        ),
        ("alert-summary-style", ""),
    ],
};

const DASHBOARD_LINTER: Peer = Peer {
    name: "dashboard-linter",
    about: "The 17 rules of Grafana's dashboard-linter. The lints have their names.",
    rules: &[
        ("template-datasource-rule", ""),
        ("template-job-rule", ""),
        ("template-instance-rule", ""),
        ("template-label-promql-rule", ""),
        ("template-on-time-change-reload-rule", ""),
        ("panel-datasource-rule", ""),
        ("panel-title-description-rule", ""),
        ("panel-units-rule", ""),
        ("panel-no-targets-rule", ""),
        ("target-logql-rule", LOKI),
        ("target-logql-auto-rule", LOKI),
        ("target-promql-rule", ""),
        ("target-rate-interval-rule", ""),
        ("target-job-rule", ""),
        ("target-instance-rule", ""),
        ("target-counter-agg-rule", ""),
        ("uneditable-dashboard", ""),
    ],
};

/// The lints that find what a rule of another linter finds.
pub fn lints(peer: &str, rule: &str) -> Vec<&'static Lint> {
    let is = |it: &&str| it.split_once(' ') == Some((peer, rule));
    LINTS.into_iter().filter(|it| it.peers.iter().any(&is)).collect()
}

/// The tables, as Markdown.
pub fn page() -> String {
    let n_alone = LINTS.iter().filter(|it| it.peers.is_empty()).count();
    let mut out = format!(
        "# Other linters\n\n\
         What they look for, and the [lint](lints/README.md) that finds it here, or the reason \
         why there is none. {n_alone} of the {} lints find what no other linter in these lists \
         looks for. This page is printed from the tables of `src/lint` (`UPDATE_EXPECT=1 cargo \
         test`). A comment `# pint disable CHECK` in a rule file permits the lints beside that \
         check, and so does `allow = [{{ lint = … }}]`.\n",
        LINTS.len()
    );
    for peer in PEERS {
        out += &format!("\n## {}\n\n{}\n\n| rule | here |\n", peer.name, peer.about);
        out += "| --- | --- |\n";
        for (rule, otherwise) in peer.rules {
            let links = lints(peer.name, rule);
            let links: Vec<String> = links
                .iter()
                .map(|it| format!("[`{0}`](lints/{0}.md)", it.name))
                .collect();
            let here = match links.is_empty() {
                true => (*otherwise).to_owned(),
                false => links.join(", "),
            };
            out += &format!("| `{rule}` | {here} |\n");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_others_has_a_lint_or_a_reason() {
        for peer in PEERS {
            for (rule, otherwise) in peer.rules {
                let found = !lints(peer.name, rule).is_empty();
                assert_ne!(found, !otherwise.is_empty(), "{} {rule}", peer.name);
            }
        }
        let n_rules = |name: &str| {
            let peer = PEERS.iter().find(|it| it.name == name);
            peer.map_or(0, |it| it.rules.len())
        };
        assert_eq!(n_rules("pint"), 36);
        assert_eq!(n_rules("promruval"), 52);
        assert_eq!(n_rules("mixtool"), 10);
        assert_eq!(n_rules("dashboard-linter"), 17);
    }

    #[test]
    fn lints_name_rules_that_there_are() {
        for lint in LINTS {
            for name in lint.peers {
                let known = PEERS.iter().any(|peer| {
                    peer.rules
                        .iter()
                        .any(|it| name.split_once(' ') == Some((peer.name, it.0)))
                });
                assert!(known, "{}: {name}", lint.name);
            }
        }
    }
}

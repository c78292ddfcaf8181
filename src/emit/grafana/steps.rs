//! Colours by value: zones of numbers, lines of graphs.

use super::model::{Step, colour, number};
use crate::rules::limits::{Thresholds, Zone};

/// Colours by value. As `zones` each step colours what lies from it upwards; as lines
/// each step has the colour of its own severity.
pub(super) fn steps(thresholds: &Thresholds, zones: bool) -> Vec<Step> {
    match zones {
        true if thresholds.open => vec![Step { color: NEUTRAL, value: None }],
        true => of_zones(&thresholds.zones),
        false => of_lines(&thresholds.limits),
    }
}

fn of_lines(limits: &[(f64, String)]) -> Vec<Step> {
    let mut limits: Vec<(f64, &'static str)> =
        limits.iter().map(|it| (it.0, colour(&it.1))).collect();
    limits.sort_by(|a, b| a.0.total_cmp(&b.0));
    limits.dedup_by(|b, a| a.0 == b.0);
    let step = |it: &(f64, &'static str)| Step { color: it.1, value: Some(number(it.0)) };
    let base = Step { color: HEALTH, value: None };
    std::iter::once(base).chain(limits.iter().map(step)).collect()
}

/// The colour of what may be bad.
const NEUTRAL: &str = "text";

/// The colour of what is not bad.
const HEALTH: &str = "green";

/// The zone that lies in the other one, else the first.
fn inner<'a>(a: &'a Zone, b: &'a Zone) -> &'a Zone {
    match b.is_within(a) && !a.is_within(b) {
        true => b,
        false => a,
    }
}

fn of_zones(zones: &[Zone]) -> Vec<Step> {
    let color = |value: f64| {
        // Of zones that lie in each other the innermost counts, else the first.
        let holding = zones.iter().filter(|it| it.holds(value));
        holding.reduce(inner).map_or(HEALTH, |it| colour(&it.severity))
    };
    let ends = zones.iter().flat_map(|it| [it.from, it.to]);
    let mut ends: Vec<f64> = ends.filter(|it| it.is_finite()).collect();
    ends.sort_by(f64::total_cmp);
    ends.dedup();
    let mut out = vec![Step { color: color(f64::NEG_INFINITY), value: None }];
    for it in ends {
        let color = color(it);
        if out.last().is_none_or(|last| last.color != color) {
            out.push(Step { color, value: Some(number(it)) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(steps: &[Step]) -> String {
        let step = |it: &Step| match &it.value {
            Some(value) => format!("{value} {}", it.color),
            None => it.color.to_owned(),
        };
        steps.iter().map(step).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn zones_become_colours() {
        let between =
            |from, to, severity: &str| Zone { from, to, severity: severity.to_owned() };
        let cases = [
            (
                vec![Zone::above(0.05, "critical"), Zone::above(0.01, "warning")],
                "green, 0.01 orange, 0.05 red",
            ),
            (
                vec![Zone::below(0.15, "critical"), Zone::below(0.4, "warning")],
                "red, 0.15 orange, 0.4 green",
            ),
            (Vec::new(), "green"),
            (
                vec![Zone::above(1.0, "critical"), Zone::above(1.0, "warning")],
                "green, 1 red",
            ),
            // Limits on both sides.
            (
                vec![Zone::below(10.0, "critical"), Zone::above(25.0, "critical")],
                "red, 10 green, 25 red",
            ),
            (
                vec![
                    Zone::below(5.0, "critical"),
                    Zone::above(30.0, "critical"),
                    Zone::below(10.0, "warning"),
                    Zone::above(25.0, "warning"),
                ],
                "red, 5 orange, 10 green, 25 orange, 30 red",
            ),
            (vec![between(10.0, 25.0, "critical")], "green, 10 red, 25 green"),
            // Single values.
            (vec![Zone::at(0.0, "critical")], "green, 0 red, 5e-324 green"),
            (vec![Zone::at(1.0, "warning")], "green, 1 orange, 1.0000000000000002 green"),
            (
                vec![Zone::below(1.0, "critical"), Zone::beyond(1.0, "critical")],
                "red, 1 green, 1.0000000000000002 red",
            ),
            // Where the limit itself is good, and where it is bad.
            (vec![Zone::beyond(0.0, "critical")], "green, 5e-324 red"),
            (vec![Zone::up_to(0.0, "critical")], "red, 5e-324 green"),
            (vec![Zone::beyond(-1.0, "critical")], "green, -0.9999999999999999 red"),
            (vec![Zone::above(1.0, "critical"), Zone::below(2.0, "critical")], "red"),
        ];
        for (zones, expect) in cases {
            assert_eq!(written(&of_zones(&zones)), expect, "{zones:?}");
        }
    }

    #[test]
    fn what_may_be_bad_has_no_colour() {
        let open = Thresholds { open: true, ..Thresholds::default() };
        assert_eq!(written(&steps(&open, true)), "text");
        assert_eq!(written(&steps(&open, false)), "green");
    }

    #[test]
    fn limits_become_lines() {
        let limits = [(0.4, "warning"), (0.15, "critical"), (0.4, "critical")];
        let limits = limits.map(|it| (it.0, it.1.to_owned()));
        assert_eq!(written(&of_lines(&limits)), "green, 0.15 red, 0.4 orange");
    }
}

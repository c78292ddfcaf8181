//! Colours by value: zones of numbers, lines of graphs.
//!
//! Grafana gives a value the colour of the last step that is at most the value, so a step
//! colours its own value: exactly what `>=` and `<` mean. For `>` and `<=` the value itself
//! belongs below the step, which would have to be the next number above it, and nobody wants
//! to read 8.500000000000002. It matters only where values stand on a limit for longer than
//! by chance. They do on round ones: nothing at all, all of a ratio, so many replicas. There
//! the step is a millionth above the limit, which keeps the limit itself apart and can still
//! be read; elsewhere it is the limit as its author wrote it.

use super::model::{Step, colour, number};
use crate::rules::limits::{Edge, Thresholds, Zone};

/// Colours by value, for values of a unit. As `zones` each step colours what lies from it
/// upwards; as lines each step has the colour of its own severity.
pub(super) fn steps(thresholds: &Thresholds, zones: bool, unit: &str) -> Vec<Step> {
    match zones {
        true if thresholds.open => vec![Step { color: NEUTRAL, value: None }],
        true => of_zones(&thresholds.zones, unit),
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

fn of_zones(zones: &[Zone], unit: &str) -> Vec<Step> {
    let color = |place: Edge| {
        // Of zones that lie in each other the innermost counts, else the first.
        let holding = zones.iter().filter(|it| it.holds(place));
        holding.reduce(inner).map_or(HEALTH, |it| colour(&it.severity))
    };
    let ends = zones.iter().flat_map(|it| [it.from, it.to]);
    let mut ends: Vec<Edge> = ends.filter(|it| it.value.is_finite()).collect();
    ends.sort_by(|a, b| a.value.total_cmp(&b.value).then(a.above.cmp(&b.above)));
    ends.dedup();
    let mut out = vec![Step { color: color(Edge::LEAST), value: None }];
    for (idx, it) in ends.iter().enumerate() {
        let color = color(*it);
        if out.last().is_some_and(|last| last.color == color) {
            continue;
        }
        // The value alone has a colour: it needs both steps.
        let alone =
            idx.checked_sub(1).is_some_and(|before| ends[before].value == it.value);
        out.push(Step { color, value: Some(number(step(*it, alone, unit))) });
    }
    out
}

/// The step for what begins at a place.
fn step(place: Edge, alone: bool, unit: &str) -> f64 {
    const PARTS: f64 = 1e6;
    let Edge { value, above } = place;
    // Beyond that a millionth is lost among the digits.
    let readable = value.abs() <= 1e6;
    match above {
        true if readable && is_round(value, unit) => (value * PARTS + 1.0) / PARTS,
        true if alone => value.next_up(),
        _ => value,
    }
}

/// Whether values in a unit may stand at a value for long.
fn is_round(value: f64, unit: &str) -> bool {
    match unit {
        _ if value == 0.0 => true,
        "percentunit" => value == 1.0,
        "percent" => value == 100.0,
        // Numbers of things.
        "none" | "short" | "" => value.fract() == 0.0,
        _ => false,
    }
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
        let between = |from, to, severity: &str| {
            Zone::between(Edge::below(from), Edge::below(to), severity)
        };
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
            (vec![Zone::at(0.0, "critical")], "green, 0 red, 1e-6 green"),
            (vec![Zone::at(1.0, "warning")], "green, 1 orange, 1.000001 green"),
            (
                vec![Zone::below(1.0, "critical"), Zone::beyond(1.0, "critical")],
                "red, 1 green, 1.000001 red",
            ),
            // Where the limit itself is good, and where it is bad.
            (vec![Zone::beyond(0.0, "critical")], "green, 1e-6 red"),
            (vec![Zone::up_to(0.0, "critical")], "red, 1e-6 green"),
            (vec![Zone::beyond(-1.0, "critical")], "green, -0.999999 red"),
            (vec![Zone::above(1.0, "critical"), Zone::below(2.0, "critical")], "red"),
        ];
        for (zones, expect) in cases {
            assert_eq!(written(&of_zones(&zones, "none")), expect, "{zones:?}");
        }
    }

    #[test]
    fn steps_can_be_read() {
        let above = |limit| vec![Zone::beyond(limit, "critical")];
        let cases = [
            ("celsius", above(8.5), "green, 8.5 red"),
            ("celsius", above(18.0), "green, 18 red"),
            ("celsius", above(0.0), "green, 1e-6 red"),
            ("s", above(0.3), "green, 0.3 red"),
            ("s", vec![Zone::up_to(3600.0, "critical")], "red, 3600 green"),
            ("percentunit", above(0.95), "green, 0.95 red"),
            ("percentunit", above(1.0), "green, 1.000001 red"),
            ("percent", above(100.0), "green, 100.000001 red"),
            ("none", above(3.0), "green, 3.000001 red"),
            ("short", above(999_999.0), "green, 999999.000001 red"),
            ("none", above(1e9), "green, 1000000000 red"),
            ("none", above(2.5), "green, 2.5 red"),
            // One value has a colour of its own whatever it costs.
            (
                "s",
                vec![Zone::at(0.3, "critical")],
                "green, 0.3 red, 0.30000000000000004 green",
            ),
        ];
        for (unit, zones, expect) in cases {
            assert_eq!(written(&of_zones(&zones, unit)), expect, "{unit} {zones:?}");
        }
    }

    #[test]
    fn what_may_be_bad_has_no_colour() {
        let open = Thresholds { open: true, ..Thresholds::default() };
        assert_eq!(written(&steps(&open, true, "none")), "text");
        assert_eq!(written(&steps(&open, false, "none")), "green");
    }

    #[test]
    fn limits_become_lines() {
        let limits = [(0.4, "warning"), (0.15, "critical"), (0.4, "critical")];
        let limits = limits.map(|it| (it.0, it.1.to_owned()));
        assert_eq!(written(&of_lines(&limits)), "green, 0.15 red, 0.4 orange");
    }
}

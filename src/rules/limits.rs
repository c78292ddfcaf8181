//! Limits of panels: lines that are drawn, and values that are bad.

use std::cmp::Ordering;

/// Limits: what lies in no zone has the colour of health.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds {
    /// Values that are drawn as lines, with the severity of what lies beyond, in any order.
    pub limits: Vec<(f64, String)>,
    /// The values that are bad.
    pub zones: Vec<Zone>,
    /// Whether no number tells which are: an alert compares them with a series, say.
    pub open: bool,
}

impl Thresholds {
    /// Leaves the worst alone where several severities hold; `worse` says whether the first
    /// is worse than the second.
    pub fn settle(&mut self, worse: impl Fn(&str, &str) -> bool) {
        let mut severities: Vec<&str> = Vec::new();
        for zone in &self.zones {
            if !severities.contains(&&*zone.severity) {
                severities.push(&zone.severity);
            }
        }
        let of = |is: &dyn Fn(&str) -> bool| {
            united(self.zones.iter().filter(|it| is(&it.severity)))
        };
        let left = |severity: &&str| {
            let hidden = of(&|it| worse(it, severity));
            let left = without(of(&|it| it == *severity), &hidden);
            let zone = |(from, to)| Zone::between(from, to, severity);
            left.into_iter().map(zone).collect::<Vec<_>>()
        };
        let zones = severities.iter().flat_map(left).collect();
        let lines = self.limits.clone();
        self.limits.retain(|(value, severity)| {
            let here = lines.iter().filter(|it| it.0 == *value);
            !here.into_iter().any(|it| worse(&it.1, severity))
        });
        self.zones = zones;
    }
}

/// The values in any of some zones, from the least on: ranges that do not touch.
fn united<'z>(zones: impl Iterator<Item = &'z Zone>) -> Vec<(Edge, Edge)> {
    let mut all: Vec<(Edge, Edge)> = zones.map(|it| (it.from, it.to)).collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
    let mut out: Vec<(Edge, Edge)> = Vec::with_capacity(all.len());
    for (from, to) in all {
        match out.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// What is left of united ranges without others.
fn without(ranges: Vec<(Edge, Edge)>, others: &[(Edge, Edge)]) -> Vec<(Edge, Edge)> {
    let mut out = Vec::with_capacity(ranges.len());
    let mut first = 0;
    for (mut from, to) in ranges {
        // Those that end before this one end before all that follow.
        while others.get(first).is_some_and(|it| it.1 <= from) {
            first += 1;
        }
        for other in others[first..].iter().take_while(|it| it.0 < to) {
            if from < other.0 {
                out.push((from, other.0));
            }
            from = from.max(other.1);
        }
        if from < to {
            out.push((from, to));
        }
    }
    out
}

/// Values that are bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Where they begin.
    pub from: Edge,
    /// Where they end, which is none of them.
    pub to: Edge,
    /// The severity.
    pub severity: String,
}

/// A place between two values next to each other: just below a value, or just above it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Edge {
    /// The value.
    pub value: f64,
    /// Whether the place is above it.
    pub above: bool,
}

impl Edge {
    /// Below all values.
    pub const LEAST: Edge = Edge { value: f64::NEG_INFINITY, above: false };
    /// Above all values.
    pub const MOST: Edge = Edge { value: f64::INFINITY, above: true };

    /// The place just below a value.
    pub fn below(value: f64) -> Edge {
        Edge { value, above: false }
    }

    /// The place just above a value.
    pub fn above(value: f64) -> Edge {
        Edge { value, above: true }
    }

    /// The place that is further up; no value of an edge is NaN.
    pub fn max(self, other: Edge) -> Edge {
        if self < other { other } else { self }
    }

    /// The place that is further down.
    pub fn min(self, other: Edge) -> Edge {
        if other < self { other } else { self }
    }
}

impl Zone {
    /// The values at or above a limit, as Grafana counts it.
    pub fn above(limit: f64, severity: &str) -> Zone {
        Zone::between(Edge::below(limit), Edge::MOST, severity)
    }

    /// The values above a limit, which is none of them.
    pub fn beyond(limit: f64, severity: &str) -> Zone {
        Zone::between(Edge::above(limit), Edge::MOST, severity)
    }

    /// The values at or below a limit.
    pub fn up_to(limit: f64, severity: &str) -> Zone {
        Zone::between(Edge::LEAST, Edge::above(limit), severity)
    }

    /// The values below a limit.
    pub fn below(limit: f64, severity: &str) -> Zone {
        Zone::between(Edge::LEAST, Edge::below(limit), severity)
    }

    /// One value.
    pub fn at(value: f64, severity: &str) -> Zone {
        Zone::between(Edge::below(value), Edge::above(value), severity)
    }

    /// The values between two places.
    pub fn between(from: Edge, to: Edge, severity: &str) -> Zone {
        Zone { from, to, severity: severity.to_owned() }
    }

    /// Whether the values just above a place are some of them.
    pub fn holds(&self, place: Edge) -> bool {
        self.from <= place && place < self.to
    }

    /// Whether all of them are values of another zone too.
    pub fn is_within(&self, other: &Zone) -> bool {
        other.from <= self.from && self.to <= other.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_left_where_several_hold() {
        let settled = |zones: Vec<Zone>| {
            let limits = vec![(1.0, "warning".to_owned()), (1.0, "critical".to_owned())];
            let mut out = Thresholds { limits, zones, open: false };
            out.settle(|a, b| a == "critical" && b == "warning");
            assert_eq!(out.limits, [(1.0, "critical".to_owned())]);
            out.zones
        };
        let warning = |from, to| Zone::between(from, to, "warning");
        let critical = Zone::between(Edge::below(2.0), Edge::below(3.0), "critical");
        // A part of the milder one, all of it, and nothing of what is no milder.
        assert_eq!(
            settled(vec![Zone::above(1.0, "warning"), critical.clone()]),
            [
                warning(Edge::below(1.0), Edge::below(2.0)),
                warning(Edge::below(3.0), Edge::MOST),
                critical.clone()
            ]
        );
        let all = Zone::above(1.0, "critical");
        assert_eq!(
            settled(vec![all.clone(), Zone::above(5.0, "warning")]),
            std::slice::from_ref(&all)
        );
        let other = Zone::above(5.0, "business");
        assert_eq!(settled(vec![all.clone(), other.clone()]), [all, other]);
        // What touches is one, and nothing of it is left where the worse ones cover it.
        let at = |value: f64, severity: &str| Zone::at(value, severity);
        let milder = Zone::below(1.0, "warning");
        assert_eq!(
            settled(vec![
                at(1.0, "warning"),
                milder,
                at(3.0, "critical"),
                at(0.0, "critical")
            ]),
            [
                warning(Edge::LEAST, Edge::below(0.0)),
                warning(Edge::above(0.0), Edge::above(1.0)),
                at(0.0, "critical"),
                at(3.0, "critical")
            ]
        );
    }

    #[test]
    fn thousands_of_limits_are_settled() {
        let zones = (0..20_000).flat_map(|it| {
            let value = f64::from(it);
            [Zone::above(-value, "warning"), Zone::at(value, "critical")]
        });
        let mut all =
            Thresholds { limits: Vec::new(), zones: zones.collect(), open: false };
        all.settle(|a, b| a == "critical" && b == "warning");
        assert_eq!(all.zones.len(), 40_001);
    }
}

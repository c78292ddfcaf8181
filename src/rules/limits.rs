//! Limits of panels: lines that are drawn, and values that are bad.

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

/// Values that are bad.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// The least of them.
    pub from: f64,
    /// Where they end, which is none of them.
    pub to: f64,
    /// The severity.
    pub severity: String,
}

impl Zone {
    /// The values at or above a limit, as Grafana counts it.
    pub fn above(limit: f64, severity: &str) -> Zone {
        Zone { from: limit, to: f64::INFINITY, severity: severity.to_owned() }
    }

    /// The values above a limit, which is none of them.
    pub fn beyond(limit: f64, severity: &str) -> Zone {
        Zone::above(limit.next_up(), severity)
    }

    /// The values at or below a limit.
    pub fn up_to(limit: f64, severity: &str) -> Zone {
        Zone::below(limit.next_up(), severity)
    }

    /// The values below a limit.
    pub fn below(limit: f64, severity: &str) -> Zone {
        Zone { from: f64::NEG_INFINITY, to: limit, severity: severity.to_owned() }
    }

    /// One value.
    pub fn at(value: f64, severity: &str) -> Zone {
        Zone { from: value, to: value.next_up(), severity: severity.to_owned() }
    }

    /// Whether a value is one of them.
    pub fn holds(&self, value: f64) -> bool {
        self.from <= value && value < self.to
    }

    /// Whether all of them are values of another zone too.
    pub fn is_within(&self, other: &Zone) -> bool {
        other.from <= self.from && self.to <= other.to
    }
}

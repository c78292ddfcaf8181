//! Limits in words: a number with its unit, as a person would write it.

use crate::rules::prose::{prose, short};

/// A value in a unit of Grafana's, or in one of the project's own.
pub(super) fn amount(value: f64, unit: Option<&str>) -> String {
    let Some(unit) = unit else { return short(value) };
    if let Some(own) = unit.strip_prefix("suffix:") {
        return format!("{} {own}", short(value));
    }
    if let Some(own) = unit.strip_prefix("prefix:") {
        return format!("{own}{}", short(value));
    }
    let function = |value: f64, name: &str| {
        prose(&format!("{{{{ {value} | {name} }}}}")).into_owned()
    };
    if let Some((_, seconds)) = TIMES.iter().find(|it| it.0 == unit) {
        return function(value * seconds, "humanizeDuration");
    }
    match unit {
        "percentunit" => format!("{}%", short(value * 100.0)),
        "percent" => format!("{}%", short(value)),
        "bytes" => format!("{}B", function(value, "humanize1024")),
        "binBps" => format!("{}B/s", function(value, "humanize1024")),
        "decbytes" => format!("{}B", function(value, "humanize")),
        "Bps" => format!("{}B/s", function(value, "humanize")),
        _ => match SUFFIXES.iter().find(|it| it.0 == unit) {
            Some((_, suffix)) => format!("{}{suffix}", short(value)),
            None => short(value),
        },
    }
}

/// Units of time, in seconds.
const TIMES: &[(&str, f64)] = &[
    ("ns", 1e-9),
    ("µs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
    ("d", 86_400.0),
];

/// What follows a value in other units, where that is not the unit's id.
const SUFFIXES: &[(&str, &str)] = &[
    ("cps", "/s"),
    ("cpm", "/min"),
    ("reqps", " req/s"),
    ("ops", " ops/s"),
    ("opm", " ops/min"),
    ("rps", " reads/s"),
    ("wps", " writes/s"),
    ("iops", " io/s"),
    ("rowsps", " rows/s"),
    ("eps", " events/s"),
    ("mps", " messages/s"),
    ("pps", " packets/s"),
    ("hertz", " Hz"),
    ("celsius", " °C"),
    ("fahrenheit", " °F"),
    ("kelvin", " K"),
    ("humidity", "% of humidity"),
    ("volt", " V"),
    ("amp", " A"),
    ("watt", " W"),
    ("watth", " Wh"),
    ("joule", " J"),
    ("lengthmm", " mm"),
    ("lengthm", " m"),
    ("lengthkm", " km"),
    ("massg", " g"),
    ("masskg", " kg"),
    ("litre", " l"),
    ("pressurepa", " Pa"),
    ("pressurehpa", " hPa"),
    ("pressurebar", " bar"),
    ("flowlpm", " l/min"),
    ("rotrpm", " rpm"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::units::UNITS;

    #[test]
    fn limits_have_their_units() {
        for (value, unit, expect) in [
            (0.05, "percentunit", "5%"),
            (95.0, "percent", "95%"),
            (0.3, "s", "0.3s"),
            (1500.0, "ms", "1.5s"),
            (90.0, "m", "1h 30m"),
            (1_073_741_824.0, "bytes", "1GiB"),
            (2e6, "Bps", "2MB/s"),
            (8.5, "celsius", "8.5 °C"),
            (10.0, "reqps", "10 req/s"),
            (5.0, "suffix:mg/l", "5 mg/l"),
            (5.0, "prefix:£", "£5"),
            (3.0, "short", "3"),
        ] {
            assert_eq!(amount(value, Some(unit)), expect, "{unit}");
        }
        assert_eq!(amount(1e6, None), short(1e6));
    }

    #[test]
    fn units_are_of_grafana() {
        let all = SUFFIXES.iter().map(|it| it.0).chain(TIMES.iter().map(|it| it.0));
        for it in all {
            assert!(UNITS.contains(&it), "{it}");
        }
    }
}

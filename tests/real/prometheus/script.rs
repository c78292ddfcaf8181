//! What the exporter of `tests/fixtures/live` serves, step by step.

/// The number of the script's steps; the last one stays.
pub const STEPS: usize = 24;

/// What is served at a step; nothing is wrong in the first ones.
pub fn metrics(step: usize) -> String {
    let step = step.min(STEPS);
    let mut out = format!("live_step {step}\n");
    let mut line = |name: &str, value: &str| out.push_str(&format!("{name} {value}\n"));
    let between = |from: usize, to: usize| (from..to).contains(&step);
    let temperature = |tank: &str| match tank {
        // Above both limits, between them, above both for too short a time, cold.
        "a" if between(5, 10) => Some("30.5"),
        "a" if between(10, 13) => Some("26.25"),
        "b" if between(8, 9) => Some("31"),
        "b" if between(13, 20) => Some("12"),
        // Missing for a while.
        "c" if between(11, 17) => None,
        "c" => Some("21e0"),
        _ => Some("20"),
    };
    for tank in ["a", "b", "c"] {
        if let Some(value) = temperature(tank) {
            line(&format!("live_temperature_celsius{{tank=\"{tank}\"}}"), value);
        }
    }
    let bad = 5 * step.clamp(6, 9) - 30 + 90 * (step.clamp(9, 12) - 9);
    line("live_requests_total{code=\"200\"}", &(100 + 30 * step).to_string());
    line("live_requests_total{code=\"500\"}", &bad.to_string());
    let slow = 10 * (step.clamp(9, 13) - 9);
    for (le, n) in
        [("0.1", 10 * step), ("1", 10 * step + slow), ("+Inf", 10 * step + slow)]
    {
        line(&format!("live_seconds_bucket{{le=\"{le}\"}}"), &n.to_string());
    }
    let odd = match step {
        7 => "NaN",
        8 => "+Inf",
        9 | 10 => "1.5e-9",
        12..=13 => "123456789.5",
        _ => "1",
    };
    line("live_odd{text=\"a \\\"quoted\\\" ß\\\\n {{ . }}\"}", odd);
    out
}

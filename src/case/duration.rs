//! Durations as Prometheus writes them: `1h30m`, `90s`, `0`.
//!
//! `model.ParseDuration` of prometheus/common (`model/time.go`): units `y w d h m s ms`,
//! each at most once, from large to small.

const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1000),
    ("ms", 1),
];

/// The longest duration that Go's nanoseconds can hold, in milliseconds.
const MAX: i64 = i64::MAX / 1_000_000;

/// Milliseconds of a duration, or Prometheus's message.
pub fn parse(text: &str) -> Result<i64, String> {
    match text {
        "0" => return Ok(0),
        "" => return Err("empty duration string".to_string()),
        _ => {}
    }
    let invalid = || Err(format!("not a valid duration string: {text:?}"));
    let (mut rest, mut next, mut sum) = (text, 0, 0i64);
    while !rest.is_empty() {
        let n_digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, after) = rest.split_at(n_digits);
        let n_unit = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, after) = after.split_at(n_unit);
        let Some(idx) = UNITS[next..].iter().position(|it| it.0 == unit) else {
            return invalid();
        };
        if digits.is_empty() {
            return invalid();
        }
        let millis = digits
            .parse::<i64>()
            .ok()
            .and_then(|it| it.checked_mul(UNITS[next + idx].1)?.checked_add(sum));
        sum = match millis {
            Some(millis) if millis <= MAX => millis,
            _ => return Err("duration out of range".to_string()),
        };
        next += idx + 1;
        rest = after;
    }
    Ok(sum)
}

/// The text of a duration, as `model.Duration.String` prints it.
pub fn print(millis: i64) -> String {
    if millis == 0 {
        return "0s".to_string();
    }
    let (mut rest, mut out) = (millis, String::new());
    for (unit, size) in UNITS {
        // Years, weeks and days are printed only where nothing remains.
        let exact = !matches!(unit, "y" | "w");
        if rest >= size && (exact || rest % size == 0) {
            out.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_prometheus_reads_them() {
        let cases = [
            ("0", Ok(0)),
            ("1h30m", Ok(5_400_000)),
            ("1d", Ok(86_400_000)),
            ("90s", Ok(90_000)),
            ("1m500ms", Ok(60_500)),
        ];
        for (text, expect) in cases {
            assert_eq!(parse(text), expect, "{text}");
        }
        for text in ["", "1", "5", "m", "1m1h", "1m1m", "-1m", "1.5m", "1 m", "300000y"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_print_as_prometheus_prints_them() {
        for text in ["0s", "1h30m", "90d", "1w", "15s", "1m30s", "1y", "500ms", "1d2h"] {
            assert_eq!(print(parse(text).unwrap()), text);
        }
    }
}

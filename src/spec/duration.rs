//! Durations as Prometheus writes them (`model/time.go` of prometheus/common).

/// Units from the longest to the shortest, with their milliseconds.
const UNITS: &[(&str, i64)] = &[
    ("y", 365 * 24 * 3600 * 1000),
    ("w", 7 * 24 * 3600 * 1000),
    ("d", 24 * 3600 * 1000),
    ("h", 3600 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// The milliseconds of `1h30m`; what is wrong if it is no duration.
pub fn parse(text: &str) -> Result<i64, String> {
    if text == "0" {
        return Ok(0);
    }
    if text.is_empty() {
        return Err("is empty".to_string());
    }
    if let Some(rest) = text.strip_prefix(['-', '+']) {
        return match parse(rest) {
            Ok(_) => Err("has a sign".to_string()),
            Err(_) => Err("is not made of numbers and units".to_string()),
        };
    }
    let (mut rest, mut total, mut next) = (text, 0i64, 0);
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letters = rest[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
        let unit = &rest[digits..digits + letters];
        if digits == 0 {
            return Err("is not made of numbers and units".to_string());
        }
        if letters == 0 {
            return Err(match rest[digits..].chars().next() {
                None => "has no unit".to_string(),
                Some('.') => "has a fraction".to_string(),
                Some(_) => "is not made of numbers and units".to_string(),
            });
        }
        let Some(idx) = UNITS.iter().position(|it| it.0 == unit) else {
            return Err(format!("has the unknown unit `{unit}`"));
        };
        if idx < next {
            return Err("has its units not from the longest to the shortest".to_string());
        }
        next = idx + 1;
        let too_long = || "is too long".to_string();
        let number: i64 = rest[..digits].parse().map_err(|_| too_long())?;
        let millis = number.checked_mul(UNITS[idx].1).ok_or_else(too_long)?;
        total = total.checked_add(millis).ok_or_else(too_long)?;
        // Prometheus counts in nanoseconds of 64 bits.
        if i64::MAX / 1_000_000 < total {
            return Err(too_long());
        }
        rest = &rest[digits + letters..];
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_prometheus_reads_them() {
        assert_eq!(parse("5m"), Ok(300_000));
        assert_eq!(parse("1h30m"), Ok(5_400_000));
        assert_eq!(parse("1d12h"), Ok(129_600_000));
        assert_eq!(parse("100ms"), Ok(100));
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("292y"), Ok(292 * 365 * 24 * 3600 * 1000));
    }

    #[test]
    fn what_is_no_duration_says_why() {
        let fault = |it| parse(it).unwrap_err();
        assert_eq!(fault("5"), "has no unit");
        assert_eq!(fault("1.5h"), "has a fraction");
        assert_eq!(fault("5 minutes"), "is not made of numbers and units");
        assert_eq!(fault("5min"), "has the unknown unit `min`");
        assert_eq!(fault("30m1h"), "has its units not from the longest to the shortest");
        assert_eq!(fault("-5m"), "has a sign");
        assert_eq!(fault(""), "is empty");
        assert_eq!(fault("300y"), "is too long");
        assert_eq!(fault("99999999999999999999s"), "is too long");
    }
}

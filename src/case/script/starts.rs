//! Start timestamps: `metric@st -1m _ -30s+10sx3`.

use crate::case::duration;
use crate::case::notation::MAX_SAMPLES;

/// Reads offsets in milliseconds, one per sample.
pub(super) fn read_starts(text: &str) -> Result<Vec<Option<i64>>, String> {
    let mut all = Vec::new();
    for item in text.split_whitespace() {
        read_item(item, &mut all).map_err(|it| {
            format!("invalid @st sequence: invalid ST item {item:?}: {it}")
        })?;
    }
    Ok(all)
}

fn read_item(item: &str, all: &mut Vec<Option<i64>>) -> Result<(), String> {
    if item == "_" {
        all.push(None);
        return Ok(());
    }
    if let Some(times) = item.strip_prefix("_x") {
        let times = repeats(times)?;
        if times == 0 {
            return Err("invalid repeat count".into());
        }
        room(all, times)?;
        all.extend(std::iter::repeat_n(None, times));
        return Ok(());
    }
    let (start, rest) = offset(item)?;
    if rest.is_empty() {
        all.push(Some(start));
        return Ok(());
    }
    let (step, rest) = match rest.as_bytes()[0] {
        b'+' | b'-' => offset(rest)?,
        b'x' => (0, rest),
        _ => {
            let found = rest.chars().next().unwrap_or_default();
            return Err(format!("unexpected character {found:?} after duration"));
        }
    };
    let Some(times) = rest.strip_prefix('x') else {
        return Err("expected 'x<count>' after step duration".into());
    };
    let times = repeats(times)? as i64;
    room(all, times as usize)?;
    let at = |it: i64| Some(start.saturating_add(it.saturating_mul(step)));
    all.extend((0..=times).map(at));
    Ok(())
}

/// Refuses more than one series may have.
fn room(all: &[Option<i64>], times: usize) -> Result<(), String> {
    match MAX_SAMPLES < (all.len() + times) as u64 {
        true => Err(format!("more than {MAX_SAMPLES} samples")),
        false => Ok(()),
    }
}

fn repeats(text: &str) -> Result<usize, String> {
    match text.parse::<u64>() {
        Ok(it) if it <= MAX_SAMPLES => Ok(it as usize),
        _ => Err("invalid repeat count".into()),
    }
}

/// A duration with a sign at the beginning of a text.
fn offset(text: &str) -> Result<(i64, &str), String> {
    let (negative, body) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let unit = body[digits..].bytes();
    let unit = unit.take_while(|it| it.is_ascii_alphabetic() && *it != b'x').count();
    let (value, rest) = body.split_at(digits + unit);
    let millis = duration::parse(value)?;
    Ok((if negative { -millis } else { millis }, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_stay_within_time() {
        assert_eq!(read_starts("-1s+1sx2"), Ok(vec![Some(-1000), Some(0), Some(1000)]));
        let far = read_starts("290y+290yx9999998").unwrap();
        assert_eq!(far.last(), Some(&Some(i64::MAX)));
        assert!(read_starts("_x10000000 _x1").is_err());
    }
}

//! "Did you mean": the known name that is nearest to a misspelt one.

/// The candidate that `name` most likely stands for, if one is near enough.
///
/// Case and the separators `-`, `_` count little; of equally near ones one that only goes on
/// wins, then the first.
pub fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = fold(name);
    if wanted.is_empty() || 64 < wanted.len() {
        return None;
    }
    let mut best: Option<((usize, bool), &str)> = None;
    for candidate in candidates {
        let known = fold(candidate);
        let longer = wanted.len().max(known.len());
        let limit = match longer {
            0..=2 => 0,
            3..=5 => 1,
            6..=8 => 2,
            _ => longer / 3,
        };
        if limit < wanted.len().abs_diff(known.len()) || candidate == name {
            continue;
        }
        let distance = distance(&wanted, &known);
        let rank = (distance, !known.starts_with(&wanted));
        if distance <= limit && best.is_none_or(|it| rank < it.0) {
            best = Some((rank, candidate));
        }
    }
    best.map(|it| it.1)
}

/// Names for a message: each in backticks, the last after `and`; at most `limit`.
pub fn list<'a>(names: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
    let names: Vec<String> = names.into_iter().map(|it| format!("`{it}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= limit => {
            format!("{} and {last}", first.join(", "))
        }
        _ => format!("{} and {} more", names[..limit].join(", "), names.len() - limit),
    }
}

fn fold(name: &str) -> Vec<char> {
    name.chars()
        .filter(|it| !matches!(it, '-' | '_'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// Insertions, deletions, replacements and swaps of neighbours between two words.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replace = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replace.min(last[j] + 1).min(row[j - 1] + 1);
            if 1 < i && 1 < j && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let keys = ["expr", "severity", "for", "keep_firing_for", "summary"];
        let nearest = |it| nearest(it, keys);
        assert_eq!(nearest("severty"), Some("severity"));
        assert_eq!(nearest("fro"), Some("for"));
        assert_eq!(nearest("keepFiringFor"), Some("keep_firing_for"));
        assert_eq!(nearest("exp"), Some("expr"));
        assert_eq!(nearest("description"), None);
        assert_eq!(nearest("x"), None);
    }

    #[test]
    fn a_missing_end_is_likelier_than_a_wrong_letter() {
        assert_eq!(nearest("rat", ["rad", "rate", "ratio"]), Some("rate"));
        assert_eq!(nearest("sun", ["sum", "sgn"]), Some("sum"));
    }

    #[test]
    fn lists_read_like_a_sentence() {
        assert_eq!(list(["a"], 3), "`a`");
        assert_eq!(list(["a", "b", "c"], 3), "`a`, `b` and `c`");
        assert_eq!(list(["a", "b", "c"], 2), "`a`, `b` and 1 more");
    }
}

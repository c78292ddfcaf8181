//! Patterns of paths as Go's `filepath.Glob` reads them: `*`, `?`, `[a-z]`, no `**`.
//!
//! Pure: who asks gives the names in a folder.

use std::sync::Arc;

/// Whether a name (without `/`) matches a pattern; `None` where the pattern is malformed.
pub fn matches(pattern: &str, name: &str) -> Option<bool> {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    // The pattern is checked to its end even where the name fails early.
    well_formed(&pattern)?;
    // Where to go on after a `*` took one more character.
    let mut retry: Option<(usize, usize)> = None;
    let (mut p, mut n) = (0, 0);
    loop {
        let step = match pattern.get(p) {
            None if n == name.len() => return Some(true),
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
                continue;
            }
            None => None,
            Some(_) => name.get(n).and_then(|it| one(&pattern, p, *it)),
        };
        match (step, retry) {
            (Some(next), _) => (p, n) = (next, n + 1),
            (None, Some((star, from))) if from < name.len() => {
                retry = Some((star, from + 1));
                (p, n) = (star, from + 1);
            }
            (None, _) => return Some(false),
        }
    }
}

/// Matches one character and gives the place after its part of the pattern.
fn one(pattern: &[char], at: usize, c: char) -> Option<usize> {
    match pattern[at] {
        '?' => Some(at + 1),
        '\\' => (pattern.get(at + 1) == Some(&c)).then_some(at + 2),
        '[' => {
            let (hit, next) = class(pattern, at, c)?;
            hit.then_some(next)
        }
        other => (other == c).then_some(at + 1),
    }
}

/// Whether a `[…]` holds a character, and where it ends; `None` where it is malformed.
fn class(pattern: &[char], at: usize, c: char) -> Option<(bool, usize)> {
    let mut idx = at + 1;
    let negated = pattern.get(idx) == Some(&'^');
    idx += usize::from(negated);
    let (mut hit, mut n_ranges) = (false, 0);
    loop {
        if pattern.get(idx) == Some(&']') && 0 < n_ranges {
            return Some((hit != negated, idx + 1));
        }
        let (low, next) = escaped(pattern, idx)?;
        let (high, next) = match pattern.get(next) {
            Some('-') => escaped(pattern, next + 1)?,
            _ => (low, next),
        };
        hit |= low <= c && c <= high;
        n_ranges += 1;
        idx = next;
    }
}

fn escaped(pattern: &[char], at: usize) -> Option<(char, usize)> {
    match pattern.get(at)? {
        '-' | ']' => None,
        '\\' => Some((*pattern.get(at + 1)?, at + 2)),
        c => Some((*c, at + 1)),
    }
}

fn well_formed(pattern: &[char]) -> Option<()> {
    let mut at = 0;
    while let Some(c) = pattern.get(at) {
        at = match c {
            '\\' => {
                pattern.get(at + 1)?;
                at + 2
            }
            '[' => class(pattern, at, '\0')?.1,
            _ => at + 1,
        };
    }
    Some(())
}

/// Whether a text is a pattern rather than a plain path.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

/// The paths that a pattern matches, sorted folder by folder; `None` where it is
/// malformed. `names` gives the names in a folder, sorted; of a path without a pattern
/// only its folder is asked.
pub fn expand(
    pattern: &str,
    names: &mut dyn FnMut(&str) -> Arc<[String]>,
) -> Option<Vec<String>> {
    let (root, rest) = match pattern.strip_prefix('/') {
        Some(rest) => ("/".to_string(), rest),
        None => (String::new(), pattern),
    };
    let mut found = vec![root];
    let parts: Vec<&str> = rest.split('/').filter(|it| !it.is_empty()).collect();
    for (idx, part) in parts.iter().enumerate() {
        matches(part, "")?;
        let last = idx + 1 == parts.len();
        let mut next = Vec::new();
        for dir in &found {
            let join = |name: &str| match dir.as_str() {
                "" | "/" => format!("{dir}{name}"),
                dir => format!("{dir}/{name}"),
            };
            if matches!(*part, "." | "..") || (!is_pattern(part) && !last) {
                next.push(join(part));
                continue;
            }
            let folder = if dir.is_empty() { "." } else { dir };
            let all = names(folder);
            let hits = all.iter().filter(|it| match is_pattern(part) {
                true => matches(part, it) == Some(true),
                false => it == part,
            });
            next.extend(hits.map(|it| join(it)));
        }
        found = next;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_go() {
        let cases = [
            ("abc", "abc", Some(true)),
            ("*", "abc", Some(true)),
            ("*c", "abc", Some(true)),
            ("a*", "a", Some(true)),
            ("a*b*c", "axbxbc", Some(true)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Some(true)),
            ("ab[c]", "abc", Some(true)),
            ("ab[^c]", "abc", Some(false)),
            ("ab[b-d]", "abc", Some(true)),
            ("a\\*b", "a*b", Some(true)),
            ("a?", "a", Some(false)),
            ("[]a]", "]", None),
            ("[-]", "-", None),
            ("[", "a", None),
            ("a[", "ab", None),
            ("*.yaml", "rules.yml", Some(false)),
        ];
        for (pattern, name, expect) in cases {
            assert_eq!(matches(pattern, name), expect, "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_walk_folders() {
        let names = |dir: &str| -> Arc<[String]> {
            let names: &[&str] = match dir {
                "." => &["a", "b"],
                "a" => &["x.yaml", "y.txt", "z.yaml"],
                "b" => &["x.yaml"],
                "a/../b" => &["x.yaml"],
                _ => &[],
            };
            names.iter().map(|it| it.to_string()).collect()
        };
        let check =
            |pattern: &str| expand(pattern, &mut names.clone()).map(|it| it.join(" "));
        assert_eq!(check("*/x.yaml").as_deref(), Some("a/x.yaml b/x.yaml"));
        assert_eq!(check("a/*.yaml").as_deref(), Some("a/x.yaml a/z.yaml"));
        assert_eq!(check("a/../b/*").as_deref(), Some("a/../b/x.yaml"));
        assert_eq!(check("a/none.yaml").as_deref(), Some(""));
        assert_eq!(check("[").as_deref(), None);
    }
}

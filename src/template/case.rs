//! Upper, lower and title case, as Go's `strings` and `x/text/cases` have them.

/// Upper case, character by character.
pub(super) fn upper(text: &str) -> String {
    text.chars().map(|c| single(c.to_uppercase(), c)).collect()
}

/// Lower case, character by character.
pub(super) fn lower(text: &str) -> String {
    text.chars().map(|c| single(c.to_lowercase(), c)).collect()
}

/// Go maps a character to one character, or leaves it.
fn single(mut mapped: impl ExactSizeIterator<Item = char>, c: char) -> char {
    match mapped.len() {
        1 => mapped.next().unwrap_or(c),
        _ => c,
    }
}

/// Makes the first cased letter of each word a capital one; the others stay as they are.
pub(super) fn title(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_inside, mut was_joint) = (false, false);
    for c in text.chars() {
        let is_joint = joins_letters(c);
        if is_joint && was_joint {
            is_inside = false;
        }
        was_joint = is_joint;
        if c.is_lowercase() || c.is_uppercase() {
            match is_inside {
                true => out.push(c),
                false => out.extend(titled(c)),
            }
            is_inside = true;
            continue;
        }
        out.push(c);
        if !is_joint && !belongs_to_word(c) {
            is_inside = false;
        }
    }
    out
}

/// Characters that end no word between two letters: `don't`, `example.com`.
fn joins_letters(c: char) -> bool {
    matches!(
        c,
        '.' | ':'
            | '\''
            | '\u{b7}'
            | '\u{387}'
            | '\u{55f}'
            | '\u{5f4}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{fe13}'
            | '\u{fe52}'
            | '\u{fe55}'
            | '\u{ff07}'
            | '\u{ff0e}'
            | '\u{ff1a}'
    )
}

fn belongs_to_word(c: char) -> bool {
    // Ideographs and kana are words of their own.
    let is_east_asian = matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
    c == '_'
        || (c.is_alphanumeric() && !is_east_asian)
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{fe0f}')
}

fn titled(c: char) -> impl Iterator<Item = char> {
    let digraph = match c {
        '\u{1c4}'..='\u{1c6}' => Some('\u{1c5}'),
        '\u{1c7}'..='\u{1c9}' => Some('\u{1c8}'),
        '\u{1ca}'..='\u{1cc}' => Some('\u{1cb}'),
        '\u{1f1}'..='\u{1f3}' => Some('\u{1f2}'),
        _ => None,
    };
    let upper: Vec<char> = match digraph {
        Some(c) => vec![c],
        // A character that becomes several has only the first one large.
        None => {
            let mut upper = c.to_uppercase();
            let first = upper.next().into_iter();
            first.chain(upper.flat_map(char::to_lowercase)).collect()
        }
    };
    upper.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles() {
        for (text, expected) in [
            ("aa bb CC", "Aa Bb CC"),
            ("don't stop", "Don't Stop"),
            ("api-service on host.example.com:80", "Api-Service On Host.example.com:80"),
            ("foo_bar 3com a..b", "Foo_bar 3Com A..B"),
            ("", ""),
            ("école ßa", "École Ssa"),
        ] {
            assert_eq!(title(text), expected);
        }
        assert_eq!(upper("straße ÿ"), "STRAßE Ÿ");
        assert_eq!(lower("ÄÖ"), "äö");
    }
}

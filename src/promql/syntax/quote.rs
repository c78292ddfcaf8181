//! Text as Go prints it in quotes.
//!
//! Prometheus's messages use `%q` and `%#U`; the rules are those of Go's `strconv`.

pub(crate) use crate::promql::labels::quote;

/// `%.Nq`: the first `n` characters in quotes, and three dots.
pub(crate) fn truncated_quote(text: &str, n: usize) -> String {
    let head: String = text.chars().take(n).collect();
    format!("{}...", quote(&head))
}

/// `%q` of a character, or of the end of the text.
pub(crate) fn quote_char(c: Option<char>) -> String {
    // Go prints what is no character as the replacement character.
    let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
    match c {
        '\'' => "'\\''".to_string(),
        '"' => "'\"'".to_string(),
        c => {
            let quoted = quote(c.encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

/// `%#U` of a character.
pub(crate) fn unicode(c: char) -> String {
    let quoted = quote_char(Some(c));
    match quoted.starts_with("'\\") && c != '\\' && c != '\'' {
        true => format!("U+{:04X}", c as u32),
        false => format!("U+{:04X} '{c}'", c as u32),
    }
}

//! Looks for two characters one behind the other: what begins a parameter or an action is
//! looked for in every text of a project, again and again. (A search for any text has to
//! look at what it is to look for each time.)

/// Where two ASCII characters stand one behind the other for the first time.
pub fn find(text: &str, pair: &[u8; 2]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr(pair[0], &bytes[at..]) {
        if bytes.get(at + found + 1) == Some(&pair[1]) {
            return Some(at + found);
        }
        at += found + 1;
    }
    None
}

/// Whether they stand so anywhere.
pub fn is_in(text: &str, pair: &[u8; 2]) -> bool {
    find(text, pair).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_found() {
        for text in
            ["a{{b", "{a{{", "{{{", "{", "ü{ {", "", "a$", "$$ {", "$${x", "${", "a}}"]
        {
            assert_eq!(find(text, b"{{"), text.find("{{"), "{text}");
            assert_eq!(find(text, b"${"), text.find("${"), "{text}");
            assert_eq!(find(text, b"}}"), text.find("}}"), "{text}");
        }
        assert_eq!(find("ü{a{{", b"{{"), Some(4));
    }
}

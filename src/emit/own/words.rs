//! The words of Tera's that a template may use, for messages and the reference: Tera does
//! not give its own.

/// Tags that begin something or stand alone.
pub const TAGS: &[&str] = &[
    "block",
    "break",
    "component",
    "continue",
    "elif",
    "else",
    "extends",
    "filter",
    "for",
    "if",
    "include",
    "raw",
    "set",
    "set_global",
];

/// Filters: `<<project | upper>>`.
pub const FILTERS: &[&str] = &[
    "abs",
    "capitalize",
    "default",
    "escape",
    "escape_html",
    "escape_xml",
    "first",
    "float",
    "get",
    "group_by",
    "indent",
    "int",
    "join",
    "keys",
    "last",
    "length",
    "lower",
    "newlines_to_br",
    "nth",
    "pairs",
    "pluralize",
    "replace",
    "reverse",
    "round",
    "safe",
    "sort",
    "split",
    "str",
    "title",
    "trim",
    "trim_end",
    "trim_start",
    "truncate",
    "unique",
    "upper",
    "values",
    "wordcount",
];

/// Tests: `<% if alert is defined %>`.
pub const TESTS: &[&str] = &[
    "array",
    "bool",
    "containing",
    "defined",
    "divisible_by",
    "ending_with",
    "even",
    "float",
    "integer",
    "iterable",
    "map",
    "none",
    "number",
    "odd",
    "starting_with",
    "string",
    "undefined",
];

/// Functions: `<% for i in range(end=3) %>`.
pub const FUNCTIONS: &[&str] = &["range", "throw"];

/// All of them, by what Tera calls them.
pub const WORDS: &[(&str, &[&str])] =
    &[("filter", FILTERS), ("function", FUNCTIONS), ("tag", TAGS), ("test", TESTS)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::own::engine;

    /// What is said of a template.
    fn said(text: &str) -> String {
        let mut tera = engine::tera().unwrap();
        let added = tera.add_raw_templates([("a.tera", text)]);
        added.err().map_or(String::new(), |it| it.to_string())
    }

    #[test]
    fn tera_knows_all_words() {
        for (what, words) in WORDS {
            for word in words.iter().copied().chain(["nothing"]) {
                let text = match *what {
                    "filter" => format!("<<project | {word}>>"),
                    "function" => format!("<<{word}()>>"),
                    "test" => format!("<% if project is {word} %><% endif %>"),
                    // These end or go on with what another one began.
                    _ if matches!(word, "elif" | "else" | "raw") => continue,
                    _ => format!("<% {word} %>"),
                };
                let said = said(&text);
                let is_known = !said.contains("Unknown ");
                assert_eq!(is_known, word != "nothing", "{text}: {said}");
            }
        }
    }
}

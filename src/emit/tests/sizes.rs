//! Sizes of rules, as the operator itself measured them (v0.93.0).

use super::*;
use crate::emit::operator_size;

fn size(description: &str) -> usize {
    let rule = match alert("A", "up == 0", 0, &[("severity", "critical")]) {
        Rule::Alert(it) => {
            let annotations = pairs(&[("description", description)]);
            Rule::from(Alert { annotations, ..*it })
        }
        other => other,
    };
    operator_size::of(&group("alerts/a.toml", "a", vec![rule]))
}

#[test]
fn what_the_operator_refuses_is_an_error_though_it_could_be_applied() {
    let said = |text: String| {
        let rules = vec![alert("A", "up == 0", 0, &[("x", &text)])];
        let said = said(&book(vec![group("alerts/a.toml", "a", rules)]));
        said.iter().map(|it| (it.code, it.level)).collect::<Vec<_>>()
    };
    assert_eq!(said("😀".repeat(50_000)), []);
    assert_eq!(said("😀".repeat(60_000)), [("group-too-large", Level::Error)]);
    assert_eq!(said("word ".repeat(90_000)), [("group-too-large", Level::Warning)]);
    assert_eq!(said("word ".repeat(100_000)), [("group-too-large", Level::Error)]);
}

#[test]
fn a_group_has_the_size_that_the_operator_sees() {
    let all = [
        ("word ", 90_000, 498_134),
        ("x\n", 42_000, 420_133),
        ("\"<&> ", 60_000, 332_134),
        ("a: b # c \\ ", 30_000, 365_422),
        ("ä€😀", 30_000, 450_134),
        ("a\t", 100_000, 300_134),
        ("a\u{7}", 60_000, 180_134),
        ("it's a: b ", 40_000, 485_846),
        ("ä\u{7} word ", 40_000, 437_782),
        ("😀 word  ", 30_000, 558_134),
        ("Größe über 5 % ", 30_000, 588_134),
        ("\u{a0}x", 30_000, 90_132),
        ("'", 200_000, 400_134),
    ];
    for (text, n, expected) in all {
        assert_eq!(size(&text.repeat(n)), expected, "{text:?}");
    }
}

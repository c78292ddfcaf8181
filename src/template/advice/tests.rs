use super::{Advice, advice};
use crate::template::{TemplateError, parse_to_check};

fn advice_of(text: &str) -> Option<Advice> {
    let TemplateError { at, reason, .. } = parse_to_check(text).err()?;
    Some(advice(text, at, &reason))
}

/// Checks the place, the label and the help; nothing is the label where nothing is known.
#[track_caller]
fn check(text: &str, place: &str, label: &str, help: Option<&str>) {
    let found = advice_of(text).unwrap();
    let found_at = &text[found.at.bytes()];
    let label = if label.is_empty() { "the template does not parse here" } else { label };
    let wanted = (place, label, help);
    assert_eq!((found_at, found.label.as_str(), found.help.as_deref()), wanted, "{text}");
}

#[test]
fn what_is_written_in_its_place_parses() {
    for (text, place, instead) in [
        ("{{ if $value > 5 }}x{{ end }}", ">", "gt $value 5.0"),
        ("{{ if $labels.a == 'x' }}x{{ end }}", "==", "eq $labels.a \"x\""),
        ("{{ if $labels.a != 5 }}x{{ end }}", "!=", "ne $labels.a \"5\""),
        ("{{ if len $labels >= 2 }}x{{ end }}", ">=", "ge (len $labels) 2"),
        ("{{ if $labels.a =~ \"x.*\" }}x{{ end }}", "=~", "match \"x.*\" $labels.a"),
    ] {
        let help = format!("a comparison is a function: `{instead}`");
        check(text, place, "", Some(&help));
        assert!(parse_to_check(&format!("{{{{ {instead} }}}}")).is_ok(), "{instead}");
    }
}

#[test]
fn variables_in_scope_are_near() {
    let near = "did you mean `$pump`?";
    check("{{ range $pump := query \"a\" }}{{ $pmup }}{{ end }}", "$pmup", near, None);
    let near = "did you mean `$labels.x`?";
    check("{{ labels.x }}", "labels", near, None);
    let help = "declare it before the block, `$y := …`, and assign in it, `$y = …`";
    let label = "declared in a block that has ended";
    check("{{ if true }}{{ $y := 1 }}{{ end }}{{ $y }}", "$y", label, Some(help));
}

#[test]
fn where_nothing_is_known_nothing_is_told() {
    check("{{ @value }}", "@", "", None);
    check("{{ %s }}", "%", "", None);
    check(
        "{{ $value | zzzzzz 1 }}",
        "zzzzzz",
        "no function of templates of alerts",
        None,
    );
}

#[test]
fn any_text_has_places_in_it() {
    let parts = [
        "{{", "}}", " ", "$labels", ".", "a", "é", "\"", "'", "`", "(", ")", "|", "||",
        "==", "!", "[", "]", "-", "5", "%", ":", ",", "if", "end", "else", "printf",
        "/*", "“",
    ];
    let mut state = 1_u64;
    for _ in 0..5_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push_str(parts[(state >> 33) as usize % parts.len()]);
        }
        let Some(found) = advice_of(&text) else { continue };
        assert!(text.get(found.at.bytes()).is_some(), "{text:?} {found:?}");
    }
}

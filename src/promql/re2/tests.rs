use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern).unwrap_or_else(|it| panic!("{pattern}: {it}")).is_match(text)
}

fn message(pattern: &str) -> String {
    match check(pattern) {
        Ok(()) => panic!("{pattern} is accepted"),
        Err(it) => it.to_string(),
    }
}

#[test]
fn what_only_go_accepts() {
    for (pattern, yes, no) in [
        ("a{", "a{", "a"),
        ("a{1", "a{1", "a"),
        ("a{,5}", "a{,5}", "aa"),
        (r"\Qa.b\E+", "a.bb", "axb"),
        (r"\Qa.b", "a.b", "axb"),
        (r"\0", "\0", "0"),
        (r"\07", "\x07", "7"),
        (r"\101", "A", "101"),
        (r"\p{^Greek}", "a", "\u{3b1}"),
        (r"[\d-z]+", "1-z", "y"),
        ("[[a]+", "[a", "b"),
        ("(?P<a>x)(?P<a>y)", "xy", "x"),
        ("(?P<1a>x)", "x", "y"),
        ("[]a]", "]", "b"),
        ("[^]a]", "b", "]"),
        ("x^*", "x", "xx"),
    ] {
        assert!(matches(pattern, yes), "{pattern} should match {yes:?}");
        assert!(!matches(pattern, no), "{pattern} should not match {no:?}");
    }
}

#[test]
fn what_go_refuses() {
    for (pattern, words, part) in [
        ("(", "missing closing )", "("),
        ("a)", "unexpected )", "a)"),
        ("a)|(b", "unexpected )", "a)|(b"),
        ("*", "missing argument to repetition operator", "*"),
        ("a|*", "missing argument to repetition operator", "*"),
        ("(+?)", "missing argument to repetition operator", "+?"),
        ("a**", "invalid nested repetition operator", "**"),
        ("a++", "invalid nested repetition operator", "++"),
        ("a?+", "invalid nested repetition operator", "?+"),
        ("x{2}{3}", "invalid nested repetition operator", "{2}{3}"),
        ("x{1001}", "invalid repeat count", "{1001}"),
        ("x{3,2}", "invalid repeat count", "{3,2}"),
        ("(?:x{500}){3}", "invalid repeat count", "{3}"),
        (r"\u", "invalid escape sequence", r"\u"),
        (r"a\8", "invalid escape sequence", r"\8"),
        (r"\C", "invalid escape sequence", r"\C"),
        (r"\x{110000}", "invalid escape sequence", r"\x{110000"),
        (r"\x4", "invalid escape sequence", r"\x4"),
        (r"a\", "trailing backslash at end of expression", ""),
        ("(?R)", "invalid or unsupported Perl syntax", "(?R"),
        ("(?u)", "invalid or unsupported Perl syntax", "(?u"),
        ("(?-u)", "invalid or unsupported Perl syntax", "(?-u"),
        ("(?x)", "invalid or unsupported Perl syntax", "(?x"),
        ("(?i-)", "invalid or unsupported Perl syntax", "(?i-)"),
        ("(?i", "invalid or unsupported Perl syntax", "(?i"),
        ("(?=a)", "invalid or unsupported Perl syntax", "(?="),
        (r"\p{greek}", "invalid character class range", r"\p{greek}"),
        (r"\p{Letter}", "invalid character class range", r"\p{Letter}"),
        (r"\p{scx=Greek}", "invalid character class range", r"\p{scx=Greek}"),
        (r"\p", "invalid character class range", r"\p"),
        (r"\p{Greek", "invalid character class range", r"\p{Greek"),
        ("[[:foo:]]", "invalid character class range", "[:foo:]"),
        ("[a--b]", "invalid character class range", "a--"),
        ("[b-a]", "invalid character class range", "b-a"),
        (r"[a-\d]", "invalid escape sequence", r"\d"),
        ("[a", "missing closing ]", "[a"),
        ("(?P<a.b>x)", "invalid named capture", "(?P<a.b>"),
        ("(?P<a", "invalid named capture", "(?P<a"),
        ("(?<>x)", "invalid named capture", "(?<>"),
    ] {
        let expected = format!("error parsing regexp: {words}: `{part}`");
        assert_eq!(message(pattern), expected, "{pattern}");
    }
    let nested = format!("{}a{}", "(".repeat(2000), ")".repeat(2000));
    assert!(message(&nested).contains("expression nests too deeply"));
    let large = format!("{}{}", "((a{100}){100}){100}", "b");
    assert!(message(&large).contains("invalid repeat count"));
    let raw = crate::promql::raw::from_bytes(b"a\xff");
    assert!(message(&raw).contains("invalid UTF-8"));
}

#[test]
fn what_both_accept_with_another_meaning() {
    assert!(!matches(r"\d", "\u{663}"));
    assert!(!matches(r"\w", "\u{e9}"));
    assert!(!matches(r"\s", "\u{a0}"));
    assert!(!matches(r"\s", "\x0b"));
    assert!(matches(r"\S", "\u{a0}"));
    assert!(!matches(r"é\b", "é") && matches(r"e\b", "e"));
    assert!(matches("[a&&b]", "&"));
    assert!(matches("[a~~b]", "~"));
    assert!(matches("[[a]]", "[]") && !matches("[[a]]", "a"));
    assert!(matches(r"(?i)\w", "\u{17f}"));
    assert!(matches("(?i)k", "\u{212a}"));
}

#[test]
fn values_are_matched_whole() {
    for (pattern, yes, no) in [
        ("a|b|c", "b", "ab"),
        ("a|", "", "b"),
        ("", "", "a"),
        (".*", "x\ny", "\0never"),
        (".+", "x", ""),
        ("api-.*", "api-1", "xapi-1"),
        (".*-api", "1-api", "1-api-"),
        (".*api.*", "xapiy", "xap"),
        (".+api.+", "xapiy", "xapi"),
        (".+aa.+", "aaaa", "aaa"),
        ("a.+b", "axb", "ab"),
        ("a.*a", "aa", "a"),
        ("(foo|bar)-[12]", "bar-2", "bar-3"),
        ("5..", "503", "50"),
        ("a$|b", "a", "ab"),
        ("(?i:ab)", "aB", "abc"),
        ("é+", "éé", "e"),
        (r"a\.b", "a.b", "axb"),
        ("(?m)^a$", "a", "a\nb"),
        (r"x{2,3}", "xxx", "x"),
    ] {
        assert!(matches(pattern, yes), "{pattern} should match {yes:?}");
        if !no.starts_with('\0') {
            assert!(!matches(pattern, no), "{pattern} should not match {no:?}");
        }
    }
    let many: Vec<_> = (0..100).map(|it| format!("v{it}")).collect();
    assert!(matches(&many.join("|"), "v77") && !matches(&many.join("|"), "v770"));
}

#[test]
fn templates_are_expanded_as_go_does() {
    let regex = Regex::anchored("(?P<first>a+)(b)?(.*)").unwrap();
    let groups = regex.captures("aac d").unwrap();
    for (template, expected) in [
        ("$1", "aa"),
        ("${1}x", "aax"),
        ("$1x", ""),
        ("$first-$2-$3", "aa--c d"),
        ("$$1 $", "$1 $"),
        ("${1", "${1"),
        ("$0", "aac d"),
        ("$01", ""),
        ("$9", ""),
        ("${}", "${}"),
    ] {
        assert_eq!(regex.expand(template, "aac d", &groups), expected, "{template}");
    }
    assert!(Regex::anchored("(a").unwrap_err().to_string().ends_with("`^(?s:(a)$`"));
}

#[test]
fn all_matches_are_replaced() {
    for (pattern, text, template, expected) in [
        ("a+", "baaac", "<$0>", "b<aaa>c"),
        ("a*", "baaac", "-", "-b-c-"),
        ("", "ab", "-", "-a-b-"),
        ("(.)(.)", "abcd", "$2$1", "badc"),
        ("x", "abc", "-", "abc"),
        ("é*", "aé", "-", "-a-"),
    ] {
        let regex = Regex::new(pattern).unwrap();
        assert_eq!(regex.replace_all(text, template), expected, "{pattern}");
    }
}

#[test]
fn big_patterns_end_soon() {
    assert!(check(r"\pL{1000}").is_ok());
    assert!(!matches(r"(\pL{30})x", "a"));
    assert!(matches("(a*)*b", &format!("{}b", "a".repeat(10_000))));
}

//! Annotations and labels: parameters filled in, templates parsed.
//!
//! Inside `{{ … }}` a value becomes a literal of the template language: a number stays
//! one, a duration is its number of seconds (as in PromQL), anything else is a string.

use crate::diag::pair;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::dialect::Dialect;
use crate::promql::labels;
use crate::resolve::expression::seconds;
use crate::resolve::scope::Scope;
use crate::spec::duration;
use crate::spec::model::Value;
use crate::template::check::check_works;

/// Where in a template something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    /// Plain text.
    Text,
    /// An action, outside of its strings.
    Action,
    /// `"…"` in an action.
    Quoted,
    /// `` `…` `` in an action.
    Raw,
    /// `/* … */` in an action.
    Comment,
}

/// The template of a text; `None` if something is wrong with it, which is said.
pub(super) fn template(
    text: &Text,
    scope: &Scope,
    dialect: &Dialect,
    sink: &mut Sink,
) -> Option<Text> {
    scope.spaced(text, sink);
    let written = text.as_str();
    if !pair::is_in(written, b"{{") {
        return scope.text(text, sink);
    }
    let mut walker = Walker { text: written, at: 0, inside: Inside::Text };
    let filled = scope.text_with(text, sink, |used, value| {
        match walker.advance(used.range.start) {
            Inside::Text | Inside::Raw | Inside::Comment => value.text,
            Inside::Action => literal(&value),
            Inside::Quoted => escaped(&value.text),
        }
    })?;
    check_works(&filled, dialect, sink).then_some(filled)
}

/// Walks through a template and knows where it is.
struct Walker<'a> {
    text: &'a str,
    at: usize,
    inside: Inside,
}

impl Walker<'_> {
    fn advance(&mut self, to: usize) -> Inside {
        let bytes = self.text.as_bytes();
        while self.at < to {
            let (inside, length) = match (self.inside, &bytes[self.at..to]) {
                (Inside::Text, [b'{', b'{', ..]) => (Inside::Action, 2),
                (Inside::Action, [b'}', b'}', ..]) => (Inside::Text, 2),
                (Inside::Action, [b'/', b'*', ..]) => (Inside::Comment, 2),
                (Inside::Action, [b'"', ..]) => (Inside::Quoted, 1),
                (Inside::Action, [b'`', ..]) => (Inside::Raw, 1),
                (Inside::Quoted, [b'\\', ..]) => (Inside::Quoted, 2),
                (Inside::Quoted, [b'"', ..]) => (Inside::Action, 1),
                (Inside::Raw, [b'`', ..]) => (Inside::Action, 1),
                (Inside::Comment, [b'*', b'/', ..]) => (Inside::Action, 2),
                (inside, _) => (inside, 1),
            };
            self.inside = inside;
            self.at += length;
        }
        self.inside
    }
}

/// A value as a literal of the template language.
fn literal(value: &Value) -> Text {
    let text = value.text.as_str();
    let printed = match duration::parse(text) {
        _ if value.number || is_number(text) => return value.text.clone(),
        Ok(millis) => seconds(millis),
        Err(_) => labels::quote(text),
    };
    Text::opaque(&printed, value.text.span())
}

fn is_number(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_digit() || matches!(it, '-' | '.'))
        && text.parse::<f64>().is_ok()
}

/// A text as it stands between quotes.
fn escaped(text: &Text) -> Text {
    let quoted = labels::quote(text.as_str());
    match quoted.len() - 2 == text.as_str().len() {
        true => text.clone(),
        false => Text::opaque(&quoted[1..quoted.len() - 1], text.span()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};
    use crate::promql::dialect::Version;

    fn text(text: &str) -> Text {
        let end = text.len() as u32;
        Text::verbatim(text, Span { file: FileId(0), start: 0, end })
    }

    fn filled(written: &str) -> String {
        let mut scope = Scope::default();
        scope.set_value("ratio", Value { text: text("0.05"), number: true });
        scope.set("left", text("3d"));
        scope.set("job", text("api"));
        scope.set("odd", text("a \"b\""));
        template(&text(written), &scope, &Dialect::everything(), &mut Sink::new())
            .unwrap()
            .to_string()
    }

    #[test]
    fn values_are_literals_inside_actions_and_text_outside() {
        assert_eq!(filled("limit ${ratio}, ${left}"), "limit 0.05, 3d");
        assert_eq!(filled("{{ ${ratio} | humanize }}"), "{{ 0.05 | humanize }}");
        assert_eq!(
            filled("{{ ${left} | humanizeDuration }}"),
            "{{ 259200 | humanizeDuration }}"
        );
        assert_eq!(
            filled("{{ if eq $labels.job ${job} }}x{{ end }}"),
            "{{ if eq $labels.job \"api\" }}x{{ end }}"
        );
        assert_eq!(
            filled("{{ query \"up{job='${job}'}\" }} ${odd}"),
            "{{ query \"up{job='api'}\" }} a \"b\""
        );
        assert_eq!(filled("{{ printf \"${odd}\" }}"), "{{ printf \"a \\\"b\\\"\" }}");
        assert_eq!(
            filled("{{ query `up{job=\"${job}\"}` }}"),
            "{{ query `up{job=\"api\"}` }}"
        );
        assert_eq!(filled("}} ${left} {{ $value }} ${left}"), "}} 3d {{ $value }} 3d");
    }

    #[test]
    fn queries_are_those_of_the_server() {
        let is_sound = |query: &str, dialect: Dialect| {
            let written = format!("{{{{ range query \"{query}\" }}}}x{{{{ end }}}}");
            let sink = &mut Sink::new();
            template(&text(&written), &Scope::default(), &dialect, sink).is_some()
        };
        let (old, new) =
            (Dialect::new(Version::new(2, 53)), Dialect::new(Version::LATEST));
        let gone = "holt_winters(x[5m], 0.5, 0.5)";
        assert!(is_sound(gone, old) && !is_sound(gone, new));
        let experimental = "sort_by_label(x, 'a')";
        assert!(is_sound(experimental, Dialect::everything()));
        assert!(!is_sound(experimental, new) && !is_sound(experimental, old));
    }

    #[test]
    fn names_of_other_languages_stay() {
        let mut scope = Scope::default();
        scope.set("left", text("3d"));
        scope.set("prose", text("${ var.left } ${ left }"));
        let said = |written: &str| {
            let sink = &mut Sink::new();
            let filled = template(&text(written), &scope, &Dialect::everything(), sink);
            (filled.map(|it| it.to_string()), sink.n_errors())
        };
        let other = "${ var.region } ${ HOME } ${ name } {{ $value }} ${ $x }";
        assert_eq!(said(other), (Some(other.to_owned()), 0));
        assert_eq!(said("${ left }").1, 1);
        assert_eq!(said("{{ $value }} ${ job }").1, 1);
        assert_eq!(said("${prose}").1, 1);
    }
}

//! Variables in queries, filled in as Grafana's Prometheus data source does.
//!
//! Grafana's `templateSrv.ts` (where variables are), `formatRegistry.ts` (formats) and the
//! data source's `interpolateQueryExpr` (what stands without a format).

use std::ops::Range;

use crate::diag::text::{Text, TextBuilder};

/// A use of a variable: `$name`, `${name}`, `${name:format}`, `[[name]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Where it stands.
    pub at: Range<usize>,
    /// The variable.
    pub name: String,
    /// `regex` of `${name:regex}`.
    pub format: Option<String>,
}

/// What is chosen of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// The value of a variable that has one.
    One(String),
    /// Values of one that may have several.
    Several(Vec<String>),
    /// What stands for "All", as it is.
    Raw(String),
}

/// All uses of variables in a text, in order.
pub fn uses(text: &str) -> Vec<Use> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(['$', '[']).map(|it| at + it) {
        match one(&text[start..]) {
            Some((name, format, len)) => {
                out.push(Use { at: start..start + len, name, format });
                at = start + len;
            }
            None => at = start + 1,
        }
    }
    out
}

/// The use at the beginning of a text: name, format, bytes.
fn one(text: &str) -> Option<(String, Option<String>, usize)> {
    let word = |it: &str| {
        it.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').count()
    };
    if let Some(rest) = text.strip_prefix("${") {
        let end = rest.find('}')?;
        let (name, format) = split(&rest[..end]);
        let name = name.split('.').next().unwrap_or_default();
        let sound = !name.is_empty() && word(name) == name.len();
        return sound.then(|| (name.to_owned(), format, end + 3));
    }
    if let Some(rest) = text.strip_prefix("[[") {
        let end = rest.find("]]")?;
        let (name, format) = split(&rest[..end]);
        let sound = !name.is_empty() && word(name) == name.len();
        return sound.then(|| (name.to_owned(), format, end + 4));
    }
    let rest = text.strip_prefix('$')?;
    let len = word(rest);
    // `$1` is a group of `label_replace`.
    let sound = rest.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    sound.then(|| (rest[..len].to_owned(), None, len + 1))
}

fn split(text: &str) -> (&str, Option<String>) {
    match text.split_once(':') {
        Some((name, format)) => (name, Some(format.to_owned())),
        None => (text, None),
    }
}

/// A text with values in place of its variables; those without a value stay. Places stay.
pub fn filled(text: &Text, value: &dyn Fn(&Use) -> Option<String>) -> Text {
    let mut out = TextBuilder::new(text.span());
    let mut at = 0;
    for it in uses(text.as_str()) {
        let Some(value) = value(&it) else { continue };
        out.part(text, at..it.at.start);
        out.escape(&value, text.place(it.at.start, it.at.end).span);
        at = it.at.end;
    }
    out.part(text, at..text.as_str().len());
    out.finish()
}

/// What stands in a query for what is chosen.
pub fn written(chosen: &Chosen, format: Option<&str>) -> String {
    let all = match chosen {
        Chosen::Raw(it) => return it.clone(),
        Chosen::One(it) => std::slice::from_ref(it),
        Chosen::Several(all) => all,
    };
    let several =
        |left: &str, between: &str, right: &str, each: &dyn Fn(&str) -> String| {
            let parts: Vec<String> = all.iter().map(|it| each(it)).collect();
            match parts.len() {
                1 => parts[0].clone(),
                _ => format!("{left}{}{right}", parts.join(between)),
            }
        };
    let plain = |it: &str| it.to_owned();
    match format.map(|it| it.split(':').next().unwrap_or_default()) {
        None => match chosen {
            Chosen::One(it) => it.replace('\\', "\\\\").replace('\'', "\\\\'"),
            _ => several("(", "|", ")", &|it| escape(it, "\\\\")),
        },
        Some("regex") => several("(", "|", ")", &|it| escape(it, "\\")),
        Some("pipe") => several("", "|", "", &plain),
        Some("glob") => several("{", ",", "}", &plain),
        Some("singlequote") => quoted(all, '\''),
        Some("doublequote") => quoted(all, '"'),
        Some("text") => all.join(" + "),
        Some(_) => several("", ",", "", &plain),
    }
}

fn quoted(all: &[String], quote: char) -> String {
    let each = |it: &String| {
        format!("{quote}{}{quote}", it.replace(quote, &format!("\\{quote}")))
    };
    all.iter().map(each).collect::<Vec<_>>().join(",")
}

/// Escapes what has a meaning in a regular expression; `escape` is what stands before it,
/// twice as much in a string of a query.
fn escape(text: &str, escape: &str) -> String {
    let mut out = String::new();
    for it in text.chars() {
        match it {
            '\\' => out.push_str(&escape.repeat(2)),
            '$' | '^' | '*' | '{' | '}' | '[' | ']' | '\'' | '+' | '?' | '.' | '('
            | ')' | '|' => {
                out.push_str(escape);
                out.push(it);
            }
            _ => out.push(it),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};

    #[test]
    fn variables_are_filled_in_where_grafana_does() {
        let text =
            "a{b=~\"$b\",c=\"${c:raw}\",d=\"[[d]]\"}[$__rate_interval] $1 ${2} ${x.y} $";
        let span = Span { file: FileId(0), start: 10, end: 10 + text.len() as u32 };
        let got = filled(&Text::verbatim(text, span), &|it| match it.name.as_str() {
            "__rate_interval" => Some("5m".into()),
            "x" => None,
            name => Some(format!("<{name}{}>", it.format.as_deref().unwrap_or_default())),
        });
        let expect = "a{b=~\"<b>\",c=\"<craw>\",d=\"<d>\"}[5m] $1 <2> ${x.y} $";
        assert_eq!(got.as_str(), expect);
        let at = got.as_str().find("$1").unwrap();
        assert_eq!(
            got.place(at, at + 1).span.start as usize,
            10 + text.find("$1").unwrap()
        );
    }

    #[test]
    fn values_are_written_as_the_format_says() {
        let several = Chosen::Several(vec!["a.b".into(), "c".into()]);
        let one = Chosen::Several(vec!["a.b".into()]);
        let single = Chosen::One("a.b'c\\".into());
        for (chosen, format, expect) in [
            (&several, None, "(a\\\\.b|c)"),
            (&several, Some("regex"), "(a\\.b|c)"),
            (&several, Some("pipe"), "a.b|c"),
            (&several, Some("csv"), "a.b,c"),
            (&several, Some("glob"), "{a.b,c}"),
            (&several, Some("doublequote"), "\"a.b\",\"c\""),
            (&several, Some("text"), "a.b + c"),
            (&one, None, "a\\\\.b"),
            (&single, None, "a.b\\\\'c\\\\"),
            (&single, Some("raw"), "a.b'c\\"),
            (&Chosen::Raw(".+".into()), Some("regex"), ".+"),
        ] {
            assert_eq!(written(chosen, format), expect, "{chosen:?} {format:?}");
        }
    }
}

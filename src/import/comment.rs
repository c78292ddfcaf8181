//! Which part of a file a comment is about.

use crate::diag::source::Span;
use crate::doc::yaml::Comment;

/// A part of a file that has a place of its own in what is written.
#[derive(Clone, Copy, Debug)]
pub struct Part<T> {
    /// The part, as it was written.
    pub span: Span,
    /// What it is.
    pub id: T,
}

/// What a comment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About<T> {
    /// The whole file: it stands above all parts.
    Head,
    /// A part.
    Part(T),
    /// What is below all parts.
    Foot,
}

/// Says what each comment is about. `body` is where the parts begin: what stands above
/// it is about the file.
///
/// A comment at the end of a line is about the innermost part on that line, one on a
/// line of its own about what follows it within the part around it, or else about that.
pub fn place<T: Copy>(
    comments: &[Comment],
    parts: &[Part<T>],
    body: u32,
    source: &str,
) -> Vec<About<T>> {
    comments.iter().map(|it| about(it, parts, body, source)).collect()
}

fn about<T: Copy>(
    comment: &Comment,
    parts: &[Part<T>],
    body: u32,
    source: &str,
) -> About<T> {
    let at = comment.span.start;
    let line = source[..at as usize].rfind('\n').map_or(0, |it| it + 1) as u32;
    let len = |it: &&Part<T>| it.span.end - it.span.start;
    if !comment.own_line {
        let here = parts.iter().filter(|it| it.span.start < at && line <= it.span.end);
        if let Some(part) = here.min_by_key(len) {
            return About::Part(part.id);
        }
    }
    if at < body {
        return About::Head;
    }
    let around = parts.iter().filter(|it| it.span.start <= at && at < it.span.end);
    let around = around.min_by_key(len);
    let inside = |it: &&Part<T>| around.is_none_or(|outer| it.span.end <= outer.span.end);
    let next = parts.iter().filter(|it| at < it.span.start).filter(inside);
    // Of parts that begin together the outermost: its comment stands above it.
    let next = next.min_by_key(|it| (it.span.start, std::cmp::Reverse(len(it))));
    match next.or(around) {
        Some(part) => About::Part(part.id),
        None => About::Foot,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;
    use crate::doc::yaml;

    #[test]
    fn comments_belong_to_what_they_stand_at() {
        let source = "\
# licence
groups: # all
# one
- name: a # the first
  # x
  rules:
  - alert: A
    # inside
    expr: up # why
  # B
  - alert: B
    expr: down
  # end of a
# two
- name: b
# end
";
        let part = |id: &'static str, text: &str| {
            let start = source.find(text).unwrap() as u32;
            let end = start + text.len() as u32;
            Part { span: Span { file: FileId(0), start, end }, id }
        };
        let whole =
            &source[source.find("name: a").unwrap()..source.find("\n  # end").unwrap()];
        let parts = [
            part("a", whole),
            part("A", "alert: A\n    # inside\n    expr: up"),
            part("B", "alert: B\n    expr: down"),
            part("b", "name: b"),
        ];
        let comments = yaml::comments(FileId(0), source);
        let found =
            place(&comments, &parts, source.find("groups").unwrap() as u32, source);
        let shown: Vec<String> = comments
            .iter()
            .zip(found)
            .map(|(comment, about)| match about {
                About::Head => format!("{} head", comment.text),
                About::Part(id) => format!("{} {id}", comment.text),
                About::Foot => format!("{} foot", comment.text),
            })
            .collect();
        assert_eq!(
            shown,
            [
                " licence head",
                " all a",
                " one a",
                " the first a",
                " x A",
                " inside A",
                " why A",
                " B B",
                " end of a b",
                " two b",
                " end foot",
            ]
        );
    }
}

//! The comments of a YAML file, which its tree does not hold.

use granit_parser::{Event, Options, Parser};

use crate::diag::source::{FileId, Span};

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From its `#` to the end of the line.
    pub span: Span,
    /// What follows the `#`, without blanks at the end.
    pub text: String,
    /// Whether it has its line for itself.
    pub own_line: bool,
}

/// The comments of a file in order, as far as its syntax is sound.
pub fn comments(file: FileId, text: &str) -> Vec<Comment> {
    let mut options = Options::default();
    options.emit_comments = true;
    options.max_buffered_comment_events = usize::MAX;
    options.emit_unresolved_aliases = true;
    let mut out = Vec::new();
    for event in Parser::new_from_str_with_options(text, options) {
        let Ok((event, span)) = event else { break };
        let Event::Comment(..) = event else { continue };
        let (Some(start), Some(end)) = (span.start.byte_offset(), span.end.byte_offset())
        else {
            continue;
        };
        let Some(written) = text.get(start..end) else { continue };
        let line = text[..start].rfind('\n').map_or(0, |it| it + 1);
        out.push(Comment {
            span: Span { file, start: start as u32, end: end as u32 },
            text: written.trim_start_matches('#').trim_end().to_string(),
            own_line: text[line..start].trim().is_empty(),
        });
    }
    out.sort_by_key(|it| it.span);
    out.dedup();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_found_where_they_stand() {
        let text = "# head\na: 1 # why\nb: |\n  # text\n## end\nc: '#'\n";
        let all = comments(FileId(0), text);
        let shown: Vec<_> = all
            .iter()
            .map(|it| {
                let at = it.span.start as usize..it.span.end as usize;
                (&text[at], it.text.as_str(), it.own_line)
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("# head", " head", true),
                ("# why", " why", false),
                ("## end", " end", true),
            ]
        );
    }
}

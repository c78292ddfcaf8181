//! Says what is wrong with a YAML file, where the parser's own words are not enough.

use granit_parser::{ErrorKind, ScanError};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::{FileId, Span};

/// The message of a syntax error.
pub(super) fn syntax(
    file: FileId,
    text: &str,
    error: &ScanError,
    bracket: Option<Span>,
) -> Diagnostic {
    let diagnostic = told(file, text, error);
    match (bracket, error.kind()) {
        (_, ErrorKind::RecursionLimitExceeded) | (None, _) => diagnostic,
        (Some(open), _) if diagnostic.place() == Some(open) => diagnostic,
        (Some(open), _) => diagnostic.context(open, "this bracket is still open"),
    }
}

fn told(file: FileId, text: &str, error: &ScanError) -> Diagnostic {
    let marker = error.marker();
    let mut start = marker.byte_offset().unwrap_or(text.len()).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    // At the end of the text, the last thing in it says more than nothing.
    if text[start..].trim().is_empty() {
        start = text.trim_end().len();
    }
    let len = text[start..].chars().next().map_or(0, |it| match it {
        '\n' | '\r' => 0,
        it => it.len_utf8(),
    });
    let at = Span { file, start: start as u32, end: (start + len) as u32 };
    let code = "yaml-syntax";
    match error.kind() {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => {
            let line = text[..start].rfind('\n').map_or(0, |it| it + 1);
            let tab = text[line..].find('\t').map_or(at.start, |it| (line + it) as u32);
            let at = Span { start: tab, end: tab + 1, ..at };
            Diagnostic::error(code, "tab in the indentation")
                .at(at, "YAML does not indent by tabs")
                .help("indent by spaces")
        }
        ErrorKind::RecursionLimitExceeded => {
            Diagnostic::error("nested-too-deep", "value is nested too deep")
                .at(at, "more than 100 collections around this")
        }
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            Diagnostic::error(code, "`:` begins a value where none can be")
                .at(at, "no key stands before this")
                .help("put text that holds `: ` into quotes, and check the indentation")
        }
        ErrorKind::UnclosedQuotedScalar => {
            Diagnostic::error(code, "string is not closed").at(at, "no quote ends this")
        }
        ErrorKind::UnclosedFlowCollection { open } => {
            let title = format!("`{open}` is not closed");
            Diagnostic::error(code, title).at(at, "no bracket ends this")
        }
        ErrorKind::ExpectedBlockMappingKey => Diagnostic::error(code, "expected a key")
            .at(at, "neither a key of this mapping nor its end")
            .help("check the indentation"),
        ErrorKind::SimpleKeyExpected => {
            Diagnostic::error(code, "expected `:` after a key")
                .at(at, "a key without `:`")
                .help("check the indentation and the quotes")
        }
        ErrorKind::ExpectedBlockSequenceEntry => Diagnostic::error(code, "expected `- `")
            .at(at, "neither an item of this list nor its end")
            .help("check the indentation"),
        ErrorKind::UnknownQuotedScalarEscape => {
            let at = escape(text, at).unwrap_or(at);
            Diagnostic::error(code, "unknown escape in a string")
                .at(at, "YAML has no such escape")
                .help("write `\\\\` for a backslash, or use single quotes")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let title = format!("value begins with `{character}`");
            Diagnostic::error(code, title)
                .at(at, "YAML reserves this character")
                .help("put the value into quotes")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => {
            Diagnostic::error(code, "text behind the end of a string")
                .at(at, "the string ended before this")
                .help("write `''` for a quote inside single quotes")
        }
        _ => Diagnostic::error(code, error.info().to_lowercase()).at(at, ""),
    }
}

/// The first escape that YAML does not have in the string at `at`.
fn escape(text: &str, at: Span) -> Option<Span> {
    let mut rest = text[at.start as usize..].char_indices();
    while let Some((idx, it)) = rest.next() {
        if it != '\\' {
            continue;
        }
        let (_, sign) = rest.next()?;
        if !"0abtnvfreN_LP \"/\\xuU\t\r\n".contains(sign) {
            let start = at.start + idx as u32;
            return Some(Span { start, end: start + 1 + sign.len_utf8() as u32, ..at });
        }
    }
    None
}

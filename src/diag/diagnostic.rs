//! What is wrong, where, and what to write instead: plain data.

use crate::diag::contrast::Contrast;
use crate::diag::source::{FileId, Span};
use crate::diag::text::{Place, Text};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing can be built from this.
    Error,
    /// A finding that the project does not take: shown as an error, while everything can be
    /// built.
    Denied,
    /// Very likely a mistake.
    Warning,
    /// Worth knowing.
    Note,
}

/// A place with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is here; may be empty.
    pub text: String,
    /// Whether this is the place of the fault, or context for it.
    pub primary: bool,
}

/// A change of source text that mends the fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, as an order: "write `5m`".
    pub title: String,
    /// The replacements; they do not overlap.
    pub edits: Vec<(Span, String)>,
    /// Whether it keeps the meaning, so that it can be applied without looking.
    pub safe: bool,
}

/// One message.
///
/// Style: the title is lower case, without full stop and without "you", names stand in
/// backticks; a label says what is here, a help says what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// Kebab-case name of the kind of fault, stable for scripts.
    pub code: &'static str,
    /// What is wrong, in one line.
    pub title: String,
    /// The places; the first primary one is where the message belongs.
    pub labels: Vec<Label>,
    /// What is expected beside what is found.
    pub contrasts: Vec<Contrast>,
    /// Background.
    pub notes: Vec<String>,
    /// Background in columns, for where all letters are equally wide.
    pub tables: Vec<String>,
    /// What to write instead.
    pub help: Vec<String>,
    /// A change that mends it.
    pub fix: Option<Fix>,
    /// Another message about the same cause: this one is shown only where that is not said,
    /// nor one of its code at this place.
    pub unless: Option<Box<Unless>>,
}

/// A message that tells the cause of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unless {
    /// Its code.
    pub code: &'static str,
    /// Its title.
    pub title: String,
    /// The files that it may be about.
    pub files: Vec<FileId>,
}

impl Diagnostic {
    fn new(level: Level, code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            level,
            code,
            title: title.into(),
            labels: Vec::new(),
            contrasts: Vec::new(),
            notes: Vec::new(),
            tables: Vec::new(),
            help: Vec::new(),
            fix: None,
            unless: None,
        }
    }

    /// An error.
    pub fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Level::Error, code, title)
    }

    /// A warning.
    pub fn warning(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Level::Warning, code, title)
    }

    /// Adds the place of the fault.
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into(), primary: true });
        self
    }

    /// Adds a place that explains the fault.
    pub fn context(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    /// Adds the place of the bytes `start..end` of a decoded text: where they were
    /// written and, when they came from a parameter, where it was used.
    pub fn within(
        mut self,
        text: &Text,
        start: usize,
        end: usize,
        label: impl Into<String>,
    ) -> Diagnostic {
        let Place { span, via } = text.place(start, end);
        self = self.at(span, label);
        for (use_site, name) in via {
            self = self.context(use_site, format!("in the value of `{name}`, used here"));
        }
        self
    }

    /// Adds two texts that should be the same.
    pub fn contrast(mut self, contrast: Contrast) -> Diagnostic {
        self.contrasts.push(contrast);
        self
    }

    /// Adds background.
    pub fn note(mut self, text: impl Into<String>) -> Diagnostic {
        self.notes.push(text.into());
        self
    }

    /// Adds background in columns.
    pub fn table(mut self, text: impl Into<String>) -> Diagnostic {
        self.tables.push(text.into());
        self
    }

    /// Adds what to write.
    pub fn help(mut self, text: impl Into<String>) -> Diagnostic {
        self.help.push(text.into());
        self
    }

    /// Adds a change that mends it.
    pub fn fix(mut self, fix: Fix) -> Diagnostic {
        self.fix = Some(fix);
        self
    }

    /// Where the message belongs: its first primary label, else its first label.
    pub fn place(&self) -> Option<Span> {
        self.labels.iter().find(|it| it.primary).or(self.labels.first()).map(|it| it.span)
    }
}

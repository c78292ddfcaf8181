//! What a lint is.

use crate::diag::diagnostic::{self, Diagnostic};
use crate::lint::context::{Context, Site};

/// Everything about a lint.
#[derive(Debug)]
pub struct Lint {
    /// Its name, which is the code of its findings: `counter-without-rate`.
    pub name: &'static str,
    /// What becomes of its findings where nobody says otherwise; [`Level::Off`] for what is
    /// a matter of policy or taste.
    pub level: Level,
    /// What it finds: a sentence of Markdown.
    pub summary: &'static str,
    /// Why that matters: sentences of Markdown.
    pub why: &'static str,
    /// What it finds, as one writes it: PromQL, TOML or what fits.
    pub example: &'static str,
    /// What to write in its place: sentences of Markdown.
    pub instead: &'static str,
    /// Checks of other linters that find the same: `pint promql/rate`.
    pub peers: &'static [&'static str],
    /// How it looks.
    pub check: Check,
}

/// What becomes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not looked for.
    Off,
    /// It is a warning.
    Warn,
    /// It fails.
    Deny,
}

/// A finding, and the rule that it is about, if it is about one.
pub type Found<'a> = (Option<Site<'a>>, Diagnostic);

/// How a lint looks.
#[derive(Clone, Copy)]
pub enum Check {
    /// At one rule after the other.
    Rule(for<'a> fn(&Context<'a>, Site<'a>, &mut Vec<Diagnostic>)),
    /// At everything of an environment.
    Book(for<'a> fn(&Context<'a>, &mut Vec<Found<'a>>)),
    /// At dashboards, all of them together: [`crate::lint::dashboard::findings`].
    Dashboard,
    /// Not here: it is found on the way, by another room.
    Elsewhere,
}

/// Lints about one matter.
#[derive(Debug)]
pub struct Family {
    /// Its name.
    pub name: &'static str,
    /// What it is about: a heading.
    pub title: &'static str,
    /// The lints.
    pub lints: &'static [&'static Lint],
}

impl Lint {
    /// A finding of this lint.
    pub fn finding(&self, title: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(self.name, title)
    }
}

impl Level {
    /// The level of a word.
    pub fn of(word: &str) -> Option<Level> {
        Some(match word {
            "off" => Level::Off,
            "warn" => Level::Warn,
            "deny" => Level::Deny,
            _ => return None,
        })
    }

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }

    /// Its word as a value in Markdown.
    pub const fn quoted(self) -> &'static str {
        match self {
            Level::Off => "`\"off\"`",
            Level::Warn => "`\"warn\"`",
            Level::Deny => "`\"deny\"`",
        }
    }

    /// The level of messages; nothing where there is none.
    pub fn of_messages(self) -> Option<diagnostic::Level> {
        match self {
            Level::Off => None,
            Level::Warn => Some(diagnostic::Level::Warning),
            Level::Deny => Some(diagnostic::Level::Denied),
        }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Check::Rule(_) => "Rule",
            Check::Book(_) => "Book",
            Check::Dashboard => "Dashboard",
            Check::Elsewhere => "Elsewhere",
        })
    }
}

//! Which lints count, and how much.

use crate::lint::table::{Level, Lint};

/// Which lints count, and how much.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Whether those count that are a matter of policy or taste.
    pub strict: bool,
    /// Levels by name, which the project gives.
    pub levels: Vec<(String, Level)>,
    /// The only lints that count; empty for all.
    pub only: Vec<String>,
}

impl Config {
    /// The level of a lint.
    pub fn level(&self, lint: &Lint) -> Level {
        let given = self.levels.iter().find(|it| it.0 == lint.name).map(|it| it.1);
        if !self.only.is_empty() {
            let named = self.only.iter().any(|it| it == lint.name);
            let least = given.unwrap_or(lint.level).max(Level::Warn);
            return if named { least } else { Level::Off };
        }
        match (given, lint.level) {
            (Some(it), _) => it,
            (None, Level::Off) if self.strict => Level::Warn,
            (None, it) => it,
        }
    }

    /// Whether a lint counts.
    pub fn has(&self, lint: &Lint) -> bool {
        self.level(lint) != Level::Off
    }
}

//! Which lints count: what the manifest says of them, and the command line.

use crate::cli::args::Check;
use crate::cli::session::Session;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::lint::config::Config;
use crate::lint::table::Level;
use crate::lint::{NAMES, lookup};
use crate::spec::model;

/// What a project says of lints.
pub fn of_project(lints: &model::Lints) -> Config {
    let level = |(name, level): &(_, _)| -> Option<(String, Level)> {
        let (name, level): (&crate::diag::text::Text, &crate::diag::text::Text) =
            (name, level);
        Some((name.to_string(), Level::of(level.as_str())?))
    };
    let levels = lints.levels.iter().filter_map(level).collect();
    Config { strict: lints.strict, levels, ..Config::default() }
}

/// The same with what the command line of `check` adds.
pub fn of_check(base: Config, args: &Check, session: &mut Session) -> Config {
    for name in args.only.iter().filter(|it| lookup(it).is_none()) {
        let title = format!("there is no lint `{name}`");
        let help = match suggest::nearest(name, NAMES) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`aqua-alerts explain` lists them".to_owned(),
        };
        session.sink.push(Diagnostic::error("bad-argument", title).help(help));
    }
    Config { strict: base.strict || args.strict, only: args.only.clone(), ..base }
}

/// Gives what was found on the way the levels that it has.
pub fn apply(config: &Config, sink: &mut Sink) {
    sink.judge(|code| match lookup(code) {
        Some(lint) => config.level(lint).of_messages(),
        None if config.only.is_empty() => Some(crate::diag::diagnostic::Level::Warning),
        None => None,
    });
}

//! Options and commands that are typed wrong: which one was meant.

use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::cli::fs;
use crate::diag::suggest::nearest;

/// What commands of other tools are called here.
const COMMANDS: &[(&str, &str)] = &[
    ("compile", "build"),
    ("convert", "import"),
    ("create", "init"),
    ("diff", "build --check"),
    ("format", "fmt"),
    ("generate", "build"),
    ("lint", "check"),
    ("new", "init"),
    ("render", "build"),
    ("validate", "check"),
    ("verify", "check"),
];

/// Options of other tools that choose tests, by their whole words.
const CHOICES: &[&str] =
    &["-k", "-t", "--alert", "--filter", "--grep", "--name", "--only"];

/// Gives an error about an unknown command or option the one that was meant; `typed` are
/// the arguments, `command` is the whole program.
pub fn advised(mut error: Error, mut command: Command, typed: &[String]) -> Error {
    if error.kind() == ErrorKind::InvalidSubcommand {
        if let Some(ContextValue::String(wrong)) =
            error.get(ContextKind::InvalidSubcommand)
            && let Some((_, meant)) = COMMANDS.iter().find(|it| it.0 == wrong)
        {
            let meant = ContextValue::Strings(vec![(*meant).to_owned()]);
            error.insert(ContextKind::SuggestedSubcommand, meant);
        }
        return error;
    }
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    let wrong = wrong.clone();
    command.build();
    // Which command it was clap knows: what stands before it may be the value of an option.
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let mut sub = &command;
    for word in usage.split_whitespace().take_while(|it| !it.starts_with(['[', '<', '-']))
    {
        sub = sub.find_subcommand(word).unwrap_or(sub);
    }
    let Some(meant) = meant(&wrong, sub, typed) else { return error };
    let usage = sub.clone().render_usage();
    error.remove(ContextKind::Suggested);
    error.remove(ContextKind::TrailingArg);
    error.insert(ContextKind::SuggestedArg, ContextValue::String(meant));
    error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    error
}

/// The option of a command that was meant by an argument that it does not take.
fn meant(wrong: &str, command: &Command, typed: &[String]) -> Option<String> {
    match command.get_name() {
        "test" if CHOICES.contains(&wrong) => return Some("--run".to_owned()),
        "build" if !wrong.starts_with('-') => return built(wrong),
        _ => {}
    }
    // Of `-run` clap knows `-r` only.
    let is_it =
        |it: &&String| it.starts_with(wrong) && it.starts_with('-') && 2 < it.len();
    let word = typed.iter().find(is_it)?;
    let name = word.trim_start_matches('-');
    let name = name.split_once('=').map_or(name, |it| it.0);
    let known: Vec<&str> =
        command.get_arguments().filter_map(|it| it.get_long()).collect();
    let exact = known.iter().copied().find(|it| *it == name);
    let near = exact.or_else(|| nearest(name, known.iter().copied()))?;
    Some(format!("--{near}"))
}

/// What was meant by a word behind `build`: the folder of a project, or an environment.
fn built(word: &str) -> Option<String> {
    if fs::exists(Path::new(word), fs::MANIFEST) {
        return Some(format!("-C {word}"));
    }
    let inner = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    word.bytes().all(inner).then(|| format!("--env {word}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Args;

    fn said(line: &str) -> String {
        let typed: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let error = Args::command().try_get_matches_from(&typed).unwrap_err();
        advised(error, Args::command(), &typed[1..]).to_string()
    }

    #[test]
    fn the_nearest_option_is_named() {
        for (line, near) in [
            ("aqua-alerts build --evn staging", "--env"),
            ("aqua-alerts test -run x", "--run"),
            ("aqua-alerts check --strct", "--strict"),
            ("aqua-alerts test --reprot=junit=x", "--report"),
            ("aqua-alerts -C test check --strct", "--strict"),
            ("aqua-alerts -C build check --fxi", "--fix"),
            ("aqua-alerts runbooks new --colr x", "--color"),
        ] {
            let said = said(line);
            assert!(said.contains(&format!("exists: '{near}'")), "{line}: {said}");
        }
        for (line, meant) in [
            ("aqua-alerts lint", "check"),
            ("aqua-alerts diff", "build --check"),
            ("aqua-alerts test -k down", "--run"),
            ("aqua-alerts test --alert ApiDown", "--run"),
            ("aqua-alerts build staging", "--env staging"),
            ("aqua-alerts build .", "-C ."),
        ] {
            let said = said(line);
            assert!(said.contains(&format!("exists: '{meant}'")), "{line}: {said}");
        }
        for line in ["aqua-alerts build src/", "aqua-alerts build alerts/api.toml"] {
            assert!(!said(line).contains("exists"), "{line}");
        }
        assert!(!said("aqua-alerts check --alert x").contains("--run"));
        assert!(said("aqua-alerts -C test check --strct").contains("alerts check"));
        assert!(said("aqua-alerts runbooks new --colr x").contains("runbooks new"));
        let said = said("aqua-alerts test -x");
        assert!(!said.contains("exists"), "{said}");
    }
}

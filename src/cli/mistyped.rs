//! Options that are typed wrong: which one was meant.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

use crate::diag::suggest::nearest;

/// Gives an error about an unknown option the nearest one that there is; `typed` are the
/// arguments, `command` is the whole program.
pub fn advised(mut error: Error, mut command: Command, typed: &[String]) -> Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(wrong)) = error.get(ContextKind::InvalidArg) else {
        return error;
    };
    // Of `-run` clap knows `-r` only.
    let is_it = |it: &&String| {
        it.starts_with(wrong.as_str()) && it.starts_with('-') && 2 < it.len()
    };
    let Some(word) = typed.iter().find(is_it) else { return error };
    let name = word.trim_start_matches('-');
    let name = name.split_once('=').map_or(name, |it| it.0);
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
    let known: Vec<&str> = sub.get_arguments().filter_map(|it| it.get_long()).collect();
    let exact = known.iter().copied().find(|it| *it == name);
    let Some(near) = exact.or_else(|| nearest(name, known.iter().copied())) else {
        return error;
    };
    let near = format!("--{near}");
    let usage = sub.clone().render_usage();
    error.remove(ContextKind::Suggested);
    error.remove(ContextKind::TrailingArg);
    error.insert(ContextKind::SuggestedArg, ContextValue::String(near));
    error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
    error
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
        assert!(said("aqua-alerts -C test check --strct").contains("alerts check"));
        assert!(said("aqua-alerts runbooks new --colr x").contains("runbooks new"));
        let said = said("aqua-alerts test -x");
        assert!(!said.contains("exists"), "{said}");
    }
}

//! Parameters that only other environments give: of the project, of a file, of a rule.

use std::collections::HashSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::resolve::environment::Server;
use crate::spec::model::{Definition, Environment, File, Label};

/// So many environments are named in one message.
const MAX_NAMED: usize = 5;

/// Where something differs by environment, the nearest to a rule first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// `env.<name>` of a rule.
    Rule,
    /// `[env.<name>]` of an alerts file or a pack.
    File,
    /// `[env.<name>]` of the manifest.
    Project,
}

/// A parameter that another environment gives, and this one does not.
#[derive(Clone, Debug)]
pub(super) struct Elsewhere {
    /// Its name, where the other one gives it.
    pub parameter: Text,
    /// The other one.
    env: String,
    level: Level,
    /// What this one gives instead, where its name is nearly the same.
    near: Option<Text>,
}

/// The parameters that an environment gives at one level.
type Given<'a> = (&'a str, Vec<&'a Text>);

/// What other environments than those of `chain` give at a level.
fn others(level: Level, all: &[Given<'_>], chain: &[&Environment]) -> Vec<Elsewhere> {
    let is_here = |it: &&Given<'_>| chain.iter().any(|env| env.name == it.0);
    let there = || all.iter().filter(|it| !is_here(it));
    if there().next().is_none() {
        return Vec::new();
    }
    let here: HashSet<&str> =
        all.iter().filter(is_here).flat_map(|it| &it.1).map(|it| it.as_str()).collect();
    let known: HashSet<&str> =
        there().flat_map(|it| &it.1).map(|it| it.as_str()).collect();
    // What only this one has may be misspelt.
    let own = || {
        let all = all.iter().filter(is_here).flat_map(|it| &it.1);
        all.filter(|it| !known.contains(it.as_str()))
    };
    let mut out = Vec::new();
    for (env, names) in there() {
        for name in names.iter().filter(|it| !here.contains(it.as_str())) {
            let near = suggest::nearest(name.as_str(), own().map(|it| it.as_str()));
            let near = own().find(|it| Some(it.as_str()) == near);
            out.push(Elsewhere {
                parameter: (*name).clone(),
                env: (*env).to_owned(),
                level,
                near: near.map(|it| (*it).clone()),
            });
        }
    }
    out
}

/// The parameters that environments of the project give and those of `chain` do not.
pub(super) fn of_project(all: &[Environment], chain: &[&Environment]) -> Vec<Elsewhere> {
    let given = |it: &'_ Environment| -> Vec<Text> {
        let is_cluster = |it: &&Label| it.name.as_str() == "cluster";
        let cluster = it.external_labels.iter().filter(is_cluster).map(|it| &it.name);
        it.parameters.iter().map(|it| &it.key).chain(cluster).cloned().collect()
    };
    let names: Vec<(&str, Vec<Text>)> =
        all.iter().map(|it| (it.name.as_str(), given(it))).collect();
    let names: Vec<Given<'_>> =
        names.iter().map(|it| (it.0, it.1.iter().collect())).collect();
    others(Level::Project, &names, chain)
}

/// The same of a file or a pack.
pub(super) fn of_file(file: &File, server: &Server<'_>) -> Vec<Elsewhere> {
    if file.env.iter().all(|it| it.body.parameters.is_empty()) {
        return Vec::new();
    }
    let names = file.env.iter().map(|it| {
        (it.env.as_str(), it.body.parameters.iter().map(|it| &it.key).collect())
    });
    others(Level::File, &names.collect::<Vec<_>>(), &server.chain)
}

/// The same of what differs in a rule by environment.
pub(super) fn of_rule<'a>(
    envs: impl Iterator<Item = &'a (Text, Definition)>,
    server: &Server<'_>,
) -> Vec<Elsewhere> {
    let mut all: Vec<Given<'_>> = Vec::new();
    for (env, above) in envs {
        let mut names: Vec<&Text> = above.each.iter().map(|it| &it.key).collect();
        let bodies =
            [&above.body].into_iter().chain(above.tiers.iter().map(|it| &it.body));
        names.extend(bodies.flat_map(|it| &it.parameters).map(|it| &it.key));
        if !names.is_empty() {
            all.push((env.as_str(), names));
        }
    }
    others(Level::Rule, &all, &server.chain)
}

/// The error about such a parameter, which the environment `env` uses at a place.
pub(super) fn unknown(
    name: &str,
    all: &[Elsewhere],
    env: &Text,
    used: Span,
) -> Option<Diagnostic> {
    let all: Vec<&Elsewhere> =
        all.iter().filter(|it| it.parameter.as_str() == name).collect();
    let nearest = all.iter().min_by_key(|it| it.level)?;
    let Elsewhere { parameter, level, near, .. } = nearest;
    let mut envs: Vec<&str> = Vec::new();
    for it in &all {
        if !envs.contains(&it.env.as_str()) {
            envs.push(&it.env);
        }
    }
    let given = match envs.as_slice() {
        [one] => format!("only the environment `{one}` gives it a value"),
        _ => {
            let named = suggest::list(envs.iter().copied(), MAX_NAMED);
            format!("only the environments {named} give it a value")
        }
    };
    let title = format!("the parameter `{name}` has no value in the environment `{env}`");
    let error = Diagnostic::error("unknown-parameter", title);
    let error = match near {
        Some(near) => error
            .at(near.span(), format!("did you mean `{name}`?"))
            .context(parameter.span(), given),
        None => error.at(parameter.span(), given),
    };
    let error = match level {
        Level::Project if near.is_none() => error.context(env.span(), "gives it none"),
        Level::Project | Level::File | Level::Rule => error,
    };
    let error = error.context(used, "used here");
    if near.is_some() {
        return Some(error);
    }
    let place = match level {
        Level::Project => format!("in `[env.{env}]`"),
        Level::File => format!("in `[env.{env}]` of the file"),
        Level::Rule => format!("under `env.{env}`"),
    };
    Some(error.help(match (level, name) {
        (Level::Project, "namespace" | "cluster") => {
            format!("give it one {place} too: `let = {{ {name} = \"…\" }}`")
        }
        (Level::Project, _) => format!(
            "give it one {place} too, or in `[defaults]` for all: `let = {{ {name} = … }}`"
        ),
        (Level::File | Level::Rule, _) => {
            format!("give it one {place} too, or under `let` for all environments")
        }
    }))
}

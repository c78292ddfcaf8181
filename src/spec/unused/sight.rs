//! What is known around a parameter: who uses its name, and who else gives it a value.

use std::sync::OnceLock;

use crate::doc::parameter;
use crate::spec::form;
use crate::spec::model::{Body, Definition, Project, Tier};
use crate::spec::unused::Names;

/// What a parameter may be used by, and who else gives values to parameters.
pub(super) struct Sight<'a> {
    pub(super) uses: Names<'a>,
    pub(super) given: &'a Given<'a>,
    /// The rule that it belongs to, and changes of that; nothing where it belongs to none.
    pub(super) rule: Option<Vec<&'a Definition>>,
}

impl Sight<'_> {
    /// Whether a name is used that has no value: that is said where it is used.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        let gives = |it: &Definition| gives(it, name);
        let of_rules = match &self.rule {
            Some(rule) => rule.iter().any(|it| gives(it)),
            None => definitions(self.given.project).any(gives),
        };
        self.uses.contains(name) && !of_rules && !self.given.has(name)
    }

    /// Whether the alert's expression uses a name that only other tiers than this one give:
    /// then this is said.
    pub(super) fn is_lacked(
        &self,
        name: &str,
        (alert, tier): (&Definition, &Tier),
    ) -> bool {
        let here = |it: &Body| it.parameters.iter().any(|it| it.key.as_str() == name);
        let expr = alert.body.expr.iter().filter_map(|it| it.value.as_ref());
        let mut names = expr.flat_map(|it| parameter::names(it.as_str()));
        let mut each = alert.each.iter().map(|it| it.key.as_str());
        let is_whole = self.rule.as_ref().is_some_and(|it| it.len() == 1);
        is_whole
            && tier.body.expr.is_none()
            && names.any(|it| it == name)
            && alert.tiers.iter().any(|it| here(&it.body))
            && !here(&tier.body)
            && !here(&alert.body)
            && !each.any(|it| it == name)
            && !alert.env.iter().any(|it| {
                let of_tier = it.1.tiers.iter().filter(|it| it.key == tier.key);
                here(&it.1.body) || of_tier.clone().any(|it| here(&it.body))
            })
            && !self.given.has(name)
    }
}

/// The parameters that something other than a rule gives a value, gathered where one is
/// asked for.
pub(super) struct Given<'a> {
    project: &'a Project,
    names: OnceLock<Names<'a>>,
}

impl<'a> Given<'a> {
    pub(super) fn of(project: &'a Project) -> Given<'a> {
        Given { project, names: OnceLock::new() }
    }

    pub(super) fn project(&self) -> &'a Project {
        self.project
    }

    fn has(&self, name: &str) -> bool {
        self.names.get_or_init(|| around_rules(self.project)).contains(name)
    }
}

fn around_rules(project: &Project) -> Names<'_> {
    let manifest = &project.manifest;
    let mut bodies: Vec<&Body> = vec![&manifest.defaults];
    for file in project.files.iter().chain(&project.packs) {
        bodies.push(&file.defaults);
        bodies.extend(file.env.iter().map(|it| &it.body));
        bodies.extend(file.vendored.iter().flat_map(|it| it.bodies()));
        bodies.extend(file.uses.iter().map(|it| &it.body));
    }
    let of_envs = manifest.environments.iter().flat_map(|it| &it.parameters);
    let parameters = bodies.into_iter().flat_map(|it| &it.parameters).chain(of_envs);
    let names = parameters.map(|it| it.key.as_str());
    names.chain(form::BUILT_IN.iter().copied()).collect()
}

/// All rules, and what uses of packs change of them.
fn definitions(project: &Project) -> impl Iterator<Item = &Definition> {
    let files = project.files.iter().chain(&project.packs);
    files.flat_map(|file| {
        let uses = file.uses.iter();
        let changes = uses.flat_map(|it| it.alerts.iter().chain(&it.records));
        file.rules.iter().map(|it| &it.definition).chain(changes.map(|it| &it.1))
    })
}

/// Whether a definition, one of its tiers or overrides gives a parameter a value.
fn gives(definition: &Definition, name: &str) -> bool {
    let mut parameters = definition.bodies().into_iter().flat_map(|it| &it.parameters);
    parameters.any(|it| it.key.as_str() == name)
        || definition.each.iter().any(|it| it.key.as_str() == name)
        || definition.env.iter().any(|it| gives(&it.1, name))
}

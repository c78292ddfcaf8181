//! Where a rule comes from: an alerts file, or a pack through the uses that brought it.

use crate::diag::text::Text;
use crate::resolve::elsewhere::{self, Elsewhere};
use crate::resolve::environment::Server;
use crate::resolve::layers;
use crate::resolve::scope::Scope;
use crate::spec::model::{
    Body, Definition, File, Parameter, Project, Rule, RuleKind, Switch, Use,
};

/// A file, and the packs through which its rules come, the outermost first.
#[derive(Clone, Debug)]
pub struct Origin<'a> {
    /// The project.
    pub project: &'a Project,
    /// The alerts file.
    pub file: &'a File,
    /// Uses and the packs that they bring.
    pub packs: Vec<(&'a Use, &'a File)>,
}

/// What a rule says after all layers.
#[derive(Clone, Debug)]
pub struct Merged {
    /// What it says in the environment.
    pub definition: Definition,
    /// Severities as they were before any override by environment: of the alert, then of
    /// its tiers.
    pub written: Vec<Option<Text>>,
    /// The last `true` or `false` that an environment gave to the whole rule.
    pub switch: Option<Switch>,
    /// The same for each tier.
    pub tier_switches: Vec<Option<Switch>>,
    /// Parameters that the rule has in other environments only.
    pub(super) elsewhere: Vec<Elsewhere>,
}

impl<'a> Origin<'a> {
    /// An alerts file's own rules.
    pub fn of(project: &'a Project, file: &'a File) -> Origin<'a> {
        Origin { project, file, packs: Vec::new() }
    }

    /// The rules of a pack that this one uses, if there is one of that name that does
    /// not use itself.
    pub fn using(&self, used: &'a Use) -> Option<Origin<'a>> {
        let name = used.pack.as_str();
        if self.packs.iter().any(|it| it.1.name == name) {
            return None;
        }
        let pack = self.project.packs.iter().find(|it| it.name == name)?;
        let mut packs = self.packs.clone();
        packs.push((used, pack));
        Some(Origin { packs, ..*self })
    }

    /// The file or pack in which the rules stand.
    pub fn source(&self) -> &'a File {
        self.packs.last().map_or(self.file, |it| it.1)
    }

    /// The file, then the packs through which the rules come.
    fn files(&self) -> impl DoubleEndedIterator<Item = &'a File> {
        [self.file].into_iter().chain(self.packs.iter().map(|it| it.1))
    }

    /// The name of a group: that of the file, of a pack's use, or one declared there.
    pub fn group_name(&self, declared: Option<&str>) -> String {
        let uses: Vec<&str> = self.packs.iter().map(|it| it.0.key.as_str()).collect();
        let own = match uses.is_empty() {
            true => self.file.name.clone(),
            false => uses.join("-"),
        };
        match declared {
            None => own,
            Some(name) if uses.is_empty() || name == self.source().name => {
                match uses.len() {
                    0 => name.to_string(),
                    _ => own,
                }
            }
            Some(name) => format!("{own}-{name}"),
        }
    }

    /// What holds for every rule before it says anything itself.
    pub(super) fn defaults(&self, server: &Server<'_>) -> Body {
        let mut out = self.project.manifest.defaults.clone();
        layers::parameters(&mut out.parameters, &server.parameters);
        layers::body(&mut out, &self.file.defaults);
        for (_, pack) in &self.packs {
            // Groups are declared in the file that names them.
            out.group = None;
            layers::body(&mut out, &pack.defaults);
        }
        out
    }

    /// The same with what the file and the packs say of the environment.
    pub(super) fn body(&self, server: &Server<'_>) -> Body {
        let mut out = self.defaults(server);
        for env in &server.chain {
            for it in self.files().flat_map(|it| &it.env) {
                if it.env.as_str() == env.name {
                    layers::body(&mut out, &it.body);
                }
            }
        }
        out
    }

    /// All layers of a rule, merged.
    pub fn merge(&self, rule: &Rule, server: &Server<'_>) -> Merged {
        let change = self.packs.last().and_then(|it| {
            let changes = match rule.kind {
                RuleKind::Alert => &it.0.alerts,
                RuleKind::Record => &it.0.records,
            };
            changes.iter().find(|it| it.0 == rule.key).map(|it| &it.1)
        });
        let mut all = Definition { body: self.defaults(server), ..Definition::default() };
        all.tiers = rule.definition.tiers.clone();
        layers::without_tiers(&mut all, &rule.definition);
        for (used, _) in self.packs.iter().rev() {
            layers::body(&mut all.body, &used.body);
        }
        if let Some(change) = change {
            layers::definition(&mut all, change);
        }
        let written = [&all.body].into_iter().chain(all.tiers.iter().map(|it| &it.body));
        let written: Vec<_> = written
            .map(|it| it.severity.as_ref().and_then(|it| it.value.clone()))
            .collect();
        let mut switch = None;
        let mut tier_switches = vec![None; all.tiers.len()];
        for env in &server.chain {
            for file in self.files() {
                for it in file.env.iter().filter(|it| it.env.as_str() == env.name) {
                    let grouped =
                        it.body.group.is_some() && !std::ptr::eq(file, self.source());
                    let group = all.body.group.clone();
                    layers::body(&mut all.body, &it.body);
                    if grouped {
                        all.body.group = group;
                    }
                }
            }
            let own = rule.definition.env.iter();
            let used = change.iter().flat_map(|it| &it.env);
            for (_, above) in own.chain(used).filter(|it| it.0.as_str() == env.name) {
                layers::definition(&mut all, above);
                switch = above.switch.or(switch);
                for tier in &above.tiers {
                    let idx = all.tiers.iter().position(|it| it.key == tier.key);
                    if let Some(idx) = idx {
                        tier_switches[idx] = tier.switch.or(tier_switches[idx]);
                    }
                }
            }
        }
        let envs = change.iter().flat_map(|it| &it.env).chain(&rule.definition.env);
        let elsewhere = elsewhere::of_rule(envs, server);
        Merged { definition: all, written, switch, tier_switches, elsewhere }
    }

    /// The job that rules of a body are about, before parameters are filled in.
    pub fn job(&self, body: &Body) -> Option<Text> {
        let given = body.job.as_ref().and_then(|it| it.value.clone());
        let probes = self.file.probes.as_slice();
        given.or_else(|| match (self.file.services.as_slice(), probes) {
            ([only], _) => Some(only.key.clone()),
            ([], [only]) => Some(only.key.clone()),
            _ => None,
        })
    }

    /// Parameters in an environment.
    pub fn scope_of(&self, server: &Server<'_>, parameters: &[Parameter]) -> Scope {
        let files = [self.source(), self.file];
        let mut scope = Scope::new(server, parameters);
        for file in self.files().rev() {
            scope.elsewhere(elsewhere::of_file(file, server));
        }
        let refused = files.iter().filter_map(|it| it.refused.clone()).collect();
        scope.in_faulty(files.iter().any(|it| it.faulty), refused)
    }

    /// The parameters of the file, for what is not a rule.
    pub fn scope(&self, server: &Server<'_>) -> Scope {
        let body = self.body(server);
        let mut scope = self.scope_of(server, &body.parameters);
        if let Some(job) = self.job(&body) {
            scope.set("job", job);
        }
        scope
    }
}

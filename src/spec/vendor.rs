//! What a project changes in rule files that others wrote.

use std::collections::BTreeSet;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::reader::Fields;
use crate::spec::body;
use crate::spec::keys::vendor::TIER;
use crate::spec::model::{Body, Definition, Project, RuleKind, Switch, Tier};
use crate::spec::rule_file::{Known, is_path};

/// A use of a rule file.
#[derive(Clone, Debug)]
pub struct Use {
    /// The path, as the key of the use.
    pub path: Text,
    /// What is changed in every environment.
    pub changes: Changes,
    /// What differs by environment.
    pub env: Vec<(Text, Changes)>,
}

/// Changes of a rule file.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// `false` or `true` for the whole file.
    pub switch: Option<Switch>,
    /// What holds for every alert.
    pub body: Body,
    /// Changes of alerts, by name; their tiers are severities as the file has them.
    pub alerts: Vec<(Text, Definition)>,
    /// Changes of records, by name.
    pub records: Vec<(Text, Definition)>,
}

impl Use {
    /// All changes: those for every environment, and those for single ones.
    fn all(&self) -> impl Iterator<Item = &Changes> {
        [&self.changes].into_iter().chain(self.env.iter().map(|it| &it.1))
    }

    /// All bodies in it.
    pub fn bodies(&self) -> Vec<&Body> {
        let mut out = Vec::new();
        for changes in self.all() {
            out.push(&changes.body);
            let both = changes.alerts.iter().chain(&changes.records);
            both.for_each(|it| out.extend(it.1.bodies()));
        }
        out
    }
}

/// Reads the uses of rule files in `[use]`.
pub(super) fn uses(table: &Fields<'_>, sink: &mut Sink) -> Vec<Use> {
    let mut out = Vec::new();
    for (entry, fields) in table.other_tables() {
        if is_path(entry.key.as_str()) {
            let changes = changes(None, Some(&fields), sink);
            let env = match fields.table("env") {
                Some(envs) => named(&envs, self::changes, sink),
                None => Vec::new(),
            };
            out.push(Use { path: entry.key.clone(), changes, env });
        }
    }
    out
}

fn changes(
    switch: Option<Switch>,
    fields: Option<&Fields<'_>>,
    sink: &mut Sink,
) -> Changes {
    let Some(fields) = fields else { return Changes { switch, ..Changes::default() } };
    let records = fields.table("record").map(|it| named(&it, change, sink));
    Changes {
        switch,
        body: body::body(fields, sink),
        alerts: named(fields, change, sink),
        records: records.unwrap_or_default(),
    }
}

fn change(
    switch: Option<Switch>,
    fields: Option<&Fields<'_>>,
    sink: &mut Sink,
) -> Definition {
    let Some(fields) = fields else {
        return Definition { switch, ..Definition::default() };
    };
    let mut tiers = Vec::new();
    for entry in fields.others() {
        let below = Fields::of(&entry.value, &TIER).map(|it| body::body(&it, sink));
        tiers.push(Tier {
            key: entry.key.clone(),
            switch: body::switch(&entry.value),
            body: below.unwrap_or_default(),
        });
    }
    let envs = fields.table_if_taken("env");
    let env = envs.map(|it| named(&it, change, sink)).unwrap_or_default();
    let (body, per) = (body::body(fields, sink), body::per(fields));
    Definition { switch, body, per, tiers, env, ..Definition::default() }
}

/// Reads tables or switches by name.
fn named<T>(
    fields: &Fields<'_>,
    read: fn(Option<Switch>, Option<&Fields<'_>>, &mut Sink) -> T,
    sink: &mut Sink,
) -> Vec<(Text, T)> {
    let tables = fields.other_tables();
    let mut out = Vec::new();
    for entry in fields.others() {
        let below = tables.iter().find(|it| std::ptr::eq(it.0, entry)).map(|it| &it.1);
        out.push((entry.key.clone(), read(body::switch(&entry.value), below, sink)));
    }
    out
}

/// Says which changes are of rules that another rule file has, or of severities that the
/// alerts of a name do not have. Names that no rule file has have been reported.
pub(super) fn check(project: &Project, sink: &mut Sink) {
    for used in project.files.iter().flat_map(|it| &it.vendored) {
        let path = used.path.as_str();
        let Some(file) = project.rule_files.iter().find(|it| it.path == path) else {
            continue;
        };
        for changes in used.all() {
            let both = [
                (RuleKind::Alert, "alert", &changes.alerts),
                (RuleKind::Record, "record", &changes.records),
            ];
            for (kind, what, changes) in both {
                for (name, change) in changes {
                    let is = |it: &&Known| it.kind == kind && &it.name == name;
                    let rules: Vec<&Known> = file.rules.iter().filter(is).collect();
                    if !rules.is_empty() {
                        for change in change.env.iter().map(|it| &it.1).chain([change]) {
                            severities(project, &rules, change, sink);
                        }
                        continue;
                    }
                    let mut others = project.rule_files.iter();
                    if let Some(other) =
                        others.find(|it| it.rules.iter().any(|it| is(&it)))
                    {
                        let title = format!("`{path}` has no {what} `{name}`");
                        sink.push(
                            Diagnostic::error("unknown-name", title)
                                .at(name.span(), format!("stands in `{}`", other.path))
                                .help("change it where that file is used"),
                        );
                    }
                }
            }
        }
    }
}

fn severities(project: &Project, rules: &[&Known], change: &Definition, sink: &mut Sink) {
    let severities = || rules.iter().filter_map(|it| it.severity.as_ref());
    let all = || project.rule_files.iter().flat_map(|it| &it.rules);
    for tier in &change.tiers {
        let known = all().any(|it| it.severity.as_ref() == Some(&tier.key));
        if !known || severities().any(|it| it == &tier.key) {
            continue;
        }
        let name = &rules[0].name;
        let title = format!("no `{name}` has the severity `{}`", tier.key);
        let error = Diagnostic::error("unknown-name", title);
        let names: BTreeSet<&str> = severities().map(Text::as_str).collect();
        let near = suggest::nearest(tier.key.as_str(), names.iter().copied());
        let error = match near {
            Some(near) => error.at(tier.key.span(), format!("did you mean `{near}`?")),
            None => error.at(tier.key.span(), "not a severity of it in the rule file"),
        };
        let error = error.context(name.span(), "the alert");
        sink.push(match names.is_empty() {
            true => {
                error.help(format!("write the keys themselves: `{name}.for = \"…\"`"))
            }
            false => error.help(format!("there is {}", suggest::list(names, 10))),
        });
    }
}

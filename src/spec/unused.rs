//! Parameters that nothing uses: a key misspelt, most likely.
//!
//! A use in any environment, tier or override counts, so that what is said does not
//! depend on the environments that are built. Parameters of the manifest are not looked
//! at: tests and dashboards use them too.

use std::collections::{HashMap, HashSet};

use crate::diag::diagnostic::{Diagnostic, Unless};
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::node::Node;
use crate::doc::parameter;
use crate::spec::keys::alert;
use crate::spec::model::{Body, Definition, File, Parameter, Project, Rule, Use};
use crate::spec::read::apart;

type Names<'a> = HashSet<&'a str>;

/// The files and packs that use a pack, by its name.
type Users<'a> = HashMap<&'a str, Vec<&'a File>>;

/// Where a parameter is seen.
struct Seen<'a> {
    /// The names that are used there.
    uses: Names<'a>,
    /// The files.
    files: Vec<FileId>,
}

/// Says which parameters of files, packs, alerts and tiers nothing uses.
pub(super) fn check(project: &Project, sink: &mut Sink) {
    let mut outer = Names::new();
    body_uses(&project.manifest.defaults, &mut outer);
    for env in &project.manifest.environments {
        env.parameters.iter().for_each(|it| text_uses(&it.value.text, &mut outer));
    }
    if let Some(page) = &project.manifest.runbooks.page {
        text_uses(page, &mut outer);
    }
    for owner in &project.manifest.owners {
        for label in owner.labels.iter().chain(&owner.annotations) {
            label.field.value.iter().for_each(|it| text_uses(it, &mut outer));
        }
    }
    let all = project.files.iter().chain(&project.packs);
    let mut users = Users::new();
    for file in all.clone() {
        let packs: HashSet<&str> = file.uses.iter().map(|it| it.pack.as_str()).collect();
        packs.into_iter().for_each(|it| users.entry(it).or_default().push(file));
    }
    let files: Vec<&File> = all.clone().collect();
    apart(&files, sink, |file, sink| check_file(project, file, &users, &outer, sink));
    // What a use gives to a pack must be used by the pack or one that the pack uses.
    for (file, used) in all.flat_map(|file| file.uses.iter().map(move |it| (file, it))) {
        let mut uses = outer.clone();
        file_own_uses(file, &mut uses);
        packs_uses(project, used.pack.as_str(), &mut uses, &mut Vec::new());
        body_uses(&used.body, &mut uses);
        for (_, change) in used.alerts.iter().chain(&used.records) {
            definition_uses(change, &mut uses);
        }
        let files = files_of(project, file, [used]);
        report(&used.body.parameters, &Seen { uses, files: files.clone() }, false, sink);
        let pack = project.packs.iter().find(|it| it.name == used.pack.as_str());
        for (key, change) in used.alerts.iter().chain(&used.records) {
            let Some(rule) =
                pack.and_then(|it| it.rules.iter().find(|it| &it.key == key))
            else {
                continue;
            };
            let mut uses = file_wide(&users, file, &outer);
            pack.iter().for_each(|it| file_own_uses(it, &mut uses));
            body_uses(&used.body, &mut uses);
            definition_uses(&rule.definition, &mut uses);
            definition_uses(change, &mut uses);
            check_definition(change, &Seen { uses, files: files.clone() }, sink);
        }
    }
}

fn check_file<'a>(
    project: &'a Project,
    file: &'a File,
    users: &Users<'a>,
    outer: &Names<'a>,
    sink: &mut Sink,
) {
    let bodies = || file.env.iter().map(|it| &it.body).chain([&file.defaults]);
    let around = |uses: &'a [Use]| {
        let users = users_of(users, file).map(|it| it.span.file);
        files_of(project, file, uses).into_iter().chain(users).collect()
    };
    if bodies().any(|it| !it.parameters.is_empty()) {
        let uses = below_file(project, file, outer);
        let seen = Seen { uses, files: around(&file.uses) };
        bodies().for_each(|it| report(&it.parameters, &seen, false, sink));
    }
    let wide = file_wide(users, file, outer);
    let may_lack = |it: &&Rule| {
        let of = &it.definition;
        has_parameters(of) && (!of.env.is_empty() || !uses_all(of))
    };
    for rule in file.rules.iter().filter(may_lack) {
        let mut uses = wide.clone();
        rule_uses(rule, &mut uses);
        // A pack's rule is changed where the pack is used.
        let uses_of = users_of(users, file).flat_map(|it| &it.uses);
        for used in uses_of.filter(|it| it.pack.as_str() == file.name) {
            let changes = used.alerts.iter().chain(&used.records);
            for (_, change) in changes.filter(|it| it.0 == rule.key) {
                definition_uses(change, &mut uses);
            }
        }
        let seen = Seen { uses, files: around(&[]) };
        check_definition(&rule.definition, &seen, sink);
    }
}

/// A file, the packs of some of its uses, and what is around all files.
fn files_of<'a>(
    project: &'a Project,
    file: &File,
    uses: impl IntoIterator<Item = &'a Use>,
) -> Vec<FileId> {
    let mut out = vec![project.manifest.name.span().file, file.span.file];
    let mut left: Vec<&Use> = uses.into_iter().collect();
    while let Some(used) = left.pop() {
        let pack = project.packs.iter().find(|it| it.name == used.pack.as_str());
        if let Some(pack) = pack.filter(|it| !out.contains(&it.span.file)) {
            out.push(pack.span.file);
            left.extend(&pack.uses);
        }
    }
    out
}

/// Whether a definition gives values to parameters.
fn has_parameters(definition: &Definition) -> bool {
    !definition.each.is_empty()
        || definition.bodies().into_iter().any(|it| !it.parameters.is_empty())
        || definition.env.iter().any(|it| has_parameters(&it.1))
}

/// Whether the texts of a definition without overrides use all parameters to which it gives
/// values. Most do in their first text, and nobody needs to know what is used around them.
fn uses_all(definition: &Definition) -> bool {
    let bodies = definition.bodies();
    let given = bodies.iter().flat_map(|it| &it.parameters).map(|it| &it.key);
    let each = definition.each.iter().map(|it| &it.key);
    let mut left: Names<'_> = given.chain(each).map(Text::as_str).collect();
    for text in bodies.into_iter().flat_map(Body::texts) {
        for name in parameter::names(text.as_str()) {
            left.remove(name);
        }
        if left.is_empty() {
            return true;
        }
    }
    left.is_empty()
}

/// What a file and all below it use, and everything around it.
fn below_file<'a>(project: &'a Project, file: &'a File, outer: &Names<'a>) -> Names<'a> {
    let mut uses = outer.clone();
    file_own_uses(file, &mut uses);
    for rule in &file.rules {
        rule_uses(rule, &mut uses);
    }
    for service in &file.services {
        let settings = service.env.iter().map(|it| &it.1);
        for settings in settings.chain([&service.settings]) {
            for label in &settings.match_labels {
                label.field.value.iter().for_each(|it| text_uses(it, &mut uses));
            }
            settings.namespaces.iter().flatten().for_each(|it| text_uses(it, &mut uses));
            let below = settings.endpoints.iter().flat_map(|it| &it.fields);
            for (_, node) in settings.fields.iter().chain(below) {
                node_uses(node, &mut uses);
            }
        }
    }
    for probe in &file.probes {
        let changes = probe.env.iter().flat_map(|it| &it.1.fields);
        probe.fields.iter().chain(changes).for_each(|it| node_uses(&it.1, &mut uses));
    }
    for used in &file.uses {
        packs_uses(project, used.pack.as_str(), &mut uses, &mut Vec::new());
        for (_, change) in used.alerts.iter().chain(&used.records) {
            definition_uses(change, &mut uses);
        }
    }
    uses
}

fn check_definition(definition: &Definition, seen: &Seen<'_>, sink: &mut Sink) {
    report(&definition.body.parameters, seen, false, sink);
    for each in &definition.each {
        if !seen.uses.contains(each.key.as_str()) {
            unused(&each.key, seen, false, sink);
        }
    }
    for tier in &definition.tiers {
        report(&tier.body.parameters, seen, true, sink);
    }
    for (_, change) in &definition.env {
        check_definition(change, seen, sink);
    }
}

fn report(parameters: &[Parameter], seen: &Seen<'_>, of_tier: bool, sink: &mut Sink) {
    for parameter in parameters {
        let name = parameter.key.as_str();
        // Built-in ones are used where nothing shows it: `namespaces` of services.
        if !seen.uses.contains(name) && name != "namespace" && name != "cluster" {
            unused(&parameter.key, seen, of_tier, sink);
        }
    }
}

fn unused(key: &Text, seen: &Seen<'_>, of_tier: bool, sink: &mut Sink) {
    let keys = match of_tier {
        true => alert::TIER.keys,
        false => &[],
    };
    let mut used: Vec<&str> = seen.uses.iter().copied().collect();
    used.sort_unstable();
    let known = keys.iter().map(|it| it.name);
    let near = suggest::nearest(key.as_str(), known.chain(used));
    let title = format!("the parameter `{key}` is used nowhere");
    let error = Diagnostic::error("unused-parameter", title);
    let mut error = match near {
        Some(near) => error.at(key.span(), format!("did you mean `{near}`?")),
        None => error.at(key.span(), "no expression, label or annotation uses it"),
    };
    // One of the two names may be misspelt, which is said where the other one is used: not
    // every use is resolved, so that it is not known yet.
    let told = |near: &str| Unless {
        code: "unknown-parameter",
        title: format!("unknown parameter `{near}`"),
        files: seen.files.clone(),
    };
    error.unless = near.map(|near| Box::new(told(near)));
    sink.push_once(error.help(match of_tier {
        true => format!("a key that is none of a tier's is a parameter: use it as `${{{key}}}`, or take it out"),
        false => format!("use it as `${{{key}}}`, or take it out"),
    }));
}

/// What values in a file, its defaults included, and everything around it use.
fn file_wide<'a>(users: &Users<'a>, file: &'a File, outer: &Names<'a>) -> Names<'a> {
    let mut uses = outer.clone();
    file_own_uses(file, &mut uses);
    // The values of a file are seen by the packs that it uses.
    for other in users_of(users, file) {
        file_own_uses(other, &mut uses);
        other.uses.iter().for_each(|it| body_uses(&it.body, &mut uses));
    }
    uses
}

fn users_of<'a>(users: &Users<'a>, file: &File) -> impl Iterator<Item = &'a File> {
    users.get(file.name.as_str()).into_iter().flatten().copied()
}

fn file_own_uses<'a>(file: &'a File, uses: &mut Names<'a>) {
    body_uses(&file.defaults, uses);
    let changes = file.vendored.iter().flat_map(|it| it.bodies());
    changes.for_each(|it| body_uses(it, uses));
    file.env.iter().for_each(|it| body_uses(&it.body, uses));
}

/// What a pack and those that it uses use; `seen` are the packs that were looked at.
fn packs_uses<'a>(
    project: &'a Project,
    name: &'a str,
    uses: &mut Names<'a>,
    seen: &mut Vec<&'a str>,
) {
    let Some(pack) = project.packs.iter().find(|it| it.name == name) else { return };
    if seen.contains(&name) {
        return;
    }
    seen.push(name);
    file_own_uses(pack, uses);
    pack.rules.iter().for_each(|it| rule_uses(it, uses));
    for used in &pack.uses {
        body_uses(&used.body, uses);
        for (_, change) in used.alerts.iter().chain(&used.records) {
            definition_uses(change, uses);
        }
        packs_uses(project, used.pack.as_str(), uses, seen);
    }
}

fn rule_uses<'a>(rule: &'a Rule, uses: &mut Names<'a>) {
    text_uses(&rule.key, uses);
    definition_uses(&rule.definition, uses);
}

fn definition_uses<'a>(definition: &'a Definition, uses: &mut Names<'a>) {
    definition.bodies().into_iter().for_each(|it| body_uses(it, uses));
    let values = definition.each.iter().flat_map(|it| &it.values);
    values.for_each(|it| text_uses(&it.text, uses));
}

fn body_uses<'a>(body: &'a Body, uses: &mut Names<'a>) {
    body.texts().into_iter().for_each(|it| text_uses(it, uses));
    // What was meant to use them is said of the expression.
    let expr = body.expr.iter().filter_map(|it| it.value.as_ref());
    uses.extend(expr.flat_map(|it| parameter::misspelt_names(it.as_str())));
}

fn text_uses<'a>(text: &'a Text, uses: &mut Names<'a>) {
    uses.extend(parameter::names(text.as_str()));
}

fn node_uses<'a>(node: &'a Node, uses: &mut Names<'a>) {
    if let Some(text) = node.as_text() {
        text_uses(text, uses);
    }
    node.as_array().unwrap_or_default().iter().for_each(|it| node_uses(it, uses));
    node.as_table().into_iter().flatten().for_each(|it| node_uses(&it.value, uses));
}

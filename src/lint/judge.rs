//! Runs all lints that count and leaves out what authors allow.
//!
//! What is found at one place in several environments, tiers and services is one finding.
//! A permission that permits nothing is a finding too, where its lint has looked.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::grafana::model::Dashboard;
use crate::lint::config::Config;
use crate::lint::context::{Context, Site};
use crate::lint::dashboard::{self, at_panel, is_needless};
use crate::lint::look::{Raw, look};
use crate::lint::table::{Check, Lint};
use crate::lint::{NAMES, lookup, meta, permits};
use crate::promql::dialect::Dialect;
use crate::rules::allow::Allow;
use crate::rules::dashboard::Board;

/// What was found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The lint.
    pub lint: &'static Lint,
    /// The name of the rule that it is about first.
    pub subject: Option<Arc<str>>,
    /// The message, at the level that the project gives it.
    pub said: Diagnostic,
}

/// Collects over environments and dashboards what is found.
#[derive(Debug)]
pub struct Judge<'c> {
    config: &'c Config,
    found: Vec<Merged>,
    /// By lint and place, and which of those about one rule it is.
    places: HashMap<(&'static str, Option<Span>, usize), usize>,
    /// How many the rule that is looked at has at a place.
    of_rule: HashMap<(&'static str, Option<Span>), usize>,
    /// Permissions by their places; whether they are a dashboard's.
    permits: BTreeMap<Span, (Allow, bool)>,
    used: HashSet<Span>,
    /// Whether what other rooms find was held against permissions.
    elsewhere: bool,
}

/// A finding in the making.
#[derive(Debug)]
struct Merged {
    lint: &'static Lint,
    subject: Option<Arc<str>>,
    said: Diagnostic,
    envs: Vec<String>,
    /// In how many rules that have the same text it was found.
    n_rules: usize,
    text: Option<Span>,
}

impl<'c> Judge<'c> {
    /// Nothing was found yet.
    pub fn new(config: &'c Config) -> Judge<'c> {
        Judge {
            config,
            found: Vec::new(),
            places: HashMap::new(),
            of_rule: HashMap::new(),
            permits: BTreeMap::new(),
            used: HashSet::new(),
            elsewhere: false,
        }
    }

    /// Judges the rules of all environments.
    pub fn rules(&mut self, contexts: &[Context<'_>]) {
        let begin = self.found.len();
        let mut uses: HashMap<Span, usize> = HashMap::new();
        let mut envs: Vec<&str> = Vec::new();
        for context in contexts {
            envs.extend(context.env());
            for site in context.sites() {
                *uses.entry(site.expr().text.span()).or_default() += 1;
                for it in site.allow() {
                    self.permits.entry(it.span).or_insert_with(|| (it.clone(), false));
                }
            }
            let mut last = None;
            for mut raw in look(context, self.config) {
                let rule = (raw.lint.name, raw.site.map(|it| it.idx));
                if last.replace(rule) != Some(rule) {
                    self.of_rule.clear();
                }
                // What is taken as it is stays so.
                if raw.site.is_some_and(|it| context.is_foreign(it))
                    && let Some(fix) = raw.said.fix.take()
                {
                    raw.said = raw.said.help(fix.title);
                }
                self.take(raw, context.env());
            }
        }
        for it in &mut self.found[begin..] {
            // A change of a text must be right wherever the text is used.
            let n_uses = it.text.and_then(|it| uses.get(&it)).copied();
            if n_uses.is_some_and(|n_uses| n_uses != it.n_rules) {
                it.said.fix = None;
            }
            it.envs.dedup();
            if it.envs.len() < envs.len() {
                let names = suggest::list(it.envs.iter().map(String::as_str), 10);
                let note = format!("in {names} only");
                it.said = it.said.clone().note(note);
            }
        }
    }

    /// Judges a dashboard as Grafana reads it; `own` is what its author wrote, where that
    /// was not Grafana's JSON.
    pub fn dashboard(
        &mut self,
        read: &Dashboard,
        own: Option<&Board>,
        dialect: &Dialect,
    ) {
        let panels = || own.iter().flat_map(|it| &it.rows).flat_map(|it| &it.panels);
        let whole = own.map_or(&[][..], |it| &it.allow);
        for it in own.into_iter().flat_map(permits::written).chain(whole) {
            self.permits.entry(it.span).or_insert_with(|| (it.clone(), true));
        }
        for it in dashboard::findings(read, dialect) {
            let Some(lint) = lookup(it.said.code).filter(|it| self.config.has(it)) else {
                continue;
            };
            // Panels are known again by their numbers.
            let id = it.panel.and_then(|idx| read.panels[idx].id);
            let of_panel = panels().filter(|it| Some(it.id.into()) == id);
            let mut allow = of_panel.flat_map(|it| &it.allow).chain(whole);
            if let Some(allow) = allow.find(|it| permitted(it, lint)) {
                self.used.insert(allow.span);
                continue;
            }
            if is_needless(it.said.code, panels()) {
                continue;
            }
            let said = match it.panel {
                Some(idx) => at_panel(it.said, read.panels[idx].span),
                None => it.said,
            };
            self.add(Raw::of(lint, said), None);
        }
    }

    /// Says that permissions were used, by findings of other rooms.
    pub fn used(&mut self, places: impl IntoIterator<Item = Span>) {
        self.used.extend(places);
    }

    /// The same, where all that other rooms can find is known.
    pub fn used_elsewhere(&mut self, places: impl IntoIterator<Item = Span>) {
        self.elsewhere = true;
        self.used(places);
    }

    fn take(&mut self, raw: Raw<'_>, env: Option<&str>) {
        let site = raw.site;
        let mut allow = site.iter().flat_map(Site::allow);
        match allow.find(|it| permitted(it, raw.lint)) {
            Some(allow) => {
                self.used.insert(allow.span);
            }
            None if raw.hidden => {}
            None => self.add(raw, env),
        }
    }

    fn add(&mut self, raw: Raw<'_>, env: Option<&str>) {
        // What is said twice of one rule at one place differs.
        let place = (raw.lint.name, raw.said.place());
        let nth = self.of_rule.entry(place).or_default();
        let key = (place.0, place.1, *nth);
        *nth += usize::from(matches!(raw.lint.check, Check::Rule(_)));
        let next = self.found.len();
        let idx = *self.places.entry(key).or_insert(next);
        if idx == next {
            self.found.push(Merged {
                lint: raw.lint,
                subject: raw.site.map(|it| it.subject()),
                text: raw.site.map(|it| it.expr().text.span()),
                said: raw.said,
                envs: Vec::new(),
                n_rules: 0,
            });
        }
        let merged = &mut self.found[idx];
        merged.n_rules += 1;
        merged.envs.extend(env.map(str::to_owned));
    }

    /// What was found, in the order in which it was.
    pub fn finish(mut self) -> Vec<Finding> {
        for (span, (allow, dashboards)) in std::mem::take(&mut self.permits) {
            if let Some((lint, said)) = self.idle(&allow, dashboards)
                && !self.used.contains(&span)
                && self.config.has(lint)
            {
                self.add(Raw::of(lint, said), None);
            }
        }
        let config = self.config;
        let finding = |it: Merged| {
            let mut said = it.said;
            said.level = config.level(it.lint).of_messages()?;
            Some(Finding { lint: it.lint, subject: it.subject, said })
        };
        self.found.into_iter().filter_map(finding).collect()
    }

    /// What to say of a permission that was not used.
    fn idle(
        &self,
        allow: &Allow,
        dashboards: bool,
    ) -> Option<(&'static Lint, Diagnostic)> {
        let name = &*allow.lint;
        let Some(lint) = lookup(name) else {
            // Those of other linters are theirs.
            let ours = !name.contains(' ');
            return ours.then(|| (&meta::UNKNOWN, unknown(allow)));
        };
        let looks = match lint.check {
            Check::Rule(_) | Check::Book(_) => dashboards || self.config.has(lint),
            Check::Dashboard => !dashboards || self.config.has(lint),
            Check::Elsewhere => {
                self.elsewhere && self.config.has(lint) && permits::looks(lint)
            }
        };
        let said = meta::UNUSED.finding(format!("`allow` of `{name}` permits nothing"));
        let said = said
            .at(allow.span, format!("`{name}` finds nothing here"))
            .help("take it out");
        looks.then_some((&meta::UNUSED, said))
    }
}

fn unknown(allow: &Allow) -> Diagnostic {
    let title = format!("there is no lint `{}`", allow.lint);
    let said = meta::UNKNOWN.finding(title);
    match suggest::nearest(&allow.lint, NAMES) {
        Some(near) => said.at(allow.span, format!("did you mean `{near}`?")),
        None => said.at(allow.span, "not one of them").help("`explain` lists them"),
    }
}

/// Whether a permission is about a lint.
pub fn permitted(allow: &Allow, lint: &Lint) -> bool {
    let name = &*allow.lint;
    name == lint.name || name.contains(' ') && lint.peers.contains(&name)
}

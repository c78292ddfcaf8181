//! Groups of rules to an alerts file.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::import::name::{self, Taken};
use crate::import::notes::Notes;
use crate::import::project::Project;
use crate::import::toml::{self, Entries};
use crate::promql::duration::format_duration;
use crate::rulefile::write::expression;
use crate::rules::group::{Alert, Group, Millis, Pair, Record, Rule};

/// An alerts file called `name` for some groups, given with their numbers in the file
/// that they come from. `first` and `last` say whether it is the first and the last that
/// comes from there.
#[derive(Debug)]
pub struct Writer<'a> {
    /// The name of the alerts file.
    pub name: &'a str,
    /// Groups and their numbers.
    pub groups: Vec<(usize, &'a Group)>,
    /// All comments of the file that they come from.
    pub notes: &'a Notes,
    /// Whether what is about the whole file stands in this one.
    pub first: bool,
    /// Whether what stands below all parts does.
    pub last: bool,
    /// The project.
    pub project: &'a Project,
}

/// What was written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// The text; empty where there was nothing to write.
    pub text: String,
    /// Comments that it holds.
    pub n_comments: usize,
}

impl Writer<'_> {
    /// The text of the alerts file; `taken` are the keys of alerts that the project has.
    /// What cannot keep its meaning is said.
    pub fn write(&self, taken: &mut Taken, sink: &mut Sink) -> Written {
        let mut groups = self.groups.clone();
        groups.retain(|(_, group)| {
            if group.rules.is_empty() {
                sink.push(left_out(group.span, "a group without rules"));
            }
            !group.rules.is_empty()
        });
        let mut out = Text::default();
        if groups.is_empty() {
            return out.0;
        }
        if self.first {
            out.comments(&self.notes.head);
        }
        let names = group_keys(self.name, &groups);
        let mut records = Taken::default();
        let short = self.short(&groups);
        for ((group_idx, group), key) in groups.iter().zip(&names) {
            let alone = groups.len() == 1;
            let table = group_table(group, key, !alone);
            // Without a table they stand above the first rule.
            let mut above = self.notes.groups[*group_idx].clone();
            if !table.is_empty() {
                toml::gap(&mut out.0.text);
                out.comments(&above);
                above.clear();
                out.0.text.push_str(&table);
            }
            let named = (!alone).then_some(key.as_str());
            for (idx, rule) in group.rules.iter().enumerate() {
                let notes = &self.notes.rules[*group_idx][idx];
                if idx == 0 || short <= idx {
                    toml::gap(&mut out.0.text);
                    out.comments(&std::mem::take(&mut above));
                }
                match rule {
                    Rule::Record(it) if idx < short => {
                        if idx == 0 {
                            out.0.text.push_str("[record]\n");
                        }
                        out.comments(notes);
                        records.take(&[it.name.as_str()], "_");
                        let expr = expr(it.expr.text.as_str());
                        let name = toml::key(it.name.as_str());
                        out.0.text.push_str(&format!("{name} = {expr}\n"));
                    }
                    Rule::Record(it) => {
                        out.comments(notes);
                        record(it, named, &mut records, &mut out.0.text);
                    }
                    Rule::Alert(it) => {
                        out.comments(notes);
                        let key = self.alert_key(it, &groups, taken);
                        self.alert(it, &key, named, &mut out.0.text, sink);
                    }
                }
            }
        }
        if self.last && !self.notes.foot.is_empty() {
            toml::gap(&mut out.0.text);
            out.comments(&self.notes.foot);
        }
        out.0
    }

    /// How many records at the beginning can be written as names and expressions alone.
    fn short(&self, groups: &[(usize, &Group)]) -> usize {
        let [(_, group)] = groups else { return 0 };
        let mut seen = Taken::default();
        let is_short = |it: &&Rule| match it {
            Rule::Record(it) => {
                let name = it.name.as_str();
                let key = name::of_record(name);
                it.labels.is_empty() && key == name && seen.take(&[name], "_") == name
            }
            Rule::Alert(_) => false,
        };
        group.rules.iter().take_while(is_short).count()
    }

    /// The key of an alert: its name, with the severity or a number where others have
    /// the same name.
    fn alert_key(
        &self,
        alert: &Alert,
        groups: &[(usize, &Group)],
        taken: &mut Taken,
    ) -> String {
        let base = name::of_alert(alert.name.as_str());
        let rules = groups.iter().flat_map(|it| &it.1.rules);
        let same = rules.filter(|it| match it {
            Rule::Alert(it) => it.name == alert.name,
            Rule::Record(_) => false,
        });
        let tiered = alert
            .severity()
            .filter(|it| name::is_severity(it))
            .map(|it| format!("{base}-{it}"));
        match (&tiered, same.count()) {
            (Some(tiered), 2..) => taken.take(&[tiered], "-"),
            (Some(tiered), _) => taken.take(&[&base, tiered], "-"),
            (None, _) => taken.take(&[&base], "-"),
        }
    }

    fn alert(
        &self,
        alert: &Alert,
        key: &str,
        group: Option<&str>,
        out: &mut String,
        sink: &mut Sink,
    ) {
        let mut entries = Entries::new();
        let name = alert.name.as_str();
        if name != key {
            entries.add("name", text(name));
        }
        if let Some(group) = group {
            entries.add("group", toml::string(group));
        }
        let given = alert.severity();
        let known = given.filter(|it| self.project.severities.contains(*it));
        entries.add("severity", known.map_or("false".to_string(), toml::string));
        entries.add("expr", expr(alert.expr.text.as_str()));
        duration("for", alert.hold.value, &mut entries);
        duration("keep_firing_for", alert.keep_firing_for.value, &mut entries);
        let mut labels: Vec<&Pair> = alert.labels.iter().collect();
        labels.retain(|it| match it.name.as_str() {
            "severity" => known.is_none(),
            "alertname" => {
                let said = "a label `alertname`, which the alert's name overwrites";
                sink.push(left_out(it.name.span(), said));
                false
            }
            _ => true,
        });
        entries.table("labels", &pairs(labels));
        for name in ["summary", "description"] {
            if let Some(it) = alert.annotation(name) {
                entries.add(name, text(it));
            }
        }
        let address = |it: &&str| it.starts_with("https://") || it.starts_with("http://");
        let runbook = alert.annotation("runbook_url").filter(address);
        match runbook {
            Some(it) => entries.add("runbook", text(it)),
            None if self.project.runbooks => entries.add("runbook", "false"),
            None => {}
        }
        let further = alert.annotations.iter().filter(|it| match it.name.as_str() {
            "summary" | "description" => false,
            "runbook_url" => runbook.is_none(),
            _ => true,
        });
        entries.table("annotations", &pairs(further.collect()));
        out.push_str(&format!("[alert.{}]\n", toml::key(key)));
        entries.print(out);
    }
}

/// A text with the number of comments in it.
#[derive(Default)]
struct Text(Written);

impl Text {
    fn comments(&mut self, lines: &[String]) {
        toml::comments(lines, &mut self.0.text);
        self.0.n_comments += lines.len();
    }
}

/// The keys of the groups of a file, one each.
fn group_keys(file: &str, groups: &[(usize, &Group)]) -> Vec<String> {
    if let [_] = groups {
        // The rules of the file that name no group are in the one named like it.
        return vec![file.to_string()];
    }
    let mut taken = Taken::default();
    groups.iter().map(|it| taken.take(&[&name::of_group(&it.1.name)], "-")).collect()
}

/// The table of a group; empty where it would say nothing.
fn group_table(group: &Group, key: &str, declared: bool) -> String {
    let mut entries = Entries::new();
    let mut says = declared;
    if group.name != key {
        entries.add("name", toml::string(&group.name));
        says = true;
    }
    for (name, value) in
        [("interval", group.interval), ("query_offset", group.query_offset)]
    {
        if let Some(it) = value {
            entries.add(name, toml::string(&format_duration(it.0)));
            says = true;
        }
    }
    if group.limit != 0 {
        entries.add("limit", group.limit.to_string());
        says = true;
    }
    if !group.labels.is_empty() {
        entries.table("labels", &pairs(group.labels.iter().collect()));
        says = true;
    }
    let mut out = String::new();
    if says {
        out.push_str(&format!("[group.{}]\n", toml::key(key)));
        entries.print(&mut out);
    }
    out
}

fn record(record: &Record, group: Option<&str>, taken: &mut Taken, out: &mut String) {
    let name = record.name.as_str();
    let key = taken.take(&[&name::of_record(name)], "_");
    let mut entries = Entries::new();
    if key != name {
        entries.add("name", text(name));
    }
    if let Some(group) = group {
        entries.add("group", toml::string(group));
    }
    entries.add("expr", expr(record.expr.text.as_str()));
    entries.table("labels", &pairs(record.labels.iter().collect()));
    out.push_str(&format!("[record.{}]\n", toml::key(&key)));
    entries.print(out);
}

fn duration(name: &str, value: Millis, entries: &mut Entries) {
    if value.0 != 0 {
        entries.add(name, toml::string(&format_duration(value.0)));
    }
}

fn pairs(all: Vec<&Pair>) -> Vec<(String, String)> {
    all.into_iter().map(|it| (it.name.to_string(), text(it.value.as_str()))).collect()
}

fn text(text: &str) -> String {
    toml::string(&toml::escaped(text))
}

fn expr(text: &str) -> String {
    toml::expression(&toml::escaped(&expression(text)))
}

/// The warning about what means nothing and is not written.
fn left_out(at: Span, what: &str) -> Diagnostic {
    Diagnostic::warning("left-out", format!("{what} is left out"))
        .at(at, "means nothing to Prometheus")
}

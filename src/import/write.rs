//! All files that come from some rule files and test files.

use std::sync::Arc;

use crate::case::promtool::{self, TestFile};
use crate::diag::sink::Sink;
use crate::diag::source::FileId;
use crate::doc::node::Node;
use crate::doc::yaml::{self, Comment};
use crate::import::cases;
use crate::import::manifest;
use crate::import::name::{self, Taken};
use crate::import::notes::{self, Notes};
use crate::import::project::Project;
use crate::import::rules::Writer;
use crate::rulefile::read::{self, Config};
use crate::rules::group::Group;

/// A rule file that was read.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// The path as the user knows it.
    pub path: String,
    /// The text.
    pub text: Arc<str>,
    /// The documents.
    pub documents: Vec<Node>,
    /// The comments.
    pub comments: Vec<Comment>,
    /// The groups; of several objects each is a file of its own.
    pub groups: Vec<Group>,
    /// What the project has of it already, so that it is not written.
    pub used: Option<Used>,
}

/// A rule file that a project uses as it is.
#[derive(Clone, Debug)]
pub struct Used {
    /// Its path below the project's folder, by which tests name it.
    pub path: String,
    /// The alerts file that uses it.
    pub by: String,
    /// The groups as the project has them.
    pub groups: Vec<Group>,
}

impl RuleFile {
    /// Reads a rule file; what is wrong with it is said.
    pub fn read(
        file: FileId,
        path: &str,
        text: Arc<str>,
        config: &Config<'_>,
        sink: &mut Sink,
    ) -> RuleFile {
        let documents = yaml::read(file, &text, sink);
        let groups = read::groups(&documents, path, config, sink);
        let comments = yaml::comments(file, &text);
        let (path, used) = (path.to_string(), None);
        RuleFile { path, text, documents, comments, groups, used }
    }
}

/// A file of promtool's tests that was read.
#[derive(Clone, Debug)]
pub struct Tests {
    /// The path as the user knows it.
    pub path: String,
    /// The text.
    pub text: Arc<str>,
    /// The first document.
    pub document: Node,
    /// The comments.
    pub comments: Vec<Comment>,
    /// What it says.
    pub file: TestFile,
    /// The rule files that it names, as places among those that were read, in the order
    /// in which promtool loads them, each once.
    pub rules: Vec<usize>,
}

impl Tests {
    /// Reads a file of tests, whose rule files are not looked for; what is wrong with it
    /// is said. `None` where there is no document.
    pub fn read(
        file: FileId,
        path: &str,
        text: Arc<str>,
        sink: &mut Sink,
    ) -> Option<Tests> {
        let document = yaml::read(file, &text, sink).into_iter().next()?;
        let tests = promtool::read(&document, sink);
        let comments = yaml::comments(file, &text);
        let (path, rules) = (path.to_string(), Vec::new());
        Some(Tests { path, text, document, comments, file: tests, rules })
    }
}

/// The project that is written into.
#[derive(Clone, Debug)]
pub enum Target {
    /// There is none yet: its name, and the interval at which rules are evaluated.
    New(String, i64),
    /// There is one.
    Existing {
        /// What it says.
        project: Project,
        /// Its alerts files that are not replaced, by name.
        files: Vec<String>,
        /// The keys of its alerts in these files.
        alerts: Vec<String>,
    },
}

/// A file to be written.
#[derive(Clone, Debug)]
pub struct File {
    /// The path below the project's folder.
    pub path: String,
    /// The text.
    pub text: String,
    /// What it was made from, as the user knows it; empty for the manifest.
    pub from: String,
    /// What it holds.
    pub holds: Holds,
    /// Comments that were kept.
    pub n_comments: usize,
}

/// What a file that is written holds.
#[derive(Clone, Debug)]
pub enum Holds {
    /// What a new project needs.
    Manifest,
    /// Rules: the rule file that they come from and its groups, by their places.
    Rules(usize, Vec<usize>),
    /// Tests: the file that they come from and its tests, by their places.
    Tests(usize, Vec<usize>),
}

/// The names of the alerts files for each rule file: one for each object in it, with the
/// places of its groups; none for one that the project uses.
pub fn names(files: &[RuleFile]) -> Vec<Vec<(String, Vec<usize>)>> {
    let mut taken = Taken::default();
    let mut out = Vec::with_capacity(files.len());
    for file in files {
        let mut objects: Vec<(&str, Vec<usize>)> = Vec::new();
        for (idx, group) in file.groups.iter().enumerate() {
            match objects.iter_mut().find(|it| it.0 == &*group.file) {
                Some((_, all)) => all.push(idx),
                None => objects.push((&group.file, vec![idx])),
            }
        }
        let name = |object: &str| match object.strip_prefix(&format!("{}#", file.path)) {
            Some(object) => name::part(object),
            None => name::of_file(&file.path),
        };
        if file.used.is_some() {
            objects.clear();
        }
        let named = objects.into_iter().map(|it| (taken.take(&[&name(it.0)], "-"), it.1));
        out.push(named.collect());
    }
    out
}

/// The texts of all files. What cannot keep its meaning is said.
pub fn files(
    rule_files: &[RuleFile],
    tests: &[Tests],
    target: &Target,
    sink: &mut Sink,
) -> Vec<File> {
    let new = rule_files.iter().filter(|it| it.used.is_none());
    let groups: Vec<&Group> = new.flat_map(|it| &it.groups).collect();
    let mut out = Vec::new();
    let (project, mut alerts, mut all) = match target {
        Target::New(name, interval) => {
            let project = Project::new(*interval, groups.iter().copied());
            out.push(File {
                path: "aqua-alerts.toml".to_string(),
                text: manifest::write(name, &project, &groups),
                from: String::new(),
                holds: Holds::Manifest,
                n_comments: 0,
            });
            (project, Taken::default(), Vec::new())
        }
        Target::Existing { project, files, alerts } => {
            (project.clone(), Taken::new(alerts.iter().cloned()), files.clone())
        }
    };
    // The alerts files of each rule file.
    let mut written: Vec<Vec<(String, Vec<&Group>)>> = Vec::new();
    for (file_idx, (file, names)) in rule_files.iter().zip(names(rule_files)).enumerate()
    {
        let source = notes::Source {
            text: &file.text,
            documents: &file.documents,
            comments: &file.comments,
            groups: &file.groups,
        };
        let notes = Notes::of(&source);
        let n_objects = names.len();
        let used = file.used.iter();
        let mut own: Vec<(String, Vec<&Group>)> =
            used.map(|it| (it.path.clone(), it.groups.iter().collect())).collect();
        for (idx, (name, places)) in names.into_iter().enumerate() {
            let writer = Writer {
                name: &name,
                groups: places.iter().map(|it| (*it, &file.groups[*it])).collect(),
                notes: &notes,
                first: idx == 0,
                last: idx + 1 == n_objects,
                project: &project,
            };
            let text = writer.write(&mut alerts, sink);
            if text.text.is_empty() {
                continue;
            }
            out.push(File {
                path: format!("alerts/{name}.toml"),
                text: text.text,
                from: file.path.clone(),
                holds: Holds::Rules(file_idx, places.clone()),
                n_comments: text.n_comments,
            });
            all.push(name.clone());
            own.push((name, places.iter().map(|it| &file.groups[*it]).collect()));
        }
        written.push(own);
    }
    all.sort();
    all.dedup();
    let mut taken = Taken::default();
    for (idx, test) in tests.iter().enumerate() {
        let seen = test.rules.iter().flat_map(|it| written[*it].iter().cloned());
        let seen: Vec<(String, Vec<&Group>)> = seen.collect();
        let source = cases::Source {
            text: &test.text,
            document: &test.document,
            comments: &test.comments,
            file: &test.file,
        };
        let seen = cases::Seen { rules: &seen, all: &all, project: &project };
        let text = cases::write(source, seen, sink);
        if text.text.is_empty() {
            continue;
        }
        let name = taken.take(&[&name::of_file(&test.path)], "-");
        out.push(File {
            path: format!("testdata/{name}.toml"),
            text: text.text,
            from: test.path.clone(),
            holds: Holds::Tests(idx, text.tests),
            n_comments: text.n_comments,
        });
    }
    out
}

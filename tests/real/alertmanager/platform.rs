//! The bundled platform: what `build` writes of it, and the alerts that fire in its tests.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use aqua_alerts::case::promtool;
use aqua_alerts::cli::args::{Color, Format, Global};
use aqua_alerts::cli::session::Session;
use aqua_alerts::cli::{inhibit, load};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::doc::yaml;
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::rules::book::Book;
use aqua_alerts::rules::group::{Alert, Rule};
use libtest_mimic::Failed;

use crate::directory::Directory;
use crate::parts;

/// The platform in production.
pub struct Platform {
    /// What is written of its inhibitions.
    inhibit_rules: String,
    pub book: Book,
    /// The alerts that fire in its tests.
    pub firing: Vec<Labels>,
}

impl Platform {
    /// It is built once for all tests.
    pub fn get() -> Result<Arc<Platform>, Failed> {
        static PLATFORM: Mutex<Option<Arc<Platform>>> = Mutex::new(None);
        let mut platform = PLATFORM.lock().map_err(|it| it.to_string())?;
        if let Some(it) = &*platform {
            return Ok(it.clone());
        }
        Ok(platform.insert(Arc::new(Platform::new()?)).clone())
    }

    fn new() -> Result<Platform, Failed> {
        let global = Global {
            directories: vec![parts::platform().to_owned()],
            format: Format::Human,
            color: Color::Never,
            deny: Vec::new(),
        };
        let mut session = Session::new(&global);
        let mut loaded = load::load(&mut session, &[]).ok_or("no project")?;
        inhibit::infer(&mut loaded, &mut session);
        let books = &mut loaded.books;
        let idx = books.iter().position(|it| &*it.env == "production").unwrap();
        let book = books.swap_remove(idx);
        let tests = ["--target", "promtool-tests"];
        let out = Directory::new();
        parts::build_with(parts::platform(), out.path(), &tests)?;
        let mut firing = BTreeMap::new();
        for file in parts::files(out.path(), "production/tests")? {
            for it in alerts_of(&fs::read_to_string(file)?, &book) {
                firing.insert(format!("{it:?}"), it);
            }
        }
        let path = out.path().join("production/alertmanager/inhibit-rules.yaml");
        let inhibit_rules = fs::read_to_string(path)?;
        Ok(Platform { inhibit_rules, book, firing: firing.into_values().collect() })
    }

    /// The alerting rules of a name, by severity.
    pub fn rules(&self, name: &str, severity: &str) -> Vec<&Alert> {
        let rules = self.book.groups.iter().flat_map(|it| &it.rules);
        let alerts = rules.filter_map(Rule::as_alert);
        let is =
            |it: &&Alert| it.name.as_str() == name && set(it, "severity") == severity;
        alerts.filter(is).collect()
    }

    /// A whole configuration with the inhibitions after `before`.
    pub fn configuration(&self, before: &str) -> Result<String, Failed> {
        configuration(before, &self.inhibit_rules)
    }
}

/// A whole configuration with the inhibitions that are written of a project.
pub fn configuration(before: &str, inhibit_rules: &str) -> Result<String, Failed> {
    let own = inhibit_rules.split_once("inhibit_rules:\n");
    let rules = own.ok_or("no inhibit_rules")?.1;
    Ok(format!(
        "route:\n  receiver: nobody\nreceivers:\n- name: nobody\n\
         inhibit_rules:\n{before}{rules}"
    ))
}

/// The value that a rule gives a label.
fn set<'a>(alert: &'a Alert, name: &str) -> &'a str {
    let found = alert.labels.iter().find(|it| it.name.as_str() == name);
    found.map_or("", |it| it.value.as_str())
}

/// The alerts that a file of promtool's tests expects, with what the server adds.
fn alerts_of(text: &str, book: &Book) -> Vec<Labels> {
    let mut sink = Sink::new();
    let roots = yaml::read(FileId(0), text, &mut sink);
    let mut out = Vec::new();
    for root in &roots {
        let tests = promtool::read(root, &mut sink).tests;
        for test in tests.iter().flat_map(|it| &it.alerts) {
            for expected in &test.expected {
                let mut labels = vec![("alertname", test.name.as_str())];
                let own = expected.labels.iter();
                labels.extend(own.map(|it| (it.0.as_str(), it.1.as_str())));
                let external = book.external_labels.iter();
                labels.extend(external.map(|it| (it.0.as_str(), it.1.as_str())));
                out.push(Labels::from_strs(&labels));
            }
        }
    }
    assert!(!sink.has_errors(), "{:?}", sink.into_sorted());
    out
}

//! The alerts of an environment by the names under which panels ask for them.

use std::collections::{BTreeSet, HashMap};

use crate::rules::book::Book;
use crate::rules::group::{Alert, Rule};

/// Alerts by name.
#[derive(Debug)]
pub(super) struct Alerts<'a> {
    by_name: HashMap<&'a str, Vec<&'a Alert>>,
}

impl<'a> Alerts<'a> {
    /// The alerts of a book, in its order.
    pub(super) fn new(book: &'a Book) -> Alerts<'a> {
        let mut by_name: HashMap<&str, Vec<&Alert>> = HashMap::new();
        for rule in book.groups.iter().flat_map(|it| &it.rules) {
            let Rule::Alert(it) = rule else { continue };
            // Companions and the alerts of others have no name but their own.
            let about = it.about.as_ref().filter(|it| it.companion_of.is_none());
            let name = about.map_or(it.name.as_str(), |it| &*it.definition);
            by_name.entry(name).or_default().push(it);
        }
        Alerts { by_name }
    }

    /// The tiers of an alert, without companions; with `job` those of one service.
    pub(super) fn tiers(&self, name: &str, job: Option<&str>) -> Vec<&'a Alert> {
        let all = self.by_name.get(name).into_iter().flatten().copied();
        let of_job = |it: &&Alert| match &it.about {
            Some(about) if about.companion_of.is_none() => {
                job.is_none() || about.job.as_deref() == job
            }
            _ => true,
        };
        all.filter(of_job).collect()
    }

    /// The key of an alert that is sent by another name.
    pub(super) fn sent_as(&self, name: &str) -> Option<&'a str> {
        let mut all = self.by_name.iter().filter(|it| *it.0 != name);
        let key = all.find(|it| it.1.iter().any(|it| it.name.as_str() == name))?;
        Some(key.0)
    }

    /// The services to which an alert belongs here.
    pub(super) fn jobs(&self, name: &str) -> BTreeSet<&'a str> {
        let tiers = self.tiers(name, None).into_iter();
        tiers.filter_map(|it| it.about.as_ref()?.job.as_deref()).collect()
    }
}

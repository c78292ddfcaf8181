//! What was found out before, as text: only what was good, so that what is mended is seen
//! at once.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::links::walk::{Outcome, Verdict};

/// Other forms of the text are of no use.
const VERSION: u64 = 1;

/// Links that were good, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entry {
    /// When, in seconds since 1970.
    time: i64,
    /// The fragments that it has.
    fragments: Vec<String>,
    moved: Option<String>,
}

impl Cache {
    /// Reads it; a text that is none is an empty cache.
    pub fn parse(text: &str) -> Cache {
        let Ok(Value::Object(all)) = serde_json::from_str(text) else {
            return Cache::default();
        };
        let links = match (all.get("version").and_then(Value::as_u64), all.get("links")) {
            (Some(VERSION), Some(Value::Object(links))) => links,
            (_, _) => return Cache::default(),
        };
        let entry = |it: &Value| {
            let fragments = it.get("fragments")?.as_array()?;
            let fragments = fragments.iter().filter_map(Value::as_str);
            let moved = it.get("moved").and_then(Value::as_str);
            Some(Entry {
                time: it.get("time")?.as_i64()?,
                fragments: fragments.map(str::to_owned).collect(),
                moved: moved.map(str::to_owned),
            })
        };
        let entries = links.iter().filter_map(|it| Some((it.0.clone(), entry(it.1)?)));
        Cache { entries: entries.collect() }
    }

    /// Its text, without what is older than `max_age` seconds.
    pub fn print(&self, now: i64, max_age: i64) -> String {
        let fresh = self.entries.iter().filter(|it| is_fresh(it.1.time, now, max_age));
        let links: Map<String, Value> = fresh
            .map(|(url, it)| {
                let mut value = json!({ "time": it.time, "fragments": it.fragments });
                if let Some(moved) = &it.moved {
                    value["moved"] = json!(moved);
                }
                (url.clone(), value)
            })
            .collect();
        format!("{:#}\n", json!({ "version": VERSION, "links": links }))
    }

    /// What is known of an address with all of these fragments.
    pub fn get(
        &self,
        url: &str,
        fragments: &[String],
        now: i64,
        max_age: i64,
    ) -> Option<Outcome> {
        let entry = self.entries.get(url)?;
        let knows = fragments.iter().all(|it| entry.fragments.contains(it));
        (knows && is_fresh(entry.time, now, max_age)).then(|| Outcome {
            verdict: Verdict::Alive(Vec::new()),
            moved: entry.moved.clone(),
            answered: true,
            offline: false,
        })
    }

    /// Keeps an outcome, if it was good; else forgets the address.
    pub fn put(&mut self, url: &str, fragments: &[String], outcome: &Outcome, now: i64) {
        match &outcome.verdict {
            Verdict::Alive(missing) if missing.is_empty() => {
                let entry = Entry {
                    time: now,
                    fragments: fragments.to_vec(),
                    moved: outcome.moved.clone(),
                };
                self.entries.insert(url.to_owned(), entry);
            }
            _ => drop(self.entries.remove(url)),
        }
    }
}

/// A time in the future is of a clock that was wrong.
fn is_fresh(time: i64, now: i64, max_age: i64) -> bool {
    (0..max_age).contains(&now.saturating_sub(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(verdict: Verdict) -> Outcome {
        let moved = Some("https://new/".to_owned());
        Outcome { verdict, moved, answered: true, offline: false }
    }

    #[test]
    fn what_was_good_is_known_until_it_is_old() {
        let mut cache = Cache::default();
        let one = ["one".to_owned()];
        let alive = outcome(Verdict::Alive(Vec::new()));
        cache.put("https://a/", &one, &alive, 1000);
        cache.put("https://b/", &[], &outcome(Verdict::Guarded(403)), 1000);
        let cache = Cache::parse(&cache.print(1000, 60));
        assert_eq!(cache.get("https://a/", &one, 1059, 60), Some(alive.clone()));
        assert_eq!(cache.get("https://a/", &[], 1059, 60), Some(alive));
        assert_eq!(cache.get("https://a/", &one, 1060, 60), None);
        assert_eq!(cache.get("https://a/", &one, 999, 60), None);
        assert_eq!(cache.get("https://a/", &["two".to_owned()], 1001, 60), None);
        assert_eq!(cache.get("https://b/", &[], 1001, 60), None);
        assert_eq!(Cache::parse(&cache.print(2000, 60)), Cache::default());
    }

    #[test]
    fn a_text_that_is_none_is_empty() {
        for text in ["", "[]", "{", "{\"version\":2,\"links\":{}}", "{\"version\":1}"] {
            assert_eq!(Cache::parse(text), Cache::default(), "{text}");
        }
        let odd = "{\"version\":1,\"links\":{\"a\":1,\"b\":{\"time\":\"x\"}}}";
        assert_eq!(Cache::parse(odd), Cache::default());
    }
}

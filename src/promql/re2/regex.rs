//! Regular expressions with groups: `label_replace`, `match`, `reReplaceAll`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regex_automata::{Input, meta, util::captures::Captures};
use regex_syntax::hir::Hir;

use crate::promql::limits::AUTOMATON_BYTES;
use crate::promql::re2::error::{Code, Error};
use crate::promql::re2::expand::expand;
use crate::promql::re2::parse::{PLAIN, parse};

/// A compiled regular expression, as Go's `regexp.Compile` makes it.
#[derive(Clone, Debug)]
pub struct Regex {
    regex: meta::Regex,
    names: Vec<Option<Arc<str>>>,
}

/// Compiles; `None` where the automaton would grow too big.
pub(super) fn compile(hir: &Hir) -> Option<meta::Regex> {
    let config = meta::Config::new()
        .utf8_empty(true)
        .nfa_size_limit(Some(AUTOMATON_BYTES))
        .onepass_size_limit(Some(1 << 20))
        .hybrid_cache_capacity(2 << 20);
    meta::Builder::new().configure(config).build_from_hir(hir).ok()
}

/// Checks a pattern that may match anywhere, by compiling it where its automaton might be
/// too big.
pub(super) fn check(pattern: &str) -> Result<(), Error> {
    let parsed = parse(pattern, PLAIN)?;
    match parsed.is_big && compile(&parsed.hir).is_none() {
        true => Err(too_large(pattern)),
        false => Ok(()),
    }
}

pub(super) fn too_large(pattern: &str) -> Error {
    Error { code: Code::Large, part: pattern.to_string(), at: 0 }
}

/// The pattern as Prometheus anchors it.
pub(super) fn anchor(pattern: &str) -> String {
    format!("^(?s:{pattern})$")
}

impl Regex {
    /// Compiles a pattern that may match anywhere.
    pub fn new(pattern: &str) -> Result<Regex, Error> {
        let parsed = parse(pattern, PLAIN)?;
        match compile(&parsed.hir) {
            Some(regex) => Ok(Regex { regex, names: parsed.names }),
            None => Err(too_large(pattern)),
        }
    }

    /// Compiles a pattern that must match a whole value, as `label_replace` does. Its
    /// messages quote the pattern with what Prometheus puts around it.
    ///
    /// Rules are evaluated many times: what was compiled is kept for the next one.
    pub fn anchored(pattern: &str) -> Result<Arc<Regex>, Error> {
        const MOST: usize = 1024;
        static KNOWN: LazyLock<Mutex<HashMap<Box<str>, Arc<Regex>>>> =
            LazyLock::new(Mutex::default);
        // A panic elsewhere leaves the map as good as it was.
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(it) = known().get(pattern) {
            return Ok(it.clone());
        }
        let new = Arc::new(Regex::new(&anchor(pattern))?);
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(pattern.into(), new.clone());
        Ok(new)
    }

    /// Whether the text has a match.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The first match, groups included: byte offsets, `None` for a group that took no
    /// part. The whole match is the first.
    pub fn captures(&self, text: &str) -> Option<Vec<Option<(usize, usize)>>> {
        let mut captures = self.regex.create_captures();
        self.regex.captures(text, &mut captures);
        self.groups(&captures)
    }

    fn groups(&self, captures: &Captures) -> Option<Vec<Option<(usize, usize)>>> {
        if !captures.is_match() {
            return None;
        }
        let group = |idx| captures.get_group(idx).map(|it| (it.start, it.end));
        Some((0..self.names.len()).map(group).collect())
    }

    /// Replaces `$1`, `${1}`, `$name` and `$$` in a template by what the groups matched
    /// (Go's `Regexp.ExpandString`).
    pub fn expand(
        &self,
        template: &str,
        text: &str,
        groups: &[Option<(usize, usize)>],
    ) -> String {
        let mut out = String::new();
        let mut push = |part: &str| out.push_str(part);
        expand(&mut push, template, text, groups, &self.names);
        out
    }

    /// How long the text will be that [`Regex::expand`] makes, in bytes.
    pub fn expanded_len(
        &self,
        template: &str,
        text: &str,
        groups: &[Option<(usize, usize)>],
    ) -> usize {
        let mut len = 0;
        let mut push = |part: &str| len += part.len();
        expand(&mut push, template, text, groups, &self.names);
        len
    }

    /// Replaces every match by an expanded template (Go's `ReplaceAllString`).
    pub fn replace_all(&self, text: &str, template: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut captures = self.regex.create_captures();
        let mut copied = 0;
        let mut from = 0;
        while from <= text.len() {
            let input = Input::new(text).range(from..);
            self.regex.search_captures(&input, &mut captures);
            let Some(found) = captures.get_match() else { break };
            out.push_str(&text[copied..found.start()]);
            // Nothing, right behind a match, is no further match.
            if found.end() > copied || found.start() == 0 {
                let groups = self.groups(&captures).unwrap_or_default();
                let mut push = |part: &str| out.push_str(part);
                expand(&mut push, template, text, &groups, &self.names);
            }
            copied = found.end();
            from = match text[from..].chars().next() {
                Some(c) => (from + c.len_utf8()).max(found.end()),
                None => from + 1,
            };
        }
        out.push_str(&text[copied..]);
        out
    }
}

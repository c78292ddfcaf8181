//! Patterns of label matchers: a whole value must match.
//!
//! Most real patterns are a few literals, or `.*` and `.+` around one: these need no
//! automaton. The others are compiled at the first question and kept for later ones.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use regex_automata::meta;
use regex_syntax::hir::literal::{ExtractKind, Extractor, Seq};
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::promql::re2::error::Error;
use crate::promql::re2::parse::{MATCHER, Parsed, parse};
use crate::promql::re2::regex::{compile, too_large};

/// A regular expression that is matched against whole values. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<Plan>);

#[derive(Debug)]
enum Plan {
    /// `.*`
    Any,
    /// `.+`
    NotEmpty,
    /// A few values.
    List(Vec<Box<str>>),
    /// Many values.
    Set(HashSet<Box<str>>),
    /// A text before, one within, one behind; the flags ask for more than nothing where
    /// `.+` stands rather than `.*`.
    Around {
        before: Box<str>,
        within: Option<Box<str>>,
        behind: Box<str>,
        plus: [bool; 2],
    },
    /// Anything else.
    Automaton { hir: Hir, regex: OnceLock<Option<meta::Regex>> },
}

/// Values up to here are compared one by one.
const LIST: usize = 8;

impl Pattern {
    /// Parses a pattern, or finds it among those of earlier calls.
    pub fn new(pattern: &str) -> Result<Pattern, Error> {
        const MOST: usize = 4096;
        static KNOWN: LazyLock<Mutex<HashMap<Box<str>, Pattern>>> =
            LazyLock::new(Mutex::default);
        // A panic elsewhere leaves the map as good as it was.
        let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(it) = known().get(pattern) {
            return Ok(it.clone());
        }
        let new = Pattern(Arc::new(plan(pattern)?));
        let mut known = known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(pattern.into(), new.clone());
        Ok(new)
    }

    /// Whether the whole text matches.
    pub fn is_match(&self, text: &str) -> bool {
        match &*self.0 {
            Plan::Any => true,
            Plan::NotEmpty => !text.is_empty(),
            Plan::List(values) => values.iter().any(|it| **it == *text),
            Plan::Set(values) => values.contains(text),
            Plan::Around { before, within, behind, plus } => {
                around(text, before, within.as_deref(), behind, *plus)
            }
            Plan::Automaton { hir, .. } if !has_room(hir, text.len()) => false,
            Plan::Automaton { hir, regex } => {
                let regex = regex.get_or_init(|| whole(hir));
                regex.as_ref().is_some_and(|it| it.is_match(text))
            }
        }
    }

    /// All values that match, where these are few and known.
    pub fn values(&self) -> Option<impl Iterator<Item = &str>> {
        match &*self.0 {
            Plan::List(values) => Some(values.iter().map(|it| &**it)),
            _ => None,
        }
    }
}

/// Whether a text of so many bytes is neither too short nor too long for an expression:
/// many are only asked whether they match nothing.
fn has_room(hir: &Hir, n_bytes: usize) -> bool {
    let properties = hir.properties();
    properties.minimum_len().is_none_or(|it| it <= n_bytes)
        && properties.maximum_len().is_none_or(|it| n_bytes <= it)
}

/// Compiles an expression that must match whole values.
fn whole(hir: &Hir) -> Option<meta::Regex> {
    let (start, end) = (Hir::look(Look::Start), Hir::look(Look::End));
    compile(&Hir::concat(vec![start, hir.clone(), end]))
}

fn around(
    text: &str,
    before: &str,
    within: Option<&str>,
    behind: &str,
    plus: [bool; 2],
) -> bool {
    let Some(rest) = text.strip_prefix(before) else { return false };
    let Some(rest) = rest.strip_suffix(behind) else { return false };
    let [first, second] = plus.map(usize::from);
    let Some(within) = within else { return rest.len() >= first };
    // `.+` takes a character at least; the first place leaves most behind it.
    let from = rest.chars().take(first).map(char::len_utf8).sum::<usize>();
    let tail = &rest[from..];
    (from > 0 || first == 0)
        && tail.find(within).is_some_and(|at| at + within.len() + second <= tail.len())
}

/// Whether a pattern has nothing but characters that stand for themselves, and bars.
pub(super) fn is_plain(pattern: &str) -> bool {
    pattern.bytes().all(|it| {
        it.is_ascii()
            && !matches!(
                it,
                b'\\'
                    | b'.'
                    | b'+'
                    | b'*'
                    | b'?'
                    | b'('
                    | b')'
                    | b'['
                    | b']'
                    | b'{'
                    | b'}'
                    | b'^'
                    | b'$'
            )
    })
}

fn plan(pattern: &str) -> Result<Plan, Error> {
    if is_plain(pattern) {
        return Ok(list(pattern.split('|').map(Into::into).collect()));
    }
    let Parsed { hir, is_big, .. } = parse(pattern, MATCHER)?;
    if let Some(values) = values(&hir) {
        return Ok(list(values));
    }
    if let Some(plan) = around_plan(&hir) {
        return Ok(plan);
    }
    let plan = Plan::Automaton { hir, regex: OnceLock::new() };
    if is_big
        && let Plan::Automaton { hir, regex } = &plan
        && regex.get_or_init(|| whole(hir)).is_none()
    {
        return Err(too_large(pattern));
    }
    Ok(plan)
}

fn list(values: Vec<Box<str>>) -> Plan {
    match values.len() <= LIST {
        true => Plan::List(values),
        false => Plan::Set(values.into_iter().collect()),
    }
}

/// All texts that an expression matches, where these are few.
fn values(hir: &Hir) -> Option<Vec<Box<str>>> {
    if !hir.properties().look_set().is_empty() {
        return None;
    }
    let mut extractor = Extractor::new();
    extractor
        .kind(ExtractKind::Prefix)
        .limit_class(64)
        .limit_repeat(16)
        .limit_literal_len(1024)
        .limit_total(4096);
    let seq: Seq = extractor.extract(hir);
    if !seq.is_exact() {
        return None;
    }
    seq.literals()?
        .iter()
        .map(|it| str::from_utf8(it.as_bytes()).ok().map(Into::into))
        .collect()
}

/// `a.*`, `.*a`, `.+a.*b`, …: literals around one or two `.*` or `.+`.
fn around_plan(hir: &Hir) -> Option<Plan> {
    let hir = inside(hir);
    let parts = match hir.kind() {
        HirKind::Concat(parts) => &parts[..],
        _ => std::slice::from_ref(hir),
    };
    let mut texts = [const { String::new() }; 3];
    let mut plus = [false; 2];
    let mut n_dots = 0;
    for part in parts {
        match (inside(part).kind(), dots(inside(part))) {
            (_, Some(at_least_one)) => {
                *plus.get_mut(n_dots)? = at_least_one;
                n_dots += 1;
            }
            (HirKind::Literal(it), None) => {
                texts[n_dots].push_str(str::from_utf8(&it.0).ok()?);
            }
            _ => return None,
        }
    }
    let [before, within, behind] = texts.map(String::into_boxed_str);
    let bare = before.is_empty() && within.is_empty() && behind.is_empty();
    match (n_dots, plus[0]) {
        (1, false) if bare => Some(Plan::Any),
        (1, true) if bare => Some(Plan::NotEmpty),
        (1, _) => Some(Plan::Around { before, within: None, behind: within, plus }),
        (2, _) if !within.is_empty() => {
            Some(Plan::Around { before, within: Some(within), behind, plus })
        }
        _ => None,
    }
}

/// What a group holds: nobody asks for it.
fn inside(hir: &Hir) -> &Hir {
    let mut hir = hir;
    while let HirKind::Capture(it) = hir.kind() {
        hir = &it.sub;
    }
    hir
}

/// Whether it is `.*` or `.+` over all characters; `true` for the latter.
fn dots(hir: &Hir) -> Option<bool> {
    let HirKind::Repetition(it) = hir.kind() else { return None };
    let HirKind::Class(Class::Unicode(class)) = inside(&it.sub).kind() else {
        return None;
    };
    let is_any = class.ranges().len() == 1
        && class.ranges()[0].start() == '\0'
        && class.ranges()[0].end() == char::MAX;
    match (it.min, it.max) {
        (0, None) if is_any => Some(false),
        (1, None) if is_any => Some(true),
        _ => None,
    }
}

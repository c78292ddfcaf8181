//! Names that must not be given twice: those of objects in one namespace, those of
//! ConfigMaps wherever they are, and uids of dashboards.
//!
//! A name is made of the environment's and of what it is for, so that `production` with
//! `eu-cart` and `production-eu` with `cart` come to the same. Whoever deployed second would
//! take the object from the first.

use std::collections::HashMap;

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::emit::{Target, grafana, grafana_dashboard};
use crate::rules::book::Book;
use crate::rules::dashboard::Content;

/// Dashboards for the sidecar: it puts the files of all namespaces into one folder.
pub const CONFIG_MAP: &str = "ConfigMap";
/// A uid is no object, but of two dashboards with one Grafana keeps one.
const DASHBOARD: &str = "dashboard";

/// A name that a target gives.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The kind of the object: `PrometheusRule`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// For what it is: "`alerts/cart.toml`".
    pub of: String,
    /// Where that is declared; `None` for the environment itself.
    pub place: Option<Span>,
}

/// What is written of an environment.
pub type Written<'a> = (&'a Book, Vec<&'static Target>);

/// All names that are given in an environment.
pub(super) fn claims((book, targets): &Written<'_>) -> Vec<Claim> {
    let has = |it: &Target| targets.iter().any(|other| other.name == it.name);
    let with_maps = has(&grafana::TARGET) && !has(&grafana_dashboard::TARGET);
    let mut out: Vec<Claim> = targets.iter().flat_map(|it| (it.claims)(book)).collect();
    out.retain(|it| it.kind != CONFIG_MAP || with_maps);
    if has(&grafana::TARGET) || has(&grafana_dashboard::TARGET) {
        for it in &book.dashboards {
            // One in JSON is the same dashboard in every environment.
            let Content::Board(board) = &it.content else { continue };
            out.push(Claim {
                kind: DASHBOARD,
                name: board.uid.clone(),
                of: format!("the dashboard `{}`", it.name),
                place: Some(it.span),
            });
        }
    }
    out
}

/// A name, and in which of the environments it was given for what.
struct Clash<'a> {
    envs: [&'a Book; 2],
    claims: [Claim; 2],
}

/// Errors about names that would be given twice: of two environments one, with the number of
/// further names, since the names of the environments are the cause.
pub fn clashes(all: &[Written<'_>]) -> Vec<Diagnostic> {
    let mut given: HashMap<(&'static str, Option<&str>, String), (usize, Claim)> =
        HashMap::new();
    let mut found: Vec<((usize, usize), Vec<Clash<'_>>)> = Vec::new();
    for (idx, written) in all.iter().enumerate() {
        for claim in claims(written) {
            let namespace = match claim.kind {
                CONFIG_MAP | DASHBOARD => None,
                _ => written.0.objects.namespace.as_deref(),
            };
            let key = (claim.kind, namespace, claim.name.clone());
            let Some((first, other)) = given.get(&key) else {
                given.insert(key, (idx, claim));
                continue;
            };
            // Two uids in one environment have been said where uids are read.
            if *first == idx && claim.kind == DASHBOARD {
                continue;
            }
            let clash = Clash {
                envs: [all[*first].0, written.0],
                claims: [other.clone(), claim],
            };
            let pair = (*first, idx);
            match found.iter_mut().find(|it| it.0 == pair && pair.0 != pair.1) {
                Some((_, clashes)) => clashes.push(clash),
                None => found.push((pair, vec![clash])),
            }
        }
    }
    found.iter().map(|it| said(&it.1)).collect()
}

fn said(clashes: &[Clash<'_>]) -> Diagnostic {
    let Clash { envs, claims: [first, second] } = &clashes[0];
    let apart = envs[0].env != envs[1].env;
    let title = match first.kind {
        DASHBOARD => format!("two dashboards would have the uid `{}`", first.name),
        kind => format!("two {kind}s would be called `{}`", first.name),
    };
    let label = |book: &Book, claim: &Claim| match apart {
        true => format!("{} in `{}`", claim.of, book.env),
        false => claim.of.clone(),
    };
    let (one, other) = (label(envs[0], first), label(envs[1], second));
    let mut out = Diagnostic::error("same-name", title);
    out = match (first.place, second.place) {
        (Some(a), Some(b)) if a != b => out.at(b, other).context(a, one),
        (Some(it), _) | (_, Some(it)) => out.at(it, format!("{one}, and {other}")),
        (None, None) => out.note(format!("{one}, and {other}")),
    };
    match clashes.len() - 1 {
        0 => {}
        1 => out = out.note("1 other name is the same too"),
        n => out = out.note(format!("{n} other names are the same too")),
    }
    let what = match first.kind {
        DASHBOARD => "choose another `uid` for one of them",
        "PrometheusRule" => "rename one of the files",
        _ => "rename one of the two",
    };
    out.help(match apart {
        true => format!("{what}, or one of the environments"),
        false => what.to_owned(),
    })
}

/// Whether names of two environments can come to the same: the name of one is the beginning
/// or the end of the other's.
pub fn are_alike(one: &str, other: &str) -> bool {
    let (short, long) = match one.len() < other.len() {
        true => (one, other),
        false => (other, one),
    };
    let rest = long.strip_prefix(short).is_some_and(|it| it.starts_with('-'));
    short == long || rest || long.strip_suffix(short).is_some_and(|it| it.ends_with('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_are_alike_by_whole_words() {
        assert!(are_alike("production", "production-eu"));
        assert!(are_alike("west-production", "production"));
        assert!(are_alike("a", "a"));
        assert!(!are_alike("production", "productioneu"));
        assert!(!are_alike("production", "staging"));
        assert!(!are_alike("a-b", "a-c"));
    }
}

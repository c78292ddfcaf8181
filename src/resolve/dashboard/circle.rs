//! Variables whose values depend on each other in a circle: Grafana can ask for none of them.

use std::collections::{BTreeSet, HashMap};

use super::variable;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::rules::dashboard as rules;
use crate::spec::dashboard::Variable;

/// A variable that the query of another one uses.
#[derive(Clone, Copy)]
struct Edge {
    to: usize,
    /// Where it is used.
    at: Span,
}

/// Says which variables depend on themselves.
pub(super) fn check(variables: &[Variable], sink: &mut Sink) {
    let names = variables.iter().enumerate().map(|(idx, it)| (it.key.as_str(), idx));
    let names: HashMap<&str, usize> = names.collect();
    let edges: Vec<Vec<Edge>> = variables.iter().map(|it| edges(it, &names)).collect();
    let open = open(&edges);
    let mut seen = vec![false; edges.len()];
    for start in 0..edges.len() {
        // Whatever is open leads on to what is open, and so into a circle at last.
        let mut path: Vec<(usize, Edge)> = Vec::new();
        let mut at = start;
        while open[at] && !seen[at] {
            seen[at] = true;
            let Some(edge) = edges[at].iter().find(|it| open[it.to]) else { break };
            path.push((at, *edge));
            at = edge.to;
        }
        if let Some(from) = path.iter().position(|it| it.0 == at) {
            sink.push_once(circle(variables, &path[from..]));
        }
    }
}

fn edges(it: &Variable, names: &HashMap<&str, usize>) -> Vec<Edge> {
    let Some(query) = &it.query else { return Vec::new() };
    let uses = variable::uses(query.as_str()).into_iter();
    let edge = |it: variable::Use| {
        let at = query.place(it.start, it.end).span;
        Some(Edge { to: *names.get(it.name.as_str())?, at })
    };
    uses.filter_map(edge).collect()
}

/// Which variables cannot be asked for one after the other.
fn open(edges: &[Vec<Edge>]) -> Vec<bool> {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (from, all) in edges.iter().enumerate() {
        all.iter().for_each(|it| users[it.to].push(from));
    }
    let mut left: Vec<usize> = edges.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..edges.len()).filter(|it| left[*it] == 0).collect();
    while let Some(it) = ready.pop() {
        for user in &users[it] {
            left[*user] -= 1;
            if left[*user] == 0 {
                ready.push(*user);
            }
        }
    }
    left.into_iter().map(|it| it != 0).collect()
}

fn circle(variables: &[Variable], path: &[(usize, Edge)]) -> Diagnostic {
    let key = |idx: usize| variables[idx].key.as_str();
    let title = match path {
        [(one, _)] => format!("variable `{}` depends on itself", key(*one)),
        _ => {
            let names = path.iter().map(|it| key(it.0));
            format!("variables {} depend on each other", suggest::list(names, 5))
        }
    };
    let out = Diagnostic::error("bad-variable", title);
    let out = path.iter().enumerate().fold(out, |out, (idx, (_, edge))| match idx {
        0 => out.at(edge.at, format!("asks for `{}` first", key(edge.to))),
        _ => out.context(edge.at, format!("asks for `{}` first", key(edge.to))),
    });
    out.help("narrow only the later of them by the earlier one")
}

/// Whether the values of the variable `name` depend on those of `other`.
pub(super) fn asks_for(variables: &[rules::Variable], name: &str, other: &str) -> bool {
    let mut seen = BTreeSet::from([name.to_owned()]);
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        let Some(it) = variables.iter().find(|it| it.name == name) else { continue };
        let rules::Values::Query(query) = &it.values else { continue };
        let used = variable::uses(query.as_str()).into_iter().map(|it| it.name);
        open.extend(used.filter(|it| seen.insert(it.clone())));
    }
    name != other && seen.contains(other)
}

//! What is left to fill in when somebody imports a dashboard by hand, as those of grafana.com
//! are written: `"uid": "${DS_PROMETHEUS}"`. A Grafana that reads files leaves it there.

use std::collections::{BTreeMap, BTreeSet};

use crate::doc::node::{Kind, Node};
use crate::grafana::interpolate;
use crate::grafana::model::{Unfilled, Variable};

/// What no variable gives: inputs of the import anywhere, other names where a data source
/// is named; the first use of each.
pub(super) fn unfilled<'a>(body: &'a Node, variables: &'a [Variable]) -> Vec<Unfilled> {
    let inputs = body.get("__inputs").and_then(Node::as_array).unwrap_or_default();
    let plugin = |it: &'a Node| it.get("pluginId").and_then(Node::as_str);
    let inputs =
        inputs.iter().filter_map(|it| Some((it.get("name")?.as_str()?, plugin(it))));
    let mut search = Search {
        inputs: inputs.collect(),
        given: variables.iter().map(|it| it.name.as_str()).collect(),
        out: Vec::new(),
    };
    search.walk(body, false);
    search.out
}

/// The kind of Grafana's own expressions over other queries. It is told by the kind, whatever
/// the data source is called (`isExpressionReference` in `DataSourceWithBackend.ts`).
const EXPRESSION: &str = "__expr__";

fn is_grafanas_own(source: &Node) -> bool {
    source.get("type").and_then(Node::as_str) == Some(EXPRESSION)
}

struct Search<'a> {
    /// What is asked for at an import, with the plugin.
    inputs: BTreeMap<&'a str, Option<&'a str>>,
    /// What variables give.
    given: BTreeSet<&'a str>,
    out: Vec<Unfilled>,
}

impl<'a> Search<'a> {
    /// Looks at what stands in a node, which may name a data source.
    fn walk(&mut self, node: &'a Node, source: bool) {
        match &node.kind {
            Kind::String(text) if text.as_str().contains(['$', '[']) => {
                for it in interpolate::uses(text.as_str()) {
                    let input = self.inputs.get(it.name.as_str());
                    let asked = input.is_some();
                    let plugin = input.copied().flatten().map(str::to_owned);
                    let own = it.name.starts_with("__")
                        || plugin.as_deref() == Some(EXPRESSION);
                    if own || !(asked || source) || self.given.contains(&*it.name) {
                        continue;
                    }
                    let is_found = self.out.iter().any(|found| found.name == it.name);
                    if !is_found {
                        let (name, at, text) = (it.name, it.at, text.clone());
                        self.out.push(Unfilled { name, text, at, asked, plugin, source });
                    }
                }
            }
            Kind::Array(items) => items.iter().for_each(|it| self.walk(it, false)),
            Kind::Table(table) => {
                for it in table {
                    match it.key.as_str() {
                        "__inputs" | "__requires" | "__elements" => {}
                        "datasource" if is_grafanas_own(&it.value) => {}
                        "datasource" => match it.value.get("uid") {
                            Some(uid) => self.walk(uid, true),
                            None => self.walk(&it.value, true),
                        },
                        _ => self.walk(&it.value, false),
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::diag::source::FileId;
    use crate::grafana::read::read;

    #[test]
    fn what_no_variable_gives_is_found() {
        let text = r#"{"__inputs": [{"name": "DS_A"}, {"name": "VAR_B"}, {"name": "VAR_C"},
                {"name": "DS_E", "pluginId": "__expr__"}],
            "templating": {"list": [{"name": "ds"}, {"name": "VAR_C"},
                {"name": "b", "type": "constant", "query": "${VAR_B}"}]},
            "panels": [{"datasource": "${DS_A}", "title": "$other", "targets": [
                {"datasource": {"type": "__expr__", "uid": "${DS_EXPRESSION}"}},
                {"datasource": "${DS_E}"},
                {"expr": "${VAR_C} + $free", "datasource": {"uid": "${DS_A}"}},
                {"datasource": {"type": "prometheus", "uid": "$DS_D"}},
                {"datasource": {"uid": "$ds"}}, {"datasource": "-- Mixed --"},
                {"datasource": {"uid": "${__none}"}}]}]}"#;
        let board = read(FileId(0), "x.json", text).unwrap();
        let got = board.unfilled.iter().map(|it| (&*it.name, it.asked, it.source));
        let expect =
            [("VAR_B", true, false), ("DS_A", true, true), ("DS_D", false, true)];
        assert_eq!(got.collect::<Vec<_>>(), expect);
    }
}

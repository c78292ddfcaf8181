//! What is inferred holds of what evaluation gives.

use crate::promql::dialect::Dialect;
use crate::promql::eval::{Options, evaluate};
use crate::promql::infer::{LabelFacts, Presence, labels};
use crate::promql::labels::Labels;
use crate::promql::series::{Samples, Series};
use crate::promql::storage::MemoryStorage;
use crate::promql::syntax::ast::Parsed;
use crate::promql::value::{Grid, Value};
use crate::promql::{check, syntax};

const SERIES: &[&str] = &[
    r#"x{a="1", b="p"}"#,
    r#"x{a="2"}"#,
    r#"x{b="q", c="r"}"#,
    r#"y{a="1", b="p"}"#,
    r#"y{a="2", c="r", v="w"}"#,
    r#"y{v="u"}"#,
    r#"h_bucket{a="1", le="1"}"#,
    r#"h_bucket{a="1", le="+Inf"}"#,
];

const VECTORS: &[&str] = &[
    "x",
    "y",
    r#"x{a="1"}"#,
    r#"x{a=~"1|2|"}"#,
    r#"y{v!=""}"#,
    r#"{a!~"3|", b=""}"#,
    "h_bucket",
    "vector(1)",
    r#"absent(nope{a="1"})"#,
];

/// `#` is a vector.
const FUNCTIONS: &[&str] = &[
    "#",
    "-#",
    "# > 0",
    "# * 2",
    "1 < bool #",
    "sum(#)",
    "sum by (a, v) (#)",
    "max without (a, b) (#)",
    "topk by (a) (1, #)",
    r#"count_values by (b) ("n", #)"#,
    r#"count_values without (b) ("b", #)"#,
    "abs(#)",
    "max_over_time((#)[1m:10s])",
    "last_over_time((#)[1m:10s])",
    "histogram_quantile(0.5, #)",
    r#"label_replace(#, "n", "$1", "a", "(.*)")"#,
    r#"label_replace(#, "n", "k$1", "b", "(p)|.*")"#,
    r#"label_replace(#, "n", "k", "b", "q")"#,
    r#"label_replace(#, "a", "", "a", "2")"#,
    r#"label_replace(#, "v", "$1", "a", "(.).*|")"#,
    r#"label_join(#, "n", "-", "a", "b")"#,
    r#"label_join(#, "n", "", "a")"#,
    r#"label_replace(#, "n", "$1", "__name__", "(.*)")"#,
    "sort(#)",
    "timestamp(#)",
];

const OPERATIONS: &[&str] = &[
    "# + @",
    "# > @",
    "# == bool on (a) @",
    "# - ignoring (v, c) @",
    "# and @",
    "# and on (a) @",
    "# unless on (b) @",
    "# or @",
    "# or on (a) @",
    "# * on (a) group_left (v) @",
    "# >= on (a) group_left () @",
    "# / ignoring (v, b, c) group_right (b) @",
    "# + on (a, b) fill (0) @",
    "# + fill_left (0) @",
    "# * on (a) group_left (v) fill_right (1) @",
];

fn storage() -> MemoryStorage {
    let mut storage = MemoryStorage::new();
    for text in SERIES {
        let mut floats = Samples::default();
        floats.push(0, 1.0);
        floats.push(60_000, 2.0);
        let labels = syntax::parse_metric(text).unwrap();
        storage.insert(Series { labels, floats, ..Series::default() });
    }
    storage
}

fn contradicts(facts: &LabelFacts, labels: &Labels) -> bool {
    let missing = facts
        .known
        .iter()
        .any(|it| it.1.presence == Presence::Always && labels.get(it.0).is_empty());
    missing || labels.iter().any(|it| !facts.get(&it.0).allows(&it.1))
}

/// Evaluates; how many results there are, or `None` if the evaluation fails.
fn check_one(storage: &MemoryStorage, parsed: &Parsed, text: &str) -> Option<usize> {
    let facts = labels(&parsed.expr);
    let mut n_results = None;
    for delayed in [false, true] {
        let mut dialect = Dialect::everything();
        dialect.features.delayed_name_removal = delayed;
        let grid = Grid::instant(60_000);
        let options = Options::default();
        let Ok(outcome) = evaluate(storage, parsed, grid, &dialect, &options) else {
            continue;
        };
        let Value::Vector(columns) = outcome.value else { continue };
        n_results = Some(columns.len());
        for it in &columns {
            assert!(!contradicts(&facts, &it.labels), "{text}: {} {facts:?}", it.labels);
        }
    }
    n_results
}

#[test]
fn what_is_inferred_holds() {
    let storage = storage();
    let parse = |text: &str| check::parse(text, &Dialect::everything()).unwrap();
    let mut vectors = Vec::new();
    for function in FUNCTIONS {
        for vector in VECTORS {
            let inner = function.replace('#', vector);
            vectors.push(format!("({inner})"));
        }
    }
    let mut n_results = 0;
    let mut run = |text: &str| {
        n_results += check_one(&storage, &parse(text), text).unwrap_or(0);
    };
    for (idx, vector) in vectors.iter().enumerate() {
        run(vector);
        for function in FUNCTIONS.iter().skip(idx % 5).step_by(5) {
            run(&function.replace('#', vector));
        }
        for (shift, operation) in OPERATIONS.iter().enumerate().skip(idx % 2).step_by(2) {
            let other = &vectors[(idx * 37 + shift * 7 + 3) % vectors.len()];
            run(&operation.replace('#', vector).replace('@', other));
        }
    }
    assert!(2_000 < n_results, "only {n_results} results");
}

//! Evaluation: programs over small random series.
//!
//! Nothing may panic, run on or outgrow its limits; and a range query must give at each
//! step what an instant query gives at that time, bit for bit.

use aqua_alerts::promql::check::{self, value_type};
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::promql::error::{ErrorKind, EvalError};
use aqua_alerts::promql::eval::{Options, Outcome, evaluate};
use aqua_alerts::promql::functions::{self, kind::Kind};
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::limits::Limits;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::syntax::ast::{
    AggregateOp, At, BinaryOp, Duration, DurationKind, Expr, ExprKind, Parsed,
};
use aqua_alerts::promql::syntax::types::ValueType;
use aqua_alerts::promql::value::{Column, Grid, Sample, Value};

use crate::bytes::Bytes;
use crate::check_place;
use crate::query;
use crate::series::{self, SAMPLES, SPACING};

/// Little enough to be quick.
const LIMITS: Limits = Limits { steps: 100_000, values: 1_000_000, work: 10_000_000 };

/// Evaluates the program that the bytes describe: five bytes choose dialect, series and
/// steps; the rest is the expression, as text after `"` and else as choices.
pub fn check(data: &[u8]) {
    let mut bytes = Bytes(data);
    let dialect = dialect(bytes.byte());
    let seed = u64::from(bytes.byte()) | u64::from(bytes.byte()) << 8;
    let storage = series::storage(seed);
    let grid = grid(&mut bytes);
    let text = match bytes.0.split_first() {
        Some((b'"', rest)) => match str::from_utf8(rest) {
            Ok(text) => text.to_string(),
            Err(_) => return,
        },
        _ => query::expression(&mut bytes),
    };
    let Ok(parsed) = check::parse(&text, &dialect) else { return };
    compare(&storage, &parsed, &text, grid, &dialect);
}

/// All features on, or promtool's.
fn dialect(byte: u8) -> Dialect {
    match byte % 4 {
        0 | 1 => Dialect::everything(),
        2 => Dialect::new(Version::LATEST),
        _ => Dialect { max_samples: Some(10_000), ..Dialect::new(Version::new(3, 5)) },
    }
}

fn grid(bytes: &mut Bytes<'_>) -> Grid {
    let last = SAMPLES * SPACING;
    let start = i64::from(bytes.byte()) * last / 256;
    let shape = bytes.byte();
    let step = [15_000, 60_000, 1_000, 7_001][shape as usize % 4];
    let n_steps = i64::from(shape / 4 % 16);
    Grid::range(start, start + n_steps * step, step)
}

fn compare(
    storage: &MemoryStorage,
    parsed: &Parsed,
    text: &str,
    grid: Grid,
    dialect: &Dialect,
) {
    let options = Options { start_times: true, limits: LIMITS, ..Options::default() };
    let run = |grid: Grid| -> Result<Outcome, EvalError> {
        let result = evaluate(storage, parsed, grid, dialect, &options);
        if let Err(error) = &result {
            check_place(text, error.at);
            assert!(!error.to_string().is_empty());
        }
        result
    };
    let range = run(grid);
    let differs = looks_at_query(&parsed.expr)
        || orders_operands(&parsed.expr)
        || fixes_parameters(&parsed.expr)
        || dialect.features.delayed_name_removal && may_forget_names(&parsed.expr);
    for (step, time) in grid.times().enumerate() {
        let instant = run(Grid::instant(time));
        let Ok(range) = &range else { continue };
        if differs || dialect.max_samples.is_some() {
            continue;
        }
        let instant = match instant {
            Ok(instant) => instant,
            Err(it) if matches!(it.kind, ErrorKind::Limit { .. }) => continue,
            Err(it) => panic!("{text}\nfails at {time}, and not in {grid:?}: {it}"),
        };
        let (one, other) = (at(&range.value, step), at(&instant.value, 0));
        assert!(
            one == other,
            "{text}\nat {time} in {grid:?}\nrange   {one:?}\ninstant {other:?}"
        );
    }
}

/// What a value is at a step, as something that can be compared: numbers by their bits,
/// but for those that are not numbers.
fn at(value: &Value, step: usize) -> Vec<(Labels, String)> {
    let mut all: Vec<(Labels, String)> = match value {
        Value::Scalar(values) => vec![(Labels::empty(), format!("{:?}", values[step]))],
        Value::Vector(columns) => columns
            .iter()
            .filter_map(|it: &Column| {
                let sample = match it.sample(step)? {
                    Sample::Float(it) => format!("{it:?}"),
                    Sample::Histogram(it) => format!("{it:?}"),
                };
                Some((it.labels.clone(), sample))
            })
            .collect(),
        Value::Text(_) | Value::Matrix(_) => Vec::new(),
    };
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Whether the order of operands can be another one at a step than in the range: sums
/// then differ in the last digit, in Prometheus too.
fn orders_operands(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk_path(&mut |it, path| {
        found |= !path.is_empty()
            && match &it.kind {
                ExprKind::Call(it) => {
                    functions::lookup(it.name).is_some_and(|it| it.sorts)
                }
                ExprKind::Aggregate(it) => {
                    matches!(it.op, AggregateOp::Topk | AggregateOp::Bottomk)
                        || path.iter().any(|it| adds(it))
                }
                ExprKind::Binary(it) => {
                    let is_vector = |it| value_type(it) == ValueType::Vector;
                    is_vector(&it.lhs)
                        && is_vector(&it.rhs)
                        && path.iter().any(|it| adds(it))
                }
                _ => false,
            };
    });
    found
}

/// Whether the order in which values come changes the last digit. Groups and pairs come
/// in the order in which there first is one.
fn adds(expr: &Expr) -> bool {
    use AggregateOp::{Avg, Stddev, Stdvar, Sum};
    matches!(
        &expr.kind,
        ExprKind::Aggregate(it) if matches!(it.op, Sum | Avg | Stddev | Stdvar)
    )
}

/// Whether an aggregation may be evaluated only once because its operand stays the same:
/// its parameter is not asked, in Prometheus neither (`preprocessExprHelper` of
/// `promql/engine.go`).
fn fixes_parameters(expr: &Expr) -> bool {
    let is_number = |it: &Expr| matches!(it.kind, ExprKind::Number { .. });
    let mut found = false;
    expr.walk(&mut |it| {
        if let ExprKind::Aggregate(it) = &it.kind
            && it.param.as_ref().is_some_and(|it| !is_number(it.without_parens()))
        {
            it.expr.walk(&mut |it| {
                let at = match &it.kind {
                    ExprKind::Selector(it) => it.at,
                    ExprKind::Subquery(it) => it.at,
                    _ => None,
                };
                found |= at.is_some();
            });
        }
    });
    found
}

/// Whether a series may come from either side of an `or`. The first step at which there
/// is one decides for all whether its name is dropped in the end, in Prometheus too
/// (`rangeEval` of `promql/engine.go`).
fn may_forget_names(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |it| {
        found |= matches!(&it.kind, ExprKind::Binary(it) if it.op == BinaryOp::Or);
    });
    found
}

/// Whether something depends on the whole query, which is another one at each step.
fn looks_at_query(expr: &Expr) -> bool {
    let mut found = false;
    let at = |it: &Option<At>| matches!(it, Some(At::Start | At::End));
    expr.walk(&mut |it| {
        found |= match &it.kind {
            ExprKind::Selector(it) => {
                at(&it.at) || it.offset.as_ref().is_some_and(of_query)
            }
            ExprKind::Matrix(it) => of_query(&it.range),
            ExprKind::Subquery(it) => {
                let durations = [Some(&it.range), it.step.as_ref(), it.offset.as_ref()];
                at(&it.at) || durations.into_iter().flatten().any(of_query)
            }
            ExprKind::Call(it) => functions::lookup(it.name)
                .is_some_and(|it| matches!(it.kind, Kind::Query(_))),
            _ => false,
        }
    });
    found
}

fn of_query(duration: &Duration) -> bool {
    match &duration.kind {
        DurationKind::Literal { .. } => false,
        DurationKind::Step | DurationKind::Range => true,
        DurationKind::Unary(_, it) | DurationKind::Paren(it) => of_query(it),
        DurationKind::Binary(_, a, b)
        | DurationKind::MinOf(a, b)
        | DurationKind::MaxOf(a, b) => of_query(a) || of_query(b),
    }
}

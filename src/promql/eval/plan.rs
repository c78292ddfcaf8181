//! What is decided about an expression before it is evaluated.
//!
//! Durations, `@` times, types and step invariance, in vectors by node: the tree itself
//! stays as it was parsed. Does what Prometheus's `PreprocessExpr` does in
//! `promql/engine.go`.

use crate::promql::dialect::Version;
use crate::promql::error::EvalError;
use crate::promql::eval::duration::{Sign, resolve};
use crate::promql::eval::totals;
use crate::promql::functions;
use crate::promql::syntax::ast::{At, Expr, ExprKind, Parsed};
use crate::promql::syntax::types::ValueType;
use crate::promql::value::Grid;

/// What is known about a node; times and durations are in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Facts {
    /// The offset of a selector or subquery.
    pub offset: i64,
    /// The time of `@`.
    pub at: Option<i64>,
    /// The range of a range selector or subquery.
    pub range: i64,
    /// The step of a subquery; 0 where the default is wanted.
    pub step: i64,
    /// The value is the same at every step, and worth being evaluated only once.
    pub once: bool,
    /// Native histograms are read without their buckets.
    pub totals: bool,
}

/// The facts of all nodes of an expression.
#[derive(Debug)]
pub(super) struct Plan {
    facts: Vec<Facts>,
}

impl Plan {
    /// The facts of a node.
    pub(super) fn of(&self, expr: &Expr) -> &Facts {
        &self.facts[expr.id as usize]
    }
}

/// Decides about an expression that is to be evaluated over `grid`.
pub(super) fn plan(
    parsed: &Parsed,
    grid: Grid,
    version: Version,
) -> Result<Plan, EvalError> {
    let facts = vec![Facts::default(); parsed.n_nodes as usize];
    let mut planner = Planner { plan: Plan { facts }, grid };
    let how = planner.visit(&parsed.expr)?;
    planner.mark(&parsed.expr, how);
    let facts = &mut planner.plan.facts;
    totals::mark(parsed, version, |it| facts[it.id as usize].totals = true);
    Ok(planner.plan)
}

/// The type of an expression that has passed the check.
pub(super) fn type_of(expr: &Expr) -> ValueType {
    match &expr.kind {
        ExprKind::Number { .. } => ValueType::Scalar,
        ExprKind::String(_) => ValueType::String,
        ExprKind::Selector(_) | ExprKind::Aggregate(_) => ValueType::Vector,
        ExprKind::Matrix(_) | ExprKind::Subquery(_) => ValueType::Matrix,
        ExprKind::Call(call) => {
            functions::lookup(call.name).map_or(ValueType::Vector, |it| it.returns)
        }
        ExprKind::Binary(it) => match (type_of(&it.lhs), type_of(&it.rhs)) {
            (ValueType::Scalar, ValueType::Scalar) => ValueType::Scalar,
            (_, _) => ValueType::Vector,
        },
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => type_of(expr),
    }
}

/// An expression without the parentheses around it.
pub(super) fn unwrap(mut expr: &Expr) -> &Expr {
    while let ExprKind::Paren(inner) = &expr.kind {
        expr = inner;
    }
    expr
}

/// Whether a value stays the same over the steps, and whether it pays to know that.
#[derive(Clone, Copy)]
struct How {
    invariant: bool,
    worth: bool,
}

/// The furthest time in milliseconds that anything is looked at.
const FURTHEST: i64 = i64::MAX - (1 << 53);

const VARIES: How = How { invariant: false, worth: false };

struct Planner {
    plan: Plan,
    grid: Grid,
}

impl Planner {
    fn mark(&mut self, expr: &Expr, how: How) {
        self.plan.facts[expr.id as usize].once = how.worth;
    }

    fn at(&self, at: Option<At>) -> Option<i64> {
        match at? {
            // Far from anything, so that offsets and ranges can be added.
            At::Time(time) => Some(time.clamp(-FURTHEST, FURTHEST)),
            At::Start => Some(self.grid.start),
            At::End => Some(self.grid.end),
        }
    }

    fn visit(&mut self, expr: &Expr) -> Result<How, EvalError> {
        let id = expr.id as usize;
        match &expr.kind {
            ExprKind::Number { .. } | ExprKind::String(_) => {
                Ok(How { invariant: true, worth: false })
            }
            ExprKind::Selector(selector) => {
                let at = self.at(selector.at);
                let offset = match &selector.offset {
                    Some(it) => resolve(it, self.grid, Sign::Any)?,
                    None => 0,
                };
                let facts = &mut self.plan.facts[id];
                facts.offset = offset;
                facts.at = at;
                Ok(How { invariant: at.is_some(), worth: at.is_some() })
            }
            ExprKind::Matrix(matrix) => {
                let how = self.visit(&matrix.selector)?;
                let inner = self.plan.facts[matrix.selector.id as usize];
                let range = resolve(&matrix.range, self.grid, Sign::Positive)?;
                self.plan.facts[id] = Facts { range, ..inner };
                Ok(How { invariant: how.invariant, worth: false })
            }
            ExprKind::Subquery(subquery) => {
                let offset = match &subquery.offset {
                    Some(it) => resolve(it, self.grid, Sign::Any)?,
                    None => 0,
                };
                let step = match &subquery.step {
                    Some(it) => resolve(it, self.grid, Sign::Positive)?,
                    None => 0,
                };
                let range = resolve(&subquery.range, self.grid, Sign::Positive)?;
                let at = self.at(subquery.at);
                let facts = &mut self.plan.facts[id];
                *facts = Facts { offset, at, range, step, ..Facts::default() };
                let how = self.visit(&subquery.expr)?;
                let worth = how.invariant;
                self.mark(&subquery.expr, How { invariant: how.invariant, worth });
                Ok(How { invariant: at.is_some(), worth: false })
            }
            ExprKind::Call(call) => {
                let function = functions::lookup(call.name);
                let mut all = true;
                let mut hows = Vec::with_capacity(call.args.len());
                for arg in &call.args {
                    let how = self.visit(unwrap(arg))?;
                    all &= how.invariant;
                    hows.push(how);
                }
                let uses_time = function.is_some_and(|it| it.uses_time);
                // The times of samples do not move, those of a result do.
                let times_of_samples = !call.args.is_empty()
                    && function.is_some_and(|it| it.kind.is_timestamp())
                    && call
                        .args
                        .iter()
                        .all(|it| matches!(unwrap(it).kind, ExprKind::Selector(_)));
                if all && (!uses_time || times_of_samples) {
                    return Ok(How { invariant: true, worth: true });
                }
                for (arg, how) in call.args.iter().zip(hows) {
                    self.mark(unwrap(arg), how);
                }
                Ok(VARIES)
            }
            ExprKind::Aggregate(aggregate) => {
                if let Some(param) = &aggregate.param {
                    let how = self.visit(unwrap(param))?;
                    self.mark(unwrap(param), How { worth: false, ..how });
                }
                self.visit(unwrap(&aggregate.expr))
            }
            ExprKind::Binary(binary) => {
                let lhs = self.visit(&binary.lhs)?;
                let rhs = self.visit(&binary.rhs)?;
                if lhs.invariant && rhs.invariant {
                    return Ok(How { invariant: true, worth: true });
                }
                self.mark(&binary.lhs, lhs);
                self.mark(&binary.rhs, rhs);
                Ok(VARIES)
            }
            ExprKind::Unary { expr: inner, .. } | ExprKind::Paren(inner) => {
                self.visit(inner)
            }
        }
    }
}

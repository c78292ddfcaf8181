//! Types and arguments: what Prometheus refuses although the grammar takes it.
//!
//! Rules, order and messages are those of `checkAST` in Prometheus
//! `promql/parser/parse.go`. All faults of an expression are told; one whose cause is
//! told already is not.

mod constant;
mod order;
#[cfg(test)]
mod tests;

use crate::promql::dialect::Dialect;
use crate::promql::functions::kind::Kind;
use crate::promql::functions::{self, Function};
use crate::promql::labels::{Labels, METRIC_NAME, quote};
use crate::promql::matcher::Matchers;
use crate::promql::syntax;
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, Binary, Call, Cardinality, Expr, ExprKind, Parsed, Selector,
    SyntaxError, TextRange,
};
use crate::promql::syntax::types::ValueType;

pub use constant::{constants, is_label_name};

/// Parses an expression and checks it, as Prometheus's `ParseExpr` does.
pub fn parse(text: &str, dialect: &Dialect) -> Result<Parsed, Vec<SyntaxError>> {
    let parsed = syntax::parse(text, dialect)?;
    match check(&parsed.expr) {
        errors if errors.is_empty() => Ok(parsed),
        errors => Err(errors),
    }
}

/// The type of an expression, whether it is correct or not.
pub fn value_type(expr: &Expr) -> ValueType {
    match &expr.kind {
        ExprKind::Number { .. } => ValueType::Scalar,
        ExprKind::String(_) => ValueType::String,
        ExprKind::Selector(_) | ExprKind::Aggregate(_) => ValueType::Vector,
        ExprKind::Matrix(_) | ExprKind::Subquery(_) => ValueType::Matrix,
        ExprKind::Call(it) => {
            functions::lookup(it.name).map_or(ValueType::Vector, |it| it.returns)
        }
        ExprKind::Binary(it) => {
            let scalar = |it| value_type(it) == ValueType::Scalar;
            match scalar(&it.lhs) && scalar(&it.rhs) {
                true => ValueType::Scalar,
                false => ValueType::Vector,
            }
        }
        ExprKind::Unary { expr, .. } | ExprKind::Paren(expr) => value_type(expr),
    }
}

/// All faults of an expression, in the order in which Prometheus meets them.
pub fn check(expr: &Expr) -> Vec<SyntaxError> {
    let mut checker = Checker { errors: Vec::new() };
    checker.visit(expr);
    checker.errors
}

struct Checker {
    errors: Vec<SyntaxError>,
}

impl Checker {
    fn error(&mut self, at: TextRange, message: impl Into<String>) {
        self.errors.push(SyntaxError { at, message: message.into(), help: None });
    }

    fn error_with_help(
        &mut self,
        at: TextRange,
        message: impl Into<String>,
        help: Option<&str>,
    ) {
        let help = help.map(str::to_string);
        self.errors.push(SyntaxError { at, message: message.into(), help });
    }

    /// Checks an expression; says its type unless a fault leaves that open.
    fn visit(&mut self, expr: &Expr) -> Option<ValueType> {
        match &expr.kind {
            ExprKind::Number { .. } => Some(ValueType::Scalar),
            ExprKind::String(_) => Some(ValueType::String),
            ExprKind::Selector(it) => {
                self.selector(expr, it);
                Some(ValueType::Vector)
            }
            ExprKind::Matrix(it) => {
                self.visit(&it.selector);
                Some(ValueType::Matrix)
            }
            ExprKind::Subquery(it) => {
                let found = self.visit(&it.expr);
                self.subquery(expr.span, found);
                Some(ValueType::Matrix)
            }
            ExprKind::Call(it) => self.call(expr, it),
            ExprKind::Aggregate(it) => {
                self.aggregate(it);
                Some(ValueType::Vector)
            }
            ExprKind::Binary(it) => self.binary(expr, it),
            ExprKind::Unary { expr: operand, .. } => {
                let found = self.visit(operand)?;
                self.unary(expr.span, found)
            }
            ExprKind::Paren(inner) => self.visit(inner),
        }
    }

    // What formats messages does not call `visit`: the frames of the recursion stay small.

    fn subquery(&mut self, at: TextRange, found: Option<ValueType>) {
        let Some(found) = found.filter(|it| *it != ValueType::Vector) else { return };
        let found = found.api_name();
        let message =
            format!("subquery is only allowed on instant vector, got {found} instead");
        self.error(at, message);
    }

    fn unary(&mut self, at: TextRange, found: ValueType) -> Option<ValueType> {
        if is_sample(found) {
            return Some(found);
        }
        let message = format!(
            "unary expression only allowed on expressions of type scalar or instant \
             vector, got {}",
            quote(&found.to_string())
        );
        self.error(at, message);
        None
    }

    /// Checks an expression that must have a type.
    fn expect(&mut self, expr: &Expr, want: ValueType, context: &str) {
        let found = self.visit(expr);
        if let Some(found) = found.filter(|it| *it != want) {
            self.wrong_type(expr, want, found, context);
        }
    }

    fn wrong_type(
        &mut self,
        expr: &Expr,
        want: ValueType,
        found: ValueType,
        context: &str,
    ) {
        let message = format!("expected type {want} in {context}, got {found}");
        self.error_with_help(expr.span, message, help_with_type(expr, want, found));
    }

    fn selector(&mut self, expr: &Expr, selector: &Selector) {
        if let Some(name) = &selector.name {
            // The last matcher is the name itself.
            let others = selector.matchers.split_last().map_or(&[][..], |it| it.1);
            for it in others.iter().filter(|it| &*it.name == METRIC_NAME) {
                let (name, other) = (quote(name), quote(&it.value));
                let message =
                    format!("metric name must not be set twice: {name} or {other}");
                self.error(expr.span, message);
            }
            return;
        }
        let selects_all = || {
            let empty = Labels::empty();
            !selector
                .matchers
                .iter()
                .any(|it| !Matchers::new(std::slice::from_ref(it)).holds(&empty))
        };
        if !selector.bypass_empty_check && selects_all() {
            self.error_with_help(
                expr.span,
                "vector selector must contain at least one non-empty matcher",
                Some(
                    "a label that is missing counts as empty, so this would select \
                     every series: match a name, or a value with `.+` rather than `.*`",
                ),
            );
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        let context = "aggregation expression";
        let Aggregate { op, expr, param, .. } = aggregate;
        let Some(param) = param else {
            return self.expect(expr, ValueType::Vector, context);
        };
        let want = match op {
            AggregateOp::CountValues => ValueType::String,
            _ => ValueType::Scalar,
        };
        let n_before = self.errors.len();
        self.expect(expr, ValueType::Vector, context);
        self.expect(param, want, "aggregation parameter");
        let args = [(&**param, want), (&**expr, ValueType::Vector)];
        self.out_of_order(op.as_str(), &args, n_before);
    }

    /// Where the arguments of a call would be right in another order, the errors about
    /// their types, of which `n_before` were there before, have one cause.
    fn out_of_order(&mut self, name: &str, args: &[(&Expr, ValueType)], n_before: usize) {
        let said = self.errors.get_mut(n_before..).unwrap_or_default();
        let own = |it: &SyntaxError| args.iter().any(|arg| arg.0.span == it.at);
        let [first, rest @ ..] = said else { return };
        if rest.is_empty() || !own(first) || !rest.iter().all(own) {
            return;
        }
        if let Some(call) = order::meant(name, args) {
            first.help = Some(format!("the arguments are in another order: `{call}`"));
            self.errors.truncate(n_before + 1);
        }
    }

    fn call(&mut self, expr: &Expr, call: &Call) -> Option<ValueType> {
        let Some(function) = functions::lookup(call.name) else {
            // The parser knows all functions of all versions.
            call.args.iter().for_each(|it| {
                self.visit(it);
            });
            return None;
        };
        self.arity(expr, call, function);
        let n_before = self.errors.len();
        let is_info = matches!(function.kind, Kind::Info);
        if is_info && let Some(selector) = call.args.get(1) {
            self.info_selector(expr, selector);
        }
        for (idx, arg) in call.args.iter().enumerate() {
            match function.param(idx) {
                // `info`'s second argument has been looked at.
                Some(_) if is_info && idx == 1 => {
                    self.visit(arg);
                }
                Some(want) => self.argument(arg, want, function),
                None => break,
            }
        }
        // What formats messages is rare: most calls are right.
        if n_before + 1 < self.errors.len() && !is_info {
            let wanted = (0..).map_while(|idx| function.param(idx));
            let args: Vec<(&Expr, ValueType)> = call.args.iter().zip(wanted).collect();
            self.out_of_order(function.name, &args, n_before);
        }
        Some(function.returns)
    }

    fn argument(&mut self, arg: &Expr, want: ValueType, function: &Function) {
        let found = self.visit(arg);
        if let Some(found) = found.filter(|it| *it != want) {
            let context = format!("call to function {}", quote(function.name));
            self.wrong_type(arg, want, found, &context);
        }
    }

    fn arity(&mut self, expr: &Expr, call: &Call, function: &Function) {
        let (n_args, name) = (call.args.len(), quote(function.name));
        let (min, max) = (function.min_args(), function.max_args());
        let what = match (n_args < min, max.is_some_and(|it| it < n_args)) {
            (false, false) => return,
            (_, _) if max == Some(min) => format!("{min} argument(s)"),
            (true, _) => format!("at least {min} argument(s)"),
            (false, true) => format!("at most {} argument(s)", max.unwrap_or(min)),
        };
        self.error(expr.span, format!("expected {what} in call to {name}, got {n_args}"));
    }

    fn info_selector(&mut self, call: &Expr, selector: &Expr) {
        let found = value_type(selector);
        if found != ValueType::Vector {
            let message = format!(
                "expected type instant vector in call to function \"info\", got {found}"
            );
            return self.error(call.span, message);
        }
        match &selector.kind {
            ExprKind::Selector(it) if it.name.is_none() => {}
            ExprKind::Selector(_) => self.error(
                selector.span,
                "expected label selectors only, got vector selector instead",
            ),
            _ => self.error(selector.span, "expected label selectors only"),
        }
    }

    fn binary(&mut self, expr: &Expr, binary: &Binary) -> Option<ValueType> {
        let lhs = self.visit(&binary.lhs);
        let rhs = self.visit(&binary.rhs);
        self.operands(expr, binary, lhs, rhs)
    }

    fn operands(
        &mut self,
        expr: &Expr,
        binary: &Binary,
        lhs: Option<ValueType>,
        rhs: Option<ValueType>,
    ) -> Option<ValueType> {
        let Binary { op, op_span, .. } = *binary;
        let scalars = value_type(&binary.lhs) == ValueType::Scalar
            && value_type(&binary.rhs) == ValueType::Scalar;

        if binary.return_bool && !op.is_comparison() {
            let message = "bool modifier can only be used on comparison operators";
            self.error(op_span, message);
        }
        if op.is_comparison() && !binary.return_bool && scalars {
            self.error_with_help(
                op_span,
                "comparisons between scalars must use BOOL modifier",
                Some("write `bool` after the operator for a result of 0 or 1"),
            );
        }
        self.grouping(binary);

        let mut fits = lhs.is_some() && rhs.is_some();
        for (found, side) in [(lhs, &binary.lhs), (rhs, &binary.rhs)] {
            if found.is_some_and(|it| !is_sample(it)) {
                fits = false;
                self.error(
                    side.span,
                    "binary expression must contain only scalar and instant vector types",
                );
            }
        }
        if !fits {
            return None;
        }
        match lhs == rhs && lhs == Some(ValueType::Vector) {
            true => self.set_operator(expr, binary),
            false => self.not_two_vectors(expr, binary),
        }
        Some(value_type(expr))
    }

    /// A label of `on` is on both sides already.
    fn grouping(&mut self, binary: &Binary) {
        let Some(matching) = binary.matching.as_ref().filter(|it| it.on) else { return };
        for label in &matching.labels {
            for _ in matching.include.iter().filter(|it| it.text == label.text) {
                let message = format!(
                    "label {} must not occur in ON and GROUP clause at once",
                    quote(&label.text)
                );
                self.error(binary.op_span, message);
            }
        }
    }

    fn not_two_vectors(&mut self, expr: &Expr, binary: &Binary) {
        if let Some(matching) = &binary.matching {
            if !matching.labels.is_empty() {
                let message = "vector matching only allowed between instant vectors";
                self.error(expr.span, message);
            }
            if matching.fill_lhs.is_some() || matching.fill_rhs.is_some() {
                let message =
                    "filling in missing series only allowed between instant vectors";
                self.error(expr.span, message);
            }
        }
        if binary.op.is_set() {
            let op = quote(binary.op.as_str());
            let message =
                format!("set operator {op} not allowed in binary scalar expression");
            self.error(expr.span, message);
        }
    }

    fn set_operator(&mut self, expr: &Expr, binary: &Binary) {
        let Some(matching) = binary.matching.as_ref().filter(|_| binary.op.is_set())
        else {
            return;
        };
        match matching.cardinality {
            Cardinality::ManyToMany => {}
            Cardinality::OneToMany | Cardinality::ManyToOne => {
                let op = quote(binary.op.as_str());
                self.error(expr.span, format!("no grouping allowed for {op} operation"));
            }
            Cardinality::OneToOne => {
                let message = "set operations must always be many-to-many";
                self.error(expr.span, message);
            }
        }
        if matching.fill_lhs.is_some() || matching.fill_rhs.is_some() {
            let message = "filling in missing series not allowed for set operators";
            self.error(expr.span, message);
        }
    }
}

fn is_sample(it: ValueType) -> bool {
    matches!(it, ValueType::Scalar | ValueType::Vector)
}

/// What to write where the type is wrong.
fn help_with_type(
    expr: &Expr,
    want: ValueType,
    found: ValueType,
) -> Option<&'static str> {
    let inner = &expr.without_parens().kind;
    match (want, found) {
        (ValueType::Matrix, ValueType::Vector) => Some(match inner {
            ExprKind::Selector(_) => "give the selector a range, such as `[5m]`",
            _ => "a range over an expression is a subquery, such as `(…)[30m:1m]`",
        }),
        (ValueType::Vector, ValueType::Matrix) => Some(
            "make a range an instant vector by a function such as `rate` or \
             `max_over_time`",
        ),
        (ValueType::Vector, ValueType::Scalar) => Some("write `vector(…)` around it"),
        (ValueType::Scalar, ValueType::Vector) => Some("write `scalar(…)` around it"),
        _ => None,
    }
}

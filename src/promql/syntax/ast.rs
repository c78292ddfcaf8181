//! The tree of a PromQL expression, with a place on every node.
//!
//! Mirrors the node types of Prometheus `promql/parser/ast.go` (3.14). Nothing here is
//! evaluated or rewritten in place: side tables are vectors indexed by [`NodeId`].

use std::ops::Range;
use std::sync::Arc;

use crate::promql::dialect::Version;
use crate::promql::math::round;

/// Number of a node in pre-order; the root is 0.
pub type NodeId = u32;

/// A byte range in the expression's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextRange {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl TextRange {
    /// The range `start..end`.
    pub fn new(start: usize, end: usize) -> TextRange {
        TextRange { start: start as u32, end: end as u32 }
    }

    /// The smallest range over both.
    pub fn to(self, other: TextRange) -> TextRange {
        TextRange { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As a range of bytes.
    pub fn bytes(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A parsed expression and what belongs to it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree.
    pub expr: Expr,
    /// Number of nodes: ids are below it.
    pub n_nodes: u32,
    /// `# …` comments, in order.
    pub comments: Vec<TextRange>,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Number in pre-order.
    pub id: NodeId,
    /// Where it stands, as Prometheus's `PositionRange` says.
    pub span: TextRange,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions. What few of them have is boxed: all are as large as the
/// largest.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// `1`, `0x1f`, `Inf`, or a duration in a place for numbers (`5m` is 300).
    Number {
        /// The value.
        value: f64,
        /// Written as a duration: printed as one.
        duration: bool,
    },
    /// `"text"`
    String(Arc<str>),
    /// `metric{label="value"} offset 5m @ end()`
    Selector(Selector),
    /// `metric[5m]`
    Matrix(Matrix),
    /// `(expr)[1h:5m]`
    Subquery(Subquery),
    /// `rate(x[5m])`
    Call(Call),
    /// `sum by (job) (x)`
    Aggregate(Aggregate),
    /// `a + on (x) b`
    Binary(Binary),
    /// `-x`, `+x`
    Unary {
        /// The sign: `Add` or `Sub`.
        op: BinaryOp,
        /// The operand.
        expr: Box<Expr>,
    },
    /// `(x)`
    Paren(Box<Expr>),
}

/// An instant vector selector.
#[derive(Clone, Debug)]
pub struct Selector {
    /// The metric name before the braces; one in quotes inside them is a matcher only.
    pub name: Option<Arc<str>>,
    /// The matchers as Prometheus holds them: the one on `__name__` that stands for
    /// `name` is the last, the others are in the order of the text.
    pub matchers: Vec<Matcher>,
    /// `offset …`
    pub offset: Option<Box<Duration>>,
    /// `@ …`
    pub at: Option<At>,
    /// `anchored`
    pub anchored: bool,
    /// `smoothed`
    pub smoothed: bool,
    /// Stands for `info()`'s second argument: no matcher needs to be non-empty.
    pub bypass_empty_check: bool,
}

/// A range vector selector.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// The selector; always [`ExprKind::Selector`], a node of its own. An `offset` or
    /// `@` written after the brackets is kept in it.
    pub selector: Box<Expr>,
    /// What stands in the brackets.
    pub range: Duration,
}

/// A subquery.
#[derive(Clone, Debug)]
pub struct Subquery {
    /// What is evaluated at every step.
    pub expr: Box<Expr>,
    /// How far back.
    pub range: Duration,
    /// The step; the default is the server's evaluation interval.
    pub step: Option<Box<Duration>>,
    /// `offset …`
    pub offset: Option<Box<Duration>>,
    /// `@ …`
    pub at: Option<At>,
}

/// A duration: a literal, or an expression over literals, `step()`, `range()`, …
#[derive(Clone, Debug)]
pub struct Duration {
    /// Where it stands.
    pub span: TextRange,
    /// What it is.
    pub kind: DurationKind,
}

/// The kinds of durations.
#[derive(Clone, Debug)]
pub enum DurationKind {
    /// A literal (`5m`, or `300` for seconds); may be negative in offsets. Alone it
    /// stands for [`Duration::literal_millis`]; arithmetic uses the seconds as they are.
    Literal {
        /// Seconds.
        seconds: f64,
        /// Written as a plain number of seconds.
        number: bool,
    },
    /// `step()`
    Step,
    /// `range()`
    Range,
    /// `-d`, `+d`
    Unary(BinaryOp, Box<Duration>),
    /// `a + b` and the other arithmetic operators.
    Binary(BinaryOp, Box<Duration>, Box<Duration>),
    /// `min_of(a, b)`
    MinOf(Box<Duration>, Box<Duration>),
    /// `max_of(a, b)`
    MaxOf(Box<Duration>, Box<Duration>),
    /// `(d)`
    Paren(Box<Duration>),
}

impl Duration {
    /// Nanoseconds of a literal, rounded as Prometheus rounds them.
    pub fn literal_nanos(&self) -> Option<i64> {
        match self.kind {
            // `as` saturates; the parser has refused what is out of range.
            DurationKind::Literal { seconds, .. } => Some(round(seconds * 1e9) as i64),
            _ => None,
        }
    }

    /// Milliseconds of a literal: what Prometheus evaluates with.
    pub fn literal_millis(&self) -> Option<i64> {
        self.literal_nanos().map(|it| it / 1_000_000)
    }
}

/// What stands after `@`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Unix time in milliseconds.
    Time(i64),
    /// `start()`
    Start,
    /// `end()`
    End,
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The function's name, as Prometheus spells it.
    pub name: &'static str,
    /// Where the name stands.
    pub name_span: TextRange,
    /// The arguments.
    pub args: Vec<Expr>,
}

/// An aggregation.
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// The operator.
    pub op: AggregateOp,
    /// Where its name stands.
    pub op_span: TextRange,
    /// What is aggregated.
    pub expr: Box<Expr>,
    /// The parameter of `topk`, `quantile`, `count_values`, …
    pub param: Option<Box<Expr>>,
    /// The labels of `by` or `without`, with their places.
    pub grouping: Vec<Name>,
    /// `without` rather than `by`.
    pub without: bool,
}

/// A label name with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: TextRange,
}

/// Aggregation operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum AggregateOp {
    Avg,
    Bottomk,
    Count,
    CountValues,
    Group,
    Max,
    Min,
    Quantile,
    Stddev,
    Stdvar,
    Sum,
    Topk,
    Limitk,
    LimitRatio,
}

/// A binary operation.
#[derive(Clone, Debug)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// Where it stands.
    pub op_span: TextRange,
    /// Left operand.
    pub lhs: Box<Expr>,
    /// Right operand.
    pub rhs: Box<Expr>,
    /// Return 0/1 rather than filter.
    pub return_bool: bool,
    /// How vectors are matched; `None` unless both sides are vectors (or labels were
    /// given all the same, which the type check refuses).
    pub matching: Option<Box<Matching>>,
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Pow,
    Atan2,
    Eql,
    Neq,
    Lss,
    Gtr,
    Lte,
    Gte,
    And,
    Or,
    Unless,
    /// `</`: keep histogram buckets below.
    TrimUpper,
    /// `>/`: keep histogram buckets above.
    TrimLower,
}

impl BinaryOp {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Mod => "%",
            BinaryOp::Pow => "^",
            BinaryOp::Atan2 => "atan2",
            BinaryOp::Eql => "==",
            BinaryOp::Neq => "!=",
            BinaryOp::Lss => "<",
            BinaryOp::Gtr => ">",
            BinaryOp::Lte => "<=",
            BinaryOp::Gte => ">=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
            BinaryOp::Unless => "unless",
            BinaryOp::TrimUpper => "</",
            BinaryOp::TrimLower => ">/",
        }
    }

    /// The first version of Prometheus that has it.
    pub fn since(self) -> Version {
        match self {
            BinaryOp::Atan2 => Version::new(2, 31),
            BinaryOp::TrimUpper | BinaryOp::TrimLower => Version::new(3, 11),
            _ => Version::FIRST,
        }
    }

    /// `==`, `!=`, `<`, `>`, `<=`, `>=`
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Eql
                | BinaryOp::Neq
                | BinaryOp::Lss
                | BinaryOp::Gtr
                | BinaryOp::Lte
                | BinaryOp::Gte
        )
    }

    /// `and`, `or`, `unless`
    pub fn is_set(self) -> bool {
        matches!(self, BinaryOp::And | BinaryOp::Or | BinaryOp::Unless)
    }
}

impl AggregateOp {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            AggregateOp::Avg => "avg",
            AggregateOp::Bottomk => "bottomk",
            AggregateOp::Count => "count",
            AggregateOp::CountValues => "count_values",
            AggregateOp::Group => "group",
            AggregateOp::Max => "max",
            AggregateOp::Min => "min",
            AggregateOp::Quantile => "quantile",
            AggregateOp::Stddev => "stddev",
            AggregateOp::Stdvar => "stdvar",
            AggregateOp::Sum => "sum",
            AggregateOp::Topk => "topk",
            AggregateOp::Limitk => "limitk",
            AggregateOp::LimitRatio => "limit_ratio",
        }
    }

    /// The first version of Prometheus that has it.
    pub fn since(self) -> Version {
        match self {
            AggregateOp::Group => Version::new(2, 20),
            AggregateOp::Limitk | AggregateOp::LimitRatio => Version::new(2, 54),
            _ => Version::FIRST,
        }
    }
}

/// Cardinality of a vector match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Cardinality {
    OneToOne,
    ManyToOne,
    OneToMany,
    ManyToMany,
}

/// How the series of two vectors find each other.
#[derive(Clone, Debug)]
pub struct Matching {
    /// Which side is "many".
    pub cardinality: Cardinality,
    /// `on` rather than `ignoring`.
    pub on: bool,
    /// The labels of `on` or `ignoring`.
    pub labels: Vec<Name>,
    /// The labels of `group_left` or `group_right`.
    pub include: Vec<Name>,
    /// `fill`, `fill_left`: the value of a missing left side.
    pub fill_lhs: Option<f64>,
    /// `fill`, `fill_right`: the value of a missing right side.
    pub fill_rhs: Option<f64>,
}

impl Matching {
    /// That of an operation which names none: one to one, by all labels.
    pub const EVERYTHING: Matching = Matching {
        cardinality: Cardinality::OneToOne,
        on: false,
        labels: Vec::new(),
        include: Vec::new(),
        fill_lhs: None,
        fill_rhs: None,
    };
}

/// A label matcher.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// Label name.
    pub name: Arc<str>,
    /// How it matches.
    pub op: MatchOp,
    /// Value or pattern.
    pub value: Arc<str>,
    /// Where the matcher stands.
    pub span: TextRange,
    /// Where its value stands, quotes included.
    pub value_span: TextRange,
}

/// Matcher operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum MatchOp {
    Equal,
    NotEqual,
    Regexp,
    NotRegexp,
}

/// What a text that is no PromQL has wrong: Prometheus's message and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub at: TextRange,
    /// Prometheus's own text, without position.
    pub message: String,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

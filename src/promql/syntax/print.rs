//! Tree to text on one line, as Prometheus prints it (`promql/parser/printer.go`).
//!
//! Label matchers come out sorted, words in lower case, `by` and `without` in front;
//! parentheses stay as they were written.

use std::fmt::{self, Write};

use crate::promql::duration::format_duration;
use crate::promql::labels::{METRIC_NAME, is_legacy_name, quote};
use crate::promql::number;
use crate::promql::syntax::ast::{
    Aggregate, At, Binary, Cardinality, Duration, DurationKind, Expr, ExprKind, MatchOp,
    Matcher, Matching, Matrix, Name, Selector, Subquery,
};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Number { value, duration: false } => {
                f.write_str(&number::decimal(*value))
            }
            ExprKind::Number { value, duration: true } => {
                f.write_str(&duration_text(*value))
            }
            ExprKind::String(text) => f.write_str(&quote(text)),
            ExprKind::Selector(it) => {
                bare(f, it)?;
                at(f, it.at)?;
                extension(f, it)?;
                offset(f, it.offset.as_ref())
            }
            ExprKind::Matrix(it) => matrix(f, it),
            ExprKind::Subquery(it) => {
                write!(f, "{}", it.expr)?;
                f.write_str(&subquery_suffix(it))
            }
            ExprKind::Call(it) => {
                f.write_str(it.name)?;
                f.write_str("(")?;
                for (idx, arg) in it.args.iter().enumerate() {
                    f.write_str(if idx == 0 { "" } else { ", " })?;
                    write!(f, "{arg}")?;
                }
                f.write_str(")")
            }
            ExprKind::Aggregate(it) => {
                f.write_str(&aggregate_head(it))?;
                f.write_str("(")?;
                if let Some(param) = &it.param {
                    write!(f, "{param}, ")?;
                }
                write!(f, "{})", it.expr)
            }
            ExprKind::Binary(it) => {
                write!(f, "{} {} {}", it.lhs, binary_head(it), it.rhs)
            }
            ExprKind::Unary { op, expr } => write!(f, "{}{expr}", op.as_str()),
            ExprKind::Paren(expr) => write!(f, "({expr})"),
        }
    }
}

/// The operator with its grouping, before the parenthesis.
pub(crate) fn aggregate_head(it: &Aggregate) -> String {
    let mut out = it.op.as_str().to_string();
    if it.without || !it.grouping.is_empty() {
        out.push_str(if it.without { " without (" } else { " by (" });
        names(&mut out, &it.grouping);
        out.push_str(") ");
    }
    out
}

/// The operator with its modifiers.
pub(crate) fn binary_head(it: &Binary) -> String {
    let mut out = it.op.as_str().to_string();
    if it.return_bool {
        out.push_str(" bool");
    }
    if let Some(matching) = &it.matching {
        matching_text(&mut out, matching);
    }
    out
}

fn matching_text(out: &mut String, it: &Matching) {
    let side = match it.cardinality {
        Cardinality::ManyToOne => Some(" group_left ("),
        Cardinality::OneToMany => Some(" group_right ("),
        Cardinality::OneToOne | Cardinality::ManyToMany => None,
    };
    if !it.labels.is_empty() || it.on || side.is_some() {
        out.push_str(if it.on { " on (" } else { " ignoring (" });
        names(out, &it.labels);
        out.push(')');
    }
    if let Some(side) = side {
        out.push_str(side);
        names(out, &it.include);
        out.push(')');
    }
    let mut fill = |word: &str, value: f64| {
        out.push_str(&format!(" {word} ({})", number::general(value)));
    };
    match (it.fill_lhs, it.fill_rhs) {
        (Some(lhs), Some(rhs)) if lhs == rhs => fill("fill", lhs),
        (lhs, rhs) => {
            if let Some(lhs) = lhs {
                fill("fill_left", lhs);
            }
            if let Some(rhs) = rhs {
                fill("fill_right", rhs);
            }
        }
    }
}

fn names(out: &mut String, names: &[Name]) {
    for (idx, name) in names.iter().enumerate() {
        if idx != 0 {
            out.push_str(", ");
        }
        match is_legacy_name(&name.text) {
            true => out.push_str(&name.text),
            false => out.push_str(&quote(&name.text)),
        }
    }
}

/// Name and matchers alone.
fn bare(f: &mut fmt::Formatter<'_>, it: &Selector) -> fmt::Result {
    let name = it.name.as_deref().unwrap_or("");
    f.write_str(name)?;
    let stands_for_name = |it: &Matcher| {
        &*it.name == METRIC_NAME
            && it.op == MatchOp::Equal
            && &*it.value == name
            && !name.is_empty()
    };
    let mut matchers: Vec<String> = it
        .matchers
        .iter()
        .filter(|it| !stands_for_name(it))
        .map(Matcher::to_string)
        .collect();
    // Nothing at all would not be read again.
    if matchers.is_empty() && !name.is_empty() {
        return Ok(());
    }
    matchers.sort();
    write!(f, "{{{}}}", matchers.join(","))
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_legacy_name(&self.name) {
            true => f.write_str(&self.name)?,
            false => f.write_str(&quote(&self.name))?,
        }
        f.write_str(self.op.as_str())?;
        f.write_str(&quote(&self.value))
    }
}

impl MatchOp {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regexp => "=~",
            MatchOp::NotRegexp => "!~",
        }
    }
}

fn matrix(f: &mut fmt::Formatter<'_>, it: &Matrix) -> fmt::Result {
    // The parser lets nothing else stand there.
    let ExprKind::Selector(selector) = &it.selector.kind else { return Ok(()) };
    bare(f, selector)?;
    write!(f, "[{}]", it.range)?;
    extension(f, selector)?;
    at(f, selector.at)?;
    offset(f, selector.offset.as_ref())
}

/// The brackets of a subquery and what follows them.
pub(crate) fn subquery_suffix(it: &Subquery) -> String {
    struct Suffix<'a>(&'a Subquery);
    impl fmt::Display for Suffix<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let it = self.0;
            write!(f, "[{}:", it.range)?;
            if let Some(step) = &it.step {
                write!(f, "{step}")?;
            }
            f.write_char(']')?;
            at(f, it.at)?;
            offset(f, it.offset.as_ref())
        }
    }
    Suffix(it).to_string()
}

fn extension(f: &mut fmt::Formatter<'_>, it: &Selector) -> fmt::Result {
    match (it.anchored, it.smoothed) {
        (true, _) => f.write_str(" anchored"),
        (false, true) => f.write_str(" smoothed"),
        (false, false) => Ok(()),
    }
}

fn at(f: &mut fmt::Formatter<'_>, at: Option<At>) -> fmt::Result {
    match at {
        Some(At::Time(millis)) => write!(f, " @ {:.3}", millis as f64 / 1000.0),
        Some(At::Start) => f.write_str(" @ start()"),
        Some(At::End) => f.write_str(" @ end()"),
        None => Ok(()),
    }
}

fn offset(f: &mut fmt::Formatter<'_>, offset: Option<&Duration>) -> fmt::Result {
    match offset {
        Some(it) if it.literal_nanos() != Some(0) => write!(f, " offset {it}"),
        _ => Ok(()),
    }
}

/// As it stands in brackets or after `offset`.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.literal_millis() {
            Some(millis) => f.write_str(&format_duration(millis)),
            None => inner_duration(f, self),
        }
    }
}

/// As it stands in a duration expression, where a number stays one.
fn inner_duration(f: &mut fmt::Formatter<'_>, it: &Duration) -> fmt::Result {
    match &it.kind {
        DurationKind::Literal { seconds, number: true } => {
            f.write_str(&number::decimal(*seconds))
        }
        DurationKind::Literal { seconds, number: false } => {
            f.write_str(&duration_text(*seconds))
        }
        DurationKind::Step => f.write_str("step()"),
        DurationKind::Range => f.write_str("range()"),
        DurationKind::Unary(op, it) => {
            f.write_str(op.as_str())?;
            inner_duration(f, it)
        }
        DurationKind::Binary(op, a, b) => {
            inner_duration(f, a)?;
            write!(f, " {} ", op.as_str())?;
            inner_duration(f, b)
        }
        DurationKind::MinOf(a, b) => duration_call(f, "min_of(", a, b),
        DurationKind::MaxOf(a, b) => duration_call(f, "max_of(", a, b),
        DurationKind::Paren(it) => {
            f.write_str("(")?;
            inner_duration(f, it)?;
            f.write_str(")")
        }
    }
}

fn duration_call(
    f: &mut fmt::Formatter<'_>,
    head: &str,
    a: &Duration,
    b: &Duration,
) -> fmt::Result {
    f.write_str(head)?;
    inner_duration(f, a)?;
    f.write_str(", ")?;
    inner_duration(f, b)?;
    f.write_str(")")
}

fn duration_text(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "-" } else { "" };
    let millis = (seconds.abs() * 1e9) as i64 / 1_000_000;
    format!("{sign}{}", format_duration(millis))
}

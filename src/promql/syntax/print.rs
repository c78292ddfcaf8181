//! Tree to text on one line, as Prometheus prints it (`promql/parser/printer.go`).
//!
//! Label matchers come out sorted, words in lower case, `by` and `without` in front;
//! parentheses stay as they were written. With the text of the author, names, literals
//! and the order of matchers are the author's.

use std::fmt::{self, Write};

use crate::promql::duration::format_duration;
use crate::promql::labels::{METRIC_NAME, is_legacy_name, quote};
use crate::promql::number;
use crate::promql::syntax::ast::{
    Aggregate, At, Binary, Cardinality, Duration, DurationKind, Expr, ExprKind, MatchOp,
    Matcher, Matching, Matrix, Name, Selector, Subquery, TextRange,
};

/// How names and literals are spelled: as Prometheus does, or as they stand in the text
/// that was parsed, or in one of the same length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling<'a>(pub(crate) Option<&'a str>);

impl<'a> Spelling<'a> {
    /// As Prometheus does.
    pub(crate) const CANONICAL: Spelling<'static> = Spelling(None);

    /// What the author wrote there.
    fn written(self, range: TextRange) -> Option<&'a str> {
        self.0.map(|it| &it[range.bytes()])
    }
}

/// The expression on one line.
pub(crate) fn line(expr: &Expr, spelling: Spelling<'_>) -> String {
    Line { expr, spelling }.to_string()
}

struct Line<'a> {
    expr: &'a Expr,
    spelling: Spelling<'a>,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line { expr: self, spelling: Spelling::CANONICAL }.fmt(f)
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { expr, spelling } = *self;
        let part = |expr| Line { expr, spelling };
        match &expr.kind {
            ExprKind::Number { .. } | ExprKind::String(_)
                if let Some(text) = spelling.written(expr.span) =>
            {
                f.write_str(text)
            }
            ExprKind::Number { value, duration: false } => {
                f.write_str(&number::decimal(*value))
            }
            ExprKind::Number { value, duration: true } => {
                f.write_str(&duration_text(*value))
            }
            ExprKind::String(text) => f.write_str(&quote(text)),
            ExprKind::Selector(it) => {
                bare(f, it, expr.span, spelling)?;
                at(f, it.at)?;
                extension(f, it)?;
                offset(f, it.offset.as_deref(), spelling)
            }
            ExprKind::Matrix(it) => matrix(f, it, spelling),
            ExprKind::Subquery(it) => {
                write!(f, "{}", part(&it.expr))?;
                f.write_str(&subquery_suffix(it, spelling))
            }
            ExprKind::Call(it) => {
                f.write_str(it.name)?;
                f.write_str("(")?;
                for (idx, arg) in it.args.iter().enumerate() {
                    f.write_str(if idx == 0 { "" } else { ", " })?;
                    write!(f, "{}", part(arg))?;
                }
                f.write_str(")")
            }
            ExprKind::Aggregate(it) => {
                f.write_str(&aggregate_head(it, spelling))?;
                f.write_str("(")?;
                if let Some(param) = &it.param {
                    write!(f, "{}, ", part(param))?;
                }
                write!(f, "{})", part(&it.expr))
            }
            ExprKind::Binary(it) => {
                let head = binary_head(it, spelling);
                write!(f, "{} {head} {}", part(&it.lhs), part(&it.rhs))
            }
            ExprKind::Unary { op, expr } => write!(f, "{}{}", op.as_str(), part(expr)),
            ExprKind::Paren(expr) => write!(f, "({})", part(expr)),
        }
    }
}

/// The operator with its grouping, before the parenthesis.
pub(crate) fn aggregate_head(it: &Aggregate, spelling: Spelling<'_>) -> String {
    let mut out = it.op.as_str().to_string();
    if it.without || !it.grouping.is_empty() {
        out.push_str(if it.without { " without (" } else { " by (" });
        names(&mut out, &it.grouping, spelling);
        out.push_str(") ");
    }
    out
}

/// The operator with its modifiers.
pub(crate) fn binary_head(it: &Binary, spelling: Spelling<'_>) -> String {
    let mut out = it.op.as_str().to_string();
    if it.return_bool {
        out.push_str(" bool");
    }
    if let Some(matching) = &it.matching {
        matching_text(&mut out, matching, spelling);
    }
    out
}

fn matching_text(out: &mut String, it: &Matching, spelling: Spelling<'_>) {
    let side = match it.cardinality {
        Cardinality::ManyToOne => Some(" group_left ("),
        Cardinality::OneToMany => Some(" group_right ("),
        Cardinality::OneToOne | Cardinality::ManyToMany => None,
    };
    if !it.labels.is_empty() || it.on || side.is_some() {
        out.push_str(if it.on { " on (" } else { " ignoring (" });
        names(out, &it.labels, spelling);
        out.push(')');
    }
    if let Some(side) = side {
        out.push_str(side);
        names(out, &it.include, spelling);
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

fn names(out: &mut String, names: &[Name], spelling: Spelling<'_>) {
    for (idx, name) in names.iter().enumerate() {
        if idx != 0 {
            out.push_str(", ");
        }
        match (spelling.written(name.span), is_legacy_name(&name.text)) {
            (Some(text), _) => out.push_str(text),
            (None, true) => out.push_str(&name.text),
            (None, false) => out.push_str(&quote(&name.text)),
        }
    }
}

/// Name and matchers alone, of a selector that begins where `span` does.
fn bare(
    f: &mut fmt::Formatter<'_>,
    it: &Selector,
    span: TextRange,
    spelling: Spelling<'_>,
) -> fmt::Result {
    let name = it.name.as_deref().unwrap_or("");
    let end = span.start + name.len() as u32;
    let written = spelling.written(TextRange { end, ..span });
    f.write_str(written.unwrap_or(name))?;
    let stands_for_name = |it: &Matcher| {
        &*it.name == METRIC_NAME
            && it.op == MatchOp::Equal
            && &*it.value == name
            && !name.is_empty()
    };
    let matchers = it.matchers.iter().filter(|it| !stands_for_name(it));
    let mut matchers: Vec<String> = matchers.map(|it| matcher(it, spelling)).collect();
    // Nothing at all would not be read again.
    if matchers.is_empty() && !name.is_empty() {
        return Ok(());
    }
    if spelling.0.is_none() {
        matchers.sort();
    }
    write!(f, "{{{}}}", matchers.join(","))
}

fn matcher(it: &Matcher, spelling: Spelling<'_>) -> String {
    let (Some(all), Some(value)) =
        (spelling.written(it.span), spelling.written(it.value_span))
    else {
        return it.to_string();
    };
    let name = all.strip_suffix(value).unwrap_or(all).trim_end();
    match name.strip_suffix(it.op.as_str()) {
        Some(name) => format!("{}{}{value}", name.trim_end(), it.op.as_str()),
        // A name in quotes, or what stands for several matchers.
        None => all.to_string(),
    }
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

fn matrix(
    f: &mut fmt::Formatter<'_>,
    it: &Matrix,
    spelling: Spelling<'_>,
) -> fmt::Result {
    // The parser lets nothing else stand there.
    let ExprKind::Selector(selector) = &it.selector.kind else { return Ok(()) };
    bare(f, selector, it.selector.span, spelling)?;
    write!(f, "[{}]", duration(&it.range, spelling))?;
    extension(f, selector)?;
    at(f, selector.at)?;
    offset(f, selector.offset.as_deref(), spelling)
}

/// The brackets of a subquery and what follows them.
pub(crate) fn subquery_suffix(it: &Subquery, spelling: Spelling<'_>) -> String {
    struct Suffix<'a>(&'a Subquery, Spelling<'a>);
    impl fmt::Display for Suffix<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let Suffix(it, spelling) = *self;
            write!(f, "[{}:", duration(&it.range, spelling))?;
            if let Some(step) = &it.step {
                f.write_str(&duration(step, spelling))?;
            }
            f.write_char(']')?;
            at(f, it.at)?;
            offset(f, it.offset.as_deref(), spelling)
        }
    }
    Suffix(it, spelling).to_string()
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

fn offset(
    f: &mut fmt::Formatter<'_>,
    offset: Option<&Duration>,
    spelling: Spelling<'_>,
) -> fmt::Result {
    match offset {
        Some(it) if it.literal_nanos() != Some(0) || spelling.0.is_some() => {
            write!(f, " offset {}", duration(it, spelling))
        }
        _ => Ok(()),
    }
}

fn duration(it: &Duration, spelling: Spelling<'_>) -> String {
    spelling.written(it.span).map_or_else(|| it.to_string(), str::to_owned)
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

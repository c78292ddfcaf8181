//! Selectors and what follows an operand: ranges, `offset`, `@`, `anchored`, `smoothed`.

use std::sync::Arc;

use crate::promql::dialect::{Dialect, Flag};
use crate::promql::labels::METRIC_NAME;
use crate::promql::math::round;
use crate::promql::re2;
use crate::promql::syntax::ast::{
    At, BinaryOp, Duration, Expr, ExprKind, MatchOp, Matcher, Matrix, Selector, Subquery,
    TextRange,
};
use crate::promql::syntax::parser::expr::node;
use crate::promql::syntax::parser::words::word;
use crate::promql::syntax::parser::{Fault, Height, Parse, Parser};
use crate::promql::syntax::token::{Keyword, Preprocessor, Token, TokenKind};

const MATCHING: &str = "label matching";

impl Parser<'_> {
    /// A selector whose metric name, if it has one, has been taken.
    pub(super) fn selector_expr(&mut self, name: Option<Token>) -> Parse<Expr> {
        let (selector, span) = self.selector(name)?;
        self.height = Height::LEAF;
        Ok(node(span, ExprKind::Selector(selector)))
    }

    /// A selector without modifiers, with its place.
    pub(super) fn vector_selector(&mut self) -> Parse<(Selector, TextRange)> {
        let token = self.peek();
        match token.kind {
            TokenKind::LeftBrace => self.selector(None),
            kind if kind.is_metric_name() => {
                self.next();
                self.selector(Some(token))
            }
            _ => Err(Fault::Unexpected),
        }
    }

    fn selector(&mut self, name: Option<Token>) -> Parse<(Selector, TextRange)> {
        let start = name.unwrap_or_else(|| self.peek()).span.start;
        // A list that is used again: what a tree keeps has no room to spare.
        let mut matchers = std::mem::take(&mut self.matchers);
        if self.kind() == TokenKind::LeftBrace {
            self.matchers(&mut matchers)?;
        }
        let name_text = name.map(|it| word(self.slice(it.span)));
        if let (Some(token), Some(text)) = (name, &name_text) {
            matchers.push(name_matcher(token.span, Arc::clone(text)));
        }
        let mut kept = Vec::with_capacity(matchers.len());
        kept.append(&mut matchers);
        let selector = Selector {
            name: name_text,
            matchers: kept,
            offset: None,
            at: None,
            anchored: false,
            smoothed: false,
            bypass_empty_check: false,
        };
        self.matchers = matchers;
        Ok((selector, TextRange { start, end: self.last_end }))
    }

    /// `{a="b", …}`
    fn matchers(&mut self, matchers: &mut Vec<Matcher>) -> Parse<()> {
        self.expect(TokenKind::LeftBrace)?;
        while self.eat(TokenKind::RightBrace).is_none() {
            if !matchers.is_empty() {
                let comma = self.expect(TokenKind::Comma);
                self.within(comma, MATCHING, "\",\" or \"}\"")?;
                if self.eat(TokenKind::RightBrace).is_some() {
                    break;
                }
            }
            let matcher = self.matcher();
            matchers.push(self.within(matcher, MATCHING, "identifier or \"}\"")?);
        }
        Ok(())
    }

    fn matcher(&mut self) -> Parse<Matcher> {
        let label = self.peek();
        let name = match label.kind {
            TokenKind::Identifier => word(self.slice(label.span)),
            TokenKind::String => {
                self.has("a name in quotes", 3, 0, label.span);
                self.string(label)
            }
            _ => return Err(Fault::Unexpected),
        };
        self.next();
        let op = match self.kind() {
            TokenKind::Assign => MatchOp::Equal,
            TokenKind::Op(BinaryOp::Neq) => MatchOp::NotEqual,
            TokenKind::EqlRegex => MatchOp::Regexp,
            TokenKind::NeqRegex => MatchOp::NotRegexp,
            _ if label.kind == TokenKind::String => {
                return Ok(name_matcher(label.span, name));
            }
            _ => {
                let fault = Err(Fault::Unexpected);
                return self.within(fault, MATCHING, "label matching operator");
            }
        };
        self.next();
        let value = self.expect(TokenKind::String);
        let value = self.within(value, MATCHING, "string")?;
        let span = label.span.to(value.span);
        let text = self.string(value);
        if matches!(op, MatchOp::Regexp | MatchOp::NotRegexp)
            && let Err(fault) = re2::check(&text)
        {
            self.error(span, fault.to_string());
        }
        Ok(Matcher { name, op, value: text, span, value_span: value.span })
    }

    /// Ranges and modifiers behind an operand.
    pub(super) fn postfix(&mut self, mut expr: Expr) -> Parse<Expr> {
        loop {
            match self.kind() {
                TokenKind::LeftBracket => expr = self.range(expr)?,
                TokenKind::At => self.at(&mut expr)?,
                TokenKind::Keyword(Keyword::Offset) => self.offset(&mut expr)?,
                TokenKind::Keyword(Keyword::Anchored) => {
                    self.next();
                    self.extended(&mut expr, "anchored");
                }
                TokenKind::Keyword(Keyword::Smoothed) => {
                    self.next();
                    self.extended(&mut expr, "smoothed");
                }
                _ => return Ok(expr),
            }
        }
    }

    /// `[5m]` or `[5m:1m]`
    fn range(&mut self, expr: Expr) -> Parse<Expr> {
        let height = self.height;
        let open = self.next();
        let range = self.positive_duration();
        let context = match self.dialect.has(3, 6) {
            true => "subquery or range selector",
            false => "subquery selector",
        };
        let range = self.within(range, context, self.duration_words().0)?;
        if self.eat(TokenKind::Colon).is_some() {
            return self.subquery(expr, range, height);
        }
        let close = self.expect(TokenKind::RightBracket);
        let close = self.within(close, "subquery or range", "\":\" or \"]\"")?;
        let fault = match &expr.kind {
            ExprKind::Selector(it) if it.offset.is_some() => {
                Some("no offset modifiers allowed before range")
            }
            ExprKind::Selector(it) if it.at.is_some() => {
                Some("no @ modifiers allowed before range")
            }
            ExprKind::Selector(_) => None,
            _ => Some("ranges only allowed for vector selectors"),
        };
        if let Some(message) = fault {
            self.error(open.span.to(close.span), message);
        }
        self.grow(height)?;
        let span = expr.span.to(close.span);
        Ok(node(span, ExprKind::Matrix(Matrix { selector: Box::new(expr), range })))
    }

    /// What may stand where a duration is expected, and where it may be left out.
    fn duration_words(&self) -> (&'static str, &'static str) {
        if self.dialect.has(3, 10) {
            let step = "number, duration, step(), range(), or \"]\"";
            return ("number, duration, step(), or range()", step);
        }
        match self.dialect.has(3, 6) {
            true => {
                ("number, duration, or step()", "number, duration, or step() or \"]\"")
            }
            false => ("number or duration", "number or duration or \"]\""),
        }
    }

    fn subquery(&mut self, expr: Expr, range: Duration, height: Height) -> Parse<Expr> {
        let context = "subquery selector";
        let step = match self.kind() {
            TokenKind::RightBracket => None,
            _ => {
                let step = self.positive_duration();
                Some(Box::new(self.within(step, context, self.duration_words().1)?))
            }
        };
        let close = self.expect(TokenKind::RightBracket);
        let close = self.within(close, context, "\"]\"")?;
        self.grow(height)?;
        let span = expr.span.to(close.span);
        self.has("a subquery", 2, 7, range.span.to(close.span));
        let expr = Box::new(expr);
        let kind = Subquery { expr, range, step, offset: None, at: None };
        Ok(node(span, ExprKind::Subquery(kind)))
    }

    fn offset(&mut self, expr: &mut Expr) -> Parse<()> {
        let height = self.height;
        let keyword = self.next();
        let negative = self.kind() == TokenKind::Op(BinaryOp::Sub);
        let duration = self.offset_duration();
        let duration = self.within(duration, "offset", self.duration_words().0)?;
        if negative {
            let at = keyword.span.to(duration.span);
            self.behind("a negative offset", &Flag::NEGATIVE_OFFSET, at);
        }
        self.height = height;
        let span = expr.span;
        let slot = match &mut expr.kind {
            ExprKind::Subquery(it) => Some(&mut it.offset),
            kind => selector_of(kind).map(|it| &mut it.offset),
        };
        let Some(slot) = slot else {
            self.error(span, not_a_selector(&expr.kind, "offset"));
            return Ok(());
        };
        // An offset of nothing does not count as one.
        if slot.as_ref().is_some_and(|it| it.literal_nanos() != Some(0)) {
            self.error(span, "offset may not be set multiple times");
        }
        *slot = Some(Box::new(duration));
        expr.span.end = self.last_end;
        Ok(())
    }

    fn at(&mut self, expr: &mut Expr) -> Parse<()> {
        let sign = self.next();
        self.behind("`@`", &Flag::AT_MODIFIER, sign.span);
        let at = self.at_time(expr.span);
        let at = self.within(at, "@", "timestamp")?;
        let span = expr.span;
        let slot = match &mut expr.kind {
            ExprKind::Subquery(it) => Some(&mut it.at),
            kind => selector_of(kind).map(|it| &mut it.at),
        };
        let Some(slot) = slot else {
            self.error(span, not_a_selector(&expr.kind, "@"));
            return Ok(());
        };
        if slot.is_some() {
            self.error(span, "@ <timestamp> may not be set multiple times");
            return Ok(());
        }
        *slot = Some(at);
        expr.span.end = self.last_end;
        Ok(())
    }

    fn at_time(&mut self, span: TextRange) -> Parse<At> {
        let preprocessor = match self.kind() {
            TokenKind::Preprocessor(Preprocessor::Start) => Some(At::Start),
            TokenKind::Preprocessor(Preprocessor::End) => Some(At::End),
            _ => None,
        };
        if let Some(at) = preprocessor {
            self.next();
            self.expect(TokenKind::LeftParen)?;
            self.expect(TokenKind::RightParen)?;
            return Ok(at);
        }
        let sign = self.sign();
        let (value, _) = self.literal()?;
        let seconds = match sign {
            Some((BinaryOp::Sub, _)) => -value,
            _ => value,
        };
        const LIMIT: f64 = i64::MAX as f64;
        if !seconds.is_finite() || seconds.abs() >= LIMIT {
            let shown = match seconds {
                it if it.is_nan() => "NaN".to_string(),
                f64::INFINITY => "+Inf".to_string(),
                f64::NEG_INFINITY => "-Inf".to_string(),
                it => format!("{it:.6}"),
            };
            let message = format!("timestamp out of bounds for @ modifier: {shown}");
            self.error(span, message);
        }
        Ok(At::Time(round(seconds * 1000.0) as i64))
    }

    /// Records a fault where the server lacks what was behind a flag at first, or has it
    /// behind that flag only.
    fn behind(&mut self, what: &str, flag: &Flag, at: TextRange) {
        let Dialect { version, features, .. } = *self.dialect;
        if self.needs(what, flag.since, at)
            && flag.is_needed(version)
            && !features.has(flag)
        {
            let name = flag.name;
            let message = format!("{what} is experimental in Prometheus {version}");
            let help = format!("write `features = [\"{name}\"]` below `[prometheus]`");
            self.error_with_help(at, message, help);
        }
    }

    /// `anchored` and `smoothed`
    fn extended(&mut self, expr: &mut Expr, modifier: &str) {
        let span = expr.span;
        if !self.has(format_args!("`{modifier}`"), 3, 7, span) {
            return;
        }
        if !self.dialect.features.extended_range_selectors {
            let message = format!("{modifier} modifier is experimental and not enabled");
            return self.error(span, message);
        }
        let fault = match &expr.kind {
            ExprKind::Subquery(_) => "is not supported for subqueries",
            _ => "not implemented",
        };
        let is_matrix = matches!(expr.kind, ExprKind::Matrix(_));
        match selector_of(&mut expr.kind) {
            Some(selector) => {
                match modifier {
                    "anchored" => selector.anchored = true,
                    _ => selector.smoothed = true,
                }
                if selector.anchored && selector.smoothed {
                    let what = "anchored and smoothed modifiers cannot be used together";
                    self.error(span, what);
                }
            }
            // The range before it has been refused.
            None if is_matrix => {}
            None => self.error(span, format!("{modifier} modifier {fault}")),
        }
    }
}

fn name_matcher(span: TextRange, value: Arc<str>) -> Matcher {
    let name = word(METRIC_NAME);
    Matcher { name, op: MatchOp::Equal, value, span, value_span: span }
}

/// The selector that a modifier behind an expression of this kind belongs to.
fn selector_of(kind: &mut ExprKind) -> Option<&mut Selector> {
    match kind {
        ExprKind::Selector(it) => Some(it),
        ExprKind::Matrix(it) => match &mut it.selector.kind {
            ExprKind::Selector(it) => Some(it),
            _ => None,
        },
        _ => None,
    }
}

fn not_a_selector(kind: &ExprKind, modifier: &str) -> String {
    match kind {
        ExprKind::Matrix(_) => "ranges only allowed for vector selectors".to_string(),
        _ => format!(
            "{modifier} modifier must be preceded by an instant vector selector or \
             range vector selector or a subquery"
        ),
    }
}

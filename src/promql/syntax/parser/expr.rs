//! Operators, parentheses, literals and what follows an operand.

use crate::promql::duration::parse_duration;
use crate::promql::raw;
use crate::promql::syntax::ast::{
    Binary, BinaryOp, Cardinality, Expr, ExprKind, Matching, Name, TextRange,
};
use crate::promql::syntax::literal::number;
use crate::promql::syntax::parser::words::word;
use crate::promql::syntax::parser::{Fault, Height, Parse, Parser};
use crate::promql::syntax::quote::quote;
use crate::promql::syntax::token::{Keyword, Token, TokenKind};

const LOWEST: u8 = 0;

/// A node; numbers are given when the whole tree is known.
pub(super) fn node(span: TextRange, kind: ExprKind) -> Expr {
    Expr { id: 0, span, kind }
}

impl Parser<'_> {
    /// A whole expression.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        if self.kind() == TokenKind::Eof {
            self.error(TextRange::default(), "no expression found in input");
            return Err(Fault::Reported);
        }
        self.expr(LOWEST)
    }

    /// An expression anywhere inside another.
    pub(super) fn inner(&mut self) -> Parse<Expr> {
        self.expr(LOWEST)
    }

    /// Operands joined by operators that bind at least as tightly as `min`.
    fn expr(&mut self, min: u8) -> Parse<Expr> {
        self.enter()?;
        let mut lhs = self.operand()?;
        while let TokenKind::Op(op) = self.kind()
            && op.precedence() >= min
        {
            let op_token = self.next();
            let height = self.height;
            let modifiers = self.modifiers()?;
            let right_min = op.precedence() + u8::from(op != BinaryOp::Pow);
            let rhs = self.expr(right_min)?;
            let below = height.max(self.height);
            match op.is_set() {
                true => self.lengthen(below)?,
                false => self.grow(below)?,
            }
            lhs = self.binary(lhs, op, op_token, modifiers, rhs);
        }
        self.leave();
        Ok(lhs)
    }

    fn binary(
        &mut self,
        lhs: Expr,
        op: BinaryOp,
        op_token: Token,
        modifiers: Modifiers,
        rhs: Expr,
    ) -> Expr {
        let span = TextRange { start: lhs.span.start, end: rhs.span.end };
        let Modifiers { return_bool, mut matching } = modifiers;
        let fills = matching.fill_lhs.is_some() || matching.fill_rhs.is_some();
        self.needs(format_args!("`{}`", op.as_str()), op.since(), op_token.span);
        if fills
            && self.has("`fill`", 3, 10, span)
            && !self.dialect.features.binop_fill_modifiers
        {
            self.error(span, "binop fill modifiers are experimental and not enabled");
        }
        if op.is_set() && matching.cardinality == Cardinality::OneToOne {
            matching.cardinality = Cardinality::ManyToMany;
        }
        let kind = ExprKind::Binary(Binary {
            op,
            op_span: op_token.span,
            lhs: Box::new(lhs),
            rhs: Box::new(rhs),
            return_bool,
            matching: Some(Box::new(matching)),
        });
        node(span, kind)
    }

    /// `bool`, `on`, `ignoring`, `group_left`, `group_right`, `fill…`.
    fn modifiers(&mut self) -> Parse<Modifiers> {
        let return_bool = self.eat(TokenKind::Keyword(Keyword::Bool)).is_some();
        let mut matching = Matching::EVERYTHING;
        if let TokenKind::Keyword(it @ (Keyword::On | Keyword::Ignoring)) = self.kind() {
            self.next();
            matching.on = it == Keyword::On;
            matching.labels = self.grouping_labels()?;
            self.group_side(&mut matching)?;
        }
        self.fill(&mut matching)?;
        Ok(Modifiers { return_bool, matching })
    }

    fn group_side(&mut self, matching: &mut Matching) -> Parse<()> {
        matching.cardinality = match self.kind() {
            TokenKind::Keyword(Keyword::GroupLeft) => Cardinality::ManyToOne,
            TokenKind::Keyword(Keyword::GroupRight) => Cardinality::OneToMany,
            _ => return Ok(()),
        };
        self.next();
        let kind = self.kind();
        // Labels, or already the operand on the right.
        if kind == TokenKind::LeftParen || !self.starts_expr(kind) {
            matching.include = self.grouping_labels()?;
        }
        Ok(())
    }

    fn fill(&mut self, matching: &mut Matching) -> Parse<()> {
        let TokenKind::Keyword(first) = self.kind() else { return Ok(()) };
        let second = match first {
            Keyword::Fill => None,
            Keyword::FillLeft => Some(Keyword::FillRight),
            Keyword::FillRight => Some(Keyword::FillLeft),
            _ => return Ok(()),
        };
        let value = self.fill_value()?;
        let mut set = |keyword, value| {
            if keyword != Keyword::FillRight {
                matching.fill_lhs = Some(value);
            }
            if keyword != Keyword::FillLeft {
                matching.fill_rhs = Some(value);
            }
        };
        set(first, value);
        if let Some(second) = second
            && self.kind() == TokenKind::Keyword(second)
        {
            set(second, self.fill_value()?);
        }
        Ok(())
    }

    fn fill_value(&mut self) -> Parse<f64> {
        self.next();
        self.expect(TokenKind::LeftParen)?;
        let sign = self.sign();
        let (value, _) = self.literal()?;
        self.expect(TokenKind::RightParen)?;
        Ok(match sign {
            Some((BinaryOp::Sub, _)) => -value,
            _ => value,
        })
    }

    /// Takes a sign.
    pub(super) fn sign(&mut self) -> Option<(BinaryOp, Token)> {
        match self.kind() {
            TokenKind::Op(op @ (BinaryOp::Add | BinaryOp::Sub)) => {
                Some((op, self.next()))
            }
            _ => None,
        }
    }

    /// An operand with its sign before and its modifiers behind.
    fn operand(&mut self) -> Parse<Expr> {
        let Some((op, token)) = self.sign() else {
            let primary = self.primary()?;
            return self.postfix(primary);
        };
        // Binds as `*` does: only `^` gets at the operand first.
        let mut expr = self.expr(BinaryOp::Pow.precedence())?;
        let span = TextRange { start: token.span.start, end: expr.span.end };
        if let ExprKind::Number { value, .. } = &mut expr.kind {
            if op == BinaryOp::Sub {
                *value = -*value;
            }
            expr.span = span;
            return Ok(expr);
        }
        self.grow(self.height)?;
        Ok(node(span, ExprKind::Unary { op, expr: Box::new(expr) }))
    }

    /// Whether a token of this kind can begin an expression.
    pub(super) fn starts_expr(&self, kind: TokenKind) -> bool {
        kind.is_metric_name()
            || matches!(
                kind,
                TokenKind::Number
                    | TokenKind::Duration
                    | TokenKind::String
                    | TokenKind::LeftParen
                    | TokenKind::LeftBrace
                    | TokenKind::Op(BinaryOp::Add | BinaryOp::Sub)
            )
    }

    fn primary(&mut self) -> Parse<Expr> {
        let token = self.peek();
        self.height = Height::LEAF;
        match token.kind {
            TokenKind::Number | TokenKind::Duration => {
                let (value, token) = self.literal()?;
                let duration = token.kind == TokenKind::Duration;
                if duration {
                    self.has("a duration for a number", 2, 54, token.span);
                }
                Ok(node(token.span, ExprKind::Number { value, duration }))
            }
            TokenKind::String => {
                self.next();
                Ok(node(token.span, ExprKind::String(self.string(token))))
            }
            TokenKind::LeftParen => {
                self.next();
                let expr = self.inner()?;
                let close = self.expect(TokenKind::RightParen)?;
                self.grow(self.height)?;
                let kind = ExprKind::Paren(Box::new(expr));
                Ok(node(token.span.to(close.span), kind))
            }
            TokenKind::Aggregate(op) => {
                self.next();
                match self.kind() {
                    TokenKind::LeftParen
                    | TokenKind::Keyword(Keyword::By | Keyword::Without) => {
                        self.aggregate(op, token)
                    }
                    _ => self.selector_expr(Some(token)),
                }
            }
            TokenKind::Identifier | TokenKind::Preprocessor(_) => {
                self.next();
                match self.kind() {
                    TokenKind::LeftParen => self.call(token),
                    _ => self.selector_expr(Some(token)),
                }
            }
            TokenKind::LeftBrace => self.selector_expr(None),
            kind if kind.is_metric_name() => {
                self.next();
                self.selector_expr(Some(token))
            }
            _ => Err(Fault::Unexpected),
        }
    }

    /// A number or a duration; the value of a duration is in seconds.
    pub(super) fn literal(&mut self) -> Parse<(f64, Token)> {
        let token = self.peek();
        let text = self.slice(token.span);
        let value = match token.kind {
            TokenKind::Number => {
                if text.contains('_') {
                    self.has("`_` in a number", 2, 54, token.span);
                }
                number(text)
            }
            TokenKind::Duration => {
                // A second unit, or `ms`, which older servers take for two.
                if text.bytes().filter(u8::is_ascii_alphabetic).count() != 1 {
                    self.has("a duration such as `1h30m` or `5ms`", 2, 21, token.span);
                }
                parse_duration(text).map(seconds).map_err(|it| it.to_string())
            }
            _ => return Err(Fault::Unexpected),
        };
        self.next();
        let value = value.unwrap_or_else(|message| {
            self.error(token.span, message);
            0.0
        });
        Ok((value, token))
    }

    /// `(a, b)` of `by`, `on`, `group_left`, …
    pub(super) fn grouping_labels(&mut self) -> Parse<Vec<Name>> {
        let open = self.expect(TokenKind::LeftParen);
        self.within(open, "grouping opts", "\"(\"")?;
        let mut names = Vec::new();
        while self.eat(TokenKind::RightParen).is_none() {
            if !names.is_empty() {
                let comma = self.expect(TokenKind::Comma);
                self.within(comma, "grouping opts", "\",\" or \")\"")?;
                if self.eat(TokenKind::RightParen).is_some() {
                    break;
                }
            }
            let label = self.grouping_label();
            names.push(self.within(label, "grouping opts", "label")?);
        }
        Ok(names)
    }

    fn grouping_label(&mut self) -> Parse<Name> {
        let token = self.peek();
        let text = match token.kind {
            TokenKind::String => {
                self.has("a label name in quotes", 3, 0, token.span);
                self.string(token)
            }
            kind if kind.is_grouping_label() => word(self.slice(token.span)),
            _ => return Err(Fault::Unexpected),
        };
        self.next();
        if text.is_empty() || !raw::is_utf8(&text) {
            let name = quote(&text);
            self.error(token.span, format!("invalid label name for grouping: {name}"));
        }
        Ok(Name { text, span: token.span })
    }
}

struct Modifiers {
    return_bool: bool,
    matching: Matching,
}

/// Milliseconds to seconds as Go's `Duration.Seconds` divides.
fn seconds(millis: i64) -> f64 {
    (millis / 1000) as f64 + (millis % 1000 * 1_000_000) as f64 / 1e9
}

//! Durations: literals, and arithmetic over them.

use crate::promql::syntax::ast::{BinaryOp, Duration, DurationKind, TextRange};
use crate::promql::syntax::parser::{Fault, Height, Parse, Parser};
use crate::promql::syntax::token::{Preprocessor, Token, TokenKind};

const LOWEST: u8 = 0;

impl Parser<'_> {
    /// A duration that, where it is a literal, is above zero.
    pub(super) fn positive_duration(&mut self) -> Parse<Duration> {
        let duration = self.duration(LOWEST)?;
        if let DurationKind::Literal { seconds, .. } = duration.kind
            && seconds <= 0.0
        {
            self.error(duration.span, "duration must be greater than 0");
        }
        Ok(duration)
    }

    /// What stands after `offset`: a signed literal or call alone, so that
    /// `x offset -2^2` is `(x offset -2)^2`; arithmetic from a parenthesis on.
    pub(super) fn offset_duration(&mut self) -> Parse<Duration> {
        let sign = self.sign();
        match self.kind() {
            TokenKind::Number | TokenKind::Duration => {
                let at = sign.map(|it| it.1.span);
                let literal = self.duration_literal(at)?;
                Ok(self.signed(sign, literal))
            }
            TokenKind::Preprocessor(_) => {
                let call = self.duration_call(sign.map(|it| it.1.span))?;
                Ok(self.signed(sign, call))
            }
            TokenKind::LeftParen if sign.is_some() => {
                // Prometheus asks for no flag here.
                let (paren, _) = self.duration_paren()?;
                Ok(self.signed(sign, paren))
            }
            _ => match sign {
                None => self.duration(LOWEST),
                Some(sign) => {
                    let first = self.duration(BinaryOp::Pow.precedence())?;
                    let first = self.signed(Some(sign), first);
                    self.duration_tail(first, LOWEST)
                }
            },
        }
    }

    fn duration(&mut self, min: u8) -> Parse<Duration> {
        self.enter()?;
        let lhs = match self.sign() {
            Some(sign) => {
                let operand = self.duration(BinaryOp::Pow.precedence())?;
                self.signed(Some(sign), operand)
            }
            None => self.duration_primary()?,
        };
        let duration = self.duration_tail(lhs, min)?;
        self.leave();
        Ok(duration)
    }

    fn duration_tail(&mut self, mut lhs: Duration, min: u8) -> Parse<Duration> {
        while let TokenKind::Op(op) = self.kind()
            && is_arithmetic(op)
            && op.precedence() >= min
        {
            let height = self.height;
            let op_token = self.next();
            let right_min = op.precedence() + u8::from(op != BinaryOp::Pow);
            let rhs = self.duration(right_min)?;
            self.grow(height.max(self.height))?;
            self.experimental(lhs.span);
            if let DurationKind::Literal { seconds: 0.0, .. } = rhs.kind {
                match op {
                    BinaryOp::Div => self.error(op_token.span, "division by zero"),
                    BinaryOp::Mod => self.error(op_token.span, "modulo by zero"),
                    _ => {}
                }
            }
            let span = lhs.span.to(rhs.span);
            let kind = DurationKind::Binary(op, Box::new(lhs), Box::new(rhs));
            lhs = Duration { span, kind };
        }
        Ok(lhs)
    }

    fn duration_primary(&mut self) -> Parse<Duration> {
        match self.kind() {
            TokenKind::Number | TokenKind::Duration => self.duration_literal(None),
            TokenKind::Preprocessor(_) => self.duration_call(None),
            TokenKind::LeftParen => {
                let (paren, inner) = self.duration_paren()?;
                self.experimental(inner);
                Ok(paren)
            }
            _ => Err(Fault::Unexpected),
        }
    }

    /// A literal; `at` is where to report that it is too big, if not there.
    fn duration_literal(&mut self, at: Option<TextRange>) -> Parse<Duration> {
        let (seconds, token) = self.literal()?;
        self.height = Height::LEAF;
        let number = token.kind == TokenKind::Number;
        if number {
            self.has("a number for a duration", 2, 54, token.span);
        }
        if is_out_of_range(seconds) {
            self.error(at.unwrap_or(token.span), "duration out of range");
        }
        let kind = DurationKind::Literal { seconds, number };
        Ok(Duration { span: token.span, kind })
    }

    /// `step()`, `range()`, `max_of(a, b)`, `min_of(a, b)`; `sign` is where one stands.
    fn duration_call(&mut self, sign: Option<TextRange>) -> Parse<Duration> {
        let TokenKind::Preprocessor(word) = self.kind() else {
            return Err(Fault::Unexpected);
        };
        if matches!(word, Preprocessor::Start | Preprocessor::End) {
            return Err(Fault::Unexpected);
        }
        let name = self.next();
        self.expect(TokenKind::LeftParen)?;
        self.height = Height::LEAF;
        let kind = match word {
            Preprocessor::Step => DurationKind::Step,
            Preprocessor::Range => DurationKind::Range,
            _ => {
                let a = self.duration(LOWEST)?;
                let height = self.height;
                self.expect(TokenKind::Comma)?;
                let b = self.duration(LOWEST)?;
                self.grow(height.max(self.height))?;
                match word {
                    Preprocessor::MaxOf => DurationKind::MaxOf(Box::new(a), Box::new(b)),
                    _ => DurationKind::MinOf(Box::new(a), Box::new(b)),
                }
            }
        };
        let close = self.expect(TokenKind::RightParen)?;
        let span = name.span.to(close.span);
        match word {
            Preprocessor::MaxOf => self.has("`max_of`", 3, 13, span),
            Preprocessor::MinOf => self.has("`min_of`", 3, 13, span),
            Preprocessor::Range => self.has("`range()` in a duration", 3, 10, span),
            _ => self.has("`step()` in a duration", 3, 6, span),
        };
        self.experimental(sign.map_or(span, |it| it.to(span)));
        Ok(Duration { span, kind })
    }

    /// A duration in parentheses, and where what they hold stands.
    fn duration_paren(&mut self) -> Parse<(Duration, TextRange)> {
        let open = self.expect(TokenKind::LeftParen)?;
        let inner = self.duration(LOWEST)?;
        let close = self.expect(TokenKind::RightParen)?;
        let inner_span = inner.span;
        let span = open.span.to(close.span);
        // Prometheus keeps one pair of several.
        if let DurationKind::Paren(_) = inner.kind {
            return Ok((Duration { span, ..inner }, inner_span));
        }
        self.grow(self.height)?;
        let kind = DurationKind::Paren(Box::new(inner));
        Ok((Duration { span, kind }, inner_span))
    }

    /// Puts a sign before a duration; a plus goes, and a literal takes its minus in.
    fn signed(&mut self, sign: Option<(BinaryOp, Token)>, of: Duration) -> Duration {
        let Some((op, token)) = sign else { return of };
        let span = token.span.to(of.span);
        let kind = match of.kind {
            DurationKind::Literal { seconds, number } => {
                let seconds = if op == BinaryOp::Sub { -seconds } else { seconds };
                DurationKind::Literal { seconds, number }
            }
            kind if op == BinaryOp::Add => kind,
            kind => {
                let operand = Duration { span: of.span, kind };
                let Height { all, nested } = self.height;
                self.height = Height { all: all + 1, nested: nested + 1 };
                DurationKind::Unary(BinaryOp::Sub, Box::new(operand))
            }
        };
        Duration { span, kind }
    }

    fn experimental(&mut self, at: TextRange) {
        if self.has("arithmetic on durations", 3, 4, at)
            && !self.dialect.features.duration_expr
        {
            self.error(at, "experimental duration expression is not enabled");
        }
    }
}

fn is_arithmetic(op: BinaryOp) -> bool {
    matches!(
        op,
        BinaryOp::Add
            | BinaryOp::Sub
            | BinaryOp::Mul
            | BinaryOp::Div
            | BinaryOp::Mod
            | BinaryOp::Pow
    )
}

/// Whether so many seconds exceed 64 bits of nanoseconds.
fn is_out_of_range(seconds: f64) -> bool {
    const LIMIT: f64 = (1_u64 << 63) as f64 / 1e9;
    seconds.abs() > LIMIT
}

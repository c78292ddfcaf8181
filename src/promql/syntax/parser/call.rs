//! Function calls and aggregations.

use crate::diag::suggest::nearest;
use crate::promql::dialect::Version;
use crate::promql::functions::{self, Function};
use crate::promql::syntax::ast::{
    Aggregate, AggregateOp, Call, Expr, ExprKind, Name, TextRange,
};
use crate::promql::syntax::parser::expr::node;
use crate::promql::syntax::parser::help::EXPERIMENTAL_FUNCTIONS;
use crate::promql::syntax::parser::{Height, Parse, Parser};
use crate::promql::syntax::quote::quote;
use crate::promql::syntax::token::{Keyword, Token, TokenKind};

/// Whether it is `without` rather than `by`, and the labels.
type Modifier = (bool, Vec<Name>);

/// What to do about a function that a version does not have yet.
fn too_new(function: &Function, version: Version) -> String {
    let Function { name, since, .. } = function;
    let flag = match function.is_experimental(*since) {
        true => ", behind `promql-experimental-functions`",
        false => "",
    };
    let mut help = format!(
        "`{name}` came with Prometheus {since}{flag}; the expression is for Prometheus \
         {version}"
    );
    if !function.instead.is_empty() {
        help.push_str(&format!(": write `{}`", function.instead));
    }
    help
}

impl Parser<'_> {
    /// A call; the name has been taken.
    pub(super) fn call(&mut self, name: Token) -> Parse<Expr> {
        let mut args = self.arguments()?;
        let span = TextRange { start: name.span.start, end: self.last_end };
        let text = self.slice(name.span);
        let function =
            functions::lookup(text).filter(|it| it.is_in(self.dialect.version));
        match function {
            None => self.unknown_function(text, name),
            Some(it)
                if it.is_experimental(self.dialect.version)
                    && !self.dialect.features.experimental_functions =>
            {
                let message = format!("function {} is not enabled", quote(text));
                self.error_with_help(name.span, message, EXPERIMENTAL_FUNCTIONS);
            }
            Some(_) => {}
        }
        if text == "info"
            && let Some(Expr { kind: ExprKind::Selector(it), .. }) = args.get_mut(1)
            && it.name.is_none()
        {
            it.bypass_empty_check = true;
        }
        let name_text = function.map_or("", |it| it.name);
        let kind = ExprKind::Call(Call { name: name_text, name_span: name.span, args });
        Ok(node(span, kind))
    }

    fn unknown_function(&mut self, text: &str, name: Token) {
        let message = format!("unknown function with name {}", quote(text));
        let lower = text.to_ascii_lowercase();
        let known = functions::all().iter().filter(|it| it.is_in(self.dialect.version));
        let version = self.dialect.version;
        let help = match functions::lookup(&lower) {
            Some(it) if version < it.since => Some(too_new(it, version)),
            Some(Function { renamed: Some((since, name)), .. }) if *since <= version => {
                Some(format!("since Prometheus {since} it is called `{name}`"))
            }
            Some(_) => {
                Some(format!("write `{lower}`: names of functions are lower case"))
            }
            None => nearest(text, known.map(|it| it.name))
                .map(|it| format!("did you mean `{it}`?")),
        };
        match help {
            Some(help) => self.error_with_help(name.span, message, help),
            None => self.error(name.span, message),
        }
    }

    /// `(a, b, …)`
    fn arguments(&mut self) -> Parse<Vec<Expr>> {
        self.expect(TokenKind::LeftParen)?;
        // Most have one, and a node is large.
        let mut args = Vec::with_capacity(1);
        let mut height = Height::NONE;
        if self.eat(TokenKind::RightParen).is_none() {
            args.push(self.inner()?);
            height = self.height;
            while self.eat(TokenKind::RightParen).is_none() {
                let comma = self.expect(TokenKind::Comma)?;
                let kind = self.kind();
                if !self.starts_expr(kind) {
                    let message = "trailing commas not allowed in function call args";
                    self.error(comma.span, message);
                    continue;
                }
                args.push(self.inner()?);
                height = height.max(self.height);
            }
        }
        self.grow(height)?;
        Ok(args)
    }

    /// An aggregation; the operator has been taken.
    pub(super) fn aggregate(&mut self, op: AggregateOp, token: Token) -> Parse<Expr> {
        let parts = self.aggregate_parts();
        let (args, modifier) = self.within(parts, "aggregation", "")?;
        let span = TextRange { start: token.span.start, end: self.last_end };
        let (without, grouping) = modifier.unwrap_or_default();
        self.needs(format_args!("`{}`", op.as_str()), op.since(), token.span);
        let n_args = args.len();
        let wanted = if op.has_param() { 2 } else { 1 };
        if n_args == 0 {
            self.error(span, "no arguments for aggregate expression provided");
        } else if op.is_experimental()
            && self.dialect.has(2, 54)
            && !self.dialect.features.experimental_functions
        {
            let message = format!(
                "{}() is experimental and must be enabled with \
                 --enable-feature=promql-experimental-functions",
                op.as_str()
            );
            self.error_with_help(span, message, EXPERIMENTAL_FUNCTIONS);
        } else if n_args != wanted {
            let message = format!(
                "wrong number of arguments for aggregate expression provided, \
                 expected {wanted}, got {n_args}"
            );
            self.error(span, message);
        }
        let mut args = args.into_iter();
        let param = if op.has_param() { args.next() } else { None };
        // Where it is missing, an error has been recorded and the tree is not used.
        let nothing = ExprKind::Number { value: 0.0, duration: false };
        let expr = args.next().unwrap_or(node(span, nothing));
        let kind = ExprKind::Aggregate(Aggregate {
            op,
            op_span: token.span,
            expr: Box::new(expr),
            param: param.map(Box::new),
            grouping,
            without,
        });
        Ok(node(span, kind))
    }

    /// The arguments, and `by` or `without` before or behind them.
    fn aggregate_parts(&mut self) -> Parse<(Vec<Expr>, Option<Modifier>)> {
        let before = self.aggregate_modifier()?;
        let args = self.arguments()?;
        let modifier = match before {
            None => {
                let height = self.height;
                let behind = self.aggregate_modifier()?;
                self.height = height;
                behind
            }
            before => before,
        };
        Ok((args, modifier))
    }

    fn aggregate_modifier(&mut self) -> Parse<Option<Modifier>> {
        let without = match self.kind() {
            TokenKind::Keyword(Keyword::By) => false,
            TokenKind::Keyword(Keyword::Without) => true,
            _ => return Ok(None),
        };
        self.next();
        Ok(Some((without, self.grouping_labels()?)))
    }
}

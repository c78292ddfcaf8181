//! Pipelines, commands and operands.

use super::{Parser, Result, range};
use crate::promql::labels::quote;
use crate::promql::syntax::ast::TextRange;
use crate::template::lexer::{Keyword, Token, TokenKind};
use crate::template::literal;
use crate::template::tree::{Command, Node, NodeKind, Pipe};

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe> {
        let pos = self.peek_non_space().start as u32;
        let mut pipe =
            Pipe { pos, is_assign: false, variables: Vec::new(), commands: Vec::new() };
        while self.declaration(&mut pipe, context)? {}
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.check_pipeline(&pipe, context)?;
                return Ok(pipe);
            }
            if !begins_operand(token.kind) {
                return self.unexpected(&token, context);
            }
            self.next -= 1;
            pipe.commands.push(self.command()?);
        }
    }

    /// Reads `$x :=`, `$x =` or `$x,`, if one is next; tells whether a further variable
    /// may follow.
    fn declaration(&mut self, pipe: &mut Pipe, context: &str) -> Result<bool> {
        let variable = self.peek_non_space();
        if variable.kind != TokenKind::Variable {
            return Ok(false);
        }
        let start = self.next;
        self.next();
        let next = self.next_non_space();
        let name = self.slice(&variable).to_owned();
        match next.kind {
            TokenKind::Assign | TokenKind::Declare => {
                pipe.is_assign = next.kind == TokenKind::Assign;
                pipe.variables.push(name.clone());
                self.scope.variables.push(name);
                Ok(false)
            }
            TokenKind::Char if self.slice(&next) == "," => {
                pipe.variables.push(name.clone());
                self.scope.variables.push(name);
                if context != "range" || pipe.variables.len() > 1 {
                    let message = format!("too many declarations in {context}");
                    return self.fault(range(&variable), message);
                }
                let follows = self.peek_non_space();
                match follows.kind {
                    TokenKind::Variable
                    | TokenKind::RightDelim
                    | TokenKind::RightParen => Ok(true),
                    _ => self.fault(
                        range(&follows),
                        "range can only initialize variables".into(),
                    ),
                }
            }
            _ => {
                self.next = start;
                Ok(false)
            }
        }
    }

    fn check_pipeline(&self, pipe: &Pipe, context: &str) -> Result<()> {
        if pipe.commands.is_empty() {
            return self.fault_here(format!("missing value for {context}"));
        }
        for (idx, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = &command.args[0];
            if matches!(
                first.kind,
                NodeKind::Bool(_)
                    | NodeKind::Dot
                    | NodeKind::Nil
                    | NodeKind::Number(_)
                    | NodeKind::Text { .. }
            ) {
                let message =
                    format!("non executable command in pipeline stage {}", idx + 1);
                return self.fault(first.range, message);
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command> {
        let pos = self.peek_non_space().start as u32;
        let mut args = Vec::new();
        loop {
            self.peek_non_space();
            args.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelim | TokenKind::RightParen => self.next -= 1,
                TokenKind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        match args.is_empty() {
            true => self.fault_here("empty command".into()),
            false => Ok(Command { pos, args }),
        }
    }

    fn operand(&mut self) -> Result<Option<Node>> {
        let Some(node) = self.term()? else { return Ok(None) };
        let pos = self.peek().start as u32;
        let mut names = Vec::new();
        let mut end = node.range.end;
        while self.peek().kind == TokenKind::Field {
            let token = self.next();
            names.push(self.slice(&token)[1..].to_owned());
            end = token.end as u32;
        }
        if names.is_empty() {
            return Ok(Some(node));
        }
        let range = TextRange { start: node.range.start, end };
        let kind = match node.kind {
            NodeKind::Field(mut all) => {
                all.append(&mut names);
                NodeKind::Field(all)
            }
            NodeKind::Variable(mut all) => {
                all.append(&mut names);
                NodeKind::Variable(all)
            }
            NodeKind::Bool(_)
            | NodeKind::Text { .. }
            | NodeKind::Number(_)
            | NodeKind::Nil
            | NodeKind::Dot => {
                let shown = quote(&node.to_string());
                return self.fault(range, format!("unexpected . after term {shown}"));
            }
            NodeKind::Identifier(_) | NodeKind::Chain(..) | NodeKind::Pipe(_) => {
                NodeKind::Chain(Box::new(node), names)
            }
        };
        Ok(Some(Node { pos, range, kind }))
    }

    fn term(&mut self) -> Result<Option<Node>> {
        let token = self.next_non_space();
        let text = self.slice(&token);
        if matches!(
            token.kind,
            TokenKind::Identifier | TokenKind::Variable | TokenKind::Field
        ) {
            self.names.push(range(&token));
        }
        let kind = match token.kind {
            TokenKind::Identifier if !(self.is_function)(text) => {
                let message = format!("function {} not defined", quote(text));
                return self.fault(range(&token), message);
            }
            TokenKind::Identifier => NodeKind::Identifier(text.to_owned()),
            TokenKind::Keyword(Keyword::Dot) => NodeKind::Dot,
            TokenKind::Keyword(Keyword::Nil) => NodeKind::Nil,
            TokenKind::Variable if !self.scope.variables.iter().any(|it| it == text) => {
                let message = format!("undefined variable {}", quote(text));
                return self.fault(range(&token), message);
            }
            TokenKind::Variable => NodeKind::Variable(vec![text.to_owned()]),
            TokenKind::Field => NodeKind::Field(vec![text[1..].to_owned()]),
            TokenKind::Bool => NodeKind::Bool(text == "true"),
            TokenKind::CharConstant | TokenKind::Complex | TokenKind::Number => {
                let number = match token.kind {
                    TokenKind::CharConstant => literal::character(text),
                    TokenKind::Complex => literal::complex(text),
                    _ => literal::number(text),
                };
                match number {
                    Ok(number) => NodeKind::Number(number),
                    Err(message) => return self.fault(range(&token), message),
                }
            }
            TokenKind::String | TokenKind::RawString => {
                NodeKind::Text { quoted: text.to_owned(), text: self.string(&token)? }
            }
            TokenKind::LeftParen => return self.parenthesized(&token).map(Some),
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Node { pos: token.start as u32, range: range(&token), kind }))
    }

    fn parenthesized(&mut self, open: &Token) -> Result<Node> {
        let end = TokenKind::RightParen;
        let pipe = self.deeper(|it| it.pipeline("parenthesized pipeline", end))?;
        let end = self.tokens.all[self.next - 1].end;
        Ok(Node {
            pos: pipe.pos,
            range: TextRange::new(open.start, end),
            kind: NodeKind::Pipe(Box::new(pipe)),
        })
    }
}

fn begins_operand(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bool
            | TokenKind::CharConstant
            | TokenKind::Complex
            | TokenKind::Keyword(Keyword::Dot | Keyword::Nil)
            | TokenKind::Field
            | TokenKind::Identifier
            | TokenKind::Number
            | TokenKind::RawString
            | TokenKind::String
            | TokenKind::Variable
            | TokenKind::LeftParen
    )
}

//! Tokens to a tree, with the messages of Go's `text/template/parse`.

mod operand;

use std::collections::BTreeMap;

use super::lexer::{Keyword, Token, TokenKind, Tokens, tokens};
use super::literal;
use super::tree::{Branch, BranchKind, List, Statement, StatementKind};
use crate::promql::labels::quote;
use crate::promql::syntax::ast::TextRange;

/// How deeply blocks and parentheses may nest. Go allows 10,000 parentheses.
const MAX_DEPTH: u32 = 150;

/// What was parsed: the templates by name, the whole text's own one among them.
pub(super) type Templates = BTreeMap<String, List>;

/// A fault: Go's message without the place, the line that Go tells, and the place.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) line: usize,
    pub(super) message: String,
    pub(super) at: TextRange,
}

type Result<T> = std::result::Result<T, Box<Fault>>;

/// Actions that declare variables, parsed: what stands before many texts.
#[derive(Debug, Default)]
pub(super) struct Head {
    list: List,
    variables: Vec<String>,
    length: usize,
}

impl Head {
    /// Parses a text whose last action is closed without trimming.
    pub(super) fn parse(text: &str, is_function: fn(&str) -> bool) -> Result<Head> {
        let mut parser = Parser::new("", text, &Head::default(), is_function);
        let list = parser.root(List::default())?;
        let variables = parser.scope.variables.split_off(1);
        Ok(Head { list, variables, length: text.len() })
    }
}

/// Parses `text`, which begins with the text of `head`, as the template `name`;
/// `is_function` knows the functions. Without `with_head`, the tree is that of the text
/// behind the head. Also gives the places of all names of functions, variables and fields
/// behind the head.
pub(super) fn parse(
    name: &str,
    text: &str,
    head: &Head,
    with_head: bool,
    is_function: fn(&str) -> bool,
) -> Result<(Templates, Vec<TextRange>)> {
    let mut parser = Parser::new(name, text, head, is_function);
    let before = if with_head { head.list.clone() } else { List::default() };
    let root = parser.root(before)?;
    parser.add(name, root)?;
    Ok((parser.templates, parser.names))
}

/// What each template has for itself.
struct Scope {
    variables: Vec<String>,
    n_ranges: u32,
    /// Where the action begins that is being read.
    action_start: Option<usize>,
}

impl Scope {
    fn new() -> Scope {
        Scope { variables: vec!["$".to_owned()], n_ranges: 0, action_start: None }
    }
}

/// A statement, or what ends a list of them.
enum Item {
    Statement(Statement),
    Else,
    End,
}

struct Parser<'a> {
    text: &'a str,
    name: &'a str,
    is_function: fn(&str) -> bool,
    tokens: Tokens,
    next: usize,
    /// The last token that was looked at: Go tells its line.
    furthest: usize,
    scope: Scope,
    depth: u32,
    templates: Templates,
    names: Vec<TextRange>,
}

impl<'a> Parser<'a> {
    fn new(
        name: &'a str,
        text: &'a str,
        head: &Head,
        is_function: fn(&str) -> bool,
    ) -> Parser<'a> {
        let mut scope = Scope::new();
        scope.variables.extend_from_slice(&head.variables);
        Parser {
            text,
            name,
            is_function,
            tokens: tokens(text, head.length),
            next: 0,
            furthest: 0,
            scope,
            depth: 0,
            templates: BTreeMap::new(),
            names: Vec::new(),
        }
    }

    fn token(&mut self, idx: usize) -> Token {
        let idx = idx.min(self.tokens.all.len() - 1);
        self.furthest = self.furthest.max(idx);
        self.tokens.all[idx]
    }

    fn next(&mut self) -> Token {
        let token = self.token(self.next);
        self.next += 1;
        token
    }

    fn peek(&mut self) -> Token {
        self.token(self.next)
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.next -= 1;
        token
    }

    fn slice(&self, token: &Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    fn line(&self, offset: usize) -> usize {
        1 + self.text.as_bytes()[..offset].iter().filter(|it| **it == b'\n').count()
    }

    fn fault<T>(&self, at: TextRange, message: String) -> Result<T> {
        let line = self.line(self.tokens.all[self.furthest].start);
        Err(Box::new(Fault { line, message, at }))
    }

    fn fault_here<T>(&self, message: String) -> Result<T> {
        self.fault(range(&self.tokens.all[self.furthest]), message)
    }

    fn unexpected<T>(&self, token: &Token, context: &str) -> Result<T> {
        let text = self.slice(token);
        let shown = match token.kind {
            TokenKind::Error => {
                let started = self.scope.action_start.map(|it| self.line(it));
                let started = match started {
                    Some(line) if line != self.line(token.start) => {
                        let line = format!(" started at {}:{line}", self.name);
                        match self.tokens.fault.ends_with(" action") {
                            true => line,
                            false => format!(" in action{line}"),
                        }
                    }
                    _ => String::new(),
                };
                let message = format!("{}{started}", self.tokens.fault);
                return self.fault(range(token), message);
            }
            TokenKind::Eof => "EOF".to_owned(),
            TokenKind::Keyword(_) => format!("<{text}>"),
            _ if text.len() > 10 => {
                let head: String = text.chars().take(10).collect();
                format!("{}...", quote(&head))
            }
            _ => quote(text),
        };
        self.fault(range(token), format!("unexpected {shown} in {context}"))
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token> {
        let token = self.next_non_space();
        match token.kind == kind {
            true => Ok(token),
            false => self.unexpected(&token, context),
        }
    }

    fn add(&mut self, name: &str, list: List) -> Result<()> {
        match self.templates.get(name) {
            Some(old) if !is_empty(old) => match is_empty(&list) {
                true => Ok(()),
                false => self.fault_here(format!(
                    "template: multiple definition of template {}",
                    quote(name)
                )),
            },
            _ => {
                self.templates.insert(name.to_owned(), list);
                Ok(())
            }
        }
    }

    fn root(&mut self, mut list: List) -> Result<List> {
        while self.peek().kind != TokenKind::Eof {
            if self.peek().kind == TokenKind::LeftDelim {
                let start = self.next;
                self.next();
                let is_definition =
                    self.next_non_space().kind == keyword(Keyword::Define);
                if is_definition {
                    self.definition()?;
                    continue;
                }
                self.next = start;
            }
            match self.text_or_action()? {
                Item::Statement(it) => list.items.push(it),
                Item::End => return self.fault_here("unexpected {{end}}".into()),
                Item::Else => return self.fault_here("unexpected {{else}}".into()),
            }
        }
        Ok(list)
    }

    fn definition(&mut self) -> Result<()> {
        const CONTEXT: &str = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        self.expect(TokenKind::RightDelim, CONTEXT)?;
        let list = self.own_list(CONTEXT)?;
        self.add(&name, list)
    }

    /// The body of a template of its own, up to its end.
    fn own_list(&mut self, context: &str) -> Result<List> {
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let (list, end) = self.list()?;
        if matches!(end, Item::Else) {
            return self.fault_here(format!("unexpected {{{{else}}}} in {context}"));
        }
        self.scope = outer;
        Ok(list)
    }

    fn list(&mut self) -> Result<(List, Item)> {
        let mut list = List::default();
        while self.peek_non_space().kind != TokenKind::Eof {
            match self.text_or_action()? {
                Item::Statement(it) => list.items.push(it),
                end => return Ok((list, end)),
            }
        }
        self.fault_here("unexpected EOF".into())
    }

    fn text_or_action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => {
                let kind = StatementKind::Text(self.slice(&token).to_owned());
                Ok(Item::Statement(Statement { pos: token.start as u32, kind }))
            }
            TokenKind::LeftDelim => {
                self.scope.action_start = Some(token.start);
                let item = self.action()?;
                self.scope.action_start = None;
                Ok(item)
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Result<Item> {
        let token = self.next_non_space();
        let pos = token.start as u32;
        let TokenKind::Keyword(word) = token.kind else {
            return self.plain_action();
        };
        let kind = match word {
            Keyword::Block => return self.block(),
            Keyword::Template => return self.template(),
            Keyword::If => return self.branch(BranchKind::If),
            Keyword::With => return self.branch(BranchKind::With),
            Keyword::Range => return self.branch(BranchKind::Range),
            Keyword::Else => {
                let peek = self.peek_non_space().kind;
                if peek != keyword(Keyword::If) && peek != keyword(Keyword::With) {
                    self.expect(TokenKind::RightDelim, "else")?;
                }
                return Ok(Item::Else);
            }
            Keyword::End => {
                self.expect(TokenKind::RightDelim, "end")?;
                return Ok(Item::End);
            }
            Keyword::Break => StatementKind::Break,
            Keyword::Continue => StatementKind::Continue,
            Keyword::Dot | Keyword::Nil | Keyword::Define => return self.plain_action(),
        };
        let word = format!("{{{{{}}}}}", self.slice(&token));
        let end = self.next_non_space();
        if end.kind != TokenKind::RightDelim {
            return self.unexpected(&end, &word);
        }
        if self.scope.n_ranges == 0 {
            return self.fault(range(&token), format!("{word} outside {{{{range}}}}"));
        }
        Ok(Item::Statement(Statement { pos, kind }))
    }

    fn plain_action(&mut self) -> Result<Item> {
        self.next -= 1;
        let pos = self.peek().start as u32;
        let pipe = self.pipeline("command", TokenKind::RightDelim)?;
        Ok(Item::Statement(Statement { pos, kind: StatementKind::Action(pipe) }))
    }

    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= MAX_DEPTH {
            return self.fault_here("max expression depth exceeded".into());
        }
        self.depth += 1;
        let value = parse(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn branch(&mut self, kind: BranchKind) -> Result<Item> {
        self.deeper(|it| it.branch_body(kind)).map(Item::Statement)
    }

    fn branch_body(&mut self, kind: BranchKind) -> Result<Statement> {
        let n_variables = self.scope.variables.len();
        let pipe = self.pipeline(kind.word(), TokenKind::RightDelim)?;
        let is_range = u32::from(kind == BranchKind::Range);
        self.scope.n_ranges += is_range;
        let (list, end) = self.list()?;
        self.scope.n_ranges -= is_range;
        let else_list = match end {
            Item::Else => Some(self.else_list(kind)?),
            _ => None,
        };
        self.scope.variables.truncate(n_variables);
        let pos = pipe.pos;
        let branch = Branch { kind, pipe, list, else_list };
        Ok(Statement { pos, kind: StatementKind::Branch(Box::new(branch)) })
    }

    fn else_list(&mut self, kind: BranchKind) -> Result<List> {
        let chained = match kind {
            BranchKind::If => Some(keyword(Keyword::If)),
            BranchKind::With => Some(keyword(Keyword::With)),
            BranchKind::Range => None,
        };
        if chained == Some(self.peek().kind) {
            self.next();
            let statement = self.deeper(|it| it.branch_body(kind))?;
            return Ok(List { items: vec![statement] });
        }
        let (list, end) = self.list()?;
        match end {
            Item::Else => self.fault_here("expected end; found {{else}}".into()),
            _ => Ok(list),
        }
    }

    fn block(&mut self) -> Result<Item> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let pipe = Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?);
        let list = self.deeper(|it| it.own_list(CONTEXT))?;
        self.add(&name, list)?;
        let kind = StatementKind::Template { name, at: range(&token), pipe };
        Ok(Item::Statement(Statement { pos: token.start as u32, kind }))
    }

    fn template(&mut self) -> Result<Item> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != TokenKind::RightDelim {
            self.next -= 1;
            pipe = Some(self.pipeline(CONTEXT, TokenKind::RightDelim)?);
        }
        let kind = StatementKind::Template { name, at: range(&token), pipe };
        Ok(Item::Statement(Statement { pos: token.start as u32, kind }))
    }

    fn template_name(&mut self, token: &Token, context: &str) -> Result<String> {
        match token.kind {
            TokenKind::String | TokenKind::RawString => self.string(token),
            _ => self.unexpected(token, context),
        }
    }

    fn string(&self, token: &Token) -> Result<String> {
        match literal::unquote(self.slice(token)) {
            Some(text) => Ok(text),
            None => self.fault(range(token), "invalid syntax".into()),
        }
    }
}

fn keyword(word: Keyword) -> TokenKind {
    TokenKind::Keyword(word)
}

fn range(token: &Token) -> TextRange {
    TextRange::new(token.start, token.end)
}

/// Whether a template counts as empty: nothing but blanks.
fn is_empty(list: &List) -> bool {
    list.items.iter().all(|it| match &it.kind {
        StatementKind::Text(text) => text.trim().is_empty(),
        _ => false,
    })
}

//! Tokens to items (`promql/parser/generated_parser.y`, `series_values`).

use std::sync::Arc;

use crate::case::duration;
use crate::case::notation::histogram::{HistogramText, Key};
use crate::case::notation::lex::{Kind, Token, tokens};
use crate::case::notation::{Extent, Item, Notation, Shape};
use crate::promql::number::parse_number;
use crate::promql::syntax::ast::{SyntaxError, TextRange};

/// Reads the items of a whole line from the offset after its series.
pub(super) fn items(
    text: &str,
    from: usize,
    notation: Notation,
) -> Result<Vec<Item>, SyntaxError> {
    Parser::new(text, from, notation).items(false)
}

/// Reads items that stand alone: the first needs no space before it.
pub(super) fn after_space(
    text: &str,
    from: usize,
    notation: Notation,
) -> Result<Vec<Item>, SyntaxError> {
    Parser::new(text, from, notation).items(true)
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    lexical: Option<SyntaxError>,
    idx: usize,
    notation: Notation,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, from: usize, notation: Notation) -> Parser<'a> {
        let (tokens, lexical) = tokens(text, from, notation);
        Parser { text, tokens, lexical, idx: 0, notation }
    }

    fn here(&self) -> Token {
        self.tokens[self.idx.min(self.tokens.len() - 1)]
    }

    fn ahead(&self, n: usize) -> Kind {
        self.tokens.get(self.idx + n).map_or(Kind::End, |it| it.kind)
    }

    fn take(&mut self) -> Token {
        let token = self.here();
        self.idx += 1;
        token
    }

    fn eat(&mut self, kind: Kind) -> bool {
        let hit = self.here().kind == kind;
        self.idx += usize::from(hit);
        hit
    }

    fn slice(&self, at: TextRange) -> &'a str {
        &self.text[at.bytes()]
    }

    fn fault<T>(
        &self,
        at: TextRange,
        message: impl Into<String>,
        help: Option<String>,
    ) -> Result<T, SyntaxError> {
        Err(SyntaxError { at, message: message.into(), help })
    }

    /// Prometheus's `unexpected … in series values`.
    fn unexpected<T>(&self, context: &str, expected: &str) -> Result<T, SyntaxError> {
        let token = self.here();
        if token.kind == Kind::End
            && let Some(fault) = &self.lexical
        {
            return Err(fault.clone());
        }
        let text = self.slice(token.at);
        let what = match token.kind {
            Kind::End => "end of input".to_string(),
            Kind::Number => format!("number {text:?}"),
            Kind::Word => format!("identifier {text:?}"),
            Kind::Add | Kind::Sub => format!("<op:{text}>"),
            _ => format!("{text:?}"),
        };
        // Prometheus names the context only within an item.
        let mut message = match context {
            "" => format!("unexpected {what}"),
            context => format!("unexpected {what} in {context}"),
        };
        if !expected.is_empty() {
            message.push_str(", expected ");
            message.push_str(expected);
        }
        self.fault(token.at, message, self.advice(token))
    }

    /// What to write where the fault is a well-known one.
    fn advice(&self, token: Token) -> Option<String> {
        let text = self.slice(token.at).to_ascii_lowercase();
        let native = self.notation == Notation::Native;
        let before = self.idx.checked_sub(1).and_then(|it| self.tokens.get(it));
        let help = match token.kind {
            Kind::Word if text == "stale" => {
                "the marker is written in lower case: `stale`"
            }
            Kind::Word if text.starts_with("stale") => {
                "`stale` cannot be repeated: one marker ends the series; write `_xN` for \
                 the missing samples after it"
            }
            Kind::Word if text.starts_with("nan") && native => {
                "`NaN` cannot be repeated by `x`: write `NaN..T`, for example `NaN..5m`"
            }
            Kind::Word if text.starts_with("nan") || text.starts_with("inf") => {
                "`NaN` and `Inf` cannot be repeated by `x`: write each of them out"
            }
            Kind::Space
                if before.is_some_and(|it| matches!(it.kind, Kind::Add | Kind::Sub)) =>
            {
                "no space inside an item: `1+2x10`"
            }
            Kind::Space if before.is_some_and(|it| it.kind == Kind::Times) => {
                "no space inside an item: `1x10`"
            }
            Kind::Times if before.is_some_and(|it| it.kind == Kind::Space) => {
                "no space inside an item: `1x10`"
            }
            Kind::Space | Kind::End
                if before.is_some_and(|it| it.kind == Kind::Number) && self.idx >= 3 =>
            {
                "a step needs a count: `1+2x10`"
            }
            Kind::Word => "values are numbers, `_` for a missing sample, and `stale`",
            _ => return None,
        };
        Some(help.to_string())
    }

    fn items(&mut self, mut spaced: bool) -> Result<Vec<Item>, SyntaxError> {
        let mut out: Vec<Item> = Vec::new();
        loop {
            spaced |= self.eat(Kind::Space);
            if self.here().kind == Kind::End && self.lexical.is_none() {
                return Ok(out);
            }
            if !spaced {
                return self.unexpected("", "");
            }
            if let Some(last) = out.last()
                && last.extent == Extent::Rest
            {
                let help = "give the item before it an end: `1..5m`".to_string();
                let message = "nothing can follow an item that lasts to the end";
                return self.fault(self.here().at, message, Some(help));
            }
            let start = self.here().at;
            let (shape, extent) = self.item()?;
            let end = self.tokens[self.idx.saturating_sub(1)].at;
            out.push(Item { at: start.to(end), shape, extent });
            spaced = false;
        }
    }

    fn item(&mut self) -> Result<(Shape, Extent), SyntaxError> {
        match self.here().kind {
            Kind::Blank => {
                self.take();
                let extent = match self.eat(Kind::Times) {
                    true => Extent::Samples(self.count()?),
                    false => self.extent()?.unwrap_or(Extent::Samples(1)),
                };
                Ok((Shape::Gap, extent))
            }
            Kind::Word => {
                if self.slice(self.here().at) != "stale" {
                    return self.unexpected("series values", "number or \"stale\"");
                }
                self.take();
                match self.here().kind {
                    Kind::Times | Kind::Add | Kind::Sub => {
                        let start = f64::from_bits(super::STALE_NAN);
                        self.steps(start)
                    }
                    _ => {
                        let extent = self.extent()?.unwrap_or(Extent::Samples(1));
                        Ok((Shape::Stale, extent))
                    }
                }
            }
            Kind::Open => self.histograms(),
            Kind::Add | Kind::Sub | Kind::Number => {
                let signed = self.here().kind != Kind::Number;
                let start = self.signed_number("series values")?;
                match self.here().kind {
                    Kind::Per(seconds) if signed => {
                        self.take();
                        let rate = start / f64::from(seconds);
                        let extent = self.rise_extent()?;
                        Ok((Shape::Rise { start: None, rate }, extent))
                    }
                    Kind::Per(_) => {
                        let help = "write the sign: `+6/s..` rises, `-6/s..` falls";
                        let at = self.here().at;
                        self.fault(at, "a rise needs its sign", Some(help.to_string()))
                    }
                    _ => self.steps(start),
                }
            }
            _ => self.unexpected("", ""),
        }
    }

    /// What follows a first value.
    fn steps(&mut self, start: f64) -> Result<(Shape, Extent), SyntaxError> {
        if self.eat(Kind::Times) {
            let extent = Extent::Samples(self.count()?.saturating_add(1));
            return Ok((Shape::Steps { start, step: 0.0 }, extent));
        }
        if matches!(self.here().kind, Kind::Add | Kind::Sub) {
            let step = self.signed_number("series values")?;
            if let Kind::Per(seconds) = self.here().kind {
                self.take();
                let rate = step / f64::from(seconds);
                let extent = self.rise_extent()?;
                return Ok((Shape::Rise { start: Some(start), rate }, extent));
            }
            if !self.eat(Kind::Times) {
                return self.unexpected("series values", "");
            }
            let extent = Extent::Samples(self.count()?.saturating_add(1));
            return Ok((Shape::Steps { start, step }, extent));
        }
        let extent = self.extent()?.unwrap_or(Extent::Samples(1));
        Ok((Shape::Steps { start, step: 0.0 }, extent))
    }

    /// `..T`, `..`, or nothing.
    fn extent(&mut self) -> Result<Option<Extent>, SyntaxError> {
        let dots = self.here().at;
        if !self.eat(Kind::Dots) {
            return Ok(None);
        }
        let token = self.here();
        if token.kind != Kind::Time {
            return match token.kind {
                Kind::Space | Kind::End => Ok(Some(Extent::Rest)),
                _ => {
                    let help = "write a time after `..`, for example `1..5m`".to_string();
                    self.fault(dots.to(token.at), "expected a time", Some(help))
                }
            };
        }
        self.take();
        let text = self.slice(token.at);
        match duration::parse(text) {
            Ok(millis) => Ok(Some(Extent::Until(millis, token.at))),
            Err(message) => {
                let help = "a time is a duration from the start: `90s`, `5m`, `1h30m`";
                self.fault(token.at, message, Some(help.to_string()))
            }
        }
    }

    fn rise_extent(&mut self) -> Result<Extent, SyntaxError> {
        match self.extent()? {
            Some(extent) => Ok(extent),
            None => {
                let help = "write `+6/s..` to the end, or `+6/s..10m`".to_string();
                let at = self.here().at;
                self.fault(at, "a rise needs to say how long it lasts", Some(help))
            }
        }
    }

    fn signed_number(&mut self, context: &str) -> Result<f64, SyntaxError> {
        let negative = match self.here().kind {
            Kind::Add | Kind::Sub => self.take().kind == Kind::Sub,
            _ => false,
        };
        let value = self.number(context)?;
        Ok(if negative { -value } else { value })
    }

    fn number(&mut self, context: &str) -> Result<f64, SyntaxError> {
        let token = self.here();
        if token.kind != Kind::Number {
            return self.unexpected(context, "");
        }
        self.take();
        match parse_number(self.slice(token.at)) {
            Ok(value) => Ok(value),
            Err(message) => {
                self.fault(token.at, format!("error parsing number: {message}"), None)
            }
        }
    }

    fn count(&mut self) -> Result<u64, SyntaxError> {
        let token = self.here();
        if token.kind != Kind::Number {
            return self.unexpected("series values", "");
        }
        self.take();
        let text = self.slice(token.at);
        let digits = text.bytes().all(|it| it.is_ascii_digit());
        let why = match text.parse() {
            Ok(count) if digits => return Ok(count),
            _ if digits => "value out of range",
            _ => "invalid syntax",
        };
        let message = format!(
            "invalid repetition in series values: strconv.ParseUint: parsing {text:?}: {why}"
        );
        self.fault(token.at, message, Some("a count is a whole number".to_string()))
    }

    fn histograms(&mut self) -> Result<(Shape, Extent), SyntaxError> {
        let start = Arc::new(self.histogram()?);
        let shape = |step| Shape::Histogram { start: start.clone(), step };
        let plus = match self.here().kind {
            Kind::Times => {
                self.take();
                let n = self.count()?.saturating_add(1);
                return Ok((shape(None), Extent::Samples(n)));
            }
            Kind::Add => true,
            Kind::Sub => false,
            _ => {
                let extent = self.extent()?.unwrap_or(Extent::Samples(1));
                return Ok((shape(None), extent));
            }
        };
        self.take();
        if self.here().kind != Kind::Open {
            return self.unexpected("series values", "");
        }
        let step = Arc::new(self.histogram()?);
        if !self.eat(Kind::Times) {
            return self.unexpected("series values", "");
        }
        let n = self.count()?.saturating_add(1);
        Ok((shape(Some((plus, step))), Extent::Samples(n)))
    }

    fn histogram(&mut self) -> Result<HistogramText, SyntaxError> {
        const CONTEXT: &str = "histogram description";
        const EXPECTED: &str = "histogram description key, e.g. buckets:[5 10 7]";
        let mut out = HistogramText::default();
        let mut seen: Vec<Key> = Vec::new();
        self.take();
        if self.here().kind == Kind::Space && self.ahead(1) == Kind::Close {
            self.take();
        }
        while !self.eat(Kind::Close) {
            let Token { kind: Kind::Key(key), at } = self.here() else {
                return self.unexpected(CONTEXT, EXPECTED);
            };
            self.take();
            if seen.contains(&key) {
                let message = format!("duplicate key \"{key}\" in histogram");
                return self.fault(at, message, None);
            }
            seen.push(key);
            if !self.eat(Kind::Colon) {
                return self.unexpected(CONTEXT, EXPECTED);
            }
            self.descriptor(key, &mut out)?;
            match self.here().kind {
                Kind::Close => {}
                Kind::Space => {
                    self.take();
                }
                _ => return self.unexpected(CONTEXT, EXPECTED),
            }
        }
        Ok(out)
    }

    fn descriptor(
        &mut self,
        key: Key,
        out: &mut HistogramText,
    ) -> Result<(), SyntaxError> {
        const CONTEXT: &str = "histogram description";
        match key {
            Key::Schema => out.schema = self.int()?,
            Key::Offset => out.positive_offset = self.int()?,
            Key::NegativeOffset => out.negative_offset = self.int()?,
            Key::Sum => out.sum = self.signed_number(CONTEXT)?,
            Key::Count => out.count = self.signed_number(CONTEXT)?,
            Key::ZeroBucket => out.zero_count = self.signed_number(CONTEXT)?,
            Key::ZeroWidth => out.zero_threshold = self.number(CONTEXT)?,
            Key::Buckets => out.positive = self.buckets()?,
            Key::NegativeBuckets => out.negative = self.buckets()?,
            Key::CustomValues => out.custom_values = self.buckets()?,
            Key::CounterResetHint => {
                let Kind::Hint(hint) = self.here().kind else {
                    let expected = "unknown, reset, not_reset or gauge";
                    return self.unexpected(CONTEXT, expected);
                };
                self.take();
                out.hint = Some(hint);
            }
        }
        Ok(())
    }

    fn int(&mut self) -> Result<i32, SyntaxError> {
        let at = self.here().at;
        let negative = self.eat(Kind::Sub);
        let value = i64::try_from(self.count()?).ok();
        let value = value.map(|it| if negative { -it } else { it });
        match value.and_then(|it| i32::try_from(it).ok()) {
            Some(value) => Ok(value),
            None => self.fault(at, "number out of range in histogram description", None),
        }
    }

    fn buckets(&mut self) -> Result<Vec<f64>, SyntaxError> {
        const CONTEXT: &str = "histogram description";
        if !self.eat(Kind::LeftBracket) {
            return self.unexpected(CONTEXT, "a list: [1 2 3]");
        }
        let mut out = vec![self.signed_number(CONTEXT)?];
        loop {
            if self.eat(Kind::RightBracket) {
                return Ok(out);
            }
            if !self.eat(Kind::Space) {
                return self.unexpected(CONTEXT, "");
            }
            if self.eat(Kind::RightBracket) {
                return Ok(out);
            }
            out.push(self.signed_number(CONTEXT)?);
        }
    }
}

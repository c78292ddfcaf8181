//! Random queries: typed, so that most are valid and return something.
//!
//! Functions come from the crate's own table: a new one is asked for as soon as it has
//! a row. `selector.rs`, `call.rs` and `operator.rs` hold the other productions.

use aqua_alerts::promql::dialect::Dialect;

use crate::random::Random;
use crate::series::number;

/// A query and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// PromQL.
    pub text: String,
    /// In milliseconds.
    pub time: i64,
}

/// What is asked of the generator.
#[derive(Debug)]
pub struct Generator<'a> {
    /// Where chance comes from.
    pub rng: &'a mut Random,
    /// The version and flags that the oracle knows.
    pub dialect: Dialect,
    /// The time of the last sample, in milliseconds.
    pub end: i64,
}

/// A random query with its time.
pub fn random(generator: &mut Generator<'_>) -> Query {
    let depth = generator.rng.pick(&[1, 1, 2, 2, 2, 3, 3, 4]);
    let text = match generator.rng.below(40) {
        0 => generator.scalar(depth),
        1 => generator.matrix(depth),
        _ => generator.vector(depth),
    };
    let end = generator.end;
    let time = match generator.rng.below(10) {
        0 => generator.rng.within(0, end / 5000) * 5000,
        1 => end + generator.rng.within(0, 70) * 5000,
        2 => generator.rng.within(end / 2, end),
        _ => end - generator.rng.within(0, end / 10_000) * 5000,
    };
    Query { text, time }
}

impl Generator<'_> {
    /// An expression of type vector.
    pub fn vector(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.selector();
        }
        let depth = depth - 1;
        match self.rng.weighted(&[8, 22, 26, 20, 22, 3, 3, 3, 2]) {
            0 => self.selector(),
            1 => self.vector_call(depth),
            2 => self.matrix_call(depth),
            3 => self.aggregate(depth),
            4 => self.binary(depth),
            5 => format!("{}{}", self.rng.pick(&["-", "-", "+"]), self.operand(depth)),
            6 => format!("({})", self.vector(depth)),
            7 => self.histogram_call(depth),
            _ => format!("vector({})", self.scalar(depth)),
        }
    }

    /// An expression of type vector that can stand beside an operator.
    pub fn operand(&mut self, depth: usize) -> String {
        let text = self.vector(depth);
        match text.starts_with(['-', '+']) || text.contains(' ') {
            true => format!("({text})"),
            false => text,
        }
    }

    /// An expression of type scalar.
    pub fn scalar(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.number();
        }
        let depth = depth - 1;
        match self.rng.below(9) {
            0 => format!("scalar({})", self.vector(depth)),
            1 => "time()".to_string(),
            2 => self.scalar_call(depth),
            3 => {
                let op = self.rng.pick(&["+", "-", "*", "/", "%", "^", "atan2"]);
                format!("({} {op} {})", self.scalar(depth), self.scalar(depth))
            }
            4 => {
                let op = self.rng.pick(&["==", "!=", "<", ">", "<=", ">="]);
                format!("({} {op} bool {})", self.scalar(depth), self.scalar(depth))
            }
            5 => format!("-({})", self.scalar(depth)),
            _ => self.number(),
        }
    }

    /// A number, now and then an odd one.
    pub fn number(&mut self) -> String {
        match self.rng.below(16) {
            0 => (self.rng.pick(&["NaN", "Inf", "-Inf", "-0", "1e300", "0x1f", "1h"]))
                .to_string(),
            1..4 => number(self.rng.unit()),
            4 => number((self.rng.unit() - 0.5) * 1000.0),
            _ => self.rng.within(-2, 12).to_string(),
        }
    }

    /// An expression of type matrix.
    pub fn matrix(&mut self, depth: usize) -> String {
        if depth == 0 || self.rng.percent(72) {
            let range = self.range();
            let selector = self.bare_selector();
            let modifiers = self.modifiers();
            return format!("{selector}[{range}]{modifiers}");
        }
        let inner = self.operand(depth - 1);
        let range = self.range();
        let step = match self.rng.below(3) {
            0 => "",
            _ => self.rng.pick(&["30s", "1m", "1m", "45s", "7s", "1s"]),
        };
        let modifiers = self.modifiers();
        format!("{inner}[{range}:{step}]{modifiers}")
    }

    /// How far back a window reaches.
    pub fn range(&mut self) -> &'static str {
        let ranges =
            ["1m", "2m", "5m", "5m", "5m", "10m", "90s", "37s", "20s", "1h", "1s"];
        self.rng.pick(&ranges)
    }
}

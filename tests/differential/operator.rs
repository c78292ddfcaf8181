//! Random aggregations and binary operations.

use crate::query::Generator;

const LABELS: &[&str] = &["job", "instance", "code", "le", "version"];

impl Generator<'_> {
    /// Some labels, separated.
    fn labels(&mut self, most: usize) -> String {
        let n = self.rng.below(most + 1);
        let mut out: Vec<&str> = Vec::new();
        for _ in 0..n {
            let label = self.rng.pick(LABELS);
            if !out.contains(&label) {
                out.push(label);
            }
        }
        out.join(", ")
    }

    /// An aggregation.
    pub fn aggregate(&mut self, depth: usize) -> String {
        let inner = self.vector(depth);
        self.aggregate_of(&inner, depth)
    }

    fn aggregate_of(&mut self, inner: &str, depth: usize) -> String {
        let experimental = self.dialect.features.experimental_functions;
        let n_known = if experimental { 14 } else { 12 };
        let (op, param) = match self.rng.below(n_known) {
            0 => ("quantile", Some(self.ratio(depth))),
            1 => ("topk", Some(self.count(depth))),
            2 => ("bottomk", Some(self.count(depth))),
            3 => {
                let label = self.rng.pick(&["value", "job", "code"]);
                ("count_values", Some(format!("\"{label}\"")))
            }
            12 => ("limitk", Some(self.count(depth))),
            13 => ("limit_ratio", Some(self.ratio(depth))),
            _ => {
                let plain = [
                    "sum", "sum", "sum", "avg", "avg", "min", "max", "count", "group",
                    "stddev", "stdvar",
                ];
                (self.rng.pick(&plain), None)
            }
        };
        let grouping = match self.rng.below(10) {
            0..4 => String::new(),
            4..8 => format!(" by ({})", self.labels(2)),
            _ => format!(" without ({})", self.labels(2)),
        };
        let args = match param {
            Some(param) => format!("({param}, {inner})"),
            None => format!("({inner})"),
        };
        match self.rng.percent(80) {
            true => format!("{op}{grouping} {args}"),
            false => format!("{op}{args}{grouping}"),
        }
    }

    /// The number of `topk`.
    fn count(&mut self, depth: usize) -> String {
        match self.rng.below(12) {
            0 => self.scalar(depth.min(1)),
            1 => (self.rng.pick(&["0", "-1", "1.9", "100"])).to_string(),
            _ => self.rng.within(1, 4).to_string(),
        }
    }

    /// A binary operation that gives a vector.
    pub fn binary(&mut self, depth: usize) -> String {
        match self.rng.weighted(&[30, 18, 18, 14, 12, 8]) {
            0 => self.with_scalar(depth),
            1 => self.alike(depth),
            2 => self.aggregated(depth),
            3 => self.grouped(depth),
            4 => self.set(depth),
            _ => {
                let (lhs, rhs) = (self.operand(depth), self.operand(depth));
                let (op, clause) = (self.operator(), self.any_clause());
                format!("{lhs} {op}{clause} {rhs}")
            }
        }
    }

    /// An arithmetic operator, or a comparison with or without `bool`.
    fn operator(&mut self) -> String {
        let arithmetic = ["+", "-", "*", "/", "%", "^", "atan2"];
        let comparison = ["==", "!=", "<", ">", "<=", ">="];
        match self.rng.below(10) {
            0..6 => self.rng.pick(&arithmetic).to_string(),
            6..8 => format!("{} bool", self.rng.pick(&comparison)),
            _ => self.rng.pick(&comparison).to_string(),
        }
    }

    fn with_scalar(&mut self, depth: usize) -> String {
        let (vector, op) = (self.operand(depth), self.operator());
        let scalar = self.scalar(depth.min(1));
        match self.rng.percent(65) {
            true => format!("{vector} {op} {scalar}"),
            false => format!("{scalar} {op} {vector}"),
        }
    }

    /// Both sides have the same labels.
    fn alike(&mut self, depth: usize) -> String {
        let selector = self.bare_selector();
        let side = |it: &mut Self| match it.rng.below(5) {
            0 => format!("rate({selector}[5m])"),
            1 => format!("({})", it.wrapped(&selector, depth)),
            2 => format!("{selector} offset 1m"),
            3 => format!("max_over_time({selector}[{}])", it.range()),
            _ => selector.clone(),
        };
        let (lhs, rhs) = (side(self), side(self));
        format!("{lhs} {} {rhs}", self.operator())
    }

    fn wrapped(&mut self, selector: &str, depth: usize) -> String {
        let op = self.operator();
        format!("{selector} {op} {}", self.scalar(depth.min(1)))
    }

    /// Both sides are aggregated by the same labels.
    fn aggregated(&mut self, depth: usize) -> String {
        let grouping = self.rng.pick(&["job", "job, instance", "instance", ""]);
        let side = |it: &mut Self| {
            let plain = ["sum", "avg", "min", "max", "count"];
            let op = it.rng.pick(&plain);
            format!("{op} by ({grouping}) ({})", it.vector(depth))
        };
        let (lhs, rhs) = (side(self), side(self));
        let clause = match self.rng.below(4) {
            0 => format!(" on ({grouping})"),
            1 => " ignoring (code)".to_string(),
            _ => String::new(),
        };
        format!("{lhs} {}{clause} {rhs}", self.operator())
    }

    /// Many to one, or one to many.
    fn grouped(&mut self, depth: usize) -> String {
        let many = match self.rng.percent(60) {
            true => "http_requests_total".to_string(),
            false => self.operand(depth),
        };
        let (one, on, include) = match self.rng.below(5) {
            0 => ("target_info", "job, instance", "version"),
            1 => ("owner_info", "job", "team"),
            2 => ("up", "job, instance", ""),
            3 => ("sum by (job) (temperature)", "job", ""),
            _ => ("max by (job, instance) (up)", "job, instance", "code"),
        };
        let include = if self.rng.percent(80) { include } else { "team, job" };
        let op = self.operator();
        match self.rng.percent(60) {
            true => format!("{many} {op} on ({on}) group_left ({include}) {one}"),
            false => format!("{one} {op} on ({on}) group_right ({include}) {many}"),
        }
    }

    fn set(&mut self, depth: usize) -> String {
        let (lhs, rhs) = (self.operand(depth), self.operand(depth));
        let op = self.rng.pick(&["and", "or", "or", "unless"]);
        let clause = match self.rng.below(3) {
            0 => format!(" on ({})", self.labels(2)),
            1 => format!(" ignoring ({})", self.labels(2)),
            _ => String::new(),
        };
        format!("{lhs} {op}{clause} {rhs}")
    }

    /// Any clause, fitting or not.
    fn any_clause(&mut self) -> String {
        let mut out = match self.rng.below(4) {
            0 | 1 => return String::new(),
            2 => format!(" on ({})", self.labels(2)),
            _ => format!(" ignoring ({})", self.labels(2)),
        };
        if self.rng.percent(40) {
            out +=
                self.rng.pick(&[" group_left ()", " group_right (team)", " group_left"]);
        }
        out
    }
}

//! Random selectors: mostly of series that there are.

use crate::query::Generator;

/// The metrics of `series.rs`.
const METRICS: &[&str] = &[
    "http_requests_total",
    "http_requests_total",
    "http_requests_total",
    "temperature",
    "temperature",
    "temperature",
    "odd",
    "up",
    "up",
    "latency",
    "latency",
    "latency_seconds_bucket",
    "latency_seconds_bucket",
    "size",
    "depth",
    "mixed",
    "target_info",
    "owner_info",
];

/// Label matchers, most of which match something.
const MATCHERS: &[&str] = &[
    "job=\"api\"",
    "job=\"db\"",
    "job!=\"api\"",
    "job=~\"a.*|db\"",
    "instance=\"a\"",
    "instance!~\"b\"",
    "instance=~\".+\"",
    "code=\"200\"",
    "code!=\"500\"",
    "le!=\"1\"",
    "le=~\"[0-9.]+\"",
    "team=\"\"",
    "job=~\"\"",
];

/// Names by a matcher rather than before the braces.
const NAMES: &[&str] = &[
    "__name__=\"up\"",
    "__name__=~\"up|temperature\"",
    "__name__=~\"http_.*\"",
    "__name__=~\".*_total|size|depth\"",
    "\"temperature\"",
];

impl Generator<'_> {
    /// An instant selector.
    pub fn selector(&mut self) -> String {
        let selector = self.bare_selector();
        let modifiers = self.modifiers();
        format!("{selector}{modifiers}")
    }

    /// A selector without `offset` and `@`.
    pub fn bare_selector(&mut self) -> String {
        let mut matchers: Vec<&str> = Vec::new();
        while self.rng.percent(28) && matchers.len() < 3 {
            matchers.push(self.rng.pick(MATCHERS));
        }
        if self.rng.percent(4) {
            matchers.insert(0, self.rng.pick(NAMES));
            return format!("{{{}}}", matchers.join(","));
        }
        let name = match self.rng.percent(2) {
            true => "absent_metric",
            false => self.rng.pick(METRICS),
        };
        match matchers.is_empty() {
            true => name.to_string(),
            false => format!("{name}{{{}}}", matchers.join(",")),
        }
    }

    /// `offset` and `@`, seldom.
    pub fn modifiers(&mut self) -> String {
        let mut out = String::new();
        let at_first = self.rng.percent(50);
        let at = self.rng.percent(6).then(|| match self.rng.below(4) {
            0 => " @ start()".to_string(),
            1 => " @ end()".to_string(),
            2 => format!(" @ {}", self.rng.within(0, self.end / 1000)),
            _ => format!(" @ {}.5", self.rng.within(self.end / 2000, self.end / 1000)),
        });
        let offset = self.rng.percent(9).then(|| {
            let offsets = ["1m", "5m", "30s", "-1m", "-10m", "7s", "1m30s", "90"];
            format!(" offset {}", self.rng.pick(&offsets))
        });
        let (first, second) = if at_first { (at, offset) } else { (offset, at) };
        out.extend(first.into_iter().chain(second));
        out
    }

    /// A histogram of any kind, or buckets of a classic one.
    pub fn histogram(&mut self, depth: usize) -> String {
        let native = ["latency", "size", "depth", "mixed"];
        match self.rng.below(8) {
            0 => {
                let range = self.range();
                format!("rate({}[{range}])", self.rng.pick(&native))
            }
            1 => format!("sum by (job) ({})", self.rng.pick(&native)),
            2 => "rate(latency_seconds_bucket[5m])".to_string(),
            3 => "sum by (le) (increase(latency_seconds_bucket[10m]))".to_string(),
            4 => "{__name__=~\"latency.*|size\"}".to_string(),
            5 => "latency_seconds_bucket".to_string(),
            6 => self.vector(depth),
            _ => self.rng.pick(&native).to_string(),
        }
    }
}

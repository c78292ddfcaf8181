//! The data: what a fleet of service instances exposes, scraped every 15 seconds.
//!
//! An instance has 100 series: request counters, three classic histograms, CPU times and
//! gauges. Load rises and falls over the day. Some instances restart: one scrape fails,
//! which is a staleness marker in every series, and counters begin again at zero. The
//! data depends on nothing but the shape, and fewer instances are a prefix of more.

use std::sync::Arc;

use aqua_alerts::promql::labels::{Labels, METRIC_NAME, Symbol};
use aqua_alerts::promql::series::{Samples, Series};
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::STALE_NAN;

use crate::random::Random;

/// 2025-06-01T00:00:00Z.
pub const START: i64 = 1_748_736_000_000;

/// The distance of scrapes in milliseconds.
pub const SCRAPE: i64 = 15_000;

/// The series of one instance.
pub const SERIES_PER_INSTANCE: usize = 100;

/// How much data there is.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub instances: usize,
    pub scrapes: usize,
}

impl Shape {
    /// 10,000 series over a day.
    pub const FULL: Shape = Shape { instances: 100, scrapes: 5760 };

    /// 1,000 series over six hours.
    pub const SMALL: Shape = Shape { instances: 10, scrapes: 1440 };

    pub fn n_series(self) -> usize {
        self.instances * SERIES_PER_INSTANCE
    }

    pub fn n_samples(self) -> usize {
        self.n_series() * self.scrapes
    }

    /// The time at which the data ends.
    pub fn end(self) -> i64 {
        START + self.scrapes as i64 * SCRAPE
    }
}

const JOBS: [&str; 5] = ["api", "auth", "ingest", "web", "worker"];
const ZONES: [&str; 3] = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const PATHS: [&str; 6] =
    ["/api/orders", "/api/users", "/api/search", "/login", "/static", "/healthz"];
const METHODS: [&str; 2] = ["GET", "POST"];
const CODES: [(&str, f64); 3] = [("200", 1.0), ("404", 0.05), ("500", 0.01)];
const HANDLERS: [&str; 3] = ["orders", "search", "users"];
const BOUNDS: [(&str, f64); 12] = [
    ("0.005", 0.05),
    ("0.01", 0.1),
    ("0.025", 0.2),
    ("0.05", 0.25),
    ("0.1", 0.15),
    ("0.25", 0.1),
    ("0.5", 0.06),
    ("1", 0.04),
    ("2.5", 0.03),
    ("5", 0.01),
    ("10", 0.006),
    ("+Inf", 0.004),
];
const MODES: [(&str, f64); 3] = [("idle", 12.0), ("user", 2.0), ("system", 0.8)];
const QUEUES: [&str; 5] = ["default", "export", "mail", "priority", "thumbnails"];

/// Makes the series.
pub fn storage(shape: Shape) -> MemoryStorage {
    let times: Vec<i64> =
        (0..shape.scrapes).map(|it| START + it as i64 * SCRAPE).collect();
    let times = Arc::new(times);
    let mut storage = MemoryStorage::new();
    for number in 0..shape.instances {
        for (labels, values) in Instance::new(number, shape.scrapes).series() {
            let floats = Samples { times: times.clone(), values, starts: Vec::new() };
            storage.insert(Series { labels, floats, ..Series::default() });
        }
    }
    storage
}

/// A hash of all series: data that the server has kept is only used while it is the same.
pub fn hash(storage: &MemoryStorage) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |it: u64| hash = (hash ^ it).wrapping_mul(0x0100_0000_01b3);
    for series in storage.series() {
        add(series.labels.hash64());
        series.floats.values.iter().for_each(|it| add(it.to_bits()));
    }
    hash
}

struct Instance {
    random: Random,
    base: Vec<(Symbol, Symbol)>,
    number: usize,
    scrapes: usize,
    /// The scrapes that fail, ascending.
    restarts: Vec<usize>,
    out: Vec<(Labels, Vec<f64>)>,
}

impl Instance {
    fn new(number: usize, scrapes: usize) -> Instance {
        let mut random = Random::new(number as u64 + 1);
        let mut restarts: Vec<usize> =
            (0..random.below(3)).map(|_| random.below(scrapes)).collect();
        restarts.sort_unstable();
        let instance = format!("10.0.{}.{}:9090", number / 250, number % 250 + 1);
        let base = vec![
            ("job".into(), JOBS[number % JOBS.len()].into()),
            ("instance".into(), instance.as_str().into()),
            ("zone".into(), ZONES[number % ZONES.len()].into()),
        ];
        Instance { random, base, number, scrapes, restarts, out: Vec::new() }
    }

    fn series(mut self) -> Vec<(Labels, Vec<f64>)> {
        self.requests();
        HANDLERS.iter().for_each(|it| self.histogram(it));
        self.cpu();
        self.gauges();
        self.out
    }

    fn put(&mut self, name: &str, labels: &[(&str, &str)], mut values: Vec<f64>) {
        self.restarts.iter().for_each(|at| values[*at] = STALE_NAN);
        let mut pairs = self.base.clone();
        pairs.push((METRIC_NAME.into(), name.into()));
        pairs.extend(labels.iter().map(|(n, v)| (Symbol::from(*n), Symbol::from(*v))));
        self.out.push((Labels::from_pairs(pairs), values));
    }

    /// Load at a time of the day: 0.5 to 1.5.
    fn load(&self, scrape: usize) -> f64 {
        let part = scrape as f64 / 5760.0 % 1.0;
        1.5 - (part - 0.6).abs().min(1.0)
    }

    /// A counter that grows by `grow` and begins anew at restarts.
    fn counter(&mut self, mut grow: impl FnMut(&mut Random, f64) -> f64) -> Vec<f64> {
        let mut value = 0.0;
        (0..self.scrapes)
            .map(|it| {
                if self.restarts.contains(&it) {
                    value = 0.0;
                }
                let load = self.load(it);
                value += grow(&mut self.random, load);
                value
            })
            .collect()
    }

    /// A random walk of whole numbers that stays between two bounds.
    fn walk(&mut self, low: f64, high: f64, stride: f64) -> Vec<f64> {
        let mut value = self.random.between(low, high).floor();
        (0..self.scrapes)
            .map(|_| {
                let next = value + self.random.between(-stride, stride + 1.0).floor();
                value = next.clamp(low, high);
                value
            })
            .collect()
    }

    fn requests(&mut self) {
        for path in PATHS {
            let popular = self.random.between(1.0, 60.0);
            for method in METHODS {
                for (code, part) in CODES {
                    let mean = popular * part;
                    let values = self.counter(|random, load| random.whole(mean * load));
                    let labels = [("path", path), ("method", method), ("code", code)];
                    self.put("http_requests_total", &labels, values);
                }
            }
        }
    }

    fn histogram(&mut self, handler: &str) {
        const NAME: &str = "http_request_duration_seconds";
        let mean = self.random.between(5.0, 200.0);
        let slow = self.random.between(0.5, 2.0);
        let mut below = vec![0.0; self.scrapes];
        for (bound, part) in BOUNDS {
            let part = if 0.1 < part { part } else { part * slow };
            let values = self.counter(|random, load| random.whole(mean * part * load));
            below.iter_mut().zip(values).for_each(|(sum, it)| *sum += it);
            let labels = [("handler", handler), ("le", bound)];
            self.put(&format!("{NAME}_bucket"), &labels, below.clone());
        }
        let spread = self.random.between(0.08, 0.12);
        let sum = below.iter().map(|it| it * spread).collect();
        self.put(&format!("{NAME}_sum"), &[("handler", handler)], sum);
        self.put(&format!("{NAME}_count"), &[("handler", handler)], below);
    }

    fn cpu(&mut self) {
        for cpu in ["0", "1", "2", "3"] {
            for (mode, mean) in MODES {
                let grow = |random: &mut Random, load: f64| {
                    (mean * load * random.between(50.0, 150.0)).floor() / 100.0
                };
                let values = self.counter(grow);
                self.put(
                    "node_cpu_seconds_total",
                    &[("cpu", cpu), ("mode", mode)],
                    values,
                );
            }
        }
    }

    fn gauges(&mut self) {
        for queue in QUEUES {
            let values = self.walk(0.0, 40.0, 2.0);
            self.put("queue_length", &[("queue", queue)], values);
        }
        let pages = self.walk(100_000.0, 400_000.0, 500.0);
        let bytes = pages.iter().map(|it| it * 4096.0).collect();
        self.put("process_resident_memory_bytes", &[], bytes);
        let values = self.walk(50.0, 2000.0, 20.0);
        self.put("go_goroutines", &[], values);
        let blocks = self.walk(1_000_000.0, 9_000_000.0, 900.0);
        let bytes = blocks.iter().map(|it| it * 4096.0).collect();
        self.put("node_filesystem_avail_bytes", &[("mountpoint", "/")], bytes);
        let version = ["1.14.2", "1.15.0", "1.15.1"][self.number / 7 % 3];
        let labels = [("version", version), ("goversion", "go1.24.4")];
        self.put("build_info", &labels, vec![1.0; self.scrapes]);
        self.put("up", &[], vec![1.0; self.scrapes]);
    }
}

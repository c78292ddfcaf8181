//! Small random series: what queries of the `engine` target look at.

use std::sync::Arc;

use aqua_alerts::promql::histogram::{
    BucketSpan, CUSTOM_BUCKETS_SCHEMA, Histogram, ResetHint,
};
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::series::Series;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::STALE_NAN;

/// Names of metrics, gauges first.
pub const METRICS: [&str; 9] =
    ["g", "c_total", "h_bucket", "n", "nc", "mix", "target_info", "big", "odd"];

/// The distance of samples in milliseconds.
pub const SPACING: i64 = 15_000;

/// Samples of each series.
pub const SAMPLES: i64 = 40;

/// Numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^ (it >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

const ODD: [f64; 12] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.1,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1e308,
    -1e308,
    5e-324,
    1e-9,
];

/// The series of a seed: gauges, counters with resets, classic and native histograms of
/// several schemas, mixed ones; with gaps, staleness markers and odd numbers.
pub fn storage(seed: u64) -> MemoryStorage {
    let mut random = Random(seed);
    let mut storage = MemoryStorage::new();
    for (name, n_series) in METRICS.iter().zip([3, 2, 2, 2, 2, 2, 2, 1, 2]) {
        for number in 0..n_series {
            add(&mut storage, &mut random, name, number);
        }
    }
    storage
}

fn add(storage: &mut MemoryStorage, random: &mut Random, name: &str, number: u64) {
    let l = number.to_string();
    let mut pairs = vec![("__name__", name), ("l", l.as_str())];
    if random.below(2) == 0 {
        pairs.push(("m", random.pick(&["x", "y"])));
    }
    if random.below(3) != 0 {
        pairs.push(("instance", random.pick(&["a", "b"])));
        pairs.push(("job", "j"));
    }
    if name == "target_info" {
        pairs.push(("version", random.pick(&["1", "2"])));
    }
    if name == "h_bucket" {
        let mut count = 0.0;
        for le in ["0.1", "1", "+Inf"] {
            let mut pairs = pairs.clone();
            pairs.push(("le", le));
            count += random.below(4) as f64;
            let values = Values { odd: 60, slope: count, ..Values::counter(random) };
            storage.insert(series(&pairs, random, values));
        }
        return;
    }
    let values = match name {
        "c_total" => Values::counter(random),
        "n" => Values { kind: ValueKind::Exponential, ..Values::counter(random) },
        "nc" => Values { kind: ValueKind::Custom, ..Values::counter(random) },
        "mix" => Values { kind: ValueKind::Mixed, ..Values::counter(random) },
        "odd" => Values { kind: ValueKind::Odd, ..Values::counter(random) },
        "target_info" => Values { odd: 1000, slope: 0.0, ..Values::counter(random) },
        _ => Values { kind: ValueKind::Gauge, odd: 8, ..Values::counter(random) },
    };
    storage.insert(series(&pairs, random, values));
}

#[derive(Clone, Copy, PartialEq)]
enum ValueKind {
    Gauge,
    Counter,
    Exponential,
    Custom,
    Mixed,
    Odd,
}

#[derive(Clone, Copy)]
struct Values {
    kind: ValueKind,
    /// One in so many is out of order.
    odd: u64,
    /// What a counter rises by from sample to sample.
    slope: f64,
}

impl Values {
    fn counter(random: &mut Random) -> Values {
        let slope = random.pick(&[1.0, 0.1, 3.0, 1e15]);
        Values { kind: ValueKind::Counter, odd: 20, slope }
    }
}

fn series(pairs: &[(&str, &str)], random: &mut Random, values: Values) -> Series {
    let mut series = Series { labels: Labels::from_strs(pairs), ..Series::default() };
    let mut level = random.below(5) as f64;
    let shift = random.pick(&[0, 0, 1, 7_000]);
    let shape = random.next();
    for number in 0..SAMPLES {
        let time = number * SPACING + shift;
        match random.below(values.odd * 2) {
            0 => continue,
            1 => {
                series.floats.push(time, STALE_NAN);
                continue;
            }
            2 => level = 0.0,
            _ => level += values.slope,
        }
        let is_float = match values.kind {
            ValueKind::Gauge | ValueKind::Counter => true,
            ValueKind::Exponential | ValueKind::Custom => random.below(30) == 0,
            ValueKind::Mixed => random.below(2) == 0,
            ValueKind::Odd => false,
        };
        if is_float {
            let value = match random.below(values.odd) {
                0 => random.pick(&ODD),
                _ if values.kind == ValueKind::Gauge => random.below(100) as f64 / 8.0,
                _ => level,
            };
            series.floats.push(time, value);
            continue;
        }
        let histogram = match values.kind {
            ValueKind::Custom => custom(random, shape, level),
            ValueKind::Odd => odd(random),
            _ => exponential(random, shape, level),
        };
        series.histograms.push(time, Arc::new(histogram));
    }
    series
}

fn hint(random: &mut Random) -> ResetHint {
    match random.below(12) {
        0 => ResetHint::Reset,
        1 => ResetHint::NotReset,
        2 => ResetHint::Gauge,
        _ => ResetHint::Unknown,
    }
}

fn exponential(random: &mut Random, shape: u64, level: f64) -> Histogram {
    let schema = match random.below(6) {
        0 => random.pick(&[-4, 0, 3, 8]),
        _ => (shape % 4) as i32 - 1,
    };
    let spans = |random: &mut Random, from: i32| match random.below(8) {
        0 => Vec::new(),
        1 => vec![BucketSpan { offset: from, length: 3 }],
        _ => vec![
            BucketSpan { offset: from, length: 2 },
            BucketSpan { offset: random.below(3) as i32, length: 1 },
        ],
    };
    let positive_spans = spans(random, (shape >> 8) as i32 % 5);
    let negative_spans = match shape >> 16 & 1 {
        0 => Vec::new(),
        _ => spans(random, -2),
    };
    let counts = |spans: &[BucketSpan]| -> Vec<f64> {
        let n = spans.iter().map(|it| it.length).sum::<u32>();
        (0..n).map(|it| level + f64::from(it)).collect()
    };
    let positive_buckets = counts(&positive_spans);
    let negative_buckets = counts(&negative_spans);
    let zero_count = if shape >> 24 & 1 == 0 { 0.0 } else { level };
    let all = positive_buckets.iter().chain(&negative_buckets).sum::<f64>() + zero_count;
    Histogram {
        reset_hint: hint(random),
        schema,
        zero_threshold: random.pick(&[0.001, 0.001, 0.001, 0.0, 2.0]),
        zero_count,
        count: if random.below(20) == 0 { all + 1.0 } else { all },
        sum: if random.below(20) == 0 { random.pick(&ODD) } else { level * 3.5 },
        positive_spans,
        positive_buckets,
        negative_spans,
        negative_buckets,
        custom_values: Vec::new(),
    }
}

fn custom(random: &mut Random, shape: u64, level: f64) -> Histogram {
    let custom_values = match random.below(8) {
        0 => vec![1.0],
        1 => vec![0.5, 1.0, 5.0],
        _ if shape & 1 == 0 => vec![0.1, 1.0, 2.0],
        _ => vec![-1.0, 1.0],
    };
    let n = custom_values.len() as u32 + 1;
    let positive_buckets: Vec<f64> = (0..n).map(|it| level + f64::from(it)).collect();
    Histogram {
        reset_hint: hint(random),
        schema: CUSTOM_BUCKETS_SCHEMA,
        zero_threshold: 0.0,
        zero_count: 0.0,
        count: positive_buckets.iter().sum(),
        sum: level * 1.5,
        positive_spans: vec![BucketSpan { offset: 0, length: n }],
        positive_buckets,
        negative_spans: Vec::new(),
        negative_buckets: Vec::new(),
        custom_values,
    }
}

/// What a test can write, but no server would take.
fn odd(random: &mut Random) -> Histogram {
    let schemas = [-503, -53, -53, -5, -1, 0, 1, 8, 9, 127, i32::MIN, i32::MAX];
    let offsets = [0, 0, 1, -1, 5, 1024, i32::MIN, i32::MAX, i32::MAX - 3];
    let counts = |random: &mut Random| -> Vec<f64> {
        (0..random.below(4)).map(|_| random.pick(&ODD)).collect()
    };
    let spans = |random: &mut Random, n: usize| match n {
        0 => Vec::new(),
        n => vec![BucketSpan { offset: random.pick(&offsets), length: n as u32 }],
    };
    let (positive_buckets, negative_buckets) = (counts(random), counts(random));
    Histogram {
        reset_hint: hint(random),
        schema: random.pick(&schemas),
        zero_threshold: random.pick(&ODD),
        zero_count: random.pick(&ODD),
        count: random.pick(&ODD),
        sum: random.pick(&ODD),
        positive_spans: spans(random, positive_buckets.len()),
        negative_spans: spans(random, negative_buckets.len()),
        positive_buckets,
        negative_buckets,
        custom_values: counts(random),
    }
}

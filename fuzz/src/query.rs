//! Random expressions that pass the type check most of the time, written as text.

use aqua_alerts::promql::dialect::Version;
use aqua_alerts::promql::functions::{self, Function};
use aqua_alerts::promql::syntax::types::ValueType;

use crate::bytes::Bytes;
use crate::series::METRICS;

/// How deeply expressions nest.
const DEPTH: u32 = 4;

const NUMBERS: [&str; 16] = [
    "1",
    "0",
    "2",
    "-1",
    "0.5",
    "1.5",
    "NaN",
    "Inf",
    "-Inf",
    "1e308",
    "3",
    "100",
    "-0",
    "0x1p-1074",
    "1e-9",
    "5m",
];
const DURATIONS: [&str; 12] =
    ["1m", "15s", "30s", "5m", "45s", "1ms", "2m", "10m", "1h", "100s", "16s", "1y"];
const STEPS: [&str; 8] = ["", "30s", "15s", "1m", "7s", "5m", "10s", "1s"];
const TEXTS: [&str; 14] = [
    "l",
    "m",
    "dst",
    "",
    "__name__",
    "le",
    "x",
    "$1-$l",
    "(.*)",
    "(?P<l>.)|y",
    "1",
    "a b",
    "instance",
    "${1}${1}",
];
const LABELS: [&str; 8] =
    ["l", "m", "le", "instance", "job", "__name__", "version", "none"];
const ARITHMETIC: [&str; 16] = [
    "+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", ">", "<=", ">=", "</", ">/",
    "+",
];
const AGGREGATES: [&str; 14] = [
    "sum",
    "avg",
    "count",
    "min",
    "max",
    "group",
    "stddev",
    "stdvar",
    "topk",
    "bottomk",
    "quantile",
    "count_values",
    "limitk",
    "limit_ratio",
];

/// An expression of any type.
pub fn expression(bytes: &mut Bytes<'_>) -> String {
    match bytes.below(16) {
        15 => scalar(bytes, DEPTH),
        14 => matrix(bytes, DEPTH),
        _ => vector(bytes, DEPTH),
    }
}

fn of_type(bytes: &mut Bytes<'_>, wanted: ValueType, depth: u32) -> String {
    match wanted {
        ValueType::Scalar => scalar(bytes, depth),
        ValueType::Matrix => matrix(bytes, depth),
        ValueType::String => format!("{:?}", bytes.pick(&TEXTS)),
        ValueType::Vector => vector(bytes, depth),
    }
}

fn vector(bytes: &mut Bytes<'_>, depth: u32) -> String {
    if depth == 0 {
        return selector(bytes);
    }
    let depth = depth - 1;
    match bytes.below(12) {
        0 | 1 => selector(bytes),
        2..=4 => call(bytes, depth, ValueType::Vector),
        5 | 6 => aggregate(bytes, depth),
        7 | 8 => binary(bytes, depth),
        9 => set(bytes, depth),
        10 => format!("-{}", vector(bytes, depth)),
        _ => format!("({})", vector(bytes, depth)),
    }
}

fn scalar(bytes: &mut Bytes<'_>, depth: u32) -> String {
    if depth == 0 {
        return bytes.pick(&NUMBERS).to_string();
    }
    let depth = depth - 1;
    match bytes.below(8) {
        0..=3 => bytes.pick(&NUMBERS).to_string(),
        4 => call(bytes, depth, ValueType::Scalar),
        5 => format!("scalar({})", vector(bytes, depth)),
        6 => {
            let op = bytes.pick(&ARITHMETIC);
            let is_bool = is_comparison(op);
            let op = if is_bool { format!("{op} bool") } else { op.to_string() };
            format!("({} {op} {})", scalar(bytes, depth), scalar(bytes, depth))
        }
        _ => format!("-{}", scalar(bytes, depth)),
    }
}

fn matrix(bytes: &mut Bytes<'_>, depth: u32) -> String {
    if depth == 0 || bytes.below(3) != 2 {
        let range = duration(bytes);
        return format!("{}[{range}]{}{}", bare(bytes), extension(bytes), moved(bytes));
    }
    let inner = match bytes.below(2) {
        0 => vector(bytes, depth - 1),
        _ => scalar(bytes, depth - 1),
    };
    let range = duration(bytes);
    format!("({inner})[{range}:{}]{}", bytes.pick(&STEPS), moved(bytes))
}

fn duration(bytes: &mut Bytes<'_>) -> String {
    let one = bytes.pick(&DURATIONS);
    match bytes.one_in(24) {
        true => format!("min_of({one}, {})", bytes.pick(&DURATIONS)),
        false => one.to_string(),
    }
}

fn selector(bytes: &mut Bytes<'_>) -> String {
    let bare = bare(bytes);
    let smoothed = if bytes.one_in(16) { " smoothed" } else { "" };
    format!("{bare}{smoothed}{}", moved(bytes))
}

fn bare(bytes: &mut Bytes<'_>) -> String {
    let name = bytes.pick(&METRICS);
    match bytes.below(8) {
        7 => format!("{name}{{l=\"{}\"}}", bytes.below(3)),
        6 => format!("{name}{{m=~\"x|\"}}"),
        5 => format!("{{__name__=~\"{name}|g\"}}"),
        4 => format!("{{__name__=~\".+\",l!=\"{}\"}}", bytes.below(3)),
        _ => name.to_string(),
    }
}

fn extension(bytes: &mut Bytes<'_>) -> &'static str {
    match bytes.below(10) {
        9 => " anchored",
        8 => " smoothed",
        _ => "",
    }
}

fn moved(bytes: &mut Bytes<'_>) -> String {
    match bytes.below(16) {
        15 => format!(" offset {}", bytes.pick(&DURATIONS)),
        14 => format!(" offset -{}", bytes.pick(&DURATIONS)),
        13 => format!(" @ {}", bytes.below(64) * 10),
        12 => " @ start()".to_string(),
        11 => " @ end()".to_string(),
        10 => format!(" @ {} offset {}", bytes.below(64), bytes.pick(&DURATIONS)),
        _ => String::new(),
    }
}

fn labels(bytes: &mut Bytes<'_>) -> String {
    let n = bytes.below(3);
    (0..n).map(|_| bytes.pick(&LABELS)).collect::<Vec<_>>().join(", ")
}

fn aggregate(bytes: &mut Bytes<'_>, depth: u32) -> String {
    let op = bytes.pick(&AGGREGATES);
    let grouping = match bytes.below(3) {
        0 => String::new(),
        1 => format!(" by ({})", labels(bytes)),
        _ => format!(" without ({})", labels(bytes)),
    };
    let param = match op {
        "count_values" => format!("{:?}, ", bytes.pick(&TEXTS)),
        "topk" | "bottomk" | "quantile" | "limitk" | "limit_ratio" => {
            format!("{}, ", scalar(bytes, depth.min(1)))
        }
        _ => String::new(),
    };
    format!("{op}{grouping}({param}{})", vector(bytes, depth))
}

fn is_comparison(op: &str) -> bool {
    matches!(op, "==" | "!=" | "<" | ">" | "<=" | ">=")
}

fn binary(bytes: &mut Bytes<'_>, depth: u32) -> String {
    let op = bytes.pick(&ARITHMETIC);
    let is_bool = is_comparison(op) && bytes.below(2) == 1;
    let op = if is_bool { format!("{op} bool") } else { op.to_string() };
    match bytes.below(4) {
        0 => format!("{} {op} {}", operand(bytes, depth), scalar(bytes, depth.min(1))),
        1 => format!("{} {op} {}", scalar(bytes, depth.min(1)), operand(bytes, depth)),
        _ => {
            let matching = matching(bytes);
            format!("{} {op}{matching} {}", operand(bytes, depth), operand(bytes, depth))
        }
    }
}

fn set(bytes: &mut Bytes<'_>, depth: u32) -> String {
    let op = bytes.pick(&["or", "and", "unless"]);
    let on = match bytes.below(3) {
        0 => String::new(),
        1 => format!(" on ({})", labels(bytes)),
        _ => format!(" ignoring ({})", labels(bytes)),
    };
    format!("({} {op}{on} {})", operand(bytes, depth), operand(bytes, depth))
}

fn operand(bytes: &mut Bytes<'_>, depth: u32) -> String {
    format!("({})", vector(bytes, depth))
}

fn matching(bytes: &mut Bytes<'_>) -> String {
    let mut out = match bytes.below(4) {
        0 => String::new(),
        1 => format!(" on ({})", labels(bytes)),
        _ => format!(" ignoring ({})", labels(bytes)),
    };
    if !out.is_empty() {
        match bytes.below(4) {
            2 => out += &format!(" group_left ({})", labels(bytes)),
            3 => out += &format!(" group_right ({})", labels(bytes)),
            _ => {}
        }
    }
    if bytes.one_in(8) {
        let kind = bytes.pick(&["fill", "fill_left", "fill_right"]);
        out += &format!(" {kind} ({})", bytes.pick(&NUMBERS[..15]));
    }
    out
}

fn call(bytes: &mut Bytes<'_>, depth: u32, wanted: ValueType) -> String {
    let all: Vec<&Function> = functions::all()
        .iter()
        .copied()
        .filter(|it| it.returns == wanted && it.is_in(Version::LATEST))
        .collect();
    let function = bytes.pick(&all);
    let most = function.max_args().unwrap_or(function.min_args() + 3);
    let most = most.min(function.min_args() + 3);
    let n_args = function.min_args() + bytes.below(most - function.min_args() + 1);
    let args: Vec<String> = (0..n_args)
        .map(|idx| match (function.name, idx) {
            ("info", 1) => "{version=~\".+\"}".to_string(),
            _ => {
                let wanted = function.param(idx).unwrap_or(ValueType::Scalar);
                of_type(bytes, wanted, depth)
            }
        })
        .collect();
    format!("{}({})", function.name, args.join(", "))
}

//! PromQL's functions: one row of facts per function, in the file of its family.
//!
//! The parser, the type check, evaluation, completion and the reference read the same
//! row; evaluation never compares a function's name. The signatures are those
//! of Prometheus `promql/parser/functions.go`. This file only joins the families.
//!
//! To add a function, write its body in its family's file and **one row** in that
//! file's `FUNCTIONS`: `Function::new("name", &[params], result).kind(Kind::…(body))`,
//! where [`kind::Kind`] lists the shapes of bodies, and then the facts that hold:
//! `keeps_name`, `counter`, `sorts`, `anchored`, `smoothed`, `start_times`, `uses_time`,
//! `relabels`, `buckets`; and the release that brought it: `since`, or `experimental` behind
//! the flag and `promoted` from it. What is left out holds since 2.0.

use std::sync::LazyLock;

use crate::promql::dialect::Version;
use crate::promql::functions::kind::{Kind, SweepBody};
use crate::promql::syntax::types::ValueType;

pub mod absent;
pub mod adjacent;
pub mod convert;
pub mod histogram;
pub mod info;
pub mod kind;
pub mod label;
pub mod math;
mod native;
pub mod native_rate;
pub mod over_time;
pub mod rate;
pub mod regression;
pub mod sort;
mod sweep;
#[cfg(test)]
mod testing;
pub mod time;
pub mod trig;

/// What is known of a function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    /// The name.
    pub name: &'static str,
    /// The types of its parameters; the last one repeats in variadic functions.
    pub params: &'static [ValueType],
    /// How far the number of arguments may differ from that of the parameters.
    pub arity: Arity,
    /// The type of the result.
    pub returns: ValueType,
    /// The first version of Prometheus that has it.
    pub since: Version,
    /// The first version in which it needs no `promql-experimental-functions`.
    pub stable: Option<Version>,
    /// The first version that no longer has it under this name, and its new name.
    pub renamed: Option<(Version, &'static str)>,
    /// What gives the same on servers without it, if anything does.
    pub instead: &'static str,
    /// How it is called.
    pub kind: Kind,
    /// The same as a [`Kind::Window`], all windows of a series in one pass.
    pub sweep: Option<SweepBody>,
    /// A function of windows whose results keep the metric name.
    pub keeps_name: bool,
    /// Is meant for counters: others get an info.
    pub counter: bool,
    /// Orders its results, which has no effect in a range query and is warned about.
    pub sorts: bool,
    /// Knows windows of `anchored` selectors.
    pub anchored: bool,
    /// Knows windows of `smoothed` selectors.
    pub smoothed: bool,
    /// Looks at start timestamps.
    pub start_times: bool,
    /// Depends on the time of the step even where its arguments do not (`time`, `hour`,
    /// `predict_linear`; Prometheus's `AtModifierUnsafeFunctions`).
    pub uses_time: bool,
    /// Sets labels (`label_replace`): results must not collide even while metric names
    /// are kept for delayed removal.
    pub relabels: bool,
    /// What it needs of the buckets of native histograms below it.
    pub buckets: Buckets,
}

/// What a function needs of the buckets of native histograms below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buckets {
    /// What its arguments need.
    Any,
    /// Nothing: counts and sums are enough.
    Unread,
    /// All of them, whatever stands around the call.
    Needed,
}

/// How many arguments a function takes, given its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// One for each parameter.
    Fixed,
    /// All but the last parameter, and up to so many for the last one.
    Optional(usize),
    /// All but the last parameter, and any number for the last one.
    Any,
}

impl Function {
    /// A function as it is since the first versions.
    const fn new(
        name: &'static str,
        params: &'static [ValueType],
        returns: ValueType,
    ) -> Function {
        let first = Version::new(2, 0);
        Function {
            name,
            params,
            arity: Arity::Fixed,
            returns,
            since: first,
            stable: Some(first),
            renamed: None,
            instead: "",
            kind: Kind::Missing,
            sweep: None,
            keeps_name: false,
            counter: false,
            sorts: false,
            anchored: false,
            smoothed: false,
            start_times: false,
            uses_time: false,
            relabels: false,
            buckets: Buckets::Any,
        }
    }

    /// It is called in that way.
    const fn kind(self, kind: Kind) -> Function {
        Function { kind, ..self }
    }

    /// All windows of a series can be computed in one pass.
    const fn sweep(self, body: SweepBody) -> Function {
        Function { sweep: Some(body), ..self }
    }

    const fn keeps_name(self) -> Function {
        Function { keeps_name: true, ..self }
    }

    const fn counter(self) -> Function {
        Function { counter: true, ..self }
    }

    const fn sorts(self) -> Function {
        Function { sorts: true, ..self }
    }

    const fn anchored(self) -> Function {
        Function { anchored: true, ..self }
    }

    const fn smoothed(self) -> Function {
        Function { smoothed: true, ..self }
    }

    const fn start_times(self) -> Function {
        Function { start_times: true, ..self }
    }

    const fn uses_time(self) -> Function {
        Function { uses_time: true, ..self }
    }

    const fn relabels(self) -> Function {
        Function { relabels: true, ..self }
    }

    const fn buckets(self, buckets: Buckets) -> Function {
        Function { buckets, ..self }
    }

    const fn arity(self, arity: Arity) -> Function {
        Function { arity, ..self }
    }

    /// It came with version `major.minor`, without a flag.
    const fn since(self, major: u16, minor: u16) -> Function {
        let since = Version::new(major, minor);
        Function { since, stable: Some(since), ..self }
    }

    /// It came with version `major.minor` behind the flag, and still is there.
    const fn experimental(self, major: u16, minor: u16) -> Function {
        Function { since: Version::new(major, minor), stable: None, ..self }
    }

    /// An experimental one that needs no flag from version `major.minor` on.
    const fn promoted(self, major: u16, minor: u16) -> Function {
        Function { stable: Some(Version::new(major, minor)), ..self }
    }

    /// From version `major.minor` on it has another name.
    const fn renamed(self, major: u16, minor: u16, name: &'static str) -> Function {
        Function { renamed: Some((Version::new(major, minor), name)), ..self }
    }

    /// What gives the same on servers without it.
    const fn instead(self, instead: &'static str) -> Function {
        Function { instead, ..self }
    }

    /// Whether `version` has it, behind the flag or not.
    pub fn is_in(&self, version: Version) -> bool {
        self.since <= version && self.renamed.is_none_or(|it| version < it.0)
    }

    /// Whether `version` has it only behind `promql-experimental-functions`.
    pub fn is_experimental(&self, version: Version) -> bool {
        self.stable.is_none_or(|it| version < it)
    }

    /// The smallest number of arguments.
    pub fn min_args(&self) -> usize {
        match self.arity {
            Arity::Fixed => self.params.len(),
            Arity::Optional(_) | Arity::Any => self.params.len().saturating_sub(1),
        }
    }

    /// The largest number of arguments, if there is one.
    pub fn max_args(&self) -> Option<usize> {
        match self.arity {
            Arity::Fixed => Some(self.params.len()),
            Arity::Optional(n) => Some(self.min_args() + n),
            Arity::Any => None,
        }
    }

    /// The type of the argument number `idx`, if so many are possible.
    pub fn param(&self, idx: usize) -> Option<ValueType> {
        match self.arity {
            Arity::Fixed => self.params.get(idx).copied(),
            Arity::Optional(_) | Arity::Any => {
                self.params.get(idx).or(self.params.last()).copied()
            }
        }
    }
}

const FAMILIES: &[&[Function]] = &[
    absent::FUNCTIONS,
    adjacent::FUNCTIONS,
    convert::FUNCTIONS,
    histogram::FUNCTIONS,
    info::FUNCTIONS,
    label::FUNCTIONS,
    math::FUNCTIONS,
    over_time::FUNCTIONS,
    rate::FUNCTIONS,
    regression::FUNCTIONS,
    sort::FUNCTIONS,
    time::FUNCTIONS,
    trig::FUNCTIONS,
];

static BY_NAME: LazyLock<Vec<&'static Function>> = LazyLock::new(|| {
    let mut all: Vec<_> = FAMILIES.iter().flat_map(|it| it.iter()).collect();
    all.sort_by_key(|it| it.name);
    all
});

/// Where the functions of each letter begin.
static BY_LETTER: LazyLock<[usize; 27]> = LazyLock::new(|| {
    std::array::from_fn(|letter| {
        BY_NAME.partition_point(|it| it.name.as_bytes()[0] < b'a' + letter as u8)
    })
});

/// Every function, sorted by name.
pub fn all() -> &'static [&'static Function] {
    &BY_NAME
}

/// The function with a name.
pub fn lookup(name: &str) -> Option<&'static Function> {
    let first = *name.as_bytes().first()?;
    let letter = usize::from(first.checked_sub(b'a')?);
    let [start, end] = BY_LETTER.get(letter..letter + 2)? else { return None };
    BY_NAME[*start..*end].iter().copied().find(|it| it.name == name)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_are_unique_and_found() {
        for pair in all().windows(2) {
            assert!(pair[0].name < pair[1].name, "{} occurs twice", pair[0].name);
        }
        for it in all() {
            assert_eq!(lookup(it.name).map(|it| it.name), Some(it.name));
        }
        for name in ["", "A", "Rate", "rat", "rates", "z", "{", "}", "~", "über", "_"] {
            assert!(lookup(name).is_none(), "{name}");
        }
    }

    #[test]
    fn arities() {
        let cases = [
            ("time", 0, Some(0)),
            ("rate", 1, Some(1)),
            ("hour", 0, Some(1)),
            ("round", 1, Some(2)),
            ("info", 1, Some(2)),
            ("label_join", 3, None),
            ("sort_by_label", 1, None),
            ("histogram_quantiles", 3, Some(12)),
        ];
        for (name, min, max) in cases {
            let function = lookup(name).unwrap();
            assert_eq!((function.min_args(), function.max_args()), (min, max), "{name}");
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "reads the reference list")]
    fn the_list_is_that_of_prometheus() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../shared/conformance/prometheus/FUNCTIONS.tsv"
        );
        let Ok(text) = fs::read_to_string(path) else {
            println!("skipped: {path} is absent");
            return;
        };
        let state = |it: &Function, version| match it.is_experimental(version) {
            _ if !it.is_in(version) => "no",
            true => "experimental",
            false => "yes",
        };
        // The list is of functions that one of the two versions has.
        let ours: Vec<_> = all()
            .iter()
            .filter(|it| it.is_in(Version::LATEST))
            .map(|it| {
                let old = state(it, Version::new(3, 5));
                format!("{}\t{old}\t{}", it.name, state(it, Version::new(3, 14)))
            })
            .collect();
        let theirs: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(ours, theirs);
    }
}

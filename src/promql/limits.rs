//! What a text or a query may ask for: the table of all limits of this room.
//!
//! Whatever somebody writes, reading and evaluating it ends, in bounded memory. Nothing
//! is measured by a clock: a query that is refused on one machine is refused on all.
//! Other limits stand where their room is: of files (`doc`), series values
//! (`case::notation`) and texts (`template`).
//!
//! | limit | of what | unit | where Prometheus has it |
//! |---|---|---|---|
//! | [`DEPTH`], [`HEIGHT`] | expressions and durations | levels | – (Go's stack grows) |
//! | [`PATTERN_HEIGHT`], [`PATTERN_SIZE`], [`PATTERN_RANGES`], [`PATTERN_COUNT`] | regular expressions | see there | Go's `regexp/syntax` |
//! | [`AUTOMATON_BYTES`] | compiled regular expressions | bytes | – |
//! | [`LABEL_BYTES`] | values that `label_replace` and `label_join` make | bytes | – |
//! | [`Limits::steps`] | a query, a subquery | steps | `query_range` of the API: 11,000 |
//! | [`Limits::values`] | what a query holds at once | series times steps | `--query.max-samples` |
//! | [`Limits::work`] | what a query looks at in all | samples | `--query.timeout` |
//!
//! `Dialect::max_samples` is no limit of ours but a verdict: it counts as Prometheus's
//! engine does, for promtool's tests, whose limit is 10,000.

/// How deep an expression may be nested; operators of arithmetic count, too.
pub const DEPTH: u32 = 512;

/// How high the tree of an expression may be. In a chain such as `a or b or c`, which is
/// not nested for a reader, each operator stands on all before it. Everything that walks a
/// tree by recursion relies on it.
pub const HEIGHT: u32 = 4096;

/// How deep a regular expression may be nested (`maxHeight` in Go's
/// `regexp/syntax/parse.go`).
pub const PATTERN_HEIGHT: u32 = 1000;

/// Instructions that a regular expression may compile to (`maxSize` there).
pub const PATTERN_SIZE: u64 = (128 << 20) / 40;

/// Ranges of characters in all classes of a regular expression (half of `maxRunes`
/// there).
pub const PATTERN_RANGES: usize = (128 << 20) / 8;

/// How often a part of a regular expression may be repeated, nested repetitions
/// multiplied.
pub const PATTERN_COUNT: u32 = 1000;

/// Memory of a compiled regular expression: what Go's limits allow may need much more
/// here, since a class of characters is compiled for their bytes.
pub const AUTOMATON_BYTES: usize = 64 << 20;

/// Length of a value that `label_replace` or `label_join` makes. Chains of them can
/// double a value at each link.
pub const LABEL_BYTES: usize = 64 << 10;

/// What one evaluation may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps of the query or of a subquery, whether or not there is data: 115 days by
    /// the second.
    pub steps: u64,
    /// Values that are held at once: series times steps, of results and of what waits
    /// for the other operand. As many as a server's `--query.max-samples` if nobody
    /// sets it; 400 MB.
    pub values: u64,
    /// Samples that are looked at in all, each as often as a window holds it, and
    /// values that are computed: some ten seconds of most functions, two minutes of the
    /// slowest, `mad_over_time`.
    pub work: u64,
}

impl Limits {
    /// The limits of tests.
    pub const DEFAULT: Limits =
        Limits { steps: 10_000_000, values: 50_000_000, work: 1_000_000_000 };

    /// No limits, for queries and data that are known.
    pub const NONE: Limits = Limits { steps: u64::MAX, values: u64::MAX, work: u64::MAX };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

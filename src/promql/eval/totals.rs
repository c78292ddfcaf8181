//! Selectors of which only counts and sums of native histograms are looked at.
//!
//! Below `histogram_count` and its like Prometheus reads histograms without their
//! buckets, and says of each whether there was a reset since the one read before
//! (`HistogramStatsIterator` in `promql/histogram_stats_iterator.go`,
//! `detectHistogramStatsDecoding` in `promql/engine.go`). That shows: conflicting resets
//! are seen that stored hints do not tell, and bounds cannot differ.

use std::sync::Arc;

use crate::promql::dialect::{Dialect, Version};
use crate::promql::functions::{self, Buckets};
use crate::promql::histogram::{Histogram, ResetHint};
use crate::promql::series::{Points, Samples, SeriesRef};
use crate::promql::syntax::ast::{BinaryOp, Expr, ExprKind, Parsed};
use crate::promql::value::is_stale_nan;

/// The version from which on all selectors of an expression are looked at, and a jump
/// over samples forgets what was read before it.
const REVISED: Version = Version::new(3, 7);

/// The version from which on mixed kinds of buckets are seen without the buckets.
const KEEPS_SCHEMA: Version = Version::new(3, 12);

/// Calls `found` for the selectors that are read without buckets.
pub(super) fn mark(parsed: &Parsed, version: Version, mut found: impl FnMut(&Expr)) {
    let mut is_first = true;
    parsed.expr.walk_path(&mut |expr, path| {
        if !matches!(expr.kind, ExprKind::Selector(_)) {
            return;
        }
        let skips = match REVISED <= version {
            true => skips_buckets(path),
            false => is_first && skipped_buckets(path),
        };
        is_first = false;
        if skips {
            found(expr);
        }
    });
}

/// Whether buckets below these nodes are of no use to any of them.
fn skips_buckets(path: &[&Expr]) -> bool {
    let needs = |it: &&Expr| match &it.kind {
        ExprKind::Subquery(_) => true,
        ExprKind::Call(_) => buckets(it) == Buckets::Needed,
        ExprKind::Binary(it) => {
            matches!(it.op, BinaryOp::TrimUpper | BinaryOp::TrimLower)
        }
        _ => false,
    };
    path.iter().any(|it| buckets(it) == Buckets::Unread) && !path.iter().any(needs)
}

/// As older versions decided, who did not look at the root.
fn skipped_buckets(path: &[&Expr]) -> bool {
    let mut above = path.iter().skip(1).rev().map(|it| buckets(it));
    above.find(|it| *it != Buckets::Any) == Some(Buckets::Unread)
}

fn buckets(expr: &Expr) -> Buckets {
    let ExprKind::Call(call) = &expr.kind else { return Buckets::Any };
    functions::lookup(call.name).map_or(Buckets::Any, |it| it.buckets)
}

/// The histograms of a series without their buckets, as looks at the samples of the
/// windows `from..=to` find them one after the other; none where there are none.
pub(super) fn totals(
    series: SeriesRef<'_>,
    windows: impl Iterator<Item = (i64, i64)>,
    dialect: &Dialect,
) -> Option<Samples<Arc<Histogram>>> {
    let points = series.histograms;
    if points.is_empty() {
        return None;
    }
    let mut hints: Vec<ResetHint> =
        points.values.iter().map(|it| it.reset_hint).collect();
    let mut last: Option<&Histogram> = None;
    let mut next = 0;
    // Where the look before ended: the first sample that is not before its window's end.
    let mut at = i64::MIN;
    for (from, to) in windows {
        if at < from {
            next = next.max(points.times.partition_point(|it| *it < from));
            if REVISED <= dialect.version {
                last = None;
            }
        }
        let Some(end) = first_from(series, to.max(at)) else {
            read(points, &mut next, points.len(), &mut last, &mut hints);
            break;
        };
        at = end;
        let upto = points.times.partition_point(|it| *it <= at);
        read(points, &mut next, upto, &mut last, &mut hints);
    }
    let keeps_schema = KEEPS_SCHEMA <= dialect.version;
    let total = |(it, reset_hint): (&Arc<Histogram>, ResetHint)| {
        let schema = if keeps_schema { it.schema } else { 0 };
        let (count, sum) = (it.count, it.sum);
        Arc::new(Histogram { reset_hint, schema, count, sum, ..Histogram::default() })
    };
    Some(Samples {
        times: Arc::new(points.times.to_vec()),
        values: points.values.iter().zip(hints).map(total).collect(),
        starts: points.starts.to_vec(),
    })
}

/// Reads the histograms up to the number `upto`, each after the one before.
fn read<'a>(
    points: Points<'a, Arc<Histogram>>,
    next: &mut usize,
    upto: usize,
    last: &mut Option<&'a Histogram>,
    hints: &mut [ResetHint],
) {
    let values = points.values.iter().zip(hints).take(upto).skip(*next);
    for (histogram, hint) in values {
        if is_stale_nan(histogram.sum) {
            continue;
        }
        if let (ResetHint::Unknown, Some(before)) = (histogram.reset_hint, *last) {
            *hint = match histogram.is_reset_since(before) {
                true => ResetHint::Reset,
                false => ResetHint::NotReset,
            };
        }
        *last = Some(histogram);
    }
    *next = upto.max(*next);
}

/// The time of the first sample of either kind that is not before `time`.
fn first_from(series: SeriesRef<'_>, time: i64) -> Option<i64> {
    let first = |times: &[i64]| {
        let idx = times.partition_point(|it| *it < time);
        times.get(idx).copied()
    };
    let (float, histogram) = (first(series.floats.times), first(series.histograms.times));
    match (float, histogram) {
        (Some(one), Some(two)) => Some(one.min(two)),
        (one, two) => one.or(two),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::labels::Labels;
    use crate::promql::syntax::parse;

    fn marked(text: &str, version: Version) -> Vec<String> {
        let dialect = Dialect { version, ..Dialect::everything() };
        let parsed = parse(text, &dialect).unwrap();
        let mut all = Vec::new();
        mark(&parsed, version, |it| {
            all.push(text[it.span.start as usize..it.span.end as usize].to_string());
        });
        all
    }

    #[test]
    fn buckets_are_left_out_where_nobody_reads_them() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("histogram_count(a)", &["a"], &[]),
            ("1 + histogram_sum(rate(a[5m])) + histogram_avg(b)", &["a", "b"], &["a"]),
            ("1 + histogram_count(histogram_quantile(1, a))", &[], &[]),
            ("1 + histogram_quantile(1, histogram_count(a))", &[], &["a"]),
            ("1 + histogram_count(rate(a[5m:1m]))", &[], &["a"]),
            ("histogram_count(a </ 2) + a", &[], &[]),
            ("a + b", &[], &[]),
        ];
        for (text, new, old) in cases {
            assert_eq!(marked(text, Version::LATEST), *new, "{text}");
            if !text.contains("</") {
                assert_eq!(marked(text, Version::new(3, 5)), *old, "{text}");
            }
        }
    }

    #[test]
    fn resets_are_seen_between_what_is_read_in_a_row() {
        let counts = [3.0, 2.0, 2.0, 5.0, 1.0];
        let histogram = |count| Arc::new(Histogram { count, ..Histogram::default() });
        let times: Vec<i64> = (0..5).map(|it| it * 10).collect();
        let values: Vec<_> = counts.into_iter().map(histogram).collect();
        let labels = Labels::empty();
        let histograms = Points { times: &times, values: &values, starts: &[] };
        let floats = Points::none();
        let series = SeriesRef { labels: &labels, drop_name: false, floats, histograms };
        let hints = |windows: &[(i64, i64)]| -> String {
            let dialect = Dialect::everything();
            let found = totals(series, windows.iter().copied(), &dialect).unwrap();
            let letter = |it: &Arc<Histogram>| match it.reset_hint {
                ResetHint::Unknown => '?',
                ResetHint::Reset => 'r',
                ResetHint::NotReset => 'n',
                ResetHint::Gauge => 'g',
            };
            found.values.iter().map(letter).collect()
        };
        assert_eq!(hints(&[(0, 40)]), "?rnnr");
        assert_eq!(hints(&[(0, 50)]), "?rnnr");
        assert_eq!(hints(&[(5, 20)]), "??n??");
        // The look at 15 has gone on to 20; the next one jumps to 40.
        assert_eq!(hints(&[(0, 15), (35, 45)]), "?rn??");
        assert_eq!(hints(&[(0, 15), (20, 45)]), "?rnnr");
    }
}

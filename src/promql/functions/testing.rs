//! Windows for the tests of bodies.

use crate::promql::annotation::Annotations;
use crate::promql::dialect::Dialect;
use crate::promql::functions::kind::{Extension, Notes, Window};
use crate::promql::labels::Labels;
use crate::promql::number;
use crate::promql::series::Points;
use crate::promql::syntax::ast::TextRange;
use crate::promql::value::Sample;

/// A body of a function over windows.
pub(crate) type Body = fn(&Window<'_>, &mut Notes<'_>) -> Option<Sample>;

/// A window of five minutes that ends at minute 5, and what a body makes of it.
pub(crate) struct Case<'a> {
    /// The body.
    pub(crate) body: Body,
    /// Times of the samples in milliseconds.
    pub(crate) times: &'a [i64],
    /// Their values.
    pub(crate) values: &'a [f64],
    /// Their start times, or none.
    pub(crate) starts: &'a [i64],
    /// The scalar arguments.
    pub(crate) scalars: &'a [f64],
    /// How the window is extended.
    pub(crate) extension: Extension,
    /// The result, `none`, or `error: …`, and its annotations, one per line.
    pub(crate) want: &'a str,
}

impl Case<'_> {
    /// The rest of a case that does not say everything.
    pub(crate) const DEFAULT: Case<'static> = Case {
        body: |_, _| None,
        times: &[],
        values: &[],
        starts: &[],
        scalars: &[],
        extension: Extension::None,
        want: "",
    };
}

/// Runs each case.
pub(crate) fn check_windows(cases: &[Case<'_>]) {
    let labels = Labels::from_strs(&[("__name__", "m"), ("a", "b")]);
    for case in cases {
        let window = Window {
            labels: &labels,
            floats: Points {
                times: case.times,
                values: case.values,
                starts: case.starts,
            },
            histograms: Points::none(),
            time: 300_000,
            start: 0,
            end: 300_000,
            extension: case.extension,
            scalars: case.scalars,
        };
        let mut annotations = Annotations::new();
        let mut notes = Notes {
            annotations: &mut annotations,
            call: TextRange::default(),
            args: &[],
            dialect: &Dialect::everything(),
            failure: None,
        };
        let sample = (case.body)(&window, &mut notes);
        let mut got = match (sample, notes.failure) {
            (_, Some(it)) => format!("error: {it}"),
            (Some(Sample::Float(it)), None) => number::general(it),
            (Some(Sample::Histogram(it)), None) => format!("{it:?}"),
            (None, None) => "none".into(),
        };
        for it in annotations.iter() {
            got += &format!("\n{}", it.kind);
        }
        let what = (case.times, case.values, case.scalars);
        assert_eq!(got, case.want, "{what:?}");
    }
}

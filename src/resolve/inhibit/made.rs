//! Alerts for the tests of this room.

use std::sync::Arc;

use crate::diag::few::Few;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::infer::{Fact, LabelFacts};
use crate::promql::labels::Symbol;
use crate::resolve::inhibit::carried::Alerting;
use crate::rules::group::{Alert, Expression, Group, Millis, Setting};

const SPAN: Span = Span { file: FileId(0), start: 0, end: 0 };

/// Looks at a source and a target of each of some jobs.
pub(super) fn of_jobs(n_jobs: usize, look: impl Fn(&[Alerting<'_>], &[usize], &[usize])) {
    let text = |it: &str| Text::opaque(it, SPAN);
    let parsed = check::parse("up", &Dialect::everything()).unwrap();
    let alert = Alert {
        name: text("A"),
        expr: Expression { text: text("up"), parsed: Arc::new(parsed) },
        hold: Setting { value: Millis(0), defined_by: Few::default() },
        keep_firing_for: Setting::default(),
        labels: Vec::new(),
        allow: Vec::new(),
        annotations: Vec::new(),
        span: SPAN,
        about: None,
    };
    let group = Group {
        name: "g".into(),
        file: "f".into(),
        interval: None,
        query_offset: None,
        limit: 0,
        labels: Vec::new(),
        rules: Vec::new(),
        allow: Vec::new(),
        span: SPAN,
    };
    let alerting = |idx: usize| {
        let mut facts = LabelFacts::none();
        let job = Symbol::from(format!("job-{}", idx / 2).as_str());
        facts.set(&"job".into(), Fact::one_of([job]));
        facts.set(&"instance".into(), Fact::UNKNOWN);
        if idx.is_multiple_of(3) {
            facts.set(&"device".into(), Fact::UNKNOWN);
        }
        Alerting::with(&group, &alert, facts)
    };
    let alerts: Vec<Alerting<'_>> = (0..2 * n_jobs).map(alerting).collect();
    let (sources, targets): (Vec<usize>, Vec<usize>) =
        (0..alerts.len()).partition(|it| it % 2 == 0);
    look(&alerts, &sources, &targets);
}

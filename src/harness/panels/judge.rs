//! Says which queries of dashboards never show anything, and why.
//!
//! A dashboard is the same in every environment, and a test concerns those that have its
//! alerts: what shows something in one of them is sound.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::grafana::model::{Dashboard, Panel};
use crate::harness::panels::show::{self, Lack, Shown};
use crate::harness::panels::stage::Stage;
use crate::harness::panels::values;
use crate::harness::reads::{Read, Reads};
use crate::promql::labels::METRIC_NAME;
use crate::promql::matcher::Matchers;
use crate::promql::syntax;
use crate::promql::syntax::ast::{Expr, MatchOp, Parsed, Selector};

/// Collects over environments what never shows anything.
#[derive(Debug, Default)]
pub struct Judge {
    sound: BTreeSet<Span>,
    faults: BTreeMap<Span, Diagnostic>,
}

impl Judge {
    /// Looks at a dashboard in an environment.
    pub fn look(&mut self, board: &Dashboard, stage: &Stage<'_>) {
        if stage.scenes.is_empty() {
            return;
        }
        let values = values::values(board, stage);
        for it in values.lacking() {
            let variable = &board.variables[it.idx];
            let Some((text, reads)) = &it.lacks else { continue };
            // One that was added for the author stands nowhere.
            let span = variable.query.as_ref().map_or(variable.span, Text::span);
            let allowed = board.allow.iter().any(|it| it == "variable-without-data");
            if span.start < span.end && !allowed {
                let title =
                    format!("variable `{}` has no value in any test", variable.name);
                let new = Diagnostic::warning("variable-without-data", title);
                let fault = lacking(new, text, reads.as_ref(), stage);
                self.faults.entry(span).or_insert(fault);
            }
        }
        for it in board.variables.iter().filter_map(|it| it.query.as_ref()) {
            let lacks = values.lacking().any(|lack| {
                board.variables[lack.idx].query.as_ref().map(Text::span)
                    == Some(it.span())
            });
            if !lacks {
                self.sound.insert(it.span());
            }
        }
        let shown =
            show::show(board, &values, stage, &|it| !self.sound.contains(&it.span()));
        for it in shown {
            match it.frames {
                Ok(_) => {
                    self.sound.insert(it.text.span());
                }
                Err(_) if allows(board, it.panel) => {}
                Err(lack) => {
                    let fault = empty(&it, lack, stage);
                    self.faults.entry(it.text.span()).or_insert(fault);
                }
            }
        }
    }

    /// What never showed anything in any environment.
    pub fn findings(self) -> Vec<Diagnostic> {
        let Judge { sound, faults } = self;
        faults.into_iter().filter(|it| !sound.contains(&it.0)).map(|it| it.1).collect()
    }
}

/// What to say of a query that shows nothing.
fn empty(it: &Shown<'_>, lack: Lack, stage: &Stage<'_>) -> Diagnostic {
    let title = &it.panel.title;
    let new = |what: &str| {
        let title = format!("panel `{title}` {what}");
        Diagnostic::warning("panel-without-data", title)
    };
    let whole = 0..it.text.as_str().len();
    match lack {
        Lack::Buckets => new("has no buckets in any test")
            .within(&it.text, whole.start, whole.end, "gives series without `le`")
            .help("keep the buckets: `sum by (le) (rate(…_bucket[…]))`, or `sum(rate(…))` of a native histogram"),
        Lack::Numbers => new("gets native histograms, which it cannot show")
            .within(&it.text, whole.start, whole.end, "gives no numbers in any test")
            .help("take a number of them: `histogram_quantile(0.99, …)`, `histogram_count(…)`; or show a heatmap"),
        Lack::Data => {
            let unseen = unseen(&it.text, &it.parsed, stage, new("has no data in any test"));
            match unseen {
                Ok(said) => said,
                Err(new) => new
                    .within(&it.text, whole.start, whole.end, "gives nothing in any test")
                    .note(match it.n_asked {
                        1 => "one test has series of it".to_owned(),
                        n => format!("{n} tests have series of it"),
                    })
                    .help("compare labels, windows and operators with the series of the tests"),
            }
        }
    }
}

/// What to say of a variable whose query finds nothing.
fn lacking(
    new: Diagnostic,
    text: &Text,
    reads: Option<&Reads>,
    stage: &Stage<'_>,
) -> Diagnostic {
    let whole = 0..text.as_str().len();
    let parsed =
        reads.and_then(|_| syntax::parse(text.as_str(), &stage.book.dialect).ok());
    let said = match parsed {
        Some(parsed) => unseen(text, &parsed, stage, new),
        None => Err(new),
    };
    said.unwrap_or_else(|new| new.within(text, whole.start, whole.end, "finds no value"))
}

fn allows(board: &Dashboard, panel: &Panel) -> bool {
    board.allow.iter().chain(&panel.allow).any(|it| it == "panel-without-data")
}

/// Names the selectors that select nothing in any test; gives the message back where all
/// select something.
fn unseen(
    text: &Text,
    parsed: &Parsed,
    stage: &Stage<'_>,
    new: Diagnostic,
) -> Result<Diagnostic, Diagnostic> {
    let mut out = new;
    let mut any = false;
    for (expr, selector) in parsed.expr.selectors() {
        let Some(read) = Reads::of(expr).selectors.pop() else { continue };
        let loaded = stage.loaded.iter().any(|it| read.selects(it));
        if loaded || stage.may_be_recorded(&read) {
            continue;
        }
        any = true;
        let (at, label) = why(expr, selector, &read, stage);
        out = out.within(text, at.start, at.end, label);
    }
    match any {
        true => Ok(out.help("write a test with such series, or mend the selector")),
        false => Err(out),
    }
}

/// The part of a selector that is to blame, and a word about it.
fn why(
    expr: &Expr,
    selector: &Selector,
    read: &Read,
    stage: &Stage<'_>,
) -> (std::ops::Range<usize>, String) {
    let whole = expr.span.bytes();
    let Some(metric) = &read.metric else {
        return (whole, "no test has such series".to_owned());
    };
    let of = |it: &&&crate::promql::labels::Labels| it.metric_name() == &**metric;
    let series: Vec<_> = stage.loaded.iter().filter(of).collect();
    let recorded = stage.recorded_names();
    if series.is_empty() && !recorded.contains(&**metric) {
        let loaded = stage.loaded.iter().map(|it| it.metric_name());
        let names: BTreeSet<&str> = loaded.chain(recorded).collect();
        return match suggest::nearest(metric, names) {
            Some(near) => {
                (whole, format!("no test has `{metric}`; did you mean `{near}`?"))
            }
            None => (whole, format!("no test and no rule has `{metric}`")),
        };
    }
    // The first matcher that no series of the metric satisfies.
    for it in selector.matchers.iter().filter(|it| &*it.name != METRIC_NAME) {
        let own = Matchers::new(std::slice::from_ref(it));
        if series.iter().any(|labels| own.holds(labels)) {
            continue;
        }
        let values: BTreeSet<&str> = series
            .iter()
            .map(|labels| labels.get(&it.name))
            .filter(|it| !it.is_empty())
            .collect();
        let near = match it.op {
            MatchOp::Equal => suggest::nearest(&it.value, values.iter().copied()),
            _ => None,
        };
        let label = match near {
            Some(near) => format!("no test has this value; did you mean `{near}`?"),
            None if values.is_empty() => {
                format!("`{metric}` has no `{}` in any test", it.name)
            }
            None => {
                let known = suggest::list(values.iter().copied(), 5);
                format!("in tests `{}` of `{metric}` is {known}", it.name)
            }
        };
        return (it.span.bytes(), label);
    }
    (whole, "no test has a series with all of these labels".to_owned())
}

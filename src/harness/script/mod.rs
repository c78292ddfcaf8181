//! Runs promqltest scripts as Prometheus's own runner does (`promql/promqltest/test.go`).
//!
//! An instant evaluation is also evaluated in the middle of a range, and with its time
//! pinned by `@` at other times: all must give the same.

mod compare;
pub(super) mod load;
mod nhcb;
mod pin;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use crate::case::script::{CommandKind, Eval, Remark, RemarkKind, RemarkText};
use crate::case::script::{Script, When};
use crate::promql::annotation::{Annotation, Annotations};
use crate::promql::check;
use crate::promql::dialect::{Dialect, Features};
use crate::promql::eval::{self, Options, Outcome};
use crate::promql::re2::Regex;
use crate::promql::storage::MemoryStorage;
use crate::promql::syntax::ast::{Parsed, TextRange};
use crate::promql::value::{Grid, Value};

/// What became of an `eval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalReport {
    /// Its line, from 1.
    pub line: u32,
    /// Where its expression stands in the script.
    pub at: TextRange,
    /// The expression.
    pub expr: Arc<str>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// The dialect in which Prometheus runs its scripts.
pub fn dialect() -> Dialect {
    let everything = Dialect::everything();
    let features = Features { type_and_unit_labels: false, ..everything.features };
    Dialect { features, max_samples: Some(10_000), ..everything }
}

/// Runs a script; a report for each `eval`.
pub fn run(script: &Script, dialect: &Dialect) -> Vec<EvalReport> {
    let mut runner = Runner {
        storage: MemoryStorage::new(),
        dialect,
        options: Options { start_times: true, ..Options::default() },
    };
    let mut reports = Vec::new();
    let mut broken: Option<String> = None;
    for command in &script.commands {
        match &command.kind {
            CommandKind::Clear => {
                runner.storage = MemoryStorage::new();
                broken = None;
            }
            CommandKind::Load(it) => {
                if let Err(message) = load::load(&mut runner.storage, it) {
                    broken = Some(format!("line {}: {message}", command.line));
                }
            }
            CommandKind::Eval(eval) => {
                let result = match &broken {
                    Some(message) => Err(message.clone()),
                    None => runner.eval(eval),
                };
                reports.push(EvalReport {
                    line: command.line,
                    at: eval.at,
                    expr: eval.expr.clone(),
                    failure: result.err(),
                });
            }
        }
    }
    reports
}

struct Runner<'a> {
    storage: MemoryStorage,
    dialect: &'a Dialect,
    options: Options,
}

impl Runner<'_> {
    fn parse(&self, text: &str) -> Result<Parsed, String> {
        check::parse(text, self.dialect).map_err(|errors| match errors.first() {
            Some(error) => error.message.clone(),
            None => "parse error".into(),
        })
    }

    fn evaluate(&self, parsed: &Parsed, grid: Grid) -> Result<Outcome, String> {
        eval::evaluate(&self.storage, parsed, grid, self.dialect, &self.options)
            .map_err(|it| it.to_string())
    }

    fn eval(&self, eval: &Eval) -> Result<(), String> {
        let parsed = self.parse(&eval.expr)?;
        match eval.when {
            When::Range { start, end, step } => {
                let grid = Grid::range(start, end, step);
                match self.outcome(eval, &eval.expr, &parsed, grid)? {
                    Some(outcome) => compare::columns(eval, &outcome.value, grid),
                    None => Ok(()),
                }
            }
            When::Instant(time) => {
                // The times of a wanted range vector say when it is evaluated.
                let time = eval.expected.range.map_or(time, |it| it.1);
                self.instant(eval, &eval.expr, &parsed, time)?;
                let Some(pinned) = pin::pin(&parsed, time) else { return Ok(()) };
                let text = pinned.to_string();
                let parsed = self.parse(&text)?;
                for time in pin::other_times(time) {
                    self.instant(eval, &text, &parsed, time)
                        .map_err(|it| format!("as `{text}` at {time} ms: {it}"))?;
                }
                Ok(())
            }
        }
    }

    /// Evaluates and checks all but the value; none where it failed as expected.
    fn outcome(
        &self,
        eval: &Eval,
        text: &str,
        parsed: &Parsed,
        grid: Grid,
    ) -> Result<Option<Outcome>, String> {
        let fails: Vec<&Remark> =
            eval.remarks.iter().filter(|it| it.kind == RemarkKind::Fail).collect();
        match (self.evaluate(parsed, grid), fails.is_empty()) {
            (Err(message), true) => Err(message),
            (Err(message), false) => {
                for it in fails {
                    if !matches(&it.text, &message)? {
                        let wanted = describe(&it.text);
                        return Err(format!(
                            "expected error {wanted}, but got: {message}"
                        ));
                    }
                }
                Ok(None)
            }
            (Ok(_), false) => Err("expected an error but got none".into()),
            (Ok(outcome), true) => {
                check_annotations(eval, text, &outcome.annotations)?;
                Ok(Some(outcome))
            }
        }
    }

    fn instant(
        &self,
        eval: &Eval,
        text: &str,
        parsed: &Parsed,
        time: i64,
    ) -> Result<(), String> {
        let grid = Grid::instant(time);
        let Some(outcome) = self.outcome(eval, text, parsed, grid)? else {
            return Ok(());
        };
        compare::instant(eval, &outcome.value)?;
        let is_excluded = eval.expected.range.is_some() || eval.expected.text.is_some();
        if is_excluded || pin::depends_on_query(parsed) {
            return Ok(());
        }
        let grid = Grid::range(time - 60_000, time + 60_000, 60_000);
        let value = self
            .evaluate(parsed, grid)
            .map_err(|it| format!("in range mode: {it}"))?
            .value;
        let is_ordered = eval.remarks.iter().any(|it| it.kind == RemarkKind::Ordered);
        if is_ordered {
            return Ok(());
        }
        compare::middle(eval, &value, &outcome.value)
            .map_err(|it| format!("in range mode: {it}"))
    }
}

fn matches(wanted: &RemarkText, text: &str) -> Result<bool, String> {
    match wanted {
        RemarkText::Any => Ok(true),
        RemarkText::Message(it) => Ok(it == text),
        RemarkText::Pattern(it) => match Regex::new(it) {
            Ok(regex) => Ok(regex.is_match(text)),
            Err(error) => Err(format!("invalid regex {it}: {error}")),
        },
    }
}

fn describe(wanted: &RemarkText) -> String {
    match wanted {
        RemarkText::Any => "of any kind".into(),
        RemarkText::Message(it) => format!("{it:?}"),
        RemarkText::Pattern(it) => format!("matching {it:?}"),
    }
}

fn check_annotations(
    eval: &Eval,
    text: &str,
    annotations: &Annotations,
) -> Result<(), String> {
    let said = |it: &Annotation| Said { full: it.in_query(text), bare: it.to_string() };
    let warnings: Vec<Said> = annotations.warnings().map(said).collect();
    let infos: Vec<Said> = annotations.infos().map(said).collect();
    for remark in &eval.remarks {
        let (name, found, wanted) = match remark.kind {
            RemarkKind::Ordered | RemarkKind::Fail => continue,
            RemarkKind::Warn | RemarkKind::AnyWarn => ("warn", &warnings, true),
            RemarkKind::Info | RemarkKind::AnyInfo => ("info", &infos, true),
            RemarkKind::NoWarn => ("warn", &warnings, false),
            RemarkKind::NoInfo => ("info", &infos, false),
        };
        match (wanted, found.is_empty()) {
            (true, true) => {
                return Err(format!("expected {name} annotations but none were found"));
            }
            (false, false) => {
                return Err(format!("unexpected {name} annotations: {found:?}"));
            }
            (true, false) | (false, true) => {}
        }
        if wanted && !any_matches(&remark.text, found)? {
            let wanted = describe(&remark.text);
            return Err(format!("expected {name} annotation {wanted}, found: {found:?}"));
        }
    }
    all_expected(eval, RemarkKind::Warn, "warn", &warnings)?;
    all_expected(eval, RemarkKind::Info, "info", &infos)
}

/// An annotation's text.
struct Said {
    /// With the place.
    full: String,
    /// Without it: scripts up to version 3.14 leave places out.
    bare: String,
}

impl Said {
    fn matches(&self, wanted: &RemarkText) -> Result<bool, String> {
        Ok(matches(wanted, &self.full)? || matches(wanted, &self.bare)?)
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.full, f)
    }
}

fn any_matches(wanted: &RemarkText, found: &[Said]) -> Result<bool, String> {
    for it in found {
        if it.matches(wanted)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where some annotations are expected, there may be no others.
fn all_expected(
    eval: &Eval,
    kind: RemarkKind,
    name: &str,
    found: &[Said],
) -> Result<(), String> {
    let wanted: Vec<_> = eval.remarks.iter().filter(|it| it.kind == kind).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    for text in found {
        let mut is_expected = false;
        for it in &wanted {
            is_expected |= text.matches(&it.text)?;
        }
        if !is_expected {
            return Err(format!("unexpected {name} annotation {text:?}"));
        }
    }
    Ok(())
}

/// Whether a value is a scalar: those are compared by themselves.
fn is_scalar(value: &Value) -> bool {
    matches!(value, Value::Scalar(_))
}

//! A test in one environment: parameters filled in, series and time lines read.

use std::cell::Cell;

use crate::case::duration;
use crate::case::native::lines::same_series;
use crate::case::native::parameters::DEPTH;
use crate::case::native::read::{Case, Expect};
use crate::case::native::ready::{AlertSelector, Expectation, Instant, Ready};
use crate::case::native::selector::alert_selector;
use crate::case::native::timeline::{self, TimeLine};
use crate::case::notation::Room;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::parameter;
use crate::promql::dialect::Dialect;
use crate::promql::labels::Labels;
use crate::promql::syntax;
use crate::promql::syntax::ast::SyntaxError;

/// The environment for which a test is made ready.
pub struct Env<'a> {
    /// Its name.
    pub name: &'a str,
    /// The spacing of samples where the test gives none, in milliseconds.
    pub interval: i64,
    /// The PromQL of its server.
    pub dialect: &'a Dialect,
    /// Gives its parameters.
    pub lookup: &'a dyn Fn(&str) -> Option<Text>,
}

/// Makes a test ready for one environment.
///
/// What is wrong with it is in the sink; then the result is not to be run. Texts with
/// parameters that have no value are passed over (`parameters::check` tells of these).
pub fn fill(case: &Case, env: &Env<'_>, sink: &mut Sink) -> Option<Ready> {
    let interval = case.interval.unwrap_or(env.interval);
    let filler =
        Filler { case, lookup: env.lookup, interval, dialect: Some(env.dialect) };
    let until = case.until.as_ref().and_then(|it| filler.time(it, sink));
    let moments: Vec<Instant> =
        case.moments.iter().filter_map(|it| filler.moment(it, sink)).collect();
    let until = until.or(moments.iter().map(|it| it.time).max())?;
    if interval.saturating_mul(MAX_TICKS) < until {
        let most = duration::print(interval.saturating_mul(MAX_TICKS));
        sink.push(
            Diagnostic::error("too-long", "the test lasts too long to be run")
                .at(case.until.as_ref().map_or(case.span, |it| it.span()), "so long")
                .help(format!(
                    "with samples every {} it may last {most}",
                    duration::print(interval)
                )),
        );
        return None;
    }
    let mut series = Vec::new();
    let mut room = Room::default();
    for block in &case.series {
        filler.series(block, until, &mut room, &mut series, sink);
    }
    same_series(&series, sink);
    let expects: Vec<Expectation> = case
        .expects
        .iter()
        .filter_map(|it| filler.expect(it, env.name, until, sink))
        .collect();
    for (expect, at) in expects.iter().filter_map(|it: &Expectation| Some((it, it.at?))) {
        if until < at {
            sink.push(
                Diagnostic::error("late-assertion", "an assertion after the test's end")
                    .at(
                        expect.span,
                        format!("the test ends at {}", duration::print(until)),
                    ),
            );
        }
    }
    for moment in &moments {
        if until < moment.time {
            sink.push(
                Diagnostic::error("late-assertion", "an assertion after the test's end")
                    .at(
                        moment.span,
                        format!("the test ends at {}", duration::print(until)),
                    ),
            );
        }
    }
    Some(Ready {
        name: case.name.clone(),
        span: case.span,
        interval,
        start: case.start,
        until,
        evaluation: case.evaluation,
        external_labels: case.external_labels.clone(),
        external_url: case.external_url.clone(),
        series,
        only: case.only,
        expects,
        moments,
        allow: case.allow.clone(),
    })
}

/// The series of a test, without their values; what is wrong with them is passed over.
pub fn series(case: &Case, lookup: &dyn Fn(&str) -> Option<Text>) -> Vec<Labels> {
    let filler = Filler { case, lookup, interval: 1, dialect: None };
    let mut out = Vec::new();
    for block in &case.series {
        let text = filler.filled(block, DEPTH, &Cell::new(true));
        let lines = text.as_str().lines().map(str::trim);
        let lines = lines.filter(|it| !it.is_empty() && !it.starts_with('#'));
        let heads = lines.filter_map(|it| syntax::parse_series_head(it).ok());
        out.extend(heads.map(|it| it.labels));
    }
    out
}

/// The selectors by which a test names alerts of an environment, what is wrong with them
/// passed over. `None` is one that concerns it whatever its rules are: the alert is to be
/// absent, or the selector is none. A name with parameters that have no value is any alert's
/// of this name.
pub fn named(
    case: &Case,
    env: &str,
    lookup: &dyn Fn(&str) -> Option<Text>,
) -> Vec<Option<AlertSelector>> {
    let filler = Filler { case, lookup, interval: 1, dialect: None };
    let selector = |expect: &Expect| {
        let own = expect.envs.iter().find(|it| it.0.as_str() == env);
        let own = own.and_then(|it| it.1.line.as_ref());
        let line = own.or(expect.want.line.as_ref());
        let line = line.map(|it| filler.filled(it, DEPTH, &Cell::new(true)));
        let line = line.map(|it| timeline::parse(it.as_str()));
        if matches!(line, Some(Ok(TimeLine::Absent))) {
            return None;
        }
        let whole = Cell::new(true);
        let text = filler.filled(&expect.selector, DEPTH, &whole);
        let mut selector = alert_selector(&text, &mut Sink::new())?;
        if !whole.get() {
            selector.matchers.clear();
        }
        Some(selector)
    };
    case.expects.iter().map(selector).collect()
}

/// Reads the parts of a test with its parameters filled in.
pub(super) struct Filler<'a> {
    case: &'a Case,
    lookup: &'a dyn Fn(&str) -> Option<Text>,
    pub(super) interval: i64,
    pub(super) dialect: Option<&'a Dialect>,
}

/// A test has at most so many samples of a series.
const MAX_TICKS: i64 = 1_000_000;

impl Filler<'_> {
    /// A text with its parameters filled in; nothing where one has no value.
    pub(super) fn text(&self, text: &Text) -> Option<Text> {
        let whole = Cell::new(true);
        let text = self.filled(text, DEPTH, &whole);
        whole.get().then_some(text)
    }

    /// The same; what has no value stays, and the text is not `whole`.
    fn filled(&self, text: &Text, depth: u32, whole: &Cell<bool>) -> Text {
        let is_broken = |it| matches!(it, parameter::Part::Broken(_));
        if parameter::has_uses(text.as_str())
            && parameter::parts(text.as_str()).any(is_broken)
        {
            whole.set(false);
        }
        let value = |it: &parameter::Use<'_>| {
            let mut own = self.case.parameters.iter().rev().chain(&self.case.shared);
            let value = match own.find(|own| own.0.as_str() == it.name) {
                Some(own) if depth != 0 => Some(self.filled(&own.1, depth - 1, whole)),
                Some(_) => None,
                None => (self.lookup)(it.name),
            };
            whole.set(whole.get() && value.is_some());
            value
        };
        parameter::fill(text, value)
    }

    pub(super) fn time(&self, text: &Text, sink: &mut Sink) -> Option<i64> {
        let text = self.text(text)?;
        match duration::parse(text.as_str()) {
            Ok(time) => Some(time),
            Err(_) => {
                let title = format!("`{text}` is not a duration");
                let diagnostic = Diagnostic::error("bad-value", title);
                sink.push(
                    diagnostic
                        .within(&text, 0, text.as_str().len(), "no duration")
                        .help("write a number and a unit, such as `30m`"),
                );
                None
            }
        }
    }
}

pub(super) fn fault(
    code: &'static str,
    text: &Text,
    offset: usize,
    error: &SyntaxError,
) -> Diagnostic {
    let range = error.at.bytes();
    let label = match range.is_empty() {
        true => "here",
        false => "this",
    };
    let diagnostic = Diagnostic::error(code, error.message.clone()).within(
        text,
        offset + range.start,
        offset + range.end,
        label,
    );
    match &error.help {
        Some(help) => diagnostic.help(help.clone()),
        None => diagnostic,
    }
}

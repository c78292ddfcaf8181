//! A test in one environment: parameters filled in, series and time lines read.

use std::cell::Cell;
use std::sync::Arc;

use crate::case::duration;
use crate::case::native::idle;
use crate::case::native::parameters::DEPTH;
use crate::case::native::read::{self, Case, Expect, Moment, Want};
use crate::case::native::timeline::{self, TimeLine};
use crate::case::notation::{
    self, Extent, Grid, HistogramText, Item, Notation, Room, Sample, Shape,
};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::parameter;
use crate::promql::check;
use crate::promql::dialect::Dialect;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::re2::Pattern;
use crate::promql::syntax;
use crate::promql::syntax::ast::{MatchOp, Matcher, SyntaxError};

/// A test that can run.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Its name.
    pub name: String,
    /// Where it begins.
    pub span: Span,
    /// The spacing of samples in milliseconds.
    pub interval: i64,
    /// Unix time of the first sample in milliseconds.
    pub start: i64,
    /// How long it lasts, in milliseconds.
    pub until: i64,
    /// The interval at which every group is evaluated, in milliseconds; `None` is each at
    /// its own.
    pub evaluation: Option<i64>,
    /// `$externalLabels`, where the test says what they are.
    pub external_labels: Option<Vec<(String, String)>>,
    /// `$externalURL`
    pub external_url: String,
    /// The series.
    pub series: Vec<Line>,
    /// Whether alerts that are not named must stay silent.
    pub only: bool,
    /// What is expected of alerts.
    pub expects: Vec<Expectation>,
    /// Assertions about moments.
    pub moments: Vec<Instant>,
}

/// A series with its values.
#[derive(Clone, Debug)]
pub struct Line {
    /// The series.
    pub labels: Labels,
    /// The values, as written.
    pub items: Vec<Item>,
    /// The values, one for each sample.
    pub samples: Vec<Sample>,
    /// The block that it stands in.
    pub text: Text,
    /// Its offset in the block; places in `items` are relative to it.
    pub offset: usize,
    /// Bytes of the line.
    pub len: usize,
}

/// What is expected of the alerts that a selector selects.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The selector.
    pub selector: AlertSelector,
    /// When the alert is in which state.
    pub line: Option<(TimeLine, Text)>,
    /// Annotations by name.
    pub annotations: Vec<(Text, Text)>,
    /// Labels by name.
    pub labels: Vec<(Text, Text)>,
    /// Whether the labels and the selector name all labels.
    pub exact: bool,
    /// The value.
    pub value: Option<(ValueMatch, Text)>,
    /// When annotations and value are looked at.
    pub at: Option<i64>,
    /// Contents that nothing has, since the alert is to be silent here and elsewhere.
    pub idle: Option<Span>,
    /// Where it stands.
    pub span: Span,
}

/// An alert's name and matchers on its labels.
#[derive(Clone, Debug)]
pub struct AlertSelector {
    /// The text, which knows where it was written.
    pub text: Text,
    /// `alertname`
    pub name: String,
    /// Matchers on other labels.
    pub matchers: Vec<Matcher>,
}

/// What a value is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueMatch {
    /// The least value that is right.
    pub least: f64,
    /// The greatest value that is right.
    pub most: f64,
}

impl ValueMatch {
    /// Whether a value is right; NaN is only where NaN is written.
    pub fn holds(self, value: f64) -> bool {
        match self.least.is_nan() {
            true => value.is_nan(),
            false => self.least <= value && value <= self.most,
        }
    }
}

/// What a sample is compared with.
#[derive(Clone, Debug)]
pub enum SampleMatch {
    /// A number.
    Value(ValueMatch),
    /// A native histogram.
    Histogram(Arc<HistogramText>),
}

/// An assertion about a moment.
#[derive(Clone, Debug)]
pub struct Instant {
    /// Milliseconds from the test's start.
    pub time: i64,
    /// Only alerts of this name are looked at.
    pub alert: Option<Text>,
    /// All alerts that fire then.
    pub firing: Option<Vec<Firing>>,
    /// An expression and what it gives.
    pub query: Option<Query>,
    /// Where it stands.
    pub span: Span,
}

/// An alert that fires at a moment.
#[derive(Clone, Debug)]
pub struct Firing {
    /// Its name, as the metric name, and its labels.
    pub labels: Labels,
    /// The same as written.
    pub text: Text,
    /// All of its annotations, where they are to be looked at.
    pub annotations: Option<Vec<(Text, Text)>>,
}

/// An expression and what it gives.
#[derive(Clone, Debug)]
pub struct Query {
    /// The expression.
    pub expr: Text,
    /// All of its samples.
    pub samples: Option<Vec<(Labels, SampleMatch, Text)>>,
    /// Whether samples without a metric name must have none; otherwise the name is
    /// compared only where it is written.
    pub exact: bool,
    /// Its only value.
    pub value: Option<(ValueMatch, Text)>,
}

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

struct Filler<'a> {
    case: &'a Case,
    lookup: &'a dyn Fn(&str) -> Option<Text>,
    interval: i64,
    dialect: Option<&'a Dialect>,
}

/// A test has at most so many samples of a series.
const MAX_TICKS: i64 = 1_000_000;

impl Filler<'_> {
    /// A text with its parameters filled in; nothing where one has no value.
    fn text(&self, text: &Text) -> Option<Text> {
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
        parameter::fill(text, value).text
    }

    fn time(&self, text: &Text, sink: &mut Sink) -> Option<i64> {
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

    fn series(
        &self,
        block: &Text,
        until: i64,
        room: &mut Room,
        out: &mut Vec<Line>,
        sink: &mut Sink,
    ) {
        let Some(text) = self.text(block) else { return };
        let mut offset = 0;
        for line in text.as_str().split_inclusive('\n') {
            let start = offset;
            offset += line.len();
            let line = line.trim_end();
            let bare = line.trim_start();
            if bare.is_empty() || bare.starts_with('#') {
                continue;
            }
            let start = start + (line.len() - bare.len());
            let bare = strip_comment(bare);
            let grid = Grid { spacing: self.interval, end: Some(until) };
            let read =
                notation::series(bare, Notation::Native).and_then(|(labels, items)| {
                    let samples = notation::expand_within(&items, grid, room)?;
                    Ok((labels, samples, items))
                });
            match read {
                Ok((labels, samples, items)) => {
                    let line = Line {
                        labels,
                        items,
                        samples,
                        text: text.clone(),
                        offset: start,
                        len: bare.len(),
                    };
                    ends_early(&line, until, self.interval, sink);
                    out.push(line);
                }
                Err(error) => sink.push(fault("bad-series", &text, start, &error)),
            }
        }
    }

    fn expect(
        &self,
        expect: &Expect,
        env: &str,
        until: i64,
        sink: &mut Sink,
    ) -> Option<Expectation> {
        let selector = alert_selector(&self.text(&expect.selector)?, sink)?;
        let base = &expect.want;
        let own = expect.envs.iter().find(|it| it.0.as_str() == env).map(|it| &it.1);
        let none = Want::default();
        let own = own.unwrap_or(&none);
        let line = own.line.as_ref().or(base.line.as_ref());
        let line = match line {
            Some(line) => {
                let text = self.text(line)?;
                match timeline::parse(text.as_str()) {
                    Ok(line) => {
                        late(&line, &text, until, sink);
                        Some((line, text))
                    }
                    Err(error) => {
                        // Without parameters in it, it was refused where it was read.
                        if line.as_str().contains("${") {
                            sink.push(fault("bad-time-line", &text, 0, &error));
                        }
                        return None;
                    }
                }
            }
            None => None,
        };
        let value = own.value.as_ref().or(base.value.as_ref());
        let at = own.at.as_ref().or(base.at.as_ref());
        Some(Expectation {
            selector,
            line,
            annotations: self.pairs(&base.annotations, &own.annotations, sink),
            labels: self.pairs(&base.labels, &own.labels, sink),
            exact: own.exact.or(base.exact).unwrap_or(false),
            value: match value {
                Some(it) => Some(value_match(&self.text(it)?, sink)?),
                None => None,
            },
            at: match at {
                Some(it) => Some(self.time(it, sink)?),
                None => None,
            },
            idle: idle::contents(expect, env),
            span: expect.span,
        })
    }

    fn pairs(
        &self,
        base: &[(Text, Text)],
        own: &[(Text, Text)],
        sink: &mut Sink,
    ) -> Vec<(Text, Text)> {
        let kept = base.iter().filter(|it| own.iter().all(|own| own.0 != it.0));
        let mut out = Vec::new();
        for (name, text) in kept.chain(own) {
            let Some(text) = self.text(text) else { continue };
            match bad_pattern(&text) {
                Some(it) => sink.push(it),
                None => out.push((name.clone(), text)),
            }
        }
        out
    }

    fn moment(&self, moment: &Moment, sink: &mut Sink) -> Option<Instant> {
        let time = self.time(&moment.time, sink)?;
        let alert = match &moment.alert {
            Some(it) => Some(self.text(it)?),
            None => None,
        };
        let firing = moment.firing.as_ref().map(|items| {
            let items = items.iter();
            items.filter_map(|it| self.firing(it, alert.as_ref(), sink)).collect()
        });
        let query = match &moment.expr {
            Some(expr) => Some(Query {
                expr: self.expression(expr, sink)?,
                exact: moment.exact,
                samples: moment.samples.as_ref().map(|it| {
                    it.iter().filter_map(|it| sample(&self.text(it)?, sink)).collect()
                }),
                value: match &moment.value {
                    Some(it) => Some(value_match(&self.text(it)?, sink)?),
                    None => None,
                },
            }),
            None => None,
        };
        Some(Instant { time, alert, firing, query, span: moment.span })
    }

    /// An expression that is PromQL.
    fn expression(&self, expr: &Text, sink: &mut Sink) -> Option<Text> {
        let text = self.text(expr)?;
        let Some(dialect) = self.dialect else { return Some(text) };
        let Err(errors) = check::parse(text.as_str(), dialect) else { return Some(text) };
        for SyntaxError { at, message, help } in errors {
            let at = at.bytes();
            let mut it = Diagnostic::error("promql", message);
            it = it.within(&text, at.start, at.end, "");
            it.help.extend(help);
            sink.push(it);
        }
        None
    }

    /// An alert that fires; `only` is the one name that it may have.
    fn firing(
        &self,
        firing: &read::Firing,
        only: Option<&Text>,
        sink: &mut Sink,
    ) -> Option<Firing> {
        let (labels, text) = labels(&self.text(&firing.alert)?, sink)?;
        let name = match labels.metric_name() {
            "" => labels.get("alertname"),
            name => name,
        };
        if let Some(only) = only
            && name != only.as_str()
        {
            let title = format!("an alert of another name than `{only}`");
            let end = text.as_str().len();
            sink.push(
                Diagnostic::error("other-alert", title)
                    .within(&text, 0, end, "not looked at")
                    .context(only.span(), "only alerts of this name are")
                    .help("make an assertion of its own for it, or leave `alert` out"),
            );
            return None;
        }
        let fill = |it: &(Text, Text)| Some((it.0.clone(), self.text(&it.1)?));
        let annotations =
            firing.annotations.as_ref().map(|all| all.iter().filter_map(fill).collect());
        Some(Firing { labels, text, annotations })
    }
}

/// What is wrong with a text that is to match by `re:` and a pattern.
fn bad_pattern(text: &Text) -> Option<Diagnostic> {
    let error = Pattern::new(text.as_str().strip_prefix("re:")?).err()?;
    let start = "re:".len() + error.at;
    let reason = error.to_string();
    let reason = reason.strip_prefix("error parsing regexp: ").unwrap_or(&reason);
    let said =
        Diagnostic::error("bad-pattern", format!("no regular expression: {reason}"));
    let said = said.within(text, start, start + error.part.len(), "not one");
    Some(said.help(
        "a character that stands for itself is written behind `\\`, in single quotes: \
         `'re:a \\(b'`",
    ))
}

/// A line without a comment at its end; `#` inside quotes stays.
fn strip_comment(line: &str) -> &str {
    let mut quoted: Option<char> = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match (quoted, c) {
            (Some(_), _) if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(quote), c) if c == quote => quoted = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quoted = Some(c),
            (None, '#') => return line[..at].trim_end(),
            (None, _) => {}
        }
    }
    line
}

fn fault(
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

/// Says that a series stops before the test does, unless it says `stale` or `_`.
fn ends_early(line: &Line, until: i64, interval: i64, sink: &mut Sink) {
    let mut n_samples: i64 = 0;
    for item in &line.items {
        match item.extent {
            Extent::Rest => return,
            Extent::Samples(n) => {
                n_samples =
                    n_samples.saturating_add(i64::try_from(n).unwrap_or(i64::MAX));
            }
            Extent::Until(time, _) => {
                n_samples = n_samples.max((time + interval - 1) / interval);
            }
        }
    }
    let meant =
        matches!(line.items.last().map(|it| &it.shape), Some(Shape::Stale | Shape::Gap));
    let last = n_samples.saturating_sub(1).saturating_mul(interval);
    if meant || until < last.saturating_add(interval) {
        return;
    }
    let at = match line.items.last() {
        Some(it) => it.at.bytes(),
        None => 0..line.len,
    };
    let label = match n_samples {
        0 => "has no values".to_string(),
        _ => format!("its last sample is at {}", duration::print(last)),
    };
    let until = duration::print(until);
    sink.push(
        Diagnostic::error(
            "series-ends-early",
            format!("the series ends before the test does, at {until}"),
        )
        .within(&line.text, line.offset + at.start, line.offset + at.end, label)
        .help("let the last value go on with `V..`, or end the series with `stale`"),
    );
}

/// The same series twice: the second would silently hide the first.
fn same_series(lines: &[Line], sink: &mut Sink) {
    let mut sorted: Vec<&Line> = lines.iter().collect();
    sorted.sort_by(|a, b| a.labels.cmp(&b.labels));
    for pair in sorted.windows(2) {
        if pair[0].labels == pair[1].labels {
            let place = |it: &Line| it.text.place(it.offset, it.offset + it.len).span;
            sink.push(
                Diagnostic::error("duplicate-series", "the same series twice")
                    .at(place(pair[1]), "again here")
                    .context(place(pair[0]), "first here")
                    .help("write all of its values in one line"),
            );
        }
    }
}

/// Phases that begin after the test's end are never looked at.
fn late(line: &TimeLine, text: &Text, until: i64, sink: &mut Sink) {
    let TimeLine::States(phases, _) = line else { return };
    for phase in phases {
        if until < phase.from || phase.to.is_some_and(|to| until < to) {
            let at = phase.at.bytes();
            let until = duration::print(until);
            sink.push(
                Diagnostic::error("late-assertion", "a time after the test's end")
                    .within(text, at.start, at.end, format!("the test ends at {until}"))
                    .help("raise `until`"),
            );
        }
    }
}

fn dialect() -> Dialect {
    Dialect::everything()
}

fn alert_selector(text: &Text, sink: &mut Sink) -> Option<AlertSelector> {
    let selector = match syntax::parse_selector(text.as_str(), &dialect()) {
        Ok(it) => it,
        Err(errors) => {
            let help = "write an alert's name and labels: `ApiDown{instance=\"a\"}`";
            sink.extend(
                errors.iter().map(|it| fault("bad-selector", text, 0, it).help(help)),
            );
            return None;
        }
    };
    let mut name = None;
    let mut matchers = Vec::new();
    for matcher in selector.matchers {
        match (&*matcher.name, matcher.op) {
            (METRIC_NAME | "alertname", MatchOp::Equal) => {
                name = Some(matcher.value.to_string());
            }
            _ => matchers.push(matcher),
        }
    }
    let Some(name) = name else {
        sink.push(
            Diagnostic::error("bad-selector", "a selector without an alert's name")
                .within(text, 0, text.as_str().len(), "which alert?")
                .help("write the name before the braces: `ApiDown{…}`"),
        );
        return None;
    };
    Some(AlertSelector { text: text.clone(), name, matchers })
}

fn labels(text: &Text, sink: &mut Sink) -> Option<(Labels, Text)> {
    match syntax::parse_metric(text.as_str()) {
        Ok(labels) => Some((labels, text.clone())),
        Err(errors) => {
            sink.extend(errors.iter().map(|it| fault("bad-labels", text, 0, it)));
            None
        }
    }
}

fn sample(text: &Text, sink: &mut Sink) -> Option<(Labels, SampleMatch, Text)> {
    let head = match syntax::parse_series_head(text.as_str()) {
        Ok(it) => it,
        Err(errors) => {
            sink.extend(errors.iter().map(|it| fault("bad-sample", text, 0, it)));
            return None;
        }
    };
    let rest = &text.as_str()[head.values_at..];
    let written = rest.trim();
    if written.starts_with("{{") {
        return match notation::histogram(written) {
            Ok(it) => Some((head.labels, SampleMatch::Histogram(it), text.clone())),
            Err(error) => {
                let at = head.values_at + rest.len() - rest.trim_start().len();
                sink.push(fault("bad-sample", text, at, &error));
                None
            }
        };
    }
    match number_or_range(written) {
        Some(value) => Some((head.labels, SampleMatch::Value(value), text.clone())),
        None => {
            sink.push(
                Diagnostic::error("bad-sample", "a sample without a value")
                    .within(text, head.values_at, text.as_str().len(), "no number")
                    .help("write the series and its value: `{job=\"a\"} 5`"),
            );
            None
        }
    }
}

fn value_match(text: &Text, sink: &mut Sink) -> Option<(ValueMatch, Text)> {
    match number_or_range(text.as_str().trim()) {
        Some(value) => Some((value, text.clone())),
        None => {
            let title = format!("`{text}` is not a value");
            sink.push(
                Diagnostic::error("bad-value", title)
                    .within(text, 0, text.as_str().len(), "no number")
                    .help(
                        "write a number, `0.05 +- 0.001`, `0.05 +- 1%` or `0.04..0.06`",
                    ),
            );
            None
        }
    }
}

fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let value = match bare.to_ascii_lowercase().as_str() {
        "inf" => f64::INFINITY,
        "nan" => f64::NAN,
        _ if !bare.starts_with(|it: char| it.is_ascii_digit() || it == '.') => {
            return None;
        }
        lower => lower.replace('_', "").parse().ok()?,
    };
    Some(if text.starts_with('-') { -value } else { value })
}

fn number_or_range(text: &str) -> Option<ValueMatch> {
    if let Some((middle, width)) = text.split_once("+-").or(text.split_once('±')) {
        let middle = number(middle)?;
        if width.trim() == "1ulp" {
            let (least, most) = (middle.next_down(), middle.next_up());
            return Some(ValueMatch { least, most });
        }
        let width = match width.trim().strip_suffix('%') {
            Some(percent) => middle.abs() * number(percent)? / 100.0,
            None => number(width)?,
        };
        return Some(ValueMatch { least: middle - width, most: middle + width });
    }
    if let Some((least, most)) = text.split_once("..") {
        let (least, most) = (number(least)?, number(most)?);
        return (least <= most).then_some(ValueMatch { least, most });
    }
    let value = number(text)?;
    Some(ValueMatch { least: value, most: value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_or_ranges() {
        let range = |least, most| Some(ValueMatch { least, most });
        assert_eq!(number_or_range("0.05"), range(0.05, 0.05));
        assert_eq!(number_or_range("1_000"), range(1000.0, 1000.0));
        assert_eq!(number_or_range("10 +- 1"), range(9.0, 11.0));
        assert_eq!(number_or_range("10 ± 10%"), range(9.0, 11.0));
        let tenth = 0.1f64;
        let ulp = range(tenth.next_down(), tenth.next_up());
        assert_eq!(number_or_range("0.1 +- 1ulp"), ulp);
        assert_eq!(number_or_range("-1..+Inf"), range(-1.0, f64::INFINITY));
        assert!(number_or_range("NaN").is_some_and(|it| it.holds(f64::NAN)));
        for text in ["", "x", "2..1", "1 +-", "infinite", "1x"] {
            assert_eq!(number_or_range(text), None, "{text}");
        }
    }

    #[test]
    fn comments_end_a_line_outside_quotes() {
        assert_eq!(strip_comment("up{a=\"#\"} 1.. # dead"), "up{a=\"#\"} 1..");
        assert_eq!(strip_comment("up 1.."), "up 1..");
    }
}

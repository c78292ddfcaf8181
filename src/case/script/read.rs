//! Text to commands.

use crate::case::duration;
use crate::case::notation::{self, Grid, Notation, Room, Sample};
use crate::case::script::starts::read_starts;
use crate::case::script::{
    Command, CommandKind, Eval, ExpectedSeries, Load, LoadSeries, Remark, RemarkKind,
    RemarkText, Script, ScriptError, When,
};
use crate::promql::dialect::Dialect;
use crate::promql::labels::Labels;
use crate::promql::number;
use crate::promql::re2::Regex;
use crate::promql::syntax;
use crate::promql::syntax::ast::{ExprKind, TextRange};

/// Reads a script. What cannot be read is left out and told.
pub fn read(text: &str) -> (Script, Vec<ScriptError>) {
    let mut reader = Reader { lines: lines(text), next: 0, room: Room::default() };
    let mut script = Script::default();
    let mut errors = Vec::new();
    while let Some(line) = reader.take_command() {
        let number = line.number;
        let word = line.text.split([' ', '\t']).next().unwrap_or("").to_lowercase();
        let kind = match word.as_str() {
            "clear" => Ok(CommandKind::Clear),
            word if word.starts_with("load") => reader.load(line).map(CommandKind::Load),
            word if word.starts_with("eval") => {
                reader.eval(line).map(|it| CommandKind::Eval(Box::new(it)))
            }
            _ => Err(line.error(format!("invalid command {:?}", line.text))),
        };
        match kind {
            Ok(kind) => script.commands.push(Command { line: number, kind }),
            Err(mut error) => {
                error.is_eval = word.starts_with("eval");
                errors.push(error);
                reader.skip_body();
            }
        }
    }
    (script, errors)
}

/// A trimmed line; a comment is an empty one.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: u32,
    start: usize,
    text: &'a str,
}

impl<'a> Line<'a> {
    fn error(&self, message: impl Into<String>) -> ScriptError {
        let at = TextRange::new(self.start, self.start + self.text.len());
        ScriptError { line: self.number, at, message: message.into(), is_eval: false }
    }

    /// Where a part of this line stands in the script.
    fn place(&self, part: &'a str) -> TextRange {
        let start = self.start + (part.as_ptr() as usize - self.text.as_ptr() as usize);
        TextRange::new(start, start + part.len())
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (idx, line) in text.split('\n').enumerate() {
        let trimmed = line.trim();
        let text = if trimmed.starts_with('#') { "" } else { trimmed };
        let indent = line.len() - line.trim_start().len();
        lines.push(Line { number: idx as u32 + 1, start: start + indent, text });
        start += line.len() + 1;
    }
    lines
}

struct Reader<'a> {
    lines: Vec<Line<'a>>,
    next: usize,
    /// What the series may still have.
    room: Room,
}

type Read<T> = Result<T, ScriptError>;

impl<'a> Reader<'a> {
    /// The next line that is not empty.
    fn take_command(&mut self) -> Option<Line<'a>> {
        while self.lines.get(self.next)?.text.is_empty() {
            self.next += 1;
        }
        self.next += 1;
        Some(self.lines[self.next - 1])
    }

    /// The next line of a body, which ends at an empty line.
    fn take_body(&mut self) -> Option<Line<'a>> {
        let line = *self.lines.get(self.next)?;
        if line.text.is_empty() {
            return None;
        }
        self.next += 1;
        Some(line)
    }

    fn skip_body(&mut self) {
        while self.take_body().is_some() {}
    }

    fn load(&mut self, line: Line<'a>) -> Read<Load> {
        let (word, gap) = line.text.split_once([' ', '\t']).unwrap_or((line.text, ""));
        let with_nhcb = word == "load_with_nhcb";
        if !with_nhcb && word != "load" || gap.is_empty() {
            let message = "invalid load command. (load[_with_nhcb] <step:duration>)";
            return Err(line.error(message));
        }
        let gap = duration::parse(gap.trim())
            .map_err(|it| line.error(format!("invalid step definition {gap:?}: {it}")))?;
        let mut series: Vec<LoadSeries> = Vec::new();
        let mut pending: Option<(Line<'a>, Labels, Vec<Option<i64>>)> = None;
        while let Some(line) = self.take_body() {
            let (name, values) =
                line.text.split_once([' ', '\t']).unwrap_or((line.text, ""));
            if let Some(metric) = name.strip_suffix("@st") {
                if let Some((line, ..)) = pending {
                    return Err(line.error(NO_SAMPLES));
                }
                let labels = notation::metric(metric).map_err(|it| {
                    let message = it.message;
                    line.error(format!("invalid @st line metric {metric:?}: {message}"))
                })?;
                let starts = read_starts(values).map_err(|it| line.error(it))?;
                pending = Some((line, labels, starts));
                continue;
            }
            let (labels, samples) = read_series(line, &mut self.room)?;
            let mut starts = Vec::new();
            if let Some((at, metric, values)) = pending.take() {
                if metric != labels {
                    let message =
                        "@st metric does not match the following sample line metric";
                    return Err(at.error(message));
                }
                if values.len() != samples.len() {
                    let message = format!(
                        "@st line has {} values but sample line has {}",
                        values.len(),
                        samples.len()
                    );
                    return Err(at.error(message));
                }
                starts = values;
            }
            // The last of several lines for the same series counts.
            series.retain(|it| it.labels != labels);
            series.push(LoadSeries { labels, samples, starts });
        }
        match pending {
            Some((line, ..)) => Err(line.error(NO_SAMPLES)),
            None => Ok(Load { gap, with_nhcb, series }),
        }
    }

    fn eval(&mut self, line: Line<'a>) -> Read<Eval> {
        let (word, rest) = split_word(line.text);
        let (mode, rest) = split_word(rest);
        let (when, expr) = match mode {
            "instant" => instant(line, rest)?,
            "range" => range(line, rest)?,
            _ => return Err(line.error(INVALID_EVAL)),
        };
        let mut eval = Eval {
            expr: expr.into(),
            at: line.place(expr),
            when,
            expected: Default::default(),
            remarks: Vec::new(),
        };
        let kind = match word {
            "eval" => None,
            "eval_ordered" if mode == "instant" => Some(RemarkKind::Ordered),
            "eval_fail" => Some(RemarkKind::Fail),
            "eval_warn" => Some(RemarkKind::AnyWarn),
            "eval_info" => Some(RemarkKind::AnyInfo),
            _ => return Err(line.error(INVALID_EVAL)),
        };
        eval.remarks.extend(kind.map(|kind| Remark { kind, text: RemarkText::Any }));
        self.expectations(&mut eval)?;
        Ok(eval)
    }

    fn expectations(&mut self, eval: &mut Eval) -> Read<()> {
        let mut place = 0;
        let old_fail = eval.remarks.iter().any(|it| it.kind == RemarkKind::Fail);
        while let Some(line) = self.take_body() {
            place += 1;
            let fail = |text| Remark { kind: RemarkKind::Fail, text };
            if old_fail && let Some(it) = line.text.strip_prefix("expected_fail_message")
            {
                eval.remarks.push(fail(RemarkText::Message(it.trim().into())));
                return Ok(());
            }
            if old_fail && let Some(it) = line.text.strip_prefix("expected_fail_regexp") {
                eval.remarks.push(fail(RemarkText::Pattern(it.trim().into())));
                return Ok(());
            }
            if let Some(rest) = line.text.strip_prefix("expect range vector") {
                let (start, end, step) = times(line, rest.trim())?.0;
                eval.expected.range = Some((start, end, step));
                continue;
            }
            if let Some(rest) = line.text.strip_prefix("expect string") {
                eval.expected.text = Some(quoted(line, rest.trim())?);
                continue;
            }
            if line.text.split(' ').next() == Some("expect") {
                eval.remarks.push(remark(line)?);
                check_together(line, &eval.remarks, usize::from(old_fail))?;
                place -= 1;
                continue;
            }
            if let Ok(value) = number::parse_number(line.text) {
                eval.expected.scalar = Some(value);
                return Ok(());
            }
            let (labels, samples) = read_series(line, &mut self.room)?;
            let is_instant = matches!(eval.when, When::Instant(_));
            if samples.len() > 1 && is_instant && eval.expected.range.is_none() {
                return Err(line.error(
                    "expecting multiple values in instant evaluation not allowed. \
                     consider using 'expect range vector' directive to enable a range \
                     vector result for an instant query",
                ));
            }
            eval.expected.series.retain(|it| it.labels != labels);
            eval.expected.series.push(ExpectedSeries { place, labels, samples });
        }
        Ok(())
    }
}

const NO_SAMPLES: &str = "@st line has no following sample line";

const INVALID_EVAL: &str = "invalid evaluation command. Must be either \
    'eval[_fail|_warn|_ordered] instant [at <offset:duration>] <query>' or \
    'eval[_fail|_warn] range from <from> to <to> step <step> <query>'";

fn split_word(text: &str) -> (&str, &str) {
    match text.split_once([' ', '\t']) {
        Some((word, rest)) => (word, rest.trim_start()),
        None => (text, ""),
    }
}

fn instant<'a>(line: Line<'a>, rest: &'a str) -> Read<(When, &'a str)> {
    let ("at", rest) = split_word(rest) else { return Err(line.error(INVALID_EVAL)) };
    let (at, expr) = split_word(rest);
    if expr.is_empty() {
        return Err(line.error(INVALID_EVAL));
    }
    let time = duration::parse(at)
        .map_err(|it| line.error(format!("invalid timestamp definition {at:?}: {it}")))?;
    Ok((When::Instant(time), expr))
}

fn range<'a>(line: Line<'a>, rest: &'a str) -> Read<(When, &'a str)> {
    let ((start, end, step), expr) = times(line, rest)?;
    match expr.is_empty() {
        true => Err(line.error(INVALID_EVAL)),
        false => Ok((When::Range { start, end, step }, expr)),
    }
}

/// `from A to B step C`, and what follows.
fn times<'a>(line: Line<'a>, mut rest: &'a str) -> Read<((i64, i64, i64), &'a str)> {
    let mut values = [0; 3];
    let words = ["from", "to", "step"].into_iter().zip(["start", "end", "step"]);
    for (slot, (word, name)) in values.iter_mut().zip(words) {
        let (found, after) = split_word(rest);
        if found != word {
            return Err(line.error(INVALID_EVAL));
        }
        let (value, after) = split_word(after);
        *slot = duration::parse(value).map_err(|it| {
            line.error(format!("invalid {name} definition {value:?}: {it}"))
        })?;
        rest = after;
    }
    let [start, end, step] = values;
    match end < start {
        true => Err(line.error("end timestamp is before start timestamp")),
        false => Ok(((start, end, step), rest)),
    }
}

fn quoted(line: Line<'_>, text: &str) -> Read<String> {
    let parsed = syntax::parse(text, &Dialect::everything());
    match parsed.map(|it| it.expr.kind) {
        Ok(ExprKind::String(it)) => Ok(it.to_string()),
        Ok(_) | Err(_) => Err(line.error(
            "expected string literal not valid - a quoted string literal is required",
        )),
    }
}

fn remark(line: Line<'_>) -> Read<Remark> {
    let invalid = || {
        let message = "invalid expect statement, must match `expect <type> <match_type>: \
                       <string>` format";
        line.error(message)
    };
    let (_, rest) = split_word(line.text);
    let (word, rest) = split_word(rest);
    let kind = match word {
        "ordered" => RemarkKind::Ordered,
        "fail" => RemarkKind::Fail,
        "warn" => RemarkKind::Warn,
        "no_warn" => RemarkKind::NoWarn,
        "info" => RemarkKind::Info,
        "no_info" => RemarkKind::NoInfo,
        _ => return Err(invalid()),
    };
    let text = match rest.split_once(':') {
        None if rest.is_empty() => RemarkText::Any,
        Some(("msg", it)) if !it.is_empty() => RemarkText::Message(it.trim().into()),
        Some(("regex", it)) if !it.is_empty() => {
            let pattern = it.trim();
            if let Err(error) = Regex::new(pattern) {
                let message = format!("invalid regex {pattern} for {word}: {error}");
                return Err(line.error(message));
            }
            RemarkText::Pattern(pattern.into())
        }
        _ => return Err(invalid()),
    };
    Ok(Remark { kind, text })
}

/// Whether the conditions can all hold.
fn check_together(line: Line<'_>, remarks: &[Remark], n_old: usize) -> Read<()> {
    let has = |kind| remarks.iter().any(|it| it.kind == kind);
    let clashes = [
        (RemarkKind::Info, RemarkKind::NoInfo, "info and no_info"),
        (RemarkKind::Warn, RemarkKind::NoWarn, "warn and no_warn"),
    ];
    for (one, other, names) in clashes {
        if has(one) && has(other) {
            let message =
                format!("invalid expect lines, {names} cannot be used together");
            return Err(line.error(message));
        }
    }
    // `eval_fail` brings one that says nothing about the text.
    let n_fails = remarks.iter().filter(|it| it.kind == RemarkKind::Fail).count();
    match n_fails <= n_old + 1 {
        true => Ok(()),
        false => Err(line
            .error("invalid expect lines, multiple expect fail lines are not allowed")),
    }
}

fn read_series(line: Line<'_>, room: &mut Room) -> Read<(Labels, Vec<Sample>)> {
    // Every line of a script is expanded whole: the spacing plays no part in it.
    let grid = Grid { spacing: 1, end: None };
    notation::series(line.text, Notation::Prometheus)
        .and_then(|(labels, items)| {
            Ok((labels, notation::expand_within(&items, grid, room)?))
        })
        .map_err(|it| {
            let at = TextRange {
                start: it.at.start + line.start as u32,
                end: it.at.end + line.start as u32,
            };
            ScriptError { line: line.number, at, message: it.message, is_eval: false }
        })
}

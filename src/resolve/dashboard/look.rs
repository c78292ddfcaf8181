//! How a panel looks, and keys that mean nothing on a panel of its kind.

use super::limits::limits;
use super::{pattern, raw};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::rules::book::Book;
use crate::rules::look::{
    Axis, CellColor, Column, Legend, Look, Mapping, NumberColor, Repeat, Stack, State,
    Style, Values,
};
use crate::spec::keys::panel::{KINDS, TAKEN_BY};
use crate::spec::look as spec;

/// How many repeated panels stand beside each other, as Grafana's default.
const PER_ROW: u32 = 4;

/// How a panel looks.
pub(super) fn look(it: &spec::Look, book: &Book, sink: &mut Sink) -> Look {
    let word = |it: &Option<Text>| it.as_ref().map(Text::to_string);
    it.colors.iter().for_each(|it| pattern::check(&it.0, sink));
    Look {
        mappings: mappings(&it.mappings, sink),
        colors: it.colors.iter().map(|it| (it.0.to_string(), it.1.to_string())).collect(),
        style: match it.style.as_ref().map(Text::as_str) {
            Some("bars") => Style::Bars,
            Some("points") => Style::Points,
            _ => Style::Lines,
        },
        stack: match it.stack {
            Some("percent") => Stack::Percent,
            Some(_) => Stack::Normal,
            None => Stack::None,
        },
        fill: it.fill,
        axis: axis(&it.axis, sink),
        legend: match it.legend_place.as_ref().map(Text::as_str) {
            Some("right") => Legend::Right,
            Some("hidden") => Legend::Hidden,
            _ => Legend::Bottom,
        },
        legend_values: it.legend_values.iter().map(Text::to_string).collect(),
        reduce: word(&it.reduce),
        color: match it.color.as_ref().map(Text::as_str) {
            Some("background") => NumberColor::Background,
            Some("none") => NumberColor::None,
            _ => NumberColor::Value,
        },
        sparkline: it.sparkline,
        columns: it.columns.iter().map(|it| column(it, book, sink)).collect(),
        sort: it.sort.as_ref().map(|it| match it.as_str().strip_prefix('-') {
            Some(name) => (name.to_owned(), true),
            None => (it.to_string(), false),
        }),
        content: word(&it.content).unwrap_or_default(),
        filter: word(&it.filter).unwrap_or_default(),
        states: states(it.states.as_deref().unwrap_or_default()),
        interval: word(&it.interval),
        repeat: it.repeat.as_ref().map(|it| Repeat {
            by: it.by.to_string(),
            per_row: it.per_row.unwrap_or(PER_ROW),
            down: it.down,
        }),
        transparent: it.transparent,
        grafana: raw::fields(it.grafana.as_ref(), raw::OF_PANEL, raw::IN_PANELS, sink),
    }
}

fn states(it: &[Text]) -> Vec<State> {
    let state = |it: &Text| match it.as_str() {
        "pending" => State::Pending,
        "inactive" => State::Inactive,
        _ => State::Firing,
    };
    match it {
        [] => vec![State::Firing, State::Pending],
        it => it.iter().map(state).collect(),
    }
}

fn axis(it: &spec::Axis, sink: &mut Sink) -> Axis {
    if let Some((base, span)) = it.log.filter(|it| !matches!(it.0, 2 | 10)) {
        sink.push_once(
            Diagnostic::error("bad-value", format!("no axis has the base {base}"))
                .at(span, "Grafana knows 2 and 10")
                .help("write `log = 10`"),
        );
    }
    Axis {
        label: it.label.as_ref().map(Text::to_string).unwrap_or_default(),
        log: it.log.map(|it| it.0),
        soft_min: it.soft_min,
        soft_max: it.soft_max.map(|it| it.0),
    }
}

fn mappings(all: &[spec::Mapping], sink: &mut Sink) -> Vec<Mapping> {
    let mut out: Vec<Mapping> = Vec::new();
    let mut places: Vec<Span> = Vec::new();
    for written in all {
        let Some(it) = mapping(written, sink) else { continue };
        if let Some(first) = out.iter().position(|other| holds(&other.of, &it.of)) {
            let help = match out[first].of == it.of {
                true => "take one of them out",
                false => "write it before the other one, or take it out",
            };
            sink.push_once(
                Diagnostic::warning("never-seen", "a mapping is never seen")
                    .at(written.span, "an earlier one holds for all of its values")
                    .context(places[first], "this one")
                    .help(help),
            );
        }
        out.push(it);
        places.push(written.span);
    }
    out
}

/// Whether a mapping of some values holds for all of the others, as Grafana sees them: a
/// range is also of texts that are numbers.
fn holds(of: &Values, others: &Values) -> bool {
    let ends = |from: &Option<f64>, to: &Option<f64>| {
        (from.unwrap_or(f64::NEG_INFINITY), to.unwrap_or(f64::INFINITY))
    };
    let within = match (of, others) {
        (Values::Range(..), Values::Range(from, to)) => Some(ends(from, to)),
        (Values::Range(..), Values::One(it)) => {
            let number = it.parse::<f64>().ok().filter(|it| it.is_finite());
            number.map(|it| (it, it))
        }
        _ => None,
    };
    match (of, within) {
        (Values::Range(from, to), Some((least, most))) => {
            let (from, to) = ends(from, to);
            from <= least && most <= to
        }
        _ => of == others,
    }
}

fn mapping(it: &spec::Mapping, sink: &mut Sink) -> Option<Mapping> {
    let fault = |label: &str, help: &str| {
        Diagnostic::error("bad-mapping", "a mapping names values and says what of them")
            .at(it.span, label)
            .help(help)
    };
    let of = match (&it.value, it.from, it.to) {
        (Some(value), None, None) => match value.as_str() {
            "null" => Values::Null,
            "nan" => Values::Nan,
            value => Values::One(value.to_owned()),
        },
        (None, None, None) => {
            let help = "add `value = 0`, or `from` and `to`";
            sink.push_once(fault("names no value", help));
            return None;
        }
        (None, Some(from), Some(to)) if to < from => {
            let label = format!("no value is from {from} to {to}");
            sink.push_once(fault(&label, "let `to` be at least `from`"));
            return None;
        }
        (None, from, to) => Values::Range(from, to),
        (Some(_), _, _) => {
            let help = "take `value` out, or `from` and `to`";
            sink.push_once(fault("names one value and a range", help));
            return None;
        }
    };
    if it.text.is_none() && it.color.is_none() {
        sink.push_once(fault("says nothing of it", "add `text`, `color` or both"));
        return None;
    }
    Some(Mapping {
        of,
        text: it.text.as_ref().map(Text::to_string),
        color: it.color.as_ref().map(Text::to_string),
    })
}

fn column(it: &spec::Column, book: &Book, sink: &mut Sink) -> Column {
    Column {
        name: it.name.to_string(),
        title: it.title.as_ref().map(Text::to_string),
        hide: it.hide,
        unit: it.unit.as_ref().map(Text::to_string),
        decimals: it.decimals,
        width: it.width,
        color: it.color.as_ref().map(|it| match it.as_str() {
            "background" => CellColor::Background,
            _ => CellColor::Text,
        }),
        thresholds: it.thresholds.as_ref().map(|it| limits(it, book, sink)),
        mappings: mappings(&it.mappings, sink),
    }
}

/// Says which keys of a panel mean nothing on its kind.
pub(super) fn misplaced(keys: &[(String, Span)], kind: &str, sink: &mut Sink) {
    if !KINDS.contains(&kind) {
        return;
    }
    for (key, span) in keys {
        let Some((_, kinds)) = TAKEN_BY.iter().find(|it| it.0 == key) else { continue };
        if kinds.contains(&kind) {
            continue;
        }
        let kinds = suggest::list(kinds.iter().copied(), kinds.len());
        sink.push_once(
            Diagnostic::error(
                "misplaced-key",
                format!("`{key}` means nothing on a panel of the kind `{kind}`"),
            )
            .at(*span, format!("is for {kinds}"))
            .help("take it out, or choose another `kind`"),
        );
    }
}

//! The values of a dashboard's variables: what their queries find in any of the tests.
//!
//! A test has the series that its alert needs, and often not those by which a person
//! chooses; so a value that one test knows is taken for all of them.

use std::collections::BTreeSet;

use crate::diag::text::{Text, TextBuilder};
use crate::grafana::interpolate::{self, Chosen, Use};
use crate::grafana::model::{Dashboard, Variable};
use crate::grafana::variable::{Asked, asked};
use crate::harness::panels::stage::{Finds, Stage};
use crate::harness::reads::Reads;
use crate::promql::labels::{Labels, METRIC_NAME};
use crate::promql::re2::{Pattern, Regex};
use crate::promql::syntax;

/// Combinations of values that are tried for one query.
const MAX_TRIED: usize = 32;

/// The values of the variables, in their order.
#[derive(Clone, Debug, Default)]
pub struct Values(Vec<Known>);

/// A variable's values.
#[derive(Clone, Debug)]
pub struct Known {
    name: String,
    /// What may be chosen.
    options: Vec<String>,
    /// Whether several may be chosen, or all.
    several: bool,
    all_value: Option<String>,
    /// Its query, filled in, where it found nothing.
    pub lacks: Option<(Text, Option<Reads>)>,
    /// Its place among the variables.
    pub idx: usize,
}

/// What stands for Grafana's own variables in a test.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Distance of points, in milliseconds.
    pub step: i64,
    /// Distance of samples.
    pub spacing: i64,
    /// Beginning and end.
    pub range: (i64, i64),
}

impl Window {
    /// The windows of a dashboard that shows a whole test.
    pub fn of(stage: &Stage<'_>, scene: usize) -> Window {
        let ready = stage.scenes[scene].ready;
        let spacing = ready.interval.max(1);
        let step = spacing.max(ready.until / 1000);
        Window { step, spacing, range: (ready.start, ready.start + ready.until) }
    }

    /// Grafana's own variable of a name.
    fn value(&self, name: &str) -> Option<String> {
        let (start, end) = self.range;
        let span = (end - start).max(1);
        let rate = (self.step + self.spacing).max(4 * self.spacing);
        Some(match name {
            "__interval" | "__auto" => format!("{}ms", self.step),
            "__interval_ms" => self.step.to_string(),
            "__rate_interval" => format!("{rate}ms"),
            "__rate_interval_ms" => rate.to_string(),
            "__range" => format!("{}s", span.div_euclid(1000).max(1)),
            "__range_s" => span.div_euclid(1000).to_string(),
            "__range_ms" => span.to_string(),
            "__from" => start.to_string(),
            "__to" => end.to_string(),
            _ => return None,
        })
    }
}

/// What is chosen, by variable.
pub type Choice = Vec<(String, Chosen)>;

/// Fills a query in.
pub fn filled(query: &Text, choice: &Choice, window: &Window) -> Text {
    interpolate::filled(query, &|it: &Use| {
        if let Some(own) = window.value(&it.name) {
            return Some(own);
        }
        let chosen = &choice.iter().find(|other| other.0 == it.name)?.1;
        Some(interpolate::written(chosen, it.format.as_deref()))
    })
}

/// Finds the values of all variables.
pub fn values(board: &Dashboard, stage: &Stage<'_>) -> Values {
    let mut out = Values::default();
    for (idx, it) in board.variables.iter().enumerate() {
        let (options, lacks) = match it.kind.as_str() {
            "query" => queried(it, &out, stage),
            "custom" | "interval" => (listed(it), None),
            "constant" | "textbox" => {
                (it.query.iter().map(Text::to_string).collect(), None)
            }
            // A data source has nothing to do with the series.
            _ => continue,
        };
        // The value at first is the first that is tried.
        let first = |option: &String| !it.current.contains(option);
        let mut options = options;
        options.sort_by_key(first);
        out.0.push(Known {
            name: it.name.clone(),
            options,
            several: it.multi || it.all,
            all_value: it.all_value.clone(),
            lacks,
            idx,
        });
    }
    out
}

impl Values {
    /// Variables whose queries find nothing.
    pub fn lacking(&self) -> impl Iterator<Item = &Known> {
        self.0.iter().filter(|it| it.lacks.is_some())
    }

    /// Whether a query uses a variable that has no value: nothing can be said of it.
    pub fn is_blind(&self, query: &Text) -> bool {
        let uses = interpolate::uses(query.as_str());
        self.lacking().any(|it| {
            let all = it.several && it.all_value.is_some();
            !all && uses.iter().any(|used| used.name == it.name)
        })
    }

    /// What may be chosen of the variables that a query uses; of those of which several
    /// may be, all are, unless the panel is there once for each.
    pub fn choices(&self, query: &Text, repeat: Option<&str>) -> Vec<Choice> {
        let uses = interpolate::uses(query.as_str());
        let mut out: Vec<Choice> = vec![Vec::new()];
        for it in self.0.iter().filter(|it| uses.iter().any(|used| used.name == it.name))
        {
            let one = |value: &String| match it.several {
                true => Chosen::Several(vec![value.clone()]),
                false => Chosen::One(value.clone()),
            };
            let all =
                match (&it.all_value, it.several && repeat != Some(it.name.as_str())) {
                    (_, false) => it.options.iter().map(one).collect(),
                    (Some(value), true) => vec![Chosen::Raw(value.clone())],
                    (None, true) => vec![Chosen::Several(it.options.clone())],
                };
            let all: Vec<Chosen> = all;
            let with = |before: &Choice| {
                let all = all.clone().into_iter();
                let add = |chosen| {
                    let mut choice = before.clone();
                    choice.push((it.name.clone(), chosen));
                    choice
                };
                all.map(add).collect::<Vec<_>>()
            };
            out = out.iter().flat_map(with).take(MAX_TRIED).collect();
        }
        out
    }
}

/// The values of a list: `5,10`, `five : 5, ten : 10`.
fn listed(it: &Variable) -> Vec<String> {
    let text = it.query.as_ref().map(Text::as_str).unwrap_or_default();
    let mut parts = vec![String::new()];
    let mut chars = text.chars();
    while let Some(next) = chars.next() {
        let last = parts.len() - 1;
        match next {
            '\\' => parts[last].extend(chars.next()),
            ',' => parts.push(String::new()),
            next => parts[last].push(next),
        }
    }
    let value = |it: String| {
        let value = it.split_once(" : ").map_or(it.as_str(), |it| it.1);
        value.trim().to_owned()
    };
    let all: Vec<String> =
        parts.into_iter().map(value).filter(|it| !it.is_empty()).collect();
    if all.is_empty() { it.options.clone() } else { all }
}

/// What a series gives.
type Collect = dyn Fn(&Labels) -> Vec<String>;

type Found = (Vec<String>, Option<(Text, Option<Reads>)>);

/// What the query of a variable finds.
fn queried(it: &Variable, before: &Values, stage: &Stage<'_>) -> Found {
    let Some(query) = it.query.as_ref().filter(|_| it.datasource.is_prometheus()) else {
        return (it.options.clone(), None);
    };
    let n_scenes = stage.scenes.len();
    let mut found = BTreeSet::new();
    let mut lacks = None;
    for choice in before.choices(query, None) {
        let Some(window) = (0..n_scenes).next().map(|it| Window::of(stage, it)) else {
            break;
        };
        let text = filled(query, &choice, &window);
        let (selector, collect): (_, &Collect) = match asked(text.as_str()) {
            Asked::LabelNames => {
                (None, &|it| it.iter().map(|it| it.0.to_string()).collect())
            }
            Asked::LabelValues { of, label } => {
                let label = text.as_str()[label].trim_matches('"').to_owned();
                let values = move |it: &Labels| {
                    Some(it.get(&label).to_owned())
                        .filter(|it| !it.is_empty())
                        .into_iter()
                        .collect()
                };
                found.extend(series(&text, of.as_ref(), stage, &values, &mut lacks));
                continue;
            }
            Asked::Metrics(pattern) => {
                let Ok(pattern) =
                    Pattern::new(&format!(".*({}).*", &text.as_str()[pattern]))
                else {
                    return (it.options.clone(), None);
                };
                let names = move |it: &Labels| {
                    let name = it.metric_name();
                    pattern.is_match(name).then(|| name.to_owned()).into_iter().collect()
                };
                found.extend(series(&text, None, stage, &names, &mut lacks));
                found.extend(stage.recorded_names().into_iter().filter_map(|name| {
                    names(&Labels::from_strs(&[(METRIC_NAME, name)])).pop()
                }));
                continue;
            }
            // What an expression gives as text depends on the time.
            Asked::Result(_) => return (it.current.clone(), None),
            Asked::Series(of) => (Some(of), &|it| vec![it.to_string()]),
        };
        found.extend(series(&text, selector.as_ref(), stage, collect, &mut lacks));
    }
    let found: Vec<String> = chosen_by(it.regex.as_deref(), found.into_iter().collect());
    match found.is_empty() {
        true => (found, lacks.or_else(|| Some((query.clone(), None)))),
        false => (found, None),
    }
}

/// What the series of a selector give, in all tests.
fn series(
    text: &Text,
    of: Option<&std::ops::Range<usize>>,
    stage: &Stage<'_>,
    collect: &Collect,
    lacks: &mut Option<(Text, Option<Reads>)>,
) -> Vec<String> {
    let Some(of) = of else {
        return stage.loaded.iter().flat_map(|it| collect(it)).collect();
    };
    let mut part = TextBuilder::new(text.span());
    part.part(text, of.clone());
    let part = part.finish();
    // What is no selector has been said.
    let Ok(parsed) = syntax::parse(part.as_str(), &stage.book.dialect) else {
        return Vec::new();
    };
    let reads = Reads::of(&parsed.expr);
    let selects = |it: &Labels| reads.selectors.iter().any(|read| read.selects(it));
    let mut out: Vec<String> =
        stage.loaded.iter().filter(|it| selects(it)).flat_map(|it| collect(it)).collect();
    if reads.selectors.iter().any(|it| stage.may_be_recorded(it)) {
        for scene in 0..stage.scenes.len() {
            if stage.finds(scene, &reads).0 == Finds::Recorded {
                out.extend(stage.play(scene, vec![reads.clone()], |run| {
                    let all = run.storage.series().iter().map(|it| &it.labels);
                    all.filter(|it| selects(it)).flat_map(collect).collect::<Vec<_>>()
                }));
            }
        }
    }
    *lacks = Some((part, Some(reads)));
    out
}

/// The values that a variable's pattern takes: `/.*-(.*)/`.
fn chosen_by(pattern: Option<&str>, values: Vec<String>) -> Vec<String> {
    let Some(pattern) = pattern else { return values };
    let body =
        pattern.strip_prefix('/').and_then(|it| it.rsplit_once('/')).map(|it| it.0);
    // A pattern that only a browser understands takes all.
    let Ok(regex) = Regex::new(body.unwrap_or(pattern)) else { return values };
    let take = |it: &String| {
        let groups = regex.captures(it)?;
        let group = groups.get(1).copied().flatten().or(groups[0])?;
        Some(it[group.0..group.1].to_owned())
    };
    let taken: BTreeSet<String> = values.iter().filter_map(take).collect();
    taken.into_iter().collect()
}

//! What the panels of a dashboard show: the answers of their queries on the tests' series,
//! or made-up ones where there are no tests.

use std::collections::BTreeMap;
use std::path::Path;

use aqua_alerts::cli::args::{Color, Format, Global};
use aqua_alerts::cli::check::dashboards;
use aqua_alerts::cli::load;
use aqua_alerts::cli::session::Session;
use aqua_alerts::cli::test::{self, native};
use aqua_alerts::harness::panels::show::{self, Shown};
use aqua_alerts::harness::panels::stage::Stage;
use aqua_alerts::harness::panels::values;
use libtest_mimic::Failed;
use serde_json::{Map, Value, json};

/// A dashboard with data for each panel and query, as Prometheus answers, and what is
/// chosen of its variables.
pub struct Drawn {
    pub board: Value,
    pub data: Value,
    pub values: Value,
}

impl Drawn {
    /// The panels, those in closed rows too.
    pub fn n_panels(&self) -> usize {
        panels(&self.board).len()
    }
}

/// All panels of a dashboard but rows.
fn panels(board: &Value) -> Vec<&Value> {
    let all = board["panels"].as_array().unwrap().iter();
    let all = all.flat_map(|it| {
        std::iter::once(it).chain(it["panels"].as_array().into_iter().flatten())
    });
    all.filter(|it| it["type"] != "row").collect()
}

/// What is chosen at first.
fn chosen(board: &Value) -> Value {
    let all = board["templating"]["list"].as_array().unwrap().iter();
    let value = |it: &Value| {
        let text = &it["current"]["text"];
        let text = text.as_str().or_else(|| text[0].as_str());
        (it["name"].as_str().unwrap().to_owned(), json!(text.unwrap_or("…")))
    };
    Value::Object(all.map(value).collect())
}

/// When the dashboards are looked at, in milliseconds: while something happens.
const UNTIL: i64 = 230 * 60_000;

/// The dashboards of a project in an environment with the answers of a test whose name
/// contains `name`, and where that has none, of any other.
pub fn of_tests(project: &Path, env: &str, name: &str) -> Result<Vec<Drawn>, Failed> {
    let global = Global {
        directories: vec![project.to_owned()],
        format: Format::Human,
        color: Color::Never,
        deny: Vec::new(),
    };
    let mut session = Session::new(&global);
    let loaded = load::load(&mut session, &[]).ok_or("the project cannot be read")?;
    let files: Vec<_> =
        test::own(&loaded, &mut session).into_iter().map(|it| it.0).collect();
    let at = loaded.books.iter().position(|it| &*it.env == env).unwrap();
    let book = &loaded.books[at];
    let written = dashboards::written(book);
    let mut out = Vec::new();
    native::check(&loaded, &files, &mut session, |stages, _| {
        let all = &stages[at];
        let named = all.scenes.iter().copied().filter(|it| it.ready.name.contains(name));
        let first = Stage::new(book, named.collect());
        assert_eq!(first.scenes.len(), 1, "tests with `{name}` in their names");
        for (read, file) in dashboards::boards(book, &written, true).iter().zip(&written)
        {
            let board: Value = serde_json::from_str(&file.text).unwrap();
            let values = values::values(&read.0, all);
            let mut data = BTreeMap::new();
            for stage in [&first, all] {
                for it in show::show(&read.0, &values, stage, &|_| true) {
                    let frames = answer(&it);
                    let n_targets = it.panel.targets.as_ref().map_or(0, Vec::len);
                    let id = it.panel.id.unwrap().to_string();
                    let targets =
                        data.entry(id).or_insert_with(|| vec![json!([]); n_targets]);
                    if targets[it.target] == json!([]) {
                        targets[it.target] = frames;
                    }
                }
            }
            let (data, values) = (json!(data), chosen(&board));
            out.push(Drawn { board, data, values });
        }
    });
    Ok(out)
}

fn answer(it: &Shown<'_>) -> Value {
    let series = it.frames.iter().flatten().filter_map(|it| {
        let labels = it.labels.iter().map(|it| (it.0.to_string(), json!(&*it.1)));
        let value = |it: &(i64, f64)| json!([it.0 as f64 / 1e3, it.1.to_string()]);
        let points = it.points.iter().filter(|it| it.0 <= UNTIL);
        let values: Vec<Value> = points.map(value).collect();
        let metric = Value::Object(labels.collect());
        (!values.is_empty()).then(|| json!({ "metric": metric, "values": values }))
    });
    series.collect()
}

/// A dashboard with waves about its limits, two of each query; histograms have buckets.
pub fn waves(board: Value) -> Drawn {
    let mut data = Map::new();
    for panel in panels(&board) {
        let steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"].as_array();
        let limits = steps.into_iter().flatten().filter_map(|it| it["value"].as_f64());
        let limit = limits.fold(0.0, f64::max);
        // The zone of the one value 0 ends at the least number that is more.
        let limit = if limit < 1e-9 { 1.0 } else { limit };
        let targets = panel["targets"].as_array().into_iter().flatten();
        let answers = targets.map(|it| match panel["type"] == "heatmap" {
            true => ["0.1", "0.5", "1", "5", "+Inf"]
                .iter()
                .enumerate()
                .map(|(idx, le)| wave(json!({ "le": le }), idx, 10.0 * (idx + 1) as f64))
                .collect(),
            false => {
                (0..2).map(|idx| wave(labels(it, idx), idx, limit)).collect::<Value>()
            }
        });
        data.insert(panel["id"].to_string(), answers.collect());
    }
    let values = chosen(&board);
    Drawn { board, data: Value::Object(data), values }
}

/// The labels that a query's legend names.
fn labels(target: &Value, idx: usize) -> Value {
    let legend = target["legendFormat"].as_str().unwrap_or_default();
    let names = legend.split("{{").skip(1).filter_map(|it| it.split("}}").next());
    let labels = names.chain(["instance"]);
    Value::Object(
        labels.map(|it| (it.to_owned(), json!(format!("{it}-{idx}")))).collect(),
    )
}

fn wave(metric: Value, idx: usize, limit: f64) -> Value {
    let value = |minute: u32| {
        let turn = f64::from(minute) / 45.0 + idx as f64;
        // Half a wave after the other, without the functions that differ by machine.
        let part = (turn % 2.0 - 1.0).abs();
        json!([minute * 60, (limit * (0.4 + 0.9 * part)).to_string()])
    };
    json!({ "metric": metric, "values": (0..360).map(value).collect::<Vec<_>>() })
}

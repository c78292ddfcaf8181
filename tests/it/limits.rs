//! Queries that ask for too much, and how they are refused.
//!
//! `fixtures/limits/*.promql` are expressions; comments before them say what there is:
//! `# load SERIES` (a sample a minute), `# range START END STEP` (otherwise the query is
//! an instant one, after ten minutes) and `# limits steps=… values=… work=…` instead of
//! the usual ones. Beside each stands its message as it is drawn.

use std::fs;
use std::path::Path;

use aqua_alerts::case::duration;
use aqua_alerts::case::notation::{Grid as Spacing, Notation, Sample, expand, series};
use aqua_alerts::diag::diagnostic::Diagnostic;
use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::diag::source::{SourceMap, Span};
use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::eval::{Options, evaluate};
use aqua_alerts::promql::limits::Limits;
use aqua_alerts::promql::series::Series;
use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::syntax::ast::TextRange;
use aqua_alerts::promql::value::Grid;
use libtest_mimic::{Failed, Trial};

use crate::golden;

/// One trial for each query.
pub fn trials() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/limits");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.retain(|it| it.extension().is_some_and(|it| it == "promql"));
    paths.sort();
    let trial = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Trial::test(format!("limits::{name}"), move || check_file(&path))
    };
    paths.into_iter().map(trial).collect()
}

fn check_file(path: &Path) -> Result<(), Failed> {
    // Trees of the greatest depth need some stack.
    let drawn = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(64 << 20);
        thread.spawn_scoped(scope, || draw(path)).unwrap().join().unwrap()
    });
    golden::check(&path.with_extension("txt"), &drawn?)
}

fn draw(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let mut storage = MemoryStorage::new();
    let mut grid = Grid::instant(600_000);
    let mut limits = Limits::DEFAULT;
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("# ") else { continue };
        match rest.split_once(' ') {
            Some(("load", line)) => storage.insert(load(line)?),
            Some(("range", rest)) => {
                let times: Result<Vec<i64>, String> =
                    rest.split(' ').map(duration::parse).collect();
                let times = times?;
                grid = Grid::range(times[0], times[1], times[2]);
            }
            Some(("limits", rest)) => {
                for part in rest.split(' ') {
                    let (name, value) = part.split_once('=').ok_or("no `=`")?;
                    let value = value.parse().map_err(|it| format!("{it}"))?;
                    *match name {
                        "steps" => &mut limits.steps,
                        "values" => &mut limits.values,
                        "work" => &mut limits.work,
                        _ => return Err(format!("no limit is called {name}")),
                    } = value;
                }
            }
            _ => {}
        }
    }
    let dialect = Dialect::everything();
    let options = Options { limits, ..Options::default() };
    let faults: Vec<(TextRange, String, Option<String>)> =
        match check::parse(&text, &dialect) {
            Err(errors) => {
                errors.into_iter().map(|it| (it.at, it.message, it.help)).collect()
            }
            Ok(parsed) => match evaluate(&storage, &parsed, grid, &dialect, &options) {
                Err(error) => vec![(error.at, error.to_string(), None)],
                Ok(_) => return Ok("it is evaluated\n".to_string()),
            },
        };
    let mut sources = SourceMap::new();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = sources.add(name, text.as_str());
    let drawn = faults.into_iter().map(|(at, message, help)| {
        let span = Span { file, start: at.start, end: at.end };
        let diagnostic = Diagnostic::error("refused", message).at(span, "");
        help.into_iter().fold(diagnostic, Diagnostic::help)
    });
    Ok(render(&drawn.collect::<Vec<_>>(), &sources, Config::PLAIN))
}

fn load(line: &str) -> Result<Series, String> {
    let fault = |it: aqua_alerts::promql::syntax::ast::SyntaxError| it.message;
    let (labels, items) = series(line, Notation::Prometheus).map_err(fault)?;
    let spacing = 60_000;
    let samples = expand(&items, Spacing { spacing, end: None }).map_err(fault)?;
    let mut series = Series { labels, ..Series::default() };
    for (idx, sample) in samples.iter().enumerate() {
        if let Sample::Float(value) = sample {
            series.floats.push(idx as i64 * spacing, *value);
        }
    }
    Ok(series)
}

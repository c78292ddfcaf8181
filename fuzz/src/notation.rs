//! Series and their values as tests write them.

use aqua_alerts::case::native::timeline;
use aqua_alerts::case::notation::{
    Grid, Notation, Sample, expand, metric, series, values,
};
use aqua_alerts::case::{duration, script};

use crate::{check_error, check_place};

const SPACINGS: [i64; 4] = [1, 1_000, 15_000, 60_000];
const ENDS: [Option<i64>; 5] = [None, Some(-1), Some(0), Some(600_000), Some(86_400_000)];

/// What one series may have here: enough to see a bomb, little enough to be quick.
const MOST: usize = 10_000_001;

/// Reads a text as a series, as values and as a script. Its first byte chooses how the
/// values are multiplied out.
pub fn check(text: &str) {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or('0') as usize;
    let line = chars.as_str();
    let grid = Grid {
        spacing: SPACINGS[first % SPACINGS.len()],
        end: ENDS[first / SPACINGS.len() % ENDS.len()],
    };
    for notation in [Notation::Prometheus, Notation::Native] {
        match series(line, notation) {
            Ok((labels, items)) => {
                let again = metric(&labels.to_string()).expect("it was just printed");
                assert_eq!(again, labels);
                items.iter().for_each(|it| check_place(line, it.at));
                check_expanded(line, expand(&items, grid), grid);
            }
            Err(error) => check_error(line, &error),
        }
        match values(line, notation) {
            Ok(items) => check_expanded(line, expand(&items, grid), grid),
            Err(error) => check_error(line, &error),
        }
    }
    if let Ok(millis) = duration::parse(line) {
        assert_eq!(duration::parse(&duration::print(millis)), Ok(millis), "{line:?}");
    }
    if let Err(error) = timeline::parse(line) {
        check_error(line, &error);
    }
    let (_, errors) = script::read(line);
    errors.iter().for_each(|it| check_place(line, it.at));
}

fn check_expanded(
    line: &str,
    samples: Result<Vec<Sample>, aqua_alerts::promql::syntax::ast::SyntaxError>,
    grid: Grid,
) {
    let samples = match samples {
        Ok(samples) => samples,
        Err(error) => return check_error(line, &error),
    };
    assert!(samples.len() <= MOST, "{} samples of {line:?}", samples.len());
    if let Some(end) = grid.end {
        let fits = (end / grid.spacing + 1).max(0) as usize;
        assert!(samples.len() <= fits, "{} samples of {line:?}", samples.len());
    }
    for sample in samples.iter().take(1000) {
        if let Sample::Histogram(it) = sample {
            let histogram = it.histogram();
            let _ = (histogram.to_string(), histogram.weight());
        }
    }
}

//! Units as panels have them.

use crate::promql::unit::{Unit, Units};
use crate::resolve::records::records;
use crate::rules::book::Book;
use crate::rules::dashboard::Query;

/// What is known of no unit.
pub(super) const NO_UNIT: &str = "short";

/// The units of what a book records.
pub(super) fn units(book: &Book) -> Units {
    let records = records(book).into_iter();
    Units::of_records(records.map(|(it, _)| (it.name.as_str(), &it.expr.parsed.expr)))
}

/// Grafana's id for the values of a query; `None` where they take the unit of the panel.
pub(super) fn beside_others(unit: &Unit) -> Option<String> {
    (!unit.is_number()).then(|| unit.id().unwrap_or(NO_UNIT).to_owned())
}

/// The unit of a panel: what was chosen, else that of its first query that has one. The
/// queries keep theirs only where it is another.
pub(super) fn of_panel(chosen: Option<String>, queries: &mut [Query]) -> String {
    let first = || queries.iter().find_map(|it| it.unit.clone());
    let panel = chosen.or_else(first).unwrap_or_else(|| NO_UNIT.to_owned());
    for it in queries {
        it.unit = it.unit.take().filter(|it| *it != panel);
    }
    panel
}

/// The unit that a template function of Prometheus shows a value in.
pub(super) fn of_function(function: &str) -> Option<&'static str> {
    match function {
        "humanizePercentage" => Some("percentunit"),
        "humanizeDuration" => Some("s"),
        "humanize1024" => Some("bytes"),
        _ => None,
    }
}

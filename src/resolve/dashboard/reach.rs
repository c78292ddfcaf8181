//! From an alert to what shows it: the annotation `dashboard_url`.

use std::collections::{BTreeSet, HashMap};

use crate::diag::text::Text;
use crate::rules::book::Book;
use crate::rules::dashboard::{Board, Content, Panel};
use crate::rules::group::{Alert, Pair, Rule};

/// The annotation.
const ANNOTATION: &str = "dashboard_url";

/// Gives alerts that have none the annotation with the address of their own panel, else
/// of the dashboard that shows most of the series that they look at. `url` is Grafana's.
pub fn annotate(book: &mut Book, url: &str) {
    let boards: Vec<&Board> = book
        .dashboards
        .iter()
        .filter_map(|it| match &it.content {
            Content::Board(board) => Some(board),
            Content::Json { .. } => None,
        })
        .collect();
    let ways = Ways::new(&boards);
    let rules = book.groups.iter().flat_map(|it| &it.rules);
    let addresses: Vec<Option<String>> = rules
        .map(|it| match it {
            Rule::Alert(it) => ways.to(it).map(|it| it.address(url)),
            Rule::Record(_) => None,
        })
        .collect();
    let rules = book.groups.iter_mut().flat_map(|it| &mut it.rules);
    for (rule, address) in rules.zip(addresses) {
        let (Rule::Alert(alert), Some(address)) = (rule, address) else { continue };
        let text = |it: &str| Text::opaque(it, alert.span);
        let pair = Pair { name: text(ANNOTATION), value: text(&address) };
        alert.annotations.push(pair);
    }
}

/// A dashboard, or one of its panels.
#[derive(Clone, Copy)]
struct Place<'a> {
    board: &'a Board,
    panel: Option<&'a Panel>,
}

impl Place<'_> {
    /// The address below Grafana's, whose own questions stay: `?orgId=2`.
    fn address(self, grafana: &str) -> String {
        let (grafana, _) = grafana.split_once('#').unwrap_or((grafana, ""));
        let (base, asked) = grafana.split_once('?').unwrap_or((grafana, ""));
        let panel = self.panel.map(|it| format!("viewPanel={}", it.id));
        let asked = Some(asked.to_owned()).filter(|it| !it.is_empty());
        let asked: Vec<String> = asked.into_iter().chain(panel).collect();
        let path = format!("{}/d/{}", base.trim_end_matches('/'), self.board.uid);
        match asked.is_empty() {
            true => path,
            false => format!("{path}?{}", asked.join("&")),
        }
    }
}

/// What leads to dashboards.
struct Ways<'a> {
    boards: Vec<&'a Board>,
    /// Panels by the alerts that they show.
    panels: HashMap<&'a str, Vec<(&'a Board, &'a Panel)>>,
    /// The dashboards that ask for a metric, by their places.
    metrics: HashMap<&'a str, BTreeSet<usize>>,
}

impl<'a> Ways<'a> {
    fn new(boards: &[&'a Board]) -> Ways<'a> {
        let (mut panels, mut metrics) = (HashMap::new(), HashMap::new());
        for (idx, board) in boards.iter().copied().enumerate() {
            for panel in board.rows.iter().flat_map(|it| &it.panels) {
                if let Some(shown) = &panel.shows {
                    let all: &mut Vec<_> = panels.entry(&*shown.alert).or_default();
                    all.push((board, panel));
                }
                for it in &panel.metrics {
                    let of: &mut BTreeSet<usize> = metrics.entry(&**it).or_default();
                    of.insert(idx);
                }
            }
        }
        Ways { boards: boards.to_vec(), panels, metrics }
    }

    /// What shows an alert; nothing where the alert itself says it.
    fn to(&self, alert: &Alert) -> Option<Place<'a>> {
        if alert.annotations.iter().any(|it| it.name.as_str() == ANNOTATION) {
            return None;
        }
        let about = alert.about.as_ref();
        let name = about.map_or(alert.name.as_str(), |it| &*it.definition);
        let job = about.and_then(|it| it.job.as_ref());
        let own = self.panels.get(name).into_iter().flatten();
        let own = own.filter(|(_, panel)| {
            let shown = panel.shows.as_ref().and_then(|it| it.job.as_ref());
            about.is_none() || shown.is_none() || shown == job
        });
        match own.min_by_key(|it| it.1.derived) {
            Some((board, panel)) => Some(Place { board, panel: Some(panel) }),
            None => Some(Place { board: self.nearest(alert)?, panel: None }),
        }
    }

    /// The dashboard with most of the metrics of an alert, the first of several.
    fn nearest(&self, alert: &Alert) -> Option<&'a Board> {
        let selectors = alert.expr.parsed.expr.selectors();
        let names: BTreeSet<&str> =
            selectors.iter().filter_map(|it| it.1.name.as_deref()).collect();
        let mut n_common: HashMap<usize, usize> = HashMap::new();
        for idx in names.iter().filter_map(|it| self.metrics.get(it)).flatten() {
            *n_common.entry(*idx).or_default() += 1;
        }
        let best = n_common.into_iter().map(|(idx, n)| (n, std::cmp::Reverse(idx)));
        best.max().map(|it| self.boards[it.1.0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_what_grafana_is_asked() {
        let board = Board { uid: "x".into(), ..Board::empty() };
        let place = Place { board: &board, panel: None };
        for (url, expect) in [
            ("https://g.example.com", "https://g.example.com/d/x"),
            ("https://g.example.com/", "https://g.example.com/d/x"),
            ("https://example.com/grafana//", "https://example.com/grafana/d/x"),
            ("https://g.example.com/?orgId=2", "https://g.example.com/d/x?orgId=2"),
            ("https://g.example.com?orgId=2#top", "https://g.example.com/d/x?orgId=2"),
        ] {
            assert_eq!(place.address(url), expect);
        }
    }
}

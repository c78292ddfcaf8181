//! Where panels stand: left to right in lines of 24 columns, as wide as the author says
//! or as the line leaves room. Nothing overlaps.

use super::model::GridPos;
use crate::rules::dashboard::{Panel, PanelKind};

/// Columns of a dashboard.
pub(super) const COLUMNS: u32 = 24;

/// Positions for the panels of one row from line `y` on, and the line after them.
pub(super) fn layout(panels: &[Panel], y: u32) -> (Vec<GridPos>, u32) {
    let mut out = Vec::with_capacity(panels.len());
    let mut y = y;
    for line in lines(panels) {
        let height = line.iter().map(|(it, _)| height(it)).max().unwrap_or(0);
        let mut x = 0;
        for (panel, w) in line {
            let h = panel.height.unwrap_or(height);
            out.push(GridPos { h, w, x, y });
            x += w;
        }
        y += height;
    }
    (out, y)
}

fn height(panel: &Panel) -> u32 {
    panel.height.unwrap_or(match panel.kind {
        PanelKind::Stat => 4,
        PanelKind::Timeseries | PanelKind::Table => 8,
    })
}

/// The panels with their widths, line by line.
fn lines(panels: &[Panel]) -> Vec<Vec<(&Panel, u32)>> {
    let n_wide = panels.iter().filter(|it| it.kind != PanelKind::Stat).count();
    let mut lines: Vec<Vec<(&Panel, u32)>> = Vec::new();
    let mut free = 0;
    for panel in panels {
        let width = panel.width.unwrap_or(width(panel.kind, n_wide)).clamp(1, COLUMNS);
        match lines.last_mut().filter(|_| width <= free) {
            Some(line) => line.push((panel, width)),
            None => {
                lines.push(vec![(panel, width)]);
                free = COLUMNS;
            }
        }
        free -= width;
    }
    lines.iter_mut().for_each(|it| fill(it));
    lines
}

/// The width of a panel whose author gives none; `n_wide` panels of the row are no
/// single numbers.
fn width(kind: PanelKind, n_wide: usize) -> u32 {
    match (kind, n_wide) {
        (PanelKind::Stat, _) => 6,
        (_, 3 | 5 | 6 | 9) => 8,
        (_, _) => 12,
    }
}

/// Gives what a line leaves free to its panels without a width of their own: to those
/// with a time axis or rows first, to single numbers only where there is nothing else.
fn fill(line: &mut [(&Panel, u32)]) {
    let used: u32 = line.iter().map(|it| it.1).sum();
    let free = COLUMNS.saturating_sub(used);
    let wide = |it: &Panel| it.width.is_none() && it.kind != PanelKind::Stat;
    let n_wide = line.iter().filter(|it| wide(it.0)).count() as u32;
    let n_stats = line.iter().filter(|it| it.0.width.is_none()).count() as u32 - n_wide;
    // A single number does not become wider than half the page.
    let (n_growing, most) = match (n_wide, n_stats) {
        (0, 0) => return,
        (0, n) => (n, COLUMNS / 2),
        (n, _) => (n, COLUMNS),
    };
    let (share, mut rest) = (free / n_growing, free % n_growing);
    for (panel, width) in line.iter_mut() {
        let grows = match n_wide {
            0 => panel.width.is_none(),
            _ => wide(panel),
        };
        if !grows {
            continue;
        }
        let extra = rest.min(1);
        rest -= extra;
        *width = (*width + share + extra).min(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};
    use crate::rules::dashboard::Thresholds;

    fn panel(kind: PanelKind, width: Option<u32>) -> Panel {
        Panel {
            title: String::new(),
            description: None,
            kind,
            unit: "short".into(),
            decimals: None,
            min: None,
            max: None,
            width,
            height: None,
            queries: Vec::new(),
            thresholds: Thresholds::default(),
            links: Vec::new(),
            allow: Vec::new(),
            span: Span { file: FileId(0), start: 0, end: 0 },
        }
    }

    fn check(text: &str, expect: &[(u32, u32, u32, u32)]) {
        let panels: Vec<Panel> = text
            .split(' ')
            .map(|it| {
                let width = it[1..].parse().ok();
                match &it[..1] {
                    "s" => panel(PanelKind::Stat, width),
                    "t" => panel(PanelKind::Timeseries, width),
                    _ => panel(PanelKind::Table, width),
                }
            })
            .collect();
        let (got, end) = layout(&panels, 3);
        let got: Vec<_> = got.iter().map(|it| (it.x, it.y, it.w, it.h)).collect();
        assert_eq!(got, expect, "{text}");
        for (idx, a) in got.iter().enumerate() {
            assert!(a.0 + a.2 <= COLUMNS && a.1 + a.3 <= end, "{text}");
            for b in &got[..idx] {
                let apart = a.0 + a.2 <= b.0 || b.0 + b.2 <= a.0;
                assert!(apart || a.1 + a.3 <= b.1 || b.1 + b.3 <= a.1, "{text}: overlap");
            }
        }
    }

    #[test]
    fn panels_fill_their_lines() {
        check("t", &[(0, 3, 24, 8)]);
        check("t t", &[(0, 3, 12, 8), (12, 3, 12, 8)]);
        check("t t t", &[(0, 3, 8, 8), (8, 3, 8, 8), (16, 3, 8, 8)]);
        check("s t", &[(0, 3, 6, 8), (6, 3, 18, 8)]);
        check("s s s s", &[(0, 3, 6, 4), (6, 3, 6, 4), (12, 3, 6, 4), (18, 3, 6, 4)]);
        check("s", &[(0, 3, 12, 4)]);
        check(
            "s s s s s",
            &[(0, 3, 6, 4), (6, 3, 6, 4), (12, 3, 6, 4), (18, 3, 6, 4), (0, 7, 12, 4)],
        );
    }

    #[test]
    fn a_width_of_the_author_is_kept() {
        check("t4 t", &[(0, 3, 4, 8), (4, 3, 20, 8)]);
        check("t99", &[(0, 3, 24, 8)]);
        check("t20 t20", &[(0, 3, 20, 8), (0, 11, 20, 8)]);
        check("s3 x", &[(0, 3, 3, 8), (3, 3, 21, 8)]);
    }
}

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
        PanelKind::Gauge | PanelKind::Text => 6,
        // The table of names and values needs room.
        PanelKind::Timeseries if !panel.look.legend_values.is_empty() => 10,
        PanelKind::Timeseries
        | PanelKind::BarGauge
        | PanelKind::Table
        | PanelKind::Heatmap
        | PanelKind::StateTimeline
        | PanelKind::Alerts => 8,
    })
}

/// Whether a panel shows single numbers, which need little room.
fn is_small(panel: &Panel) -> bool {
    matches!(panel.kind, PanelKind::Stat | PanelKind::Gauge)
}

/// The panels with their widths, line by line.
fn lines(panels: &[Panel]) -> Vec<Vec<(&Panel, u32)>> {
    let mut lines: Vec<Vec<(&Panel, u32)>> = Vec::new();
    let mut free = 0;
    let n_small = panels.iter().filter(|it| is_small(it)).count();
    let n_wide = panels.len() - n_small;
    let (small, wide) = widths(n_small, n_wide);
    // One that would be left over makes the last lines two of two.
    let free_hand =
        panels.iter().all(|it| it.width.is_none() && it.look.repeat.is_none());
    let two = match free_hand && n_small == 0 && n_wide % 3 == 1 {
        true => n_wide.saturating_sub(4),
        false => n_wide,
    };
    for (idx, panel) in panels.iter().enumerate() {
        let usual = match is_small(panel) {
            true => small,
            false if two <= idx => COLUMNS / 2,
            false => wide,
        };
        let width = match &panel.look.repeat {
            // Its copies share a whole line.
            Some(it) if !it.down => COLUMNS,
            _ => panel.width.unwrap_or(usual).clamp(1, COLUMNS),
        };
        // Beside a panel whose width its author gave there may be room for a narrower one.
        let own = |it: &Vec<(&Panel, u32)>| it.iter().any(|it| it.0.width.is_some());
        let least = if is_small(panel) { small / 2 } else { wide / 2 };
        let yields = panel.width.is_none() && panel.look.repeat.is_none();
        let width = match lines.last().is_some_and(own) && yields && least <= free {
            true => width.min(free),
            false => width,
        };
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

/// The widths of panels whose authors give none, where a row has so many small and so
/// many wide ones: lines are as even as they can be.
fn widths(n_small: usize, n_wide: usize) -> (u32, u32) {
    const MOST_IN_LINE: usize = 6;
    let small = match (n_small, n_wide) {
        (1.., 0) => {
            let n_lines = n_small.div_ceil(MOST_IN_LINE);
            (COLUMNS / n_small.div_ceil(n_lines) as u32).min(COLUMNS / 2)
        }
        (_, _) => 6,
    };
    let wide = match n_wide {
        3 | 5.. => 8,
        _ => 12,
    };
    (small, wide)
}

/// Gives what a line leaves free to its panels without a width of their own: to those
/// with a time axis or rows first, to single numbers only where there is nothing else.
fn fill(line: &mut [(&Panel, u32)]) {
    let used: u32 = line.iter().map(|it| it.1).sum();
    let free = COLUMNS.saturating_sub(used);
    let wide = |it: &Panel| it.width.is_none() && !is_small(it);
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
    use crate::emit::grafana::panel::sample;
    use crate::rules::look::Repeat;

    fn panel(kind: PanelKind, width: Option<u32>) -> Panel {
        Panel { width, ..sample(kind, &[]) }
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
        let got = sound(&panels);
        assert_eq!(got, expect, "{text}");
    }

    /// Places as (x, y, w, h), none of which leaves the page or lies over another.
    fn sound(panels: &[Panel]) -> Vec<(u32, u32, u32, u32)> {
        let (got, end) = layout(panels, 3);
        assert_eq!(got.len(), panels.len());
        let got: Vec<_> = got.iter().map(|it| (it.x, it.y, it.w, it.h)).collect();
        for (idx, a) in got.iter().enumerate() {
            assert!(a.0 + a.2 <= COLUMNS && 3 <= a.1 && a.1 + a.3 <= end, "{got:?}");
            assert!(0 < a.2 && 0 < a.3, "{got:?}");
            for b in &got[..idx] {
                let apart = a.0 + a.2 <= b.0 || b.0 + b.2 <= a.0;
                assert!(apart || a.1 + a.3 <= b.1 || b.1 + b.3 <= a.1, "{got:?}");
            }
        }
        got
    }

    /// Rows of random panels: nothing overlaps, and lines stand below each other in the
    /// order in which panels are written.
    #[test]
    fn random_rows_are_laid_out() {
        let kinds = [
            PanelKind::Timeseries,
            PanelKind::Stat,
            PanelKind::Gauge,
            PanelKind::BarGauge,
            PanelKind::Table,
            PanelKind::Heatmap,
            PanelKind::StateTimeline,
            PanelKind::Text,
            PanelKind::Alerts,
        ];
        let mut seed = 0x2545_F491_u32;
        let mut next = |below: u32| {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            seed % below
        };
        for _ in 0..2000 {
            let n_panels = next(14);
            let mut panels = Vec::new();
            for _ in 0..n_panels {
                let mut it = panel(kinds[next(9) as usize], None);
                it.width = (next(3) == 0).then(|| 1 + next(24));
                it.height = (next(4) == 0).then(|| 2 + next(20));
                let repeat = Repeat { by: "job".into(), per_row: 4, down: next(2) == 0 };
                it.look.repeat = (next(9) == 0).then_some(repeat);
                panels.push(it);
            }
            let places = sound(&panels);
            let in_order = |pair: &[(u32, u32, u32, u32)]| {
                (pair[0].1, pair[0].0) < (pair[1].1, pair[1].0)
            };
            assert!(places.windows(2).all(in_order), "{places:?}");
        }
    }

    #[test]
    fn panels_fill_their_lines() {
        check("t", &[(0, 3, 24, 8)]);
        check("t t", &[(0, 3, 12, 8), (12, 3, 12, 8)]);
        check("t t t", &[(0, 3, 8, 8), (8, 3, 8, 8), (16, 3, 8, 8)]);
        let three = |y| [(0, y, 8, 8), (8, y, 8, 8), (16, y, 8, 8)];
        let two = |y| [(0, y, 12, 8), (12, y, 12, 8)];
        check("t t t t", &[two(3), two(11)].concat());
        check("t t t t t", &[&three(3)[..], &two(11)].concat());
        check("t t t t t t t", &[&three(3)[..], &two(11), &two(19)].concat());
        check("s t", &[(0, 3, 6, 8), (6, 3, 18, 8)]);
        check("s s s s", &[(0, 3, 6, 4), (6, 3, 6, 4), (12, 3, 6, 4), (18, 3, 6, 4)]);
        check("s", &[(0, 3, 12, 4)]);
        check(
            "s s s s s",
            &[(0, 3, 5, 4), (5, 3, 5, 4), (10, 3, 5, 4), (15, 3, 5, 4), (20, 3, 4, 4)],
        );
    }

    #[test]
    fn a_width_of_the_author_is_kept() {
        check("t4 t", &[(0, 3, 4, 8), (4, 3, 20, 8)]);
        check("t99", &[(0, 3, 24, 8)]);
        check("t14 t", &[(0, 3, 14, 8), (14, 3, 10, 8)]);
        check("t20 t", &[(0, 3, 20, 8), (0, 11, 24, 8)]);
        check("t20 t20", &[(0, 3, 20, 8), (0, 11, 20, 8)]);
        check("s3 x", &[(0, 3, 3, 8), (3, 3, 21, 8)]);
    }
}

//! What a page states about alerts in a form that can be recognised: rows of a table with a
//! column `severity` or `for`, lines such as `Severity: critical`, and front matter.

use crate::diag::source::Span;

/// A statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// The alerts that it names; empty where it names none.
    pub alerts: Vec<(String, Span)>,
    /// Its severities.
    pub severities: Option<Stated>,
    /// Its values of `for`.
    pub holds: Option<Stated>,
    /// The table of the page to which it belongs as a row.
    pub table: Option<usize>,
    /// The headings around it, the nearest first.
    pub within: Vec<String>,
}

/// Values with their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// The values, without markup.
    pub values: Vec<String>,
    /// Where they stand.
    pub span: Span,
}

/// A cell of a table.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its text without markup.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// The statements in the rows of a table.
pub fn table(head: &[Cell], rows: &[Vec<Cell>], idx: usize) -> Vec<Statement> {
    let column = |names: &[&str]| {
        let is = |it: &Cell| names.contains(&it.text.trim().to_lowercase().as_str());
        head.iter().position(is)
    };
    let severity = column(&["severity"]);
    let hold = column(&["for"]);
    let alert = column(&["alert", "alerts", "alertname"]);
    if severity.is_none() && hold.is_none() {
        return Vec::new();
    }
    let row = |row: &Vec<Cell>| {
        let stated = |column: Option<usize>| {
            let cell = row.get(column?)?;
            stated(&cell.text, cell.span)
        };
        let alerts = alert.and_then(|it| row.get(it)).map_or_else(Vec::new, |cell| {
            split(&cell.text).into_iter().map(|it| (it, cell.span)).collect()
        });
        Statement {
            alerts,
            severities: stated(severity),
            holds: stated(hold),
            table: Some(idx),
            within: Vec::new(),
        }
    };
    rows.iter().map(row).collect()
}

/// The statement of a line of text, which begins at `span`: `- **Severity:** critical`.
pub fn line(line: &str, span: Span) -> Option<Statement> {
    let bare = line.trim_start_matches([' ', '\t', '>', '-', '*', '+', '_', '`']);
    let at = line.len() - bare.len();
    let (key, value) = bare.split_once(':')?;
    let is_mark = |it: char| matches!(it, '*' | '_' | '`') || it.is_whitespace();
    let value_at = at + key.len() + 1;
    let start = value_at + (value.len() - value.trim_start_matches(is_mark).len());
    let value =
        value.trim_matches(is_mark).trim_end_matches('.').trim_end_matches(is_mark);
    let place = span.part(start as u32, (start + value.len()) as u32);
    let stated = stated(value, place)?;
    match key.trim_matches(is_mark).to_lowercase().as_str() {
        "severity" => {
            Some(Statement { severities: Some(stated), ..Statement::default() })
        }
        "for" => Some(Statement { holds: Some(stated), ..Statement::default() }),
        _ => None,
    }
}

fn stated(text: &str, span: Span) -> Option<Stated> {
    let values = split(text);
    (!values.is_empty()).then_some(Stated { values, span })
}

/// `a`, `b` and `c` of "`a`, b and c".
fn split(text: &str) -> Vec<String> {
    let text = text.replace(" and ", ",").replace(" or ", ",");
    let is_mark =
        |it: char| matches!(it, '`' | '*' | '"' | '\'' | '[' | ']') || it.is_whitespace();
    let values = text.split([',', '/', '|']).map(|it| it.trim_matches(is_mark));
    values.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;

    #[test]
    fn lines_that_state_something() {
        let cases = [
            ("Severity: critical", Some("critical")),
            ("- **Severity:** `critical` / warning.", Some("critical warning")),
            ("> * __Severity__: critical and page", Some("critical page")),
            ("severity: [critical, \"warning\"]", Some("critical warning")),
            ("The severity: high", None),
            ("Severity:", None),
            ("Severity critical", None),
        ];
        for (text, expect) in cases {
            let span = Span { file: FileId(0), start: 100, end: 100 + text.len() as u32 };
            let got = line(text, span).map(|it| it.severities.unwrap());
            assert_eq!(got.as_ref().map(|it| it.values.join(" ")).as_deref(), expect);
            if let Some(it) = got {
                let (start, end) = (it.span.start as usize, it.span.end as usize);
                let under = &text[start - 100..end - 100];
                assert!(under.starts_with(['c', '`', '[']), "{text}: {under}");
            }
        }
        let span = Span { file: FileId(0), start: 0, end: 9 };
        assert_eq!(line("**For**: 5m", span).unwrap().holds.unwrap().values, ["5m"]);
    }
}

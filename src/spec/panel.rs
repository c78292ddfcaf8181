//! Reads panels: the model as written, and nothing resolved.

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::doc::keys::Key;
use crate::doc::node::Node;
use crate::doc::reader::Fields;
use crate::spec::body::allow;
use crate::spec::dashboard::{Link, links};
use crate::spec::keys::panel::{KINDS, PANEL, QUERY};
use crate::spec::look::{Look, Thresholds, look, number, size, thresholds};
use crate::spec::model::Allow;

/// A panel.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Where it is declared.
    pub span: Span,
    /// The alert that it shows.
    pub alert: Option<Text>,
    /// The service whose alert it shows.
    pub job: Option<Text>,
    /// The title.
    pub title: Option<Text>,
    /// What it shows.
    pub description: Option<Text>,
    /// How it shows it.
    pub kind: Option<Text>,
    /// What it asks for.
    pub queries: Vec<Query>,
    /// What a series is called.
    pub legend: Option<Text>,
    /// The unit.
    pub unit: Option<Text>,
    /// Number of decimals.
    pub decimals: Option<u32>,
    /// Lower end.
    pub min: Option<f64>,
    /// Upper end.
    pub max: Option<f64>,
    /// Width.
    pub width: Option<u32>,
    /// Height.
    pub height: Option<u32>,
    /// Limits.
    pub thresholds: Option<Thresholds>,
    /// Links.
    pub links: Vec<Link>,
    /// Findings that are meant.
    pub allow: Vec<Allow>,
    /// How it looks.
    pub look: Look,
    /// The keys that are written, with their places.
    pub keys: Vec<(String, Span)>,
    /// Keys whose values were refused.
    pub refused: Vec<&'static str>,
}

impl Panel {
    /// The panel of an alert, with nothing else said.
    pub fn of_alert(alert: Text, job: Option<Text>) -> Panel {
        Panel {
            span: alert.span(),
            alert: Some(alert),
            job,
            title: None,
            description: None,
            kind: None,
            queries: Vec::new(),
            legend: None,
            unit: None,
            decimals: None,
            min: None,
            max: None,
            width: None,
            height: None,
            thresholds: None,
            links: Vec::new(),
            allow: Vec::new(),
            look: Look::default(),
            keys: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// How it shows its data: a word of [`KINDS`].
    pub fn kind(&self) -> &str {
        self.kind.as_ref().map_or(KINDS[0], Text::as_str)
    }
}

/// A query.
#[derive(Clone, Debug)]
pub struct Query {
    /// PromQL with Grafana's variables.
    pub expr: Text,
    /// What a series is called.
    pub legend: Option<Text>,
    /// The unit.
    pub unit: Option<Text>,
}

/// Reads a panel.
pub(super) fn panel(fields: &Fields<'_>) -> Panel {
    let written = |key: &'static Key| {
        let entry = fields.entry(key.name)?;
        Some((key.name.to_owned(), entry.key.span()))
    };
    Panel {
        span: fields.span,
        alert: fields.text("alert").cloned(),
        job: fields.text("job").cloned(),
        title: fields.text("title").cloned(),
        description: fields.text("description").cloned(),
        kind: fields.text("kind").cloned(),
        queries: queries(fields),
        legend: fields.text("legend").cloned(),
        unit: fields.text("unit").cloned(),
        decimals: size(fields, "decimals"),
        min: number(fields, "min"),
        max: number(fields, "max"),
        width: size(fields, "width"),
        height: size(fields, "height"),
        thresholds: fields.table("thresholds").map(|it| thresholds(&it)),
        links: links(fields),
        allow: allow(fields),
        look: look(fields),
        keys: PANEL.keys.iter().filter_map(written).collect(),
        refused: fields.refused(),
    }
}

fn queries(fields: &Fields<'_>) -> Vec<Query> {
    if let Some(expr) = fields.text("query") {
        return vec![Query { expr: expr.clone(), legend: None, unit: None }];
    }
    let query = |node: &Node| {
        let fields = Fields::of(node, &QUERY)?;
        let (legend, unit) = (fields.text("legend"), fields.text("unit"));
        let (legend, unit) = (legend.cloned(), unit.cloned());
        Some(Query { expr: fields.text("expr")?.clone(), legend, unit })
    };
    fields.array("query").iter().filter_map(query).collect()
}

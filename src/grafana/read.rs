//! From JSON to a dashboard: the classic schema, old rows included, in a Kubernetes
//! object or alone; and the second schema, whose panels are `elements`.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::{FileId, Span};
use crate::diag::text::Text;
use crate::doc::json;
use crate::doc::node::{Entry, Node};
use crate::grafana::input::unfilled;
use crate::grafana::interpolate;
use crate::grafana::model::{Dashboard, DataSource, Panel, Target, Variable};

/// Reads a dashboard; the error says why the text is none.
pub fn read(file: FileId, path: &str, text: &str) -> Result<Dashboard, Diagnostic> {
    let root = json::read(file, text, "bad-json").map_err(|it| {
        let title = it.title.replacen("file", &format!("`{path}`"), 1);
        Diagnostic { title, ..it }
    })?;
    // What Grafana answers to a download wraps the dashboard in two other ways.
    let has = |it: &Node, keys: &[&str]| keys.iter().any(|key| it.get(key).is_some());
    let is_classic = |it: &Node| has(it, &["panels", "rows"]);
    let (body, inner) = match (root.get("spec"), root.get("dashboard")) {
        (Some(spec), _) if spec.as_table().is_some() => (spec, None),
        (_, Some(inner)) if is_classic(inner) => (inner, Some(inner.span)),
        _ => (&root, None),
    };
    if !is_classic(body) && !has(body, &["elements"]) {
        let at = Span { file, start: 0, end: 0 };
        return Err(Diagnostic::error(
            "bad-dashboard",
            format!("`{path}` is no dashboard"),
        )
        .at(at, "has no `panels`")
        .help("export the dashboard as JSON from Grafana"));
    }
    let head = body.as_table().and_then(|it| it.entry("title"));
    let span = head.map_or(Span { file, start: 0, end: 1 }, |it| it.value.span);
    let out = match body.get("elements") {
        Some(elements) => second(&root, body, elements, span),
        None => classic(body, span),
    };
    Ok(Dashboard { inner, ..out })
}

fn string(node: &Node, key: &str) -> String {
    node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned()
}

fn flag(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool).unwrap_or(false)
}

fn items<'a>(node: &'a Node, path: &[&str]) -> &'a [Node] {
    node.at(path).and_then(Node::as_array).unwrap_or_default()
}

fn editable(body: &Node) -> Option<Span> {
    let it = body.get("editable")?;
    it.as_bool().filter(|it| *it).map(|_| it.span)
}

fn data_source(node: Option<&Node>) -> Option<DataSource> {
    let node = node?;
    if let Some(uid) = node.as_str() {
        return Some(DataSource { uid: uid.to_owned(), kind: None });
    }
    node.as_table()?;
    let kind = node.get("type").and_then(Node::as_str).map(str::to_owned);
    Some(DataSource { uid: string(node, "uid"), kind })
}

fn classic(body: &Node, span: Span) -> Dashboard {
    let mut panels = Vec::new();
    for row in items(body, &["rows"]) {
        items(row, &["panels"]).iter().for_each(|it| panel(it, None, &mut panels));
    }
    items(body, &["panels"]).iter().for_each(|it| panel(it, None, &mut panels));
    // A row that is open repeats the panels after it.
    let mut row = None;
    for it in &mut panels {
        match it.kind.as_str() {
            "row" => row = it.repeat.clone(),
            _ => it.repeat = it.repeat.take().or_else(|| row.clone()),
        }
    }
    let plugins = Plugins::of(body);
    for panel in &mut panels {
        let targets = panel.targets.iter_mut().flatten();
        targets.for_each(|it| plugins.settle(&mut it.datasource, &panel.kind));
    }
    let annotations = items(body, &["annotations", "list"]).iter().filter(|it| {
        let mut source = data_source(it.get("datasource")).unwrap_or_default();
        plugins.settle(&mut source, "");
        source.is_prometheus()
    });
    let mut variables: Vec<Variable> =
        items(body, &["templating", "list"]).iter().map(variable).collect();
    variables.iter_mut().for_each(|it| plugins.settle(&mut it.datasource, ""));
    Dashboard {
        title: body.get("title").and_then(Node::as_text).cloned(),
        uid: body.get("uid").and_then(Node::as_text).cloned(),
        editable: editable(body),
        allow: Vec::new(),
        unfilled: unfilled(body, &variables),
        inner: None,
        variables,
        panels,
        annotations: annotations
            .filter_map(|it| it.get("expr")?.as_text().cloned())
            .collect(),
        span,
    }
}

/// Of which kind data sources are that are named without it, as dashboards of older versions
/// name them.
struct Plugins<'a> {
    /// Variables that choose a data source, and those that are asked for when the dashboard
    /// is imported, each with its plugin.
    by_name: Vec<(&'a str, &'a str)>,
}

/// Plugins by whose name alone data sources are often called.
const OTHERS: &[&str] = &[
    "alertmanager",
    "azure-monitor",
    "cloudwatch",
    "elasticsearch",
    "graphite",
    "influxdb",
    "jaeger",
    "loki",
    "mssql",
    "mysql",
    "opensearch",
    "opentsdb",
    "postgres",
    "pyroscope",
    "stackdriver",
    "tempo",
    "testdata",
    "zipkin",
];

/// Panels that show what only data sources of another plugin give.
const PANELS: &[(&str, &str)] = &[("logs", "loki"), ("traces", "tempo")];

impl<'a> Plugins<'a> {
    fn of(body: &'a Node) -> Plugins<'a> {
        let word = |it: &'a Node, key: &str| it.get(key).and_then(Node::as_str);
        let variables = items(body, &["templating", "list"]).iter();
        let variables = variables.filter(|it| word(it, "type") == Some("datasource"));
        let variables = variables.map(|it| (word(it, "name"), word(it, "query")));
        let inputs = items(body, &["__inputs"]).iter();
        let inputs = inputs.map(|it| (word(it, "name"), word(it, "pluginId")));
        let named = variables.chain(inputs).filter_map(|it| Some((it.0?, it.1?)));
        Plugins { by_name: named.filter(|it| !it.1.is_empty()).collect() }
    }

    /// Says of which kind a data source is, if it can be told, for a panel of a type.
    fn settle(&self, source: &mut DataSource, panel: &str) {
        if source.kind.is_some() {
            return;
        }
        let named = match interpolate::uses(&source.uid).first() {
            Some(it) => {
                self.by_name.iter().find(|named| named.0 == it.name).map(|it| it.1)
            }
            None => {
                OTHERS.iter().copied().find(|it| it.eq_ignore_ascii_case(&source.uid))
            }
        };
        // Those of clouds ask for the same language.
        let named = named.map(|it| match it.contains("prometheus") {
            true => "prometheus",
            false => it,
        });
        let of_panel = || PANELS.iter().find(|it| it.0 == panel).map(|it| it.1);
        source.kind = named.or_else(of_panel).map(str::to_owned);
    }
}

/// A panel, and after it those inside.
fn panel(node: &Node, row: Option<&str>, out: &mut Vec<Panel>) {
    if node.as_table().is_none() {
        return;
    }
    let own = data_source(node.get("datasource"));
    let targets = node.get("targets").and_then(Node::as_array).map(|all| {
        let target = |it: &Node| target(it, own.as_ref());
        all.iter().filter_map(target).collect()
    });
    let id = node.get("id");
    let repeat = node.get("repeat").and_then(Node::as_str).filter(|it| !it.is_empty());
    let repeat = repeat.or(row);
    let field_config = node.get("fieldConfig");
    out.push(Panel {
        id: id.and_then(Node::as_i64),
        id_span: id.map_or(node.span, |it| it.span),
        title: string(node, "title"),
        description: string(node, "description"),
        kind: string(node, "type"),
        unit: field_config.and_then(unit),
        mapped: field_config.is_some_and(mapped),
        fields: shows_fields(node.get("options")),
        calculates: node.at(&["options", "calculate"]).and_then(Node::as_bool)
            == Some(true),
        datasource: own.clone().unwrap_or_default(),
        repeat: repeat.map(str::to_owned),
        targets,
        allow: Vec::new(),
        library: node.get("libraryPanel").is_some(),
        span: headline(node),
    });
    items(node, &["panels"]).iter().for_each(|it| panel(it, repeat, out));
}

/// Where a panel is shown in a message: its title.
fn headline(node: &Node) -> Span {
    let title = node.get("title").filter(|it| it.as_str().is_some());
    title.map_or(Span { end: node.span.start + 1, ..node.span }, |it| it.span)
}

fn target(node: &Node, panel: Option<&DataSource>) -> Option<Target> {
    node.as_table()?;
    let expr = node.get("expr").and_then(Node::as_text).cloned();
    let datasource = data_source(node.get("datasource")).or_else(|| panel.cloned());
    Some(Target {
        expr: expr.unwrap_or_else(|| Text::fixed("", node.span)),
        datasource: datasource.unwrap_or_default(),
        panel_id: node.get("panelId").and_then(Node::as_i64),
        hidden: flag(node, "hide"),
    })
}

fn properties(config: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let overrides = items(config, &["overrides"]).iter();
    let all = overrides.flat_map(|it| items(it, &["properties"]));
    all.filter_map(|it| Some((it.get("id")?.as_str()?, it.get("value")?)))
}

fn unit(config: &Node) -> Option<String> {
    let own = properties(config).filter(|it| it.0 == "unit").last();
    let own = own.and_then(|it| it.1.as_str()).filter(|it| !it.is_empty());
    let default = || config.at(&["defaults", "unit"])?.as_str();
    own.or_else(default).map(str::to_owned)
}

fn mapped(config: &Node) -> bool {
    let own = properties(config).any(|it| it.0 == "mappings" && !it.1.is_null());
    let default = config.at(&["defaults", "mappings"]);
    own || default.is_some_and(|it| !it.is_null())
}

fn shows_fields(options: Option<&Node>) -> bool {
    let fields = options.and_then(|it| it.at(&["reduceOptions", "fields"]));
    fields.and_then(Node::as_str).is_some_and(|it| !it.is_empty())
}

fn variable(node: &Node) -> Variable {
    let query = node.get("query");
    let query = query.and_then(|it| it.as_text().or_else(|| it.get("query")?.as_text()));
    Variable {
        name: string(node, "name"),
        label: string(node, "label"),
        kind: string(node, "type"),
        query: query.cloned(),
        datasource: data_source(node.get("datasource")).unwrap_or_default(),
        multi: flag(node, "multi"),
        all: flag(node, "includeAll"),
        all_value: text_of(node, "allValue"),
        current: node.at(&["current", "value"]).map(strings).unwrap_or_default(),
        options: items(node, &["options"])
            .iter()
            .filter_map(|it| it.get("value"))
            .flat_map(strings)
            .collect(),
        regex: text_of(node, "regex"),
        refresh: node.get("refresh").and_then(Node::as_i64).unwrap_or(0),
        span: node.get("name").map_or(node.span, |it| it.span),
    }
}

fn text_of(node: &Node, key: &str) -> Option<String> {
    Some(string(node, key)).filter(|it| !it.is_empty())
}

/// A text, or the texts of a list.
fn strings(node: &Node) -> Vec<String> {
    match node.as_array() {
        Some(all) => all.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        None => node.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// The second schema (`dashboard.grafana.app/v2`).
fn second(root: &Node, body: &Node, elements: &Node, span: Span) -> Dashboard {
    let entries = elements.as_table().into_iter().flatten();
    let refresh = |it: &Node| match it.get("refresh").and_then(Node::as_str) {
        Some("onTimeRangeChanged") => 2,
        Some("onDashboardLoad") => 1,
        _ => 0,
    };
    let variables = items(body, &["variables"]).iter().filter_map(|it| {
        let spec = it.get("spec")?;
        let kind = string(it, "kind");
        let kind = kind.strip_suffix("Variable").unwrap_or(&kind).to_lowercase();
        let query = spec.get("query");
        let inner = |it: &Node| {
            let fields = it.get("spec")?;
            let text = fields.get("query").or(fields.get("expr"))?;
            Some(text.as_text().or_else(|| text.get("query")?.as_text())?.clone())
        };
        let own = variable(spec);
        let plugin = spec.get("pluginId").and_then(Node::as_text);
        let asked = query.and_then(inner).or(own.query.clone()).or(plugin.cloned());
        Some(Variable {
            kind,
            query: asked,
            datasource: query.map(source_of_second).unwrap_or_default(),
            refresh: refresh(spec),
            ..own
        })
    });
    let annotations = items(body, &["annotations"]).iter().filter_map(|it| {
        let query = it.at(&["spec", "query"])?;
        let prometheus = source_of_second(query).is_prometheus();
        prometheus.then(|| query.at(&["spec", "expr"])?.as_text().cloned())?
    });
    Dashboard {
        title: body.get("title").and_then(Node::as_text).cloned(),
        uid: root.at(&["metadata", "name"]).and_then(Node::as_text).cloned(),
        editable: editable(body),
        allow: Vec::new(),
        unfilled: Vec::new(),
        inner: None,
        variables: variables.collect(),
        panels: entries.filter_map(element).collect(),
        annotations: annotations.collect(),
        span,
    }
}

fn source_of_second(query: &Node) -> DataSource {
    let kind = query.get("group").and_then(Node::as_str).filter(|it| !it.is_empty());
    let name = query.at(&["datasource", "name"]).and_then(Node::as_str);
    DataSource { uid: name.unwrap_or_default().to_owned(), kind: kind.map(str::to_owned) }
}

fn element(entry: &Entry) -> Option<Panel> {
    let node = &entry.value;
    let spec = node.get("spec")?;
    let library = string(node, "kind") == "LibraryPanel";
    let queries = items(spec, &["data", "spec", "queries"]).iter();
    let targets: Vec<Target> = queries
        .filter_map(|it| {
            let (outer, query) = (it.get("spec")?, it.at(&["spec", "query"])?);
            let expr = query.at(&["spec", "expr"]).and_then(Node::as_text).cloned();
            Some(Target {
                expr: expr.unwrap_or_else(|| Text::fixed("", it.span)),
                datasource: source_of_second(query),
                panel_id: None,
                hidden: flag(outer, "hidden"),
            })
        })
        .collect();
    let visual = spec.at(&["vizConfig", "spec"]);
    let config = visual.and_then(|it| it.get("fieldConfig"));
    let options = visual.and_then(|it| it.get("options"));
    let calculate = options.and_then(|it| it.get("calculate")?.as_bool());
    let kind = spec.get("vizConfig").map(|it| (string(it, "group"), string(it, "kind")));
    let id = spec.get("id");
    Some(Panel {
        id: id.and_then(Node::as_i64),
        id_span: id.map_or(entry.key.span(), |it| it.span),
        title: string(spec, "title"),
        description: string(spec, "description"),
        kind: kind.map_or(String::new(), |it| if it.0.is_empty() { it.1 } else { it.0 }),
        datasource: targets.first().map(|it| it.datasource.clone()).unwrap_or_default(),
        unit: config.and_then(unit),
        mapped: config.is_some_and(mapped),
        fields: shows_fields(options),
        calculates: calculate == Some(true),
        repeat: None,
        targets: (!targets.is_empty()).then_some(targets),
        allow: Vec::new(),
        library,
        span: headline(spec),
    })
}

#[cfg(test)]
mod tests;

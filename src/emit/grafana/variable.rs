//! Variables: the data source first, then those of the dashboard.

use serde_json::{Value as Json, json};

use super::model::DATASOURCE;
use crate::rules::dashboard::{Values, Variable};

/// All variables of a dashboard.
pub(super) fn variables(variables: &[Variable]) -> Vec<Json> {
    let data_source = json!({
        "current": {},
        "hide": 0,
        "includeAll": false,
        "label": "Data source",
        "multi": false,
        "name": "datasource",
        "options": [],
        "query": "prometheus",
        "refresh": 1,
        "regex": "",
        "skipUrlSync": false,
        "type": "datasource",
    });
    std::iter::once(data_source).chain(variables.iter().map(variable)).collect()
}

fn variable(it: &Variable) -> Json {
    let label = it.label.clone().unwrap_or_else(|| title(&it.name));
    let mut out = json!({
        "current": current(it),
        "hide": if it.hide { 2 } else { 0 },
        "includeAll": it.all,
        "label": label,
        "multi": it.multi,
        "name": it.name,
        "options": [],
    });
    let more = match &it.values {
        Values::Query(query) => json!({
            "datasource": DATASOURCE,
            "definition": query.as_str().trim(),
            "query": {
                "qryType": query_type(query.as_str()),
                "query": query.as_str().trim(),
                "refId": "PrometheusVariableQueryEditor-VariableQuery",
            },
            "refresh": 2,
            "regex": it.regex,
            "skipUrlSync": false,
            "sort": 1,
            "type": "query",
        }),
        Values::List(values) => json!({
            "query": values.iter().map(|it| escape(it)).collect::<Vec<_>>().join(","),
            "skipUrlSync": false,
            "type": "custom",
        }),
    };
    let (Json::Object(out_map), Json::Object(more)) = (&mut out, more) else {
        return out;
    };
    if it.all {
        // What "All" stands for: any value, also one that came after the list was made.
        out_map.insert("allValue".to_owned(), json!(".+"));
    }
    out_map.extend(more);
    out
}

/// What is chosen at first.
fn current(it: &Variable) -> Json {
    let first = match &it.values {
        Values::List(values) => values.first().cloned(),
        Values::Query(_) => None,
    };
    let (text, value) = match (it.value.clone().or(first), it.all) {
        (Some(value), _) => (value.clone(), value),
        (None, true) => ("All".to_owned(), "$__all".to_owned()),
        (None, false) => return json!({}),
    };
    match it.multi {
        true => json!({ "selected": true, "text": [text], "value": [value] }),
        false => json!({ "selected": true, "text": text, "value": value }),
    }
}

/// Grafana's number of the kind of query, by which its editor opens the right form.
fn query_type(query: &str) -> u8 {
    match query.trim().split('(').next().unwrap_or_default().trim() {
        "label_names" => 0,
        "label_values" => 1,
        "metrics" => 2,
        "query_result" => 3,
        _ => 5,
    }
}

/// As Grafana finds it again, which knows one escape alone.
fn escape(value: &str) -> String {
    value.replace(',', "\\,")
}

/// `data_source` -> `Data source`
fn title(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => words,
    }
}

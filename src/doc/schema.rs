//! The table of keys as a JSON Schema (draft 2020-12), for editors.

use serde_json::{Map, Value as Json, json};

use crate::doc::keys::{self, Form, Key, Names, Others, Shape, Type};
use crate::doc::reader::bare;

/// The schema of the documents that a shape describes.
pub fn schema(root: &'static Shape, title: &str) -> Json {
    let mut defs = Map::new();
    for shape in keys::reachable(&[root]).into_iter().skip(1) {
        defs.insert(name(shape), object(shape));
    }
    let mut out = Map::new();
    let draft = "https://json-schema.org/draft/2020-12/schema";
    out.insert("$schema".to_string(), Json::from(draft));
    out.insert("title".to_string(), Json::from(title));
    if let Json::Object(root) = object(root) {
        out.extend(root);
    }
    out.insert("$defs".to_string(), Json::Object(defs));
    Json::Object(out)
}

/// The name of a shape's definition: `alert` of `an alert`.
fn name(shape: &Shape) -> String {
    bare(shape.name).replace('`', "").replace(' ', "-")
}

fn object(shape: &Shape) -> Json {
    let mut properties = Map::new();
    for key in shape.keys {
        properties.insert(key.name.to_string(), property(key));
    }
    let required: Vec<&str> =
        shape.keys.iter().filter(|it| it.required).map(|it| it.name).collect();
    let mut out = Map::new();
    out.insert("description".to_string(), Json::from(shape.doc));
    out.insert("type".to_string(), Json::from("object"));
    if !properties.is_empty() {
        out.insert("properties".to_string(), Json::Object(properties));
    }
    if !required.is_empty() {
        out.insert("required".to_string(), Json::from(required));
    }
    let further = match &shape.others {
        None => Json::Bool(false),
        Some(others) => {
            if let Some(pattern) = pattern(others) {
                // Names of keys are no names of one's own: they must pass as well.
                let names = shape.keys.iter().map(|it| Json::from(it.name));
                let names: Vec<Json> = names.collect();
                let form = json!({ "pattern": pattern });
                out.insert(
                    "propertyNames".to_string(),
                    match names.is_empty() {
                        true => form,
                        false => json!({ "anyOf": [{ "enum": names }, form] }),
                    },
                );
            }
            match others.value {
                Type::TableByName(it) => {
                    let formed = described(ty(&Type::Table(it.formed)), others.doc);
                    let patterns = json!({ it.form.pattern: formed });
                    out.insert("patternProperties".to_string(), patterns);
                    described(ty(&Type::Table(it.plain)), others.doc)
                }
                _ => described(ty(&others.value), others.doc),
            }
        }
    };
    out.insert("additionalProperties".to_string(), further);
    Json::Object(out)
}

fn pattern(others: &Others) -> Option<&'static str> {
    match others.names {
        Names::Form(Form { pattern: "", .. }) | Names::Declared(_) => None,
        Names::Form(form) => Some(form.pattern),
    }
}

fn property(key: &Key) -> Json {
    let doc = match key.default {
        "" => key.doc.to_string(),
        default => format!("{} Default: {default}.", key.doc),
    };
    described(ty(&key.value), &doc)
}

fn described(ty: Json, doc: &str) -> Json {
    let mut out = Map::new();
    out.insert("description".to_string(), Json::from(doc));
    if let Json::Object(ty) = ty {
        out.extend(ty);
    }
    Json::Object(out)
}

fn ty(ty_of: &Type) -> Json {
    match ty_of {
        Type::Text(Form { pattern: "", .. }) | Type::Declared(_) => {
            json!({ "type": "string" })
        }
        Type::Text(form) => json!({ "type": "string", "pattern": form.pattern }),
        Type::Choice(words) => json!({ "enum": words }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Only(value) => json!({ "const": value }),
        Type::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Type::Number | Type::Within(..) => json!({ "type": "number" }),
        Type::Array(item) => json!({ "type": "array", "items": ty(item) }),
        Type::Table(shape) => json!({ "$ref": format!("#/$defs/{}", name(shape)) }),
        // Where the name is known, the table around it says which of the two.
        Type::TableByName(it) => {
            let both = [it.plain, it.formed].map(|it| ty(&Type::Table(it)));
            json!({ "anyOf": both })
        }
        Type::Any(types) => {
            json!({ "anyOf": types.iter().map(ty).collect::<Vec<Json>>() })
        }
        Type::Anything => json!({}),
    }
}

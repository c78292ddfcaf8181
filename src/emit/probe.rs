//! `probes/<probe>.yaml`: a Probe per probe.

use serde_json::{Map, Value as Json, json};

use crate::emit::artifact::{Artifact, Kind};
use crate::emit::claim::Claim;
use crate::emit::object::object;
use crate::emit::{Emit, Target, faultless, name, yaml};
use crate::rules::book::Book;
use crate::rules::monitor::Probe;

/// Probe objects.
pub const TARGET: Target = Target {
    name: "probe",
    summary: "Probe objects for the Prometheus Operator",
    default: true,
    place: "probes/",
    claims,
    faults: faultless,
    emit: Emit::Alone(|book, _| emit(book)),
};

/// The first fields in the operator's order; others follow as written.
const SPEC: &[&str] = &["prober", "module", "targets", "interval", "scrapeTimeout"];

const KIND: &str = "Probe";

/// The names of the file and of the object of each probe.
fn names(book: &Book) -> Vec<(String, String)> {
    let jobs: Vec<&str> = book.probes.iter().map(|it| &*it.job).collect();
    name::objects(book, &jobs)
}

fn claims(book: &Book) -> Vec<Claim> {
    let claim = |(probe, (_, name)): (&Probe, (String, String))| Claim {
        kind: KIND,
        name,
        of: format!("the probe `{}`", probe.job),
        place: Some(probe.span),
    };
    book.probes.iter().zip(names(book)).map(claim).collect()
}

fn emit(book: &Book) -> Vec<Artifact> {
    let write = |(probe, (stem, name)): (&Probe, (String, String))| {
        let object = object(book, KIND, name, spec(probe));
        let comment = yaml::made_from(&format!("the probe `{}`", probe.job));
        let text = yaml::print(&comment, &object);
        Artifact::new(format!("probes/{stem}.yaml"), text, Kind::Resource)
    };
    book.probes.iter().zip(names(book)).map(write).collect()
}

fn spec(probe: &Probe) -> Json {
    let mut fields: Map<String, Json> = probe.fields.iter().cloned().collect();
    // The operator makes a relabeling of it, so that rules can select by this job.
    let mut out = Map::from_iter([("jobName".to_owned(), json!(&*probe.job))]);
    for name in SPEC {
        if let Some(value) = fields.shift_remove(*name) {
            out.insert((*name).to_owned(), value);
        }
    }
    // A list in a Probe, where a table is in an endpoint.
    if let Some(Json::Object(params)) = fields.get_mut("params") {
        let list = params.iter().map(|it| json!({ "name": it.0, "values": it.1 }));
        let list = list.collect();
        match params.is_empty() {
            true => drop(fields.shift_remove("params")),
            false => drop(fields.insert("params".to_owned(), list)),
        }
    }
    out.extend(fields);
    Json::Object(out)
}

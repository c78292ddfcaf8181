//! The table of keys against the operator's own schemas: each of its fields is a key of
//! the same type, and each key is one of its fields. Schemas are read in place.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::doc::keys::{Shape, Type};
use aqua_alerts::doc::node::{Node, Table};
use aqua_alerts::doc::yaml;
use aqua_alerts::promql::re2::Regex;
use aqua_alerts::spec::keys::endpoint::ENDPOINT;
use aqua_alerts::spec::keys::probe::{OVERRIDE as PROBE_OVERRIDE, PROBE};
use aqua_alerts::spec::keys::service::{OVERRIDE, OWN, SERVICE};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("crds::keys_are_the_fields_of_the_operator", || {
            let Some(dir) = crds() else { return Ok(()) };
            let mut walk = Walk::default();
            walk.monitors(&dir);
            walk.probes(&dir);
            println!("{} fields compared", walk.n_fields);
            assert!(150 < walk.n_fields, "only {} fields", walk.n_fields);
            walk.faults()
        }),
        Trial::test("crds::a_field_that_is_not_there_is_noticed", || {
            let Some(dir) = crds() else { return Ok(()) };
            let spec = spec(&dir.join("podmonitors.yaml"));
            let endpoint = at(&spec, "properties.podMetricsEndpoints.items");
            let mut walk = Walk::default();
            walk.table("", endpoint, &ENDPOINT, &[]);
            let said = walk.faults.join("\n");
            assert!(said.contains("bearerTokenFile: no field"), "{said}");
            assert!(said.contains("tlsConfig.caFile: no field"), "{said}");
            assert_eq!(walk.faults.len(), 4, "{said}");
            Ok(())
        }),
        Trial::test("crds::overrides_have_the_keys_of_what_they_override", overrides),
    ]
}

fn crds() -> Option<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/crds");
    match dir.is_dir() {
        true => Some(dir),
        false => {
            println!("skipped: {} is not there", dir.display());
            None
        }
    }
}

/// The schema of the `spec` of a kind.
fn spec(path: &Path) -> Node {
    let text = fs::read_to_string(path).unwrap();
    let mut sources = SourceMap::new();
    let file = sources.add("crd.yaml", text.as_str());
    let node = yaml::read(file, &text, &mut Sink::new()).remove(0);
    let versions = at(&node, "spec.versions").as_array().unwrap();
    at(&versions[0], "schema.openAPIV3Schema.properties.spec").clone()
}

fn at<'a>(node: &'a Node, path: &str) -> &'a Node {
    path.split('.').fold(node, |node, name| get(node, name).expect("is in the schema"))
}

fn get<'a>(node: &'a Node, name: &str) -> Option<&'a Node> {
    node.as_table()?.get(name)
}

fn texts(node: Option<&Node>) -> BTreeSet<&str> {
    let items = node.and_then(Node::as_array).unwrap_or_default();
    items.iter().filter_map(|it| it.as_text()).map(|it| it.as_str()).collect()
}

#[derive(Default)]
struct Walk {
    n_fields: usize,
    faults: Vec<String>,
}

/// Keys that are needed after all layers only: an override need not repeat them.
const NEEDED_LATER: &[&str] = &["url", "clientId", "clientSecret", "tokenUrl"];

/// Lists in which nothing is twice: resolving says so.
const SETS: &[&str] = &[".scrapeProtocols"];

impl Walk {
    fn monitors(&mut self, dir: &Path) {
        // The selector is `match` with `matchExpressions`, its namespaces are
        // `namespaces`, and the job is the service's name.
        let ours = ["selector", "namespaceSelector", "jobLabel"];
        let own: Vec<&str> = OWN.iter().copied().chain(["matchExpressions"]).collect();
        let service = spec(&dir.join("servicemonitors.yaml"));
        let except: Vec<&str> =
            own.iter().copied().chain(ours).chain(["endpoints"]).collect();
        self.table("", &service, &SERVICE, &except);
        let endpoint = at(&service, "properties.endpoints.items");
        self.table("endpoint", endpoint, &ENDPOINT, &["portNumber"]);
        let conditions = at(&service, "properties.selector.properties.matchExpressions");
        let key = SERVICE.key("matchExpressions").unwrap();
        self.value("matchExpressions", conditions, &key.value, &[]);
        let pod = spec(&dir.join("podmonitors.yaml"));
        let only = ["podMetricsEndpoints", "targetLabels", "serviceDiscoveryRole"];
        let except: Vec<&str> = own.into_iter().chain(ours).chain(only).collect();
        self.table("pod", &pod, &SERVICE, &except);
        let endpoint = at(&pod, "properties.podMetricsEndpoints.items");
        let files = ["bearerTokenFile", "caFile", "certFile", "keyFile"];
        self.table("pod.endpoint", endpoint, &ENDPOINT, &files);
    }

    fn probes(&mut self, dir: &Path) {
        // The job is the probe's name; parameters are a table here, a list there.
        let probe = spec(&dir.join("probes.yaml"));
        self.table("probe", &probe, &PROBE, &["jobName", "params", "env"]);
    }

    fn fault(&mut self, at: &str, what: &str) {
        self.faults.push(format!("{at}: {what}"));
    }

    fn faults(self) -> Result<(), Failed> {
        match self.faults.is_empty() {
            true => Ok(()),
            false => Err(self.faults.join("\n").into()),
        }
    }

    fn table(&mut self, at: &str, schema: &Node, shape: &Shape, except: &[&str]) {
        let empty = Table::new();
        let properties = get(schema, "properties").and_then(Node::as_table);
        let properties = properties.unwrap_or(&empty);
        for entry in properties {
            let name = entry.key.as_str();
            if except.contains(&name) {
                continue;
            }
            let here = format!("{at}.{name}");
            match shape.key(name) {
                None => self.fault(&here, "not a key of ours"),
                Some(key) => self.value(&here, &entry.value, &key.value, except),
            }
        }
        for key in shape.keys.iter().filter(|it| !except.contains(&it.name)) {
            if properties.get(key.name).is_none() {
                self.fault(&format!("{at}.{}", key.name), "no field of the operator");
            }
        }
        for name in texts(get(schema, "required")) {
            let required = shape.key(name).is_some_and(|it| it.required);
            if !required && !except.contains(&name) && !NEEDED_LATER.contains(&name) {
                self.fault(&format!("{at}.{name}"), "is required");
            }
        }
    }

    fn value(&mut self, at: &str, schema: &Node, ty: &Type, except: &[&str]) {
        self.n_fields += 1;
        let types: Vec<&Type> = match ty {
            Type::Any(types) => {
                types.iter().filter(|it| !matches!(it, Type::Only(false))).collect()
            }
            one => vec![one],
        };
        let of = get(schema, "type").and_then(Node::as_text).map(|it| it.as_str());
        let either = get(schema, "x-kubernetes-int-or-string").is_some();
        let words = texts(get(schema, "enum"));
        match (of, types.as_slice()) {
            (Some("boolean"), [Type::Boolean]) => {}
            (Some("integer"), [Type::Integer(least, most)]) => {
                let bound = |name| get(schema, name).and_then(Node::as_i64);
                let good = bound("minimum").is_none_or(|it| it <= *least)
                    && bound("maximum").is_none_or(|it| *most <= it);
                if !good {
                    self.fault(at, "another range");
                }
            }
            // The operators of a condition are any text in the schema.
            (Some("string"), [Type::Choice(_)]) if at.ends_with("[].operator") => {}
            (Some("string"), [Type::Choice(ours)]) => {
                let ours: BTreeSet<&str> = ours.iter().copied().collect();
                if ours != words {
                    self.fault(at, &format!("other words: {words:?}"));
                }
            }
            (Some("string"), [Type::Text(_)]) if words.is_empty() => {}
            (None, [Type::Number | Type::Within(..)]) if either => {}
            (None, [Type::Integer(..), Type::Text(_)]) if either => {}
            (Some("array"), [Type::Array(item)]) => {
                let items = get(schema, "items").expect("an array has items");
                self.value(&format!("{at}[]"), items, item, except);
            }
            (Some("object"), [Type::Table(shape)]) => {
                match (get(schema, "additionalProperties"), &shape.others) {
                    (Some(value), Some(others)) => {
                        self.value(&format!("{at}.*"), value, &others.value, except);
                    }
                    (None, None) => self.table(at, schema, shape, except),
                    _ => self.fault(at, "named by the author in one only"),
                }
            }
            (of, _) => self.fault(at, &format!("{of:?} there, {} here", ty.what())),
        }
        if let Some(pattern) = get(schema, "pattern").and_then(Node::as_text) {
            self.pattern(at, pattern.as_str(), &types);
        }
        if get(schema, "minLength").is_some()
            && let [Type::Text(form)] = types.as_slice()
            && (form.fault)("").is_none()
        {
            self.fault(at, "may not be empty there");
        }
        let set = get(schema, "x-kubernetes-list-type").and_then(Node::as_text);
        if set.is_some_and(|it| it.as_str() == "set")
            && !SETS.iter().any(|it| at.ends_with(it))
        {
            self.fault(at, "may have nothing twice there");
        }
    }

    /// What ours takes, the pattern of the schema takes.
    fn pattern(&mut self, at: &str, pattern: &str, types: &[&Type]) {
        let pattern = Regex::new(pattern).unwrap();
        let samples = [
            "",
            "0",
            "5",
            "15s",
            "1h30m",
            "1.5h",
            "30m1h",
            "5 minutes",
            "5min",
            "1y2w3d",
            "100ms",
            "10MB",
            "1.5GiB",
            ".5B",
            "10M",
            "MB",
            "http://x",
            "https://a.b/c",
            "socks5://x:1",
            "ftp://x",
            "http://",
            "x",
            "1.1",
            "-1",
            "${x}",
        ];
        let numbers = [1.1, 2.0, 1.0e-7, 160.0].map(|it: f64| it.to_string());
        let mut n_taken = 0;
        let taken: Vec<&str> = match types {
            [Type::Text(form)] => {
                let taken = |it: &&str| (form.fault)(it).is_none();
                samples.into_iter().filter(taken).collect()
            }
            [Type::Number | Type::Within(..)] => {
                numbers.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        };
        for text in taken {
            n_taken += 1;
            if !pattern.is_match(text) {
                self.fault(at, &format!("`{text}` is taken here, not there"));
            }
        }
        if n_taken == 0 {
            self.fault(at, "no sample is taken");
        }
    }
}

fn overrides() -> Result<(), Failed> {
    for (of, over) in [(&SERVICE, &OVERRIDE), (&PROBE, &PROBE_OVERRIDE)] {
        let mut names: Vec<_> = of.keys.iter().map(|it| it.name).collect();
        names.retain(|it| *it != "env");
        names.sort_unstable();
        let mut others: Vec<_> = over.keys.iter().map(|it| it.name).collect();
        others.sort_unstable();
        pretty_assertions::assert_eq!(names, others);
        assert!(over.keys.iter().all(|it| !it.required));
    }
    Ok(())
}

//! Objects, given to an API server and to kubectl.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use aqua_alerts::doc::node::Node;
use libtest_mimic::{Failed, Trial};

use crate::directory::Directory;
use crate::object::{self, Object, get};
use crate::parts;
use crate::server::Server;
use crate::shim::{self, Shim};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("kubernetes::every_object_is_accepted", every_object),
        Trial::test("kubernetes::a_broken_object_is_refused", broken_objects),
        Trial::test("kubernetes::what_is_taken_out_is_gone", deployments),
    ]
}

/// The definitions of all kinds that `build` writes.
const DEFINITIONS: &[&str] = &[
    "crds/prometheusrules.yaml",
    "crds/servicemonitors.yaml",
    "crds/podmonitors.yaml",
    "crds/probes.yaml",
    "crds/alertmanagerconfigs.yaml",
    "crds/grafanadashboards.yaml",
];

fn success(said: &Output) -> Result<String, Failed> {
    match said.status.success() {
        true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&said.stderr).into_owned().into()),
    }
}

/// What is in a folder, in order.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut out = Vec::new();
    for entry in fs::read_dir(dir)? {
        out.push(entry?.path());
    }
    out.sort();
    Ok(out)
}

/// The objects that `build` wrote for an environment.
fn written(env: &Path) -> Result<Vec<Object>, Failed> {
    let (folders, mut files): (Vec<_>, Vec<_>) =
        entries(env)?.into_iter().partition(|it| it.is_dir());
    files.retain(|it| !it.ends_with("kustomization.yaml"));
    for folder in folders {
        files.extend(entries(&folder)?);
    }
    let mut out = Vec::new();
    for file in files {
        let text = fs::read_to_string(file)?;
        if text.lines().any(|it| it.starts_with("apiVersion: ")) {
            out.extend(object::read(&text));
        }
    }
    Ok(out)
}

/// Every object of every environment of the platform and of the fixtures, as it is written
/// and as kustomize gives it.
fn every_object() -> Result<(), Failed> {
    let Some(server) = Server::start(DEFINITIONS, &[])? else { return Ok(()) };
    let kubectl = parts::program("kubectl");
    let mut projects = vec![parts::platform().to_owned()];
    projects.extend(entries(&parts::platform().join("tests/fixtures/build"))?);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for project in projects {
        let out = parts::build(&project)?;
        for env in entries(out.path())?.into_iter().filter(|it| it.is_dir()) {
            let written = written(&env)?;
            if !env.join("kustomization.yaml").exists() {
                assert!(written.is_empty(), "no kustomization in {}", env.display());
                continue;
            }
            let mut kustomized = Vec::new();
            if let Some(kubectl) = &kubectl {
                let said = parts::offline(kubectl).arg("kustomize").arg(&env).output()?;
                kustomized = object::read(&success(&said)?);
                let (maps, others): (Vec<_>, Vec<_>) =
                    kustomized.into_iter().partition(|it| it.kind == "ConfigMap");
                maps.iter().for_each(config_map);
                *counts.entry("ConfigMap".to_owned()).or_default() += maps.len();
                kustomized = others;
                assert_eq!(written.len(), kustomized.len(), "in {}", env.display());
            }
            for object in written.iter().chain(&kustomized) {
                let answer = server.offer(object)?;
                if answer.status != 201 {
                    let Object { kind, name, .. } = object;
                    return Err(format!("{kind} {name}: {}", answer.body).into());
                }
                *counts.entry(object.kind.clone()).or_default() += 1;
            }
        }
    }
    println!("accepted: {counts:?}");
    for kind in
        ["PrometheusRule", "ServiceMonitor", "PodMonitor", "Probe", "AlertmanagerConfig"]
    {
        assert!(counts.contains_key(kind), "no {kind} was offered");
    }
    Ok(())
}

/// What a server with core kinds would refuse of a ConfigMap.
fn config_map(object: &Object) {
    let name = &object.name;
    let good = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    assert!(name.len() <= 253 && name.chars().all(good), "{name}");
    let mut keys: Vec<&str> =
        object.node.as_table().unwrap().iter().map(|it| it.key.as_str()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["apiVersion", "data", "kind", "metadata"], "{name}");
    let labels = get(&object.node, "metadata.labels").and_then(Node::as_table).unwrap();
    for label in labels {
        let value = label.value.as_text().expect("a label is a string").as_str();
        assert!(value.len() <= 63, "{name}: {value}");
    }
    let data = get(&object.node, "data").and_then(Node::as_table).unwrap();
    let mut n_bytes = 0;
    for entry in data {
        let key = entry.key.as_str();
        let good = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
        assert!(key.len() <= 253 && key.chars().all(good), "{name}: {key}");
        n_bytes +=
            key.len() + entry.value.as_text().expect("data is text").as_str().len();
    }
    assert!(0 < n_bytes && n_bytes < 1 << 20, "{name}: {n_bytes} bytes");
}

/// The server does look at what it is given.
fn broken_objects() -> Result<(), Failed> {
    let Some(server) = Server::start(DEFINITIONS, &[])? else { return Ok(()) };
    let out = parts::build(&parts::platform().join("tests/fixtures/build/every-field"))?;
    let read = |path: &str| fs::read_to_string(out.path().join("production").join(path));
    let rules = read("prometheus-rules/rules.yaml")?;
    let monitor = read("service-monitors/shop.yaml")?;
    let probe = read("probes/pages.yaml")?;
    let broken = [
        (&rules, "      for: 2m\n", "      for: 1.5h\n", 422),
        (&rules, "      for: 2m\n", "      four: 2m\n", 400),
        (&rules, "name: every-field-", "name: Every_field-", 422),
        (&monitor, "scheme: https", "scheme: ftp", 422),
        (&monitor, "    key: token\n", "    keys: token\n", 400),
        (&probe, "    url: blackbox:9115\n", "", 422),
    ];
    let offer = |text: &str| server.offer(&object::read(text)[0]);
    for (text, from, to, status) in broken {
        assert_eq!(offer(text)?.status, 201, "{text}");
        let changed = text.replacen(from, to, 1);
        assert_ne!(text, &changed, "no {from:?}");
        let answer = offer(&changed)?;
        assert_eq!(answer.status, status, "{to:?}: {}", answer.body);
    }
    Ok(())
}

const MANIFEST: &str = "\
project = { name = \"shop\", edition = 1 }
build   = { namespace = \"monitoring\" }
";
const API: &str = "\
[service.api]
match = { app = \"api\" }
endpoint.metrics = {}
[alert.ApiDown]
severity = \"critical\"
expr     = 'up{job=\"api\"} == 0'
";
const SLOW: &str = "\
[alert.ApiSlow]
severity = \"warning\"
expr     = 'job:latency{job=\"api\"} > 1'
";
const EXTRA: &str = "\
[probe.pages]
prober  = { url = \"blackbox:9115\" }
targets = { staticConfig = { static = [\"https://example.com\"] } }
[alert.PageDown]
severity = \"critical\"
expr     = 'probe_success{job=\"pages\"} == 0'
";
const DASHBOARD: &str = "\
title = \"Shop\"
[[row]]
title = \"Api\"
[[row.panel]]
title = \"Up\"
query = 'up{job=\"api\"}'
";
const FOREIGN: &str = "\
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: foreign
  namespace: monitoring
  labels: {app.kubernetes.io/managed-by: somebody-else}
spec: {groups: []}
";

/// A cluster for kubectl, a project, and where it is built.
struct Deployment {
    kubectl: PathBuf,
    server: Arc<Server>,
    shim: Shim,
    project: Directory,
    out: Directory,
}

impl Deployment {
    fn new() -> Result<Option<Deployment>, Failed> {
        let Some(kubectl) = parts::program("kubectl") else { return Ok(None) };
        let Some(server) = Server::start(DEFINITIONS, &[shim::CONFIG_MAPS])? else {
            return Ok(None);
        };
        let server = Arc::new(server);
        let shim = Shim::start(server.clone())?;
        let (project, out) = (Directory::new(), Directory::new());
        Ok(Some(Deployment { kubectl, server, shim, project, out }))
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failed> {
        let path = self.project.path().join(path);
        fs::create_dir_all(path.parent().ok_or("no folder")?)?;
        Ok(fs::write(path, text)?)
    }

    fn remove(&self, path: &str) -> Result<(), Failed> {
        Ok(fs::remove_file(self.project.path().join(path))?)
    }

    /// Builds and deploys as the guide says it.
    fn deploy(&self) -> Result<(), Failed> {
        parts::build_to(self.project.path(), self.out.path())?;
        let said = Command::new(&self.kubectl)
            .env("KUBECTL_APPLYSET", "true")
            .env("HOME", self.out.path())
            .env_remove("KUBECONFIG")
            .args(["-s", &format!("http://127.0.0.1:{}", self.shim.port)])
            .args(["apply", "--server-side", "--prune", "--namespace", "monitoring"])
            .args(["--applyset", "configmap/shop-default", "-k"])
            .arg(self.out.path().join("default"))
            .output()?;
        println!("{}", success(&said)?);
        Ok(())
    }

    /// The names and texts of the objects of a kind on the server.
    fn objects(&self, kind: &str) -> Result<Vec<(String, String)>, Failed> {
        let answer =
            self.server.ask("GET", &self.server.path(kind, "monitoring"), &[], None)?;
        let list: serde_json::Value = serde_json::from_str(&answer.body)?;
        let items = list["items"].as_array().ok_or("no list")?.iter();
        let name = |it: &serde_json::Value| {
            it["metadata"]["name"].as_str().unwrap_or_default().to_owned()
        };
        Ok(items.map(|it| (name(it), it.to_string())).collect())
    }

    fn names(&self, kind: &str) -> Result<Vec<String>, Failed> {
        Ok(self.objects(kind)?.into_iter().map(|it| it.0).collect())
    }
}

/// Two deployments with kubectl: what the second build does not have is gone from the
/// server, and what is of others stays.
fn deployments() -> Result<(), Failed> {
    let Some(it) = Deployment::new()? else { return Ok(()) };
    it.write("aqua-alerts.toml", MANIFEST)?;
    it.write("alerts/api.toml", &format!("{API}{SLOW}"))?;
    it.write("alerts/extra.toml", EXTRA)?;
    it.write("dashboards/shop.toml", DASHBOARD)?;
    let headers = [("Content-Type", "application/yaml")];
    let path = it.server.path("PrometheusRule", "monitoring");
    let answer = it.server.ask("POST", &path, &headers, Some(FOREIGN.as_bytes()))?;
    assert_eq!(answer.status, 201, "{}", answer.body);

    it.deploy()?;
    assert_eq!(
        it.names("PrometheusRule")?,
        ["foreign", "shop-default-api", "shop-default-extra"]
    );
    assert_eq!(it.names("ServiceMonitor")?, ["shop-default-api"]);
    assert_eq!(it.names("Probe")?, ["shop-default-pages"]);
    assert_eq!(it.names("ConfigMap")?.len(), 2, "the dashboard and the set");
    assert!(it.objects("PrometheusRule")?[1].1.contains("ApiSlow"));

    it.write("alerts/api.toml", API)?;
    it.remove("alerts/extra.toml")?;
    it.remove("dashboards/shop.toml")?;
    it.deploy()?;
    assert_eq!(it.names("PrometheusRule")?, ["foreign", "shop-default-api"]);
    assert_eq!(it.names("ServiceMonitor")?, ["shop-default-api"]);
    assert_eq!(it.names("Probe")?, Vec::<String>::new());
    assert_eq!(it.names("ConfigMap")?, ["shop-default"], "the set alone");
    let rules = &it.objects("PrometheusRule")?[1].1;
    assert!(rules.contains("ApiDown") && !rules.contains("ApiSlow"), "{rules}");
    Ok(())
}

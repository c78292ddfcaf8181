//! Deployments with kubectl to an API server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};

use crate::directory::Directory;
use crate::kubernetes::DEFINITIONS;
use crate::parts::{self, success};
use crate::server::Server;
use crate::shim::{self, Shim};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("deployment::what_is_taken_out_is_gone", pruned),
        Trial::test("deployment::a_divided_object_can_be_applied_by_the_client", divided),
    ]
}

const MANIFEST: &str = "\
project = { name = \"shop\", edition = 1 }
build   = { namespace = \"monitoring\", grafana = { folder = \"Shop\" } }
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

/// A file of two groups that one object has no room for, or has.
fn large(n_bytes: usize) -> String {
    let text = "x".repeat(n_bytes);
    let alert = |name: &str| {
        format!(
            "[group.{name}]\n[alert.{name}]\ngroup = \"{name}\"\nseverity = \"warning\"\n\
             expr = 'large_{name} > 1'\ndescription = \"{text}\"\n"
        )
    };
    alert("A") + &alert("B")
}

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

    fn build(&self) -> Result<(), Failed> {
        parts::build_to(self.project.path(), self.out.path())
    }

    fn kubectl(&self, command: &str) -> Command {
        let mut kubectl = Command::new(&self.kubectl);
        kubectl
            .env("KUBECTL_APPLYSET", "true")
            .env("HOME", self.out.path())
            .env_remove("KUBECONFIG")
            .args(["-s", &format!("http://127.0.0.1:{}", self.shim.port), command]);
        kubectl
    }

    /// Builds and deploys as the guide says it.
    fn deploy(&self) -> Result<(), Failed> {
        self.build()?;
        let said = self
            .kubectl("apply")
            .args(["--server-side", "--prune", "--namespace", "monitoring"])
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
fn pruned() -> Result<(), Failed> {
    let Some(it) = Deployment::new()? else { return Ok(()) };
    it.write("aqua-alerts.toml", MANIFEST)?;
    it.write("alerts/api.toml", &format!("{API}{SLOW}"))?;
    it.write("alerts/extra.toml", EXTRA)?;
    it.write("alerts/large.toml", &large(150 << 10))?;
    it.write("dashboards/shop.toml", DASHBOARD)?;
    let headers = [("Content-Type", "application/yaml")];
    let path = it.server.path("PrometheusRule", "monitoring");
    let answer = it.server.ask("POST", &path, &headers, Some(FOREIGN.as_bytes()))?;
    assert_eq!(answer.status, 201, "{}", answer.body);

    it.deploy()?;
    let rules = ["foreign", "shop-default-api", "shop-default-extra"];
    let parts = ["shop-default-large", "shop-default-large.2"];
    assert_eq!(it.names("PrometheusRule")?, [&rules[..], &parts].concat());
    assert_eq!(it.names("ServiceMonitor")?, ["shop-default-api"]);
    assert_eq!(it.names("Probe")?, ["shop-default-pages"]);
    let maps = it.objects("ConfigMap")?;
    assert_eq!(maps.len(), 2, "the dashboard and the set");
    assert!(maps.iter().any(|it| it.1.contains("\"grafana_folder\":\"Shop\"")));
    assert!(it.objects("PrometheusRule")?[1].1.contains("ApiSlow"));

    it.write("alerts/api.toml", API)?;
    it.write("alerts/large.toml", &large(1 << 10))?;
    it.remove("alerts/extra.toml")?;
    it.remove("dashboards/shop.toml")?;
    it.deploy()?;
    let rules = ["foreign", "shop-default-api", "shop-default-large"];
    assert_eq!(it.names("PrometheusRule")?, rules);
    assert_eq!(it.names("ServiceMonitor")?, ["shop-default-api"]);
    assert_eq!(it.names("Probe")?, Vec::<String>::new());
    assert_eq!(it.names("ConfigMap")?, ["shop-default"], "the set alone");
    let rules = &it.objects("PrometheusRule")?[1].1;
    assert!(rules.contains("ApiDown") && !rules.contains("ApiSlow"), "{rules}");

    // Nothing is left, so that there is nothing to apply; this is what the guide says.
    it.remove("alerts/api.toml")?;
    it.remove("alerts/large.toml")?;
    it.build()?;
    assert!(!it.out.path().join("default/kustomization.yaml").exists());
    let kinds = "prometheusrules,servicemonitors,podmonitors,probes,configmaps";
    let said = it
        .kubectl("delete")
        .args([kinds, "-n", "monitoring", "-l"])
        .arg("app.kubernetes.io/instance=shop-default")
        .output()?;
    println!("{}", success(&said)?);
    assert_eq!(it.names("PrometheusRule")?, ["foreign"]);
    assert_eq!(it.names("ServiceMonitor")?, Vec::<String>::new());
    Ok(())
}

/// An object that is as full as may be has room in the annotation in which kubectl keeps
/// it; a group that is too large for it is refused.
fn divided() -> Result<(), Failed> {
    let Some(it) = Deployment::new()? else { return Ok(()) };
    it.write("aqua-alerts.toml", MANIFEST)?;
    let group = |name: String, n_words: usize| {
        let text = "<&> $ ".repeat(n_words);
        format!(
            "[group.{name}]\n[alert.{name}]\ngroup = \"{name}\"\nseverity = \"warning\"\n\
             expr = 'full > 1'\nsummary = '{text}'\n"
        )
    };
    let apply = |file: &Path| it.kubectl("apply").arg("-f").arg(file).output();
    it.write(
        "alerts/full.toml",
        &(0..60).map(|n| group(format!("G{n}"), 400)).collect::<String>(),
    )?;
    it.build()?;
    let folder = "default/prometheus-rules";
    let files = parts::files(it.out.path(), folder)?;
    for file in &files {
        success(&apply(file)?)?;
    }
    let kept = |(_, text): &(String, String)| -> Option<usize> {
        let object: serde_json::Value = serde_json::from_str(text).ok()?;
        let kept = "kubectl.kubernetes.io/last-applied-configuration";
        Some(object["metadata"]["annotations"][kept].as_str()?.len())
    };
    let sizes: Vec<_> = it.objects("PrometheusRule")?.iter().filter_map(kept).collect();
    println!("kept by kubectl: {sizes:?} bytes");
    assert_eq!(sizes.len(), files.len());
    assert!(1 < files.len() && sizes.iter().any(|it| 240 << 10 < *it), "{sizes:?}");

    it.write("alerts/full.toml", &group("G".to_owned(), 13_000))?;
    it.build()?;
    let said = apply(&parts::files(it.out.path(), folder)?[0])?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("Too long"), "{said}");
    Ok(())
}

//! Objects, given to an API server, as they are written and as kustomize gives them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::doc::node::Node;
use libtest_mimic::{Failed, Trial};

use crate::object::{self, Object, get};
use crate::parts::{self, success};
use crate::server::Server;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("kubernetes::every_object_is_accepted", every_object),
        Trial::test("kubernetes::a_broken_object_is_refused", broken_objects),
    ]
}

/// The definitions of all kinds that `build` writes.
pub const DEFINITIONS: &[&str] = &[
    "crds/prometheusrules.yaml",
    "crds/servicemonitors.yaml",
    "crds/podmonitors.yaml",
    "crds/probes.yaml",
    "crds/alertmanagerconfigs.yaml",
    "crds/grafanadashboards.yaml",
];

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

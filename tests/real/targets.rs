//! What further targets write, and what versions know, given to the programs in question.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use aqua_alerts::promql::check;
use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::promql::functions::kind::Kind;
use aqua_alerts::promql::functions::{self, Function};
use aqua_alerts::promql::syntax::types::ValueType;
use libtest_mimic::{Failed, Trial};

use crate::directory::Directory;
use crate::parts;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("targets::promtool_knows_the_same_functions_and_syntax", same),
        Trial::test("targets::promtool_reads_the_rules_for_mimir_and_thanos", rule_files),
        Trial::test("targets::an_api_server_takes_dashboards_as_objects", dashboards),
        Trial::test("targets::kubectl_takes_the_kustomization", kustomize),
    ]
}

/// The project that has all targets.
const FURTHER: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/build/further-targets");

/// Without their own fields, Mimir's and Thanos's rule files are Prometheus's.
fn rule_files() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let out = parts::build(Path::new(FURTHER))?;
    for folder in ["production/mimir", "production/thanos"] {
        let files = parts::files(out.path(), folder)?;
        let said = Command::new(peers.join("promtool"))
            .args(["check", "rules", "--lint=none", "--ignore-unknown-fields"])
            .args(&files)
            .output()?;
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
        }
        println!("{folder}: {} files accepted", files.len());
    }
    Ok(())
}

/// A strict dry run of each object, by the rules of the operator's definition.
fn dashboards() -> Result<(), Failed> {
    let Some(server) = Server::start("crds/grafanadashboards.yaml")? else {
        return Ok(());
    };
    let out = parts::build(Path::new(FURTHER))?;
    server.wait(parts::files(out.path(), "staging/grafana-dashboards")?.remove(0))?;
    for folder in ["production/grafana-dashboards", "staging/grafana-dashboards"] {
        server.check(&parts::files(out.path(), folder)?)?;
    }
    // The server does look: a second folder is one too many, and this field is unknown.
    let good =
        fs::read_to_string(&parts::files(out.path(), "staging/grafana-dashboards")?[0])?;
    for field in ["folder: Shop", "datasource: prometheus"] {
        let bad = out.path().join("bad.yaml");
        fs::write(&bad, good.replace("spec:\n", &format!("spec:\n  {field}\n")))?;
        assert!(server.check(&[bad]).is_err(), "`{field}` is accepted");
    }
    println!("2 objects accepted");
    Ok(())
}

/// The objects are listed, and the dashboards not once more as ConfigMaps.
fn kustomize() -> Result<(), Failed> {
    let program = Command::new("kubectl").args(["version", "--client"]).output();
    if !program.is_ok_and(|it| it.status.success()) {
        println!("skipped: no kubectl");
        return Ok(());
    }
    let out = parts::build(Path::new(FURTHER))?;
    for env in ["production", "staging"] {
        let said = Command::new("kubectl")
            .arg("kustomize")
            .arg(out.path().join(env))
            .output()?;
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
        }
        assert_eq!(text.matches("kind: GrafanaDashboard").count(), 1, "{env}");
        assert!(!text.contains("kind: ConfigMap"), "{env}");
    }
    Ok(())
}

/// An API server of its own, which ends with its owner.
struct Server {
    script: PathBuf,
    folder: Directory,
    ports: [u16; 2],
}

impl Server {
    /// Starts one with these definitions; `None` where its parts are absent.
    fn start(definitions: &str) -> Result<Option<Server>, Failed> {
        let Some(parts) = parts::folder("AQUA_KUBE_API") else { return Ok(None) };
        let (script, definitions) =
            (parts::shared("tools/kube-api/kube-api.sh"), parts::shared(definitions));
        let (Some(script), Some(definitions)) = (script, definitions) else {
            return Ok(None);
        };
        let folder = Directory::new();
        for program in ["crd-apiserver", "etcd"] {
            symlink(parts.join(program), folder.path().join(program))?;
        }
        let ports = [free_port()?, free_port()?];
        let server = Server { script, folder, ports };
        // It gives up where the definition is not in force at once; that is asked below.
        let _ = server.run("start", &[definitions]);
        Ok(Some(server))
    }

    /// Waits until an object is accepted.
    fn wait(&self, file: PathBuf) -> Result<(), Failed> {
        let mut last = Ok(());
        for _ in 0..100 {
            last = self.check(std::slice::from_ref(&file));
            if last.is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        last
    }

    fn check(&self, files: &[PathBuf]) -> Result<(), Failed> {
        self.run("check", files)
    }

    fn run(&self, command: &str, files: &[PathBuf]) -> Result<(), Failed> {
        // What it starts outlives the script and holds the pipe open: files take the words.
        let words = self.folder.path().join("words");
        let file = fs::File::create(&words)?;
        let status = Command::new("bash")
            .arg(&self.script)
            .arg(command)
            .arg(self.folder.path())
            .args(files)
            .env("KUBE_API_PORT", self.ports[0].to_string())
            .env("KUBE_ETCD_PORT", self.ports[1].to_string())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()?;
        match status.success() {
            true => Ok(()),
            false => Err(fs::read_to_string(&words)?.into()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.run("stop", &[]);
    }
}

/// A port that is free, and the next one too.
fn free_port() -> Result<u16, Failed> {
    for _ in 0..100 {
        let first = TcpListener::bind("127.0.0.1:0")?;
        let port = first.local_addr()?.port();
        if port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok() {
            return Ok(port);
        }
    }
    Err("no two free ports in a row".into())
}

/// Syntax that came with different releases.
const SYNTAX: &[&str] = &[
    "a atan2 b",
    "a </ b",
    "a >/ b",
    "group(a)",
    "limitk(1, a)",
    "limit_ratio(0.5, a)",
    "a[1h:5m]",
    "a[1h30m]",
    "a[5ms]",
    "a @ 5",
    "a @ end()",
    "a offset -5m",
    "a > 1_000",
    "a > 5m",
    "a[300]",
    "{\"a.b\"}",
    "sum by (\"a.b\") (a)",
    "a[5m + 1m]",
    "a[step()]",
    "a[range()]",
    "rate(a[5m] anchored)",
    "rate(a[5m] smoothed)",
    "a + fill(0) b",
    "a[max_of(1m, 2m)]",
];

/// A call of every function, of every release, and all of the syntax.
fn expressions() -> Vec<String> {
    let argument = |it: &ValueType| match it {
        ValueType::Vector => "x",
        ValueType::Matrix => "x[5m]",
        ValueType::Scalar => "0.5",
        ValueType::String => "\"a\"",
    };
    let call = |it: &&Function| {
        let arguments: Vec<&str> = match it.kind {
            Kind::Info => vec!["x"],
            _ => it.params.iter().map(argument).collect(),
        };
        format!("{}({})", it.name, arguments.join(", "))
    };
    let calls = functions::all().iter().map(call);
    calls.chain(SYNTAX.iter().map(|it| (*it).to_owned())).collect()
}

/// promtool 3.5 accepts exactly what the dialect of 3.5 does, with and without its flags.
fn same() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let all = expressions();
    let out = Directory::new();
    let file = out.path().join("rules.yaml");
    let mut text = "groups:\n- name: all\n  rules:\n".to_owned();
    for (idx, expr) in all.iter().enumerate() {
        let expr = serde_json::to_string(expr)?;
        text.push_str(&format!("  - record: \"r:{idx}:\"\n    expr: {expr}\n"));
    }
    fs::write(&file, text)?;
    for flags in [&[][..], &["promql-experimental-functions"]] {
        let mut dialect = Dialect::new(Version::new(3, 5));
        flags.iter().for_each(|it| assert!(dialect.features.enable(it)));
        let ours = |it: &&String| check::parse(it, &dialect).is_err();
        let ours: BTreeSet<&String> = all.iter().filter(ours).collect();
        let refused = refused(&peers.join("promtool"), &file, flags)?;
        let theirs: BTreeSet<&String> = refused.iter().map(|it| &all[*it]).collect();
        pretty_assertions::assert_eq!(theirs, ours);
        println!("{flags:?}: {} of {} refused by both", ours.len(), all.len());
    }
    Ok(())
}

/// The numbers of the rules that promtool refuses.
fn refused(promtool: &Path, file: &Path, flags: &[&str]) -> Result<Vec<usize>, Failed> {
    let said = Command::new(promtool)
        .args(flags.iter().map(|it| format!("--enable-feature={it}")))
        .args(["check", "rules", "--lint=none"])
        .arg(file)
        .output()?;
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    let number = |it: &str| it.split(':').next()?.parse().ok();
    let found: Vec<usize> = said.split("\"r:").skip(1).filter_map(number).collect();
    match found.is_empty() {
        true => Err(format!("promtool refused nothing: {said}").into()),
        false => Ok(found),
    }
}

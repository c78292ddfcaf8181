//! The API server that Kubernetes uses for custom resources, with an etcd of its own, on
//! free ports; it ends with its owner.

use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::Failed;

use crate::daemon::until;
use crate::directory::Directory;
use crate::object::Object;
use crate::parts;

/// A running API server.
pub struct Server {
    dir: Directory,
    script: PathBuf,
    port: u16,
    etcd_port: u16,
    collections: Vec<Collection>,
}

/// Where the objects of a kind are.
struct Collection {
    kind: String,
    version: String,
    plural: String,
}

/// What a server said.
#[derive(Debug)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// The media type.
    pub content_type: String,
    /// The text.
    pub body: String,
}

const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

impl Server {
    /// Starts one that knows the kinds of these definitions, which are files of the data
    /// beside the project, and of further texts; `None` where it cannot be had, which is
    /// said.
    pub fn start(files: &[&str], texts: &[&str]) -> Result<Option<Server>, Failed> {
        let Some(built) = parts::folder("AQUA_KUBE_API") else { return Ok(None) };
        let Some(script) = parts::shared("tools/kube-api/kube-api.sh") else {
            return Ok(None);
        };
        let mut definitions = Vec::new();
        for file in files {
            let Some(file) = parts::shared(file) else { return Ok(None) };
            definitions.push(file);
        }
        let dir = Directory::new();
        for name in ["crd-apiserver", "etcd"] {
            symlink(built.join(name), dir.path().join(name))?;
        }
        for (idx, text) in texts.iter().enumerate() {
            let path = dir.path().join(format!("definition-{idx}.yaml"));
            fs::write(&path, text)?;
            definitions.push(path);
        }
        let (port, etcd_port) = (free_ports(1)?, free_ports(2)?);
        let collections = Vec::new();
        let mut server = Server { dir, script, port, etcd_port, collections };
        // Whether all is in force is asked below: the script may give up before.
        let words = server.run("start", &definitions)?;
        let is_up = until(|| {
            server.collections = server.collections()?;
            match server.collections.len() == definitions.len() && server.serves_all() {
                true => Ok(()),
                false => Err("not all definitions are in force".into()),
            }
        });
        match is_up {
            Ok(()) => Ok(Some(server)),
            Err(_) => {
                let log = fs::read_to_string(server.dir.path().join("api.log"))?;
                Err(format!("the API server does not start: {words}\n{log}").into())
            }
        }
    }

    /// Runs the script; what it says.
    fn run(&self, command: &str, files: &[PathBuf]) -> Result<String, Failed> {
        // What it starts outlives the script: a file takes the words, not a pipe.
        let words = self.dir.path().join("words");
        let file = File::create(&words)?;
        Command::new("bash")
            .arg(&self.script)
            .arg(command)
            .arg(self.dir.path())
            .args(files)
            .env("KUBE_API_PORT", self.port.to_string())
            .env("KUBE_ETCD_PORT", self.etcd_port.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .status()?;
        Ok(fs::read_to_string(&words)?)
    }

    /// The collections of the definitions that it has.
    fn collections(&self) -> Result<Vec<Collection>, Failed> {
        let answer = self.ask("GET", DEFINITIONS, &[], None)?;
        if answer.status != 200 {
            return Ok(Vec::new());
        }
        let list: serde_json::Value = serde_json::from_str(&answer.body)?;
        let word = |it: &serde_json::Value| it.as_str().unwrap_or_default().to_owned();
        let items = list["items"].as_array().into_iter().flatten();
        let collection = |it: &serde_json::Value| {
            let spec = &it["spec"];
            let (group, version) =
                (word(&spec["group"]), word(&spec["versions"][0]["name"]));
            Collection {
                kind: word(&spec["names"]["kind"]),
                version: format!("{group}/{version}"),
                plural: word(&spec["names"]["plural"]),
            }
        };
        Ok(items.map(collection).collect())
    }

    fn serves_all(&self) -> bool {
        self.collections.iter().all(|it| {
            let path = self.path(&it.kind, "default");
            self.ask("GET", &path, &[], None).is_ok_and(|it| it.status == 200)
        })
    }

    /// The path of the objects of a kind in a namespace.
    pub fn path(&self, kind: &str, namespace: &str) -> String {
        let known = self.collections.iter().find(|it| it.kind == kind);
        let Collection { version, plural, .. } =
            known.unwrap_or_else(|| panic!("no definition of {kind}"));
        format!("/apis/{version}/namespaces/{namespace}/{plural}")
    }

    /// Offers an object without keeping it, as strictly as it can.
    pub fn offer(&self, object: &Object) -> Result<Answer, Failed> {
        let path = format!(
            "{}?dryRun=All&fieldValidation=Strict",
            self.path(&object.kind, &object.namespace)
        );
        let headers = [("Content-Type", "application/yaml")];
        self.ask("POST", &path, &headers, Some(object.text.as_bytes()))
    }

    /// Asks it, as its administrator.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Answer, Failed> {
        let certs = self.dir.path().join("certs");
        let mut command = Command::new("curl");
        command.args(["-sS", "-X", method]);
        for (option, file) in
            [("--cacert", "ca.crt"), ("--cert", "admin.crt"), ("--key", "admin.key")]
        {
            command.arg(option).arg(certs.join(file));
        }
        for (name, value) in headers {
            command.arg("-H").arg(format!("{name}: {value}"));
        }
        if body.is_some() {
            command.args(["--data-binary", "@-"]);
        }
        command
            .args(["-w", "\n%{http_code} %{content_type}"])
            .arg(format!("https://127.0.0.1:{}{path}", self.port))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take().ok_or("no standard input")?;
        // Without a server curl ends before it reads; its answer says so.
        let _ = stdin.write_all(body.unwrap_or_default());
        drop(stdin);
        let said = child.wait_with_output()?;
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        let (body, last) = text.rsplit_once('\n').unwrap_or(("", ""));
        let (status, content_type) = last.split_once(' ').unwrap_or((last, ""));
        Ok(Answer {
            status: status.parse().unwrap_or_default(),
            content_type: content_type.to_owned(),
            body: body.to_owned(),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pids = ["api.pid", "etcd.pid"]
            .map(|it| fs::read_to_string(self.dir.path().join(it)).unwrap_or_default());
        let _ = self.run("stop", &[]);
        // The folder goes next: nobody may write into it any more.
        let runs = |it: &String| {
            let words = Path::new("/proc").join(it.trim()).join("cmdline");
            !it.is_empty() && fs::read(words).is_ok_and(|it| !it.is_empty())
        };
        let _ = until(|| match pids.iter().any(runs) {
            true => Err("it still runs".into()),
            false => Ok(()),
        });
    }
}

/// The first of so many neighbouring ports that nobody uses.
fn free_ports(n_ports: u16) -> Result<u16, Failed> {
    for _ in 0..100 {
        let first = TcpListener::bind(("127.0.0.1", 0))?;
        let port = first.local_addr()?.port();
        let others = (1..n_ports).map(|it| {
            let port = port.checked_add(it)?;
            TcpListener::bind(("127.0.0.1", port)).ok()
        });
        if others.collect::<Option<Vec<_>>>().is_some() {
            return Ok(port);
        }
    }
    Err(format!("no {n_ports} free ports in a row").into())
}

//! What kubectl asks of a cluster and the API server for custom resources alone does not
//! have: the lists of versions and groups, and ConfigMaps, which are kept as custom
//! resources of that server under another group. All else is passed on to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use libtest_mimic::Failed;
use serde_json::json;

use crate::server::{Answer, Server};

/// ConfigMaps as custom resources.
pub const CONFIG_MAPS: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: configmaps.core.test
spec:
  group: core.test
  scope: Namespaced
  names: {kind: ConfigMap, listKind: ConfigMapList, plural: configmaps, singular: configmap}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        x-kubernetes-preserve-unknown-fields: true
";

/// A cluster for kubectl, at `http://127.0.0.1:port`.
pub struct Shim {
    /// The port.
    pub port: u16,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Shim {
    /// Starts one in front of a server.
    pub fn start(server: Arc<Server>) -> Result<Shim, Failed> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let server = server.clone();
                let Ok(stream) = stream else { continue };
                thread::spawn(move || serve(stream, &server));
            }
        });
        Ok(Shim { port, stop, thread: Some(thread) })
    }
}

impl Drop for Shim {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the one that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

struct Request {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn serve(mut stream: TcpStream, server: &Server) {
    let Some(request) = read(&stream) else { return };
    let Ok(answer) = answer(&request, server) else { return };
    let head = format!(
        "HTTP/1.1 {} x\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(answer.body.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    let mut n_bytes = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        let name = name.to_ascii_lowercase();
        if name == "content-length" {
            n_bytes = value.parse().ok()?;
        }
        headers.push((name, value.to_owned()));
    }
    let mut body = vec![0; n_bytes];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body })
}

fn answer(request: &Request, server: &Server) -> Result<Answer, Failed> {
    let bare = request.path.split('?').next().unwrap_or_default();
    let known = match bare {
        "/api" => Some(json!({ "kind": "APIVersions", "versions": ["v1"] })),
        "/apis" => {
            let version = |it: &str| json!({ "groupVersion": format!("monitoring.coreos.com/{it}"), "version": it });
            Some(json!({
                "kind": "APIGroupList", "apiVersion": "v1",
                "groups": [{
                    "name": "monitoring.coreos.com",
                    "versions": [version("v1"), version("v1alpha1")],
                    "preferredVersion": version("v1"),
                }],
            }))
        }
        "/api/v1" => Some(json!({
            "kind": "APIResourceList", "groupVersion": "v1",
            "resources": [{
                "name": "configmaps", "singularName": "configmap", "namespaced": true,
                "kind": "ConfigMap",
                "verbs": ["create", "delete", "get", "list", "patch", "update"],
            }],
        })),
        // That the server takes `fieldValidation` for ConfigMaps too.
        "/openapi/v3/api/v1" => {
            let patch = |kind: &str| {
                json!({ "patch": {
                    "parameters": [{ "name": "fieldValidation", "in": "query" }],
                    "x-kubernetes-group-version-kind":
                        { "group": "", "version": "v1", "kind": kind },
                } })
            };
            Some(json!({
                "openapi": "3.0.0",
                "info": { "title": "core", "version": "v1" },
                "paths": { "/a": patch("ConfigMap"), "/b": patch("Namespace") },
            }))
        }
        _ => None,
    };
    if let Some(known) = known {
        let content_type = "application/json".to_owned();
        return Ok(Answer { status: 200, content_type, body: known.to_string() });
    }
    let core = request.path.starts_with("/api/v1/");
    let path = match core {
        true => request.path.replacen("/api/v1/", "/apis/core.test/v1/", 1),
        false => request.path.clone(),
    };
    let mut body = request.body.clone();
    if core {
        let text = String::from_utf8_lossy(&body);
        let other = "\"apiVersion\":\"core.test/v1\"";
        body = text.replace("\"apiVersion\":\"v1\"", other).into_bytes();
    }
    let mut headers = Vec::new();
    for (name, value) in &request.headers {
        match name.as_str() {
            "content-type" => headers.push(("Content-Type", value.clone())),
            // What is answered is looked into as text.
            "accept" => {
                let kinds = value.split(',').filter(|it| !it.contains("protobuf"));
                headers.push(("Accept", kinds.collect::<Vec<_>>().join(",")));
            }
            _ => {}
        }
    }
    let headers: Vec<_> = headers.iter().map(|it| (it.0, it.1.as_str())).collect();
    let body = (!body.is_empty()).then_some(body.as_slice());
    let mut answer = server.ask(&request.method, &path, &headers, body)?;
    if bare == "/openapi/v3" {
        let own =
            r#"{"paths":{"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=1"},"#;
        answer.body = answer.body.replacen("{\"paths\":{", own, 1);
    }
    if core {
        answer.body = answer.body.replace("\"core.test/v1\"", "\"v1\"");
    }
    Ok(answer)
}

//! A Prometheus server of its own: started on a free port of this machine with an empty
//! directory, filled by remote write, ended with its owner.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use aqua_alerts::promql::labels::Labels;
use aqua_alerts::promql::value::Sample;
use serde_json::Value as Json;

use crate::directory::Directory;
use crate::promtool::Flags;
use crate::samples;
use crate::series::Data;
use crate::wire;

/// A running server; it ends when this is dropped, also by a panic.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: String,
    _dir: Directory,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts a server that holds the series.
    pub fn start(program: &Path, data: &Data, flags: Flags) -> Result<Server, String> {
        let mut server = Server::empty(program, data.interval, flags)?;
        let series = samples::of(data);
        let longest = series.iter().map(|it| it.1.len()).max().unwrap_or(0);
        // As a server scrapes: what belongs to one time together.
        for idx in 0..longest {
            let now: Vec<(&Labels, &Sample)> = series
                .iter()
                .filter_map(|it| Some((&it.0, it.1.get(idx)?.as_ref()?)))
                .collect();
            let body = wire::request(&now, idx as i64 * data.spacing);
            server.write(&body)?;
        }
        Ok(server)
    }

    fn empty(program: &Path, interval: i64, flags: Flags) -> Result<Server, String> {
        let dir = Directory::new();
        let config = dir.path().join("prometheus.yml");
        fs::write(&config, format!("global: {{evaluation_interval: {interval}ms}}\n"))
            .unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut features = vec!["native-histograms"];
        if flags.experimental {
            features.push("promql-experimental-functions");
        }
        if flags.delayed {
            features.push("promql-delayed-name-removal");
        }
        let child = Command::new(program)
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", dir.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg(format!("--enable-feature={}", features.join(",")))
            .args(["--web.enable-remote-write-receiver", "--log.level=error"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|it| it.to_string())?;
        let mut server = Server { child, address, _dir: dir };
        let patience = Instant::now() + Duration::from_secs(60);
        while Instant::now() < patience {
            if let Ok((200, _)) = server.ask("GET", "/-/ready", "text/plain", &[]) {
                return Ok(server);
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                return Err(format!("the server has ended: {status}"));
            }
            sleep(Duration::from_millis(50));
        }
        Err("the server does not become ready".to_string())
    }

    fn write(&mut self, body: &[u8]) -> Result<(), String> {
        let path = "/api/v1/write";
        match self.ask("POST", path, "application/x-protobuf", body)? {
            (200 | 204, _) => Ok(()),
            (status, text) => Err(format!("remote write: {status} {text}")),
        }
    }

    /// The answer of the API to a range query; times are in milliseconds.
    pub fn range(
        &self,
        query: &str,
        (start, end, step): (i64, i64, i64),
    ) -> Result<Json, String> {
        let seconds = |it: i64| it as f64 / 1000.0;
        let body = format!(
            "query={}&start={}&end={}&step={}",
            encoded(query),
            seconds(start),
            seconds(end),
            seconds(step)
        );
        let form = "application/x-www-form-urlencoded";
        let (_, text) = self.ask("POST", "/api/v1/query_range", form, body.as_bytes())?;
        serde_json::from_str(&text).map_err(|it| format!("{it}: {text}"))
    }

    /// Status and body of the answer to a request of HTTP/1.0, which ends with the
    /// connection.
    fn ask(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> Result<(u16, String), String> {
        let failure = |it: std::io::Error| it.to_string();
        let mut stream = TcpStream::connect(&self.address).map_err(failure)?;
        let encoding = match kind {
            "application/x-protobuf" => {
                "Content-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n"
            }
            _ => "",
        };
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Type: {kind}\r\n{encoding}\
             Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).map_err(failure)?;
        stream.write_all(body).map_err(failure)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(failure)?;
        let answer = String::from_utf8_lossy(&answer);
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        Ok((status.ok_or("no status")?, body.to_string()))
    }
}

/// A text as a value in a form.
fn encoded(text: &str) -> String {
    let byte = |it: u8| match it {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(it).to_string(),
        it => format!("%{it:02X}"),
    };
    text.bytes().map(byte).collect()
}

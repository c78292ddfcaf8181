//! A Prometheus server with the data in its head, started and stopped by this process.
//!
//! The data is written once per machine: the directory is kept, and named by a hash of
//! all samples. A server always starts from a directory that was closed in order, so
//! that every run meets the same state.

use std::env;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use aqua_alerts::promql::storage::MemoryStorage;
use aqua_alerts::promql::value::Grid;
use serde_json::Value;

use crate::data::{self, Shape};
use crate::machine::Process;
use crate::{http, push};

/// A running server; it ends when this is dropped, also by a panic.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Waits for the end of this process, should it be killed, and ends the server.
    guard: Option<Child>,
    port: u16,
    pub process: Process,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(guard) = &mut self.guard {
            let _ = guard.kill();
            let _ = guard.wait();
        }
    }
}

/// The server's binary, if there is one.
pub fn find() -> Option<PathBuf> {
    let named = env::var_os("AQUA_PEERS").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/usr/bin");
    let dirs = named.into_iter().chain(env::split_paths(&path)).chain([own]);
    dirs.map(|it| it.join("prometheus")).find(|it| it.is_file())
}

/// The first line that the binary says of its version.
pub fn version(binary: &Path) -> String {
    let output = Command::new(binary).arg("--version").output();
    let text = output.map(|it| it.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().next().unwrap_or("unknown").to_owned()
}

/// A server that holds the data.
pub fn with_data(binary: &Path, shape: Shape, storage: &MemoryStorage) -> Server {
    let root = env::var_os("AQUA_BENCH_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from);
    let name = format!("engine-{}-{:016x}", shape.n_samples(), data::hash(storage));
    let dir = root.join(name);
    let complete = dir.join("complete");
    let begin = Instant::now();
    if !complete.is_file() {
        println!("loading {} samples into {}", shape.n_samples(), dir.display());
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).expect("a directory for the server's data");
        let server = start(binary, &dir);
        push::push(server.port, storage.series()).expect("the server takes the data");
        server.quit();
        fs::write(&complete, "").expect("a mark that the data is complete");
        println!("loaded in {:.1} s", begin.elapsed().as_secs_f64());
    }
    let begin = Instant::now();
    let server = start(binary, &dir);
    println!("server is ready after {:.1} s", begin.elapsed().as_secs_f64());
    server
}

fn start(binary: &Path, dir: &Path) -> Server {
    let config = dir.join("prometheus.yml");
    fs::write(&config, "").expect("a configuration");
    let log = File::create(dir.join("log")).expect("a file for the log");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("its number").port();
    drop(listener);
    let child = Command::new(binary)
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", dir.join("tsdb").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        // The head keeps everything: no block is cut in less than a year.
        .arg("--storage.tsdb.min-block-duration=1y")
        .arg("--storage.tsdb.max-block-duration=1y")
        .arg("--storage.tsdb.retention.time=100y")
        .arg("--enable-feature=memory-snapshot-on-shutdown")
        .arg("--web.enable-remote-write-receiver")
        .arg("--web.enable-lifecycle")
        .arg("--query.max-samples=1000000000")
        .arg("--query.timeout=30m")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("the server starts");
    let process = Process::of(child.id());
    let guard = guard(child.id());
    let mut server = Server { child, guard, port, process };
    let deadline = Instant::now() + Duration::from_secs(300);
    while !matches!(server.get("/-/ready"), Some((200, _))) {
        let ended = server.child.try_wait().ok().flatten();
        let late = deadline < Instant::now();
        assert!(ended.is_none() && !late, "no server: see {}/log", dir.display());
        sleep(Duration::from_millis(50));
    }
    server
}

/// Its standard input ends with this process.
fn guard(pid: u32) -> Option<Child> {
    Command::new("sh")
        .args(["-c", "read _; kill -9 $0", &pid.to_string()])
        .stdin(Stdio::piped())
        .spawn()
        .ok()
}

impl Server {
    fn get(&self, target: &str) -> Option<(u16, Vec<u8>)> {
        http::request(self.port, "GET", target, "", &[]).ok()
    }

    /// Ends the server in order.
    fn quit(mut self) {
        let _ = http::request(self.port, "POST", "/-/quit", "", &[]);
        let status = self.child.wait().expect("the server ends");
        assert!(status.success(), "the server ends with {status}");
    }

    fn query(&self, query: &str, grid: Grid, more: &str) -> Vec<u8> {
        let target = format!(
            "/api/v1/query_range?query={}&start={}&end={}&step={}{more}",
            http::encoded(query),
            grid.start as f64 / 1000.0,
            grid.end as f64 / 1000.0,
            grid.step as f64 / 1000.0,
        );
        match self.get(&target).expect("the server answers") {
            (200, body) => body,
            (status, body) => {
                panic!("{query}: {status} {}", String::from_utf8_lossy(&body))
            }
        }
    }

    /// The whole result of a query, as JSON.
    pub fn result(&self, query: &str, grid: Grid) -> Vec<u8> {
        self.query(query, grid, "")
    }

    /// The time that a query takes inside the engine, and on all processors.
    ///
    /// `innerEvalTime` is the evaluation alone, samples read included, without queue,
    /// preparation and sorting. The limit cuts what is sent, not what is evaluated.
    pub fn time(&self, query: &str, grid: Grid) -> (Duration, Duration) {
        let before = self.process.time();
        let body = self.query(query, grid, "&limit=1&stats=true");
        let processors = self.process.time().saturating_sub(before);
        let answer: Value = serde_json::from_slice(&body).expect("the answer is JSON");
        let seconds = answer.pointer("/data/stats/timings/innerEvalTime");
        let seconds = seconds.and_then(Value::as_f64).expect("the answer has timings");
        (Duration::from_secs_f64(seconds), processors)
    }
}

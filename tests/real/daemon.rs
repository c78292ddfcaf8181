//! Programs that serve HTTP on 127.0.0.1 for a test, and what is asked of them.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use serde_json::Value as Json;

/// How long something may take that is not wrong; a wait ends as soon as it is there.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// A program that ends with its owner.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    /// The port that it was given.
    pub port: u16,
    log: std::path::PathBuf,
}

impl Daemon {
    /// Starts a program in a folder; `{port}` in its arguments is a port that is free.
    /// Returns when it answers `path` with 200.
    pub fn start(
        program: &Path,
        args: &[String],
        folder: &Path,
        path: &str,
    ) -> Result<Daemon, Failed> {
        let port = free_port()?;
        let log = folder.join("server.log");
        let words = File::create(&log)?;
        let child = Command::new(program)
            .args(args.iter().map(|it| it.replace("{port}", &port.to_string())))
            .current_dir(folder)
            .stdout(words.try_clone()?)
            .stderr(words)
            .spawn()?;
        let mut server = Daemon { child, port, log };
        let is_up = until(|| match server.request("GET", path, "") {
            Ok((200, _)) => Ok(true),
            // One that has ended will not come up any more.
            _ if server.child.try_wait()?.is_some() => Ok(false),
            _ => Err("does not answer".into()),
        });
        match is_up {
            Ok(true) => Ok(server),
            _ => Err(format!("does not come up: {}", server.log()).into()),
        }
    }

    /// What it wrote.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The JSON that it answers.
    pub fn get(&self, path: &str) -> Result<Json, Failed> {
        let (status, body) = self.request("GET", path, "")?;
        match status {
            200 => Ok(serde_json::from_str(&body)?),
            _ => Err(format!("{path}: {status}: {body}").into()),
        }
    }

    /// Gives it JSON.
    pub fn post(&self, path: &str, body: &Json) -> Result<(), Failed> {
        let (status, said) = self.request("POST", path, &body.to_string())?;
        match status {
            200 => Ok(()),
            _ => Err(format!("{path}: {status}: {said}").into()),
        }
    }

    /// HTTP/1.0, so that the answer ends with the connection.
    fn request(
        &self,
        method: &str,
        path: &str,
        body: &str,
    ) -> Result<(u16, String), Failed> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(DEADLINE))?;
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        Ok((status.ok_or("no status")?, body.to_owned()))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody uses.
pub fn free_port() -> Result<u16, Failed> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Asks again until there is an answer; the last refusal, where the deadline passes.
pub fn until<T>(mut ask: impl FnMut() -> Result<T, Failed>) -> Result<T, Failed> {
    let begun = Instant::now();
    loop {
        match ask() {
            Ok(it) => return Ok(it),
            Err(error) if begun.elapsed() > DEADLINE => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// A text for a query string.
pub fn encode(text: &str) -> String {
    let plain = |it: &u8| it.is_ascii_alphanumeric() || b"-_.".contains(it);
    let byte = |it: u8| match plain(&it) {
        true => char::from(it).to_string(),
        false => format!("%{it:02X}"),
    };
    text.bytes().map(byte).collect()
}

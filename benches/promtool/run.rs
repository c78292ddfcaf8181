//! Runs a program to its end: how long it took, how much memory it had.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// What a run took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// From start to end of the process.
    pub wall: Duration,
    /// The most memory that was seen in use, in bytes.
    pub memory: u64,
    /// Whether it ended with success.
    pub passed: bool,
    /// Runs of which this is the fastest.
    pub runs: usize,
}

/// A program.
#[derive(Debug)]
pub struct Program(PathBuf);

impl Program {
    /// This project's.
    pub fn ours() -> Program {
        Program(PathBuf::from(env!("CARGO_BIN_EXE_aqua-alerts")))
    }

    /// promtool, where there is one.
    pub fn promtool() -> Option<Program> {
        let named = env::var_os("AQUA_PEERS").map(PathBuf::from);
        let path = env::var_os("PATH").unwrap_or_default();
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/usr/bin");
        let dirs = named.into_iter().chain(env::split_paths(&path)).chain([own]);
        dirs.map(|it| it.join("promtool")).find(|it| it.is_file()).map(Program)
    }

    /// What it says of its version.
    pub fn version(&self) -> String {
        let output = Command::new(&self.0).arg("--version").output();
        let output = output.map(|it| [it.stdout, it.stderr].concat()).unwrap_or_default();
        String::from_utf8_lossy(&output).lines().next().unwrap_or_default().to_owned()
    }

    /// Runs it in a folder; the fastest of some runs, and the most memory.
    pub fn run(&self, dir: &Path, args: &[&str], files: &[String], runs: usize) -> Cost {
        let once = |_| self.once(dir, args, files);
        let all: Vec<Cost> = (0..runs).map(once).collect();
        let wall = all.iter().map(|it| it.wall).min().unwrap_or_default();
        let memory = all.iter().map(|it| it.memory).max().unwrap_or_default();
        Cost { wall, memory, passed: all.iter().all(|it| it.passed), runs }
    }

    fn once(&self, dir: &Path, args: &[&str], files: &[String]) -> Cost {
        let begin = Instant::now();
        let mut child = Command::new(&self.0)
            .args(args)
            .args(files)
            .current_dir(dir)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        // A process that ended has no memory any more, so it is looked at while it runs.
        let status = format!("/proc/{}/status", child.id());
        let mut memory = 0;
        let passed = loop {
            memory = memory.max(peak(&status));
            if let Some(status) = child.try_wait().expect("the program ends") {
                break status.success();
            }
            sleep(Duration::from_micros(200));
        };
        Cost { wall: begin.elapsed(), memory, passed, runs: 1 }
    }
}

fn peak(status: &str) -> u64 {
    let text = fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:")).unwrap_or_default();
    let kib = line.split_whitespace().next().and_then(|it| it.parse().ok());
    1024 * kib.unwrap_or(0u64)
}

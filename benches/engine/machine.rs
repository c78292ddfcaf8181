//! What the kernel says of a process: time on the processor, and memory.

use std::fs;
use std::time::Duration;

/// A process, by the name of its directory in /proc.
#[derive(Clone, Debug)]
pub struct Process(String);

impl Process {
    pub fn this() -> Process {
        Process("/proc/self".to_owned())
    }

    pub fn of(pid: u32) -> Process {
        Process(format!("/proc/{pid}"))
    }

    /// Processor time of all threads, to the nanosecond.
    pub fn time(&self) -> Duration {
        let threads = fs::read_dir(format!("{}/task", self.0)).into_iter().flatten();
        let nanos = threads.flatten().map(|it| -> u64 {
            let text =
                fs::read_to_string(it.path().join("schedstat")).unwrap_or_default();
            text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or(0)
        });
        Duration::from_nanos(nanos.sum())
    }

    /// The most memory that was in use since the last [`Process::reset_peak`].
    pub fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Takes what is in use now as the peak.
    pub fn reset_peak(&self) {
        let _ = fs::write(format!("{}/clear_refs", self.0), "5");
    }

    fn status(&self, key: &str) -> u64 {
        let text = fs::read_to_string(format!("{}/status", self.0)).unwrap_or_default();
        let line = text.lines().find_map(|it| it.strip_prefix(key)).unwrap_or_default();
        let kib = line.split_whitespace().next().and_then(|it| it.parse().ok());
        1024 * kib.unwrap_or(0u64)
    }
}

//! Where the real parts are, and folders for what they read and write.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The folder that an environment variable names; it must exist if the variable is set.
/// `None` without one, which is said.
pub fn folder(variable: &str) -> Option<PathBuf> {
    let Some(dir) = env::var_os(variable).filter(|it| !it.is_empty()) else {
        println!("skipped: {variable} names no folder");
        return None;
    };
    let dir = PathBuf::from(dir);
    assert!(dir.is_dir(), "{variable} is no folder: {}", dir.display());
    Some(dir)
}

/// A file of the tools and data beside the project; `None` where it is absent, which is
/// said.
#[allow(dead_code, reason = "not every part needs tools of its own")]
pub fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    match path.canonicalize() {
        Ok(it) => Some(it),
        Err(_) => {
            println!("skipped: {} is not there", path.display());
            None
        }
    }
}

/// The binary under test.
pub fn aqua() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_aqua-alerts"))
}

/// The bundled platform.
pub fn platform() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory of its own that goes with its owner.
#[derive(Debug)]
pub struct Directory(PathBuf);

impl Directory {
    /// A new, empty one.
    pub fn new() -> Directory {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let idx = COUNT.fetch_add(1, Ordering::Relaxed);
        let path =
            env::temp_dir().join(format!("aqua-alerts-real-{}-{idx}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

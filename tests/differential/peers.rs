//! Where the other programs are.

use std::env;
use std::path::{Path, PathBuf};

/// The program of that name: in `AQUA_PEERS`, where it must be if that is set, or else
/// in `PATH` or in `target/peers/usr/bin`.
pub fn find(name: &str) -> Option<PathBuf> {
    if let Some(dir) = env::var_os("AQUA_PEERS").filter(|it| !it.is_empty()) {
        let program = Path::new(&dir).join(name);
        assert!(program.is_file(), "AQUA_PEERS has no {name}: {}", program.display());
        return Some(program);
    }
    let mut dirs: Vec<PathBuf> = Vec::new();
    if let Some(path) = env::var_os("PATH") {
        dirs.extend(env::split_paths(&path));
    }
    dirs.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers/usr/bin"));
    dirs.into_iter().map(|it| it.join(name)).find(|it| it.is_file())
}

/// The number in an environment variable.
pub fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

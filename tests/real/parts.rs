//! Where the real parts are, and what is given to them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::Failed;

use crate::directory::Directory;

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

/// The bundled platform.
pub fn platform() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What `build` writes of a project, all environments.
pub fn build(project: &Path) -> Result<Directory, Failed> {
    let out = Directory::new();
    let built = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .arg("-C")
        .arg(project)
        .args(["build", "--out"])
        .arg(out.path())
        .output()?;
    match built.status.success() {
        true => Ok(out),
        false => Err(String::from_utf8_lossy(&built.stderr).into_owned().into()),
    }
}

/// The files of a folder of a build; there is at least one.
pub fn files(out: &Path, folder: &str) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for file in fs::read_dir(out.join(folder))? {
        files.push(file?.path());
    }
    files.sort();
    assert!(!files.is_empty(), "{folder} is empty");
    Ok(files)
}

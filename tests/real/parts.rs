//! Where the real parts are, and what is given to them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

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
    build_to(project, out.path())?;
    Ok(out)
}

/// Builds a project into a folder.
pub fn build_to(project: &Path, out: &Path) -> Result<(), Failed> {
    build_with(project, out, &[]).map(|_| ())
}

/// Builds a project into a folder, with further options; what it says.
pub fn build_with(
    project: &Path,
    out: &Path,
    options: &[&str],
) -> Result<String, Failed> {
    let built = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .arg("-C")
        .arg(project)
        .args(["build", "--out"])
        .arg(out)
        .args(options)
        .output()?;
    success(&built)?;
    Ok(String::from_utf8_lossy(&built.stderr).into_owned())
}

/// What a program printed, if it succeeded; else what it complained of.
pub fn success(said: &Output) -> Result<String, Failed> {
    match said.status.success() {
        true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&said.stderr).into_owned().into()),
    }
}

/// Where a program is; `None` where it is not in `PATH`, which is said.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let found = env::split_paths(&path).map(|it| it.join(name)).find(|it| it.is_file());
    if found.is_none() {
        println!("skipped: no {name}");
    }
    found
}

/// A program without a network, where this machine allows that.
pub fn offline(program: &Path) -> Command {
    let allowed = Command::new("unshare").args(["-rn", "true"]).output();
    match allowed.is_ok_and(|it| it.status.success()) {
        true => {
            let mut command = Command::new("unshare");
            command.arg("-rn").arg(program);
            command
        }
        false => Command::new(program),
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

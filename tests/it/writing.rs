//! Whole files or none: two runs at once, folders that cannot be written, and a disk that is
//! full in the middle of a file.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use libtest_mimic::{Failed, Trial};

use crate::cli::folder;

pub fn trials() -> Vec<Trial> {
    let trial = |name: &str, run: fn() -> Result<(), Failed>| {
        Trial::test(format!("writing::{name}"), run)
    };
    vec![
        trial("a_label_value_of_a_mebibyte", too_long),
        trial("two_builds_into_one_new_folder", at_once),
        trial("a_folder_in_use_is_left_alone", in_use),
        trial("what_cannot_be_written_stays", read_only),
        trial("a_full_disk_leaves_the_old_files", full),
        trial("a_run_killed_while_it_writes_leaves_the_old_files", killed),
    ]
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_aqua-alerts");

/// A text that no limit of [`limited`] has room for.
const LONG: usize = 64 << 10;

/// A project of which every command writes something that is long.
fn project(name: &str) -> PathBuf {
    let dir = folder(&format!("writing-{name}"));
    let text = "x".repeat(LONG);
    // `fmt` lays it out otherwise, and `check --fix` writes `=` for `=~`.
    let alerts = format!(
        "[alert.ApiDown]\nseverity = \"critical\"\nexpr='up{{job=~\"api\"}} == 0'\n\
         summary = \"{text}\"\n"
    );
    let files = [
        ("aqua-alerts.toml", "project = { name = \"farm\", edition = 1 }\n".to_owned()),
        // The others find fault with a page that is not there.
        (
            "paged/aqua-alerts.toml",
            "project = { name = \"farm\", edition = 1 }\n\
             runbooks = { url = \"https://example.com/\", source = \"docs\" }\n"
                .to_owned(),
        ),
        ("paged/alerts/api.toml", alerts.clone()),
        ("alerts/api.toml", alerts),
        (
            "rules.yaml",
            format!(
                "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up == 0\n    \
                 labels: {{severity: warning}}\n    annotations: {{summary: {text}}}\n"
            ),
        ),
    ];
    for (path, text) in files {
        fs::create_dir_all(dir.join(path).parent().unwrap()).unwrap();
        fs::write(dir.join(path), text).unwrap();
    }
    dir
}

/// The commands that write.
const COMMANDS: &[&[&str]] = &[
    &["build"],
    &["fmt"],
    &["check", "--fix"],
    &["-C", "paged", "runbooks", "new"],
    &["import", "rules.yaml", "--out", "imported"],
    &["import", "rules.yaml"],
];

fn aqua_alerts(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).current_dir(dir).env_clear().stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files below a folder, and its folders.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().display().to_string();
            match path.is_dir() {
                true => {
                    out.insert(format!("{name}/"), Vec::new());
                    todo.push(path);
                }
                false => drop(out.insert(name, fs::read(&path).unwrap())),
            }
        }
    }
    out
}

/// The names of what differs between two trees.
fn changed(
    old: &BTreeMap<String, Vec<u8>>,
    new: &BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let names = old.keys().chain(new.keys()).filter(|it| old.get(*it) != new.get(*it));
    let mut names: Vec<String> = names.cloned().collect();
    names.sort();
    names.dedup();
    names
}

/// What no object has room for is an error at its place, and nothing is written.
fn too_long() -> Result<(), Failed> {
    let dir = project("too-long");
    let alert = |n_bytes: usize| {
        let value = "x".repeat(n_bytes);
        format!(
            "[alert.ApiDown]\nseverity = \"critical\"\nexpr = \"up == 0\"\n\
             labels = {{ big = \"{value}\" }}\n"
        )
    };
    for (n_bytes, code) in
        [(1 << 20, "error[group-too-large]"), ((1 << 20) + 1, "error[bad-value]")]
    {
        fs::write(dir.join("alerts/api.toml"), alert(n_bytes))?;
        let before = tree(&dir);
        for command in ["check", "build"] {
            let output = aqua_alerts(&dir, &[command]).output()?;
            let said = said(&output);
            assert_eq!(output.status.code(), Some(2), "{said}");
            let place = "alerts/api.toml:4:18";
            assert!(said.contains(code) && said.contains(place), "{command}: {said}");
            assert!(said.len() < 2_000, "the whole value is shown");
            assert_eq!(changed(&before, &tree(&dir)), [""; 0]);
        }
    }
    fs::remove_dir_all(&dir)?;
    Ok(())
}

/// Whoever comes first writes, the others say so or find everything done; and what is there
/// is what one build alone writes.
fn at_once() -> Result<(), Failed> {
    let dir = project("at-once");
    let alone = aqua_alerts(&dir, &["build", "--out", "alone"]).output()?;
    assert!(alone.status.success(), "{}", said(&alone));
    let expected = tree(&dir.join("alone"));
    for round in 0..8 {
        let out = format!("new-{round}");
        let start = || {
            let mut command = aqua_alerts(&dir, &["build", "--out", &out]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()
        };
        let children: Vec<Child> = (0..4).map(|_| start()).collect::<Result<_, _>>()?;
        let mut n_good = 0;
        for child in children {
            let output = child.wait_with_output()?;
            match output.status.code() {
                Some(0) => n_good += 1,
                _ => {
                    assert!(said(&output).contains("folder-in-use"), "{}", said(&output))
                }
            }
        }
        assert_ne!(n_good, 0, "nobody wrote");
        assert_eq!(changed(&expected, &tree(&dir.join(&out))), [""; 0]);
    }
    fs::remove_dir_all(&dir)?;
    Ok(())
}

/// Each command that writes into a folder refuses one that another run writes into.
fn in_use() -> Result<(), Failed> {
    let dir = project("in-use");
    for (args, used) in
        [(COMMANDS[0], "build"), (COMMANDS[3], "paged/docs"), (COMMANDS[4], "imported")]
    {
        fs::create_dir_all(dir.join(used))?;
        let before = tree(&dir);
        let other = File::open(dir.join(used))?;
        other.lock()?;
        let output = aqua_alerts(&dir, args).output()?;
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", said(&output));
        assert!(said(&output).contains("error[folder-in-use]"), "{}", said(&output));
        assert_eq!(changed(&before, &tree(&dir)), [""; 0], "{args:?}");
        // A folder that others use is nobody else's affair.
        if used == "build" {
            let output = aqua_alerts(&dir, COMMANDS[3]).output()?;
            assert!(output.status.success(), "{}", said(&output));
            assert!(dir.join("paged/docs/api-down.md").is_file());
            fs::remove_dir_all(dir.join("paged/docs"))?;
        }
        drop(other);
        let output = aqua_alerts(&dir, args).output()?;
        assert!(output.status.success(), "{args:?}: {}", said(&output));
        assert_ne!(changed(&before, &tree(&dir)), [""; 0], "{args:?}");
    }
    fs::remove_dir_all(&dir)?;
    Ok(())
}

/// Changes the permissions of a folder, and of everything below it where `files` says so.
fn permit(dir: &Path, folders: u32, files: Option<u32>) {
    for (name, _) in tree(dir) {
        match (name.strip_suffix('/'), files) {
            (Some(name), _) => permit_one(&dir.join(name), folders),
            (None, Some(mode)) => permit_one(&dir.join(name), mode),
            (None, None) => {}
        }
    }
    permit_one(dir, folders);
}

fn permit_one(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Folders and files that cannot be written.
fn read_only() -> Result<(), Failed> {
    let dir = project("read-only");
    let before = tree(&dir);
    for (folders, files) in [(0o555, 0o666), (0o555, 0o444)] {
        permit(&dir, folders, Some(files));
        for args in COMMANDS {
            let mut command = aqua_alerts(&dir, args);
            // For root nothing is read-only.
            if fs::metadata(&dir)?.uid() == 0 {
                command.uid(65_534).gid(65_534);
            }
            let output = match command.output() {
                Ok(it) => it,
                Err(error) => {
                    println!("skipped: cannot run as another user: {error}");
                    break;
                }
            };
            let said = said(&output);
            assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
            assert!(said.contains("error[unwritable]: cannot write `"), "{said}");
            assert_eq!(changed(&before, &tree(&dir)), [""; 0], "{args:?}: {said}");
        }
        permit(&dir, 0o755, Some(0o644));
    }
    fs::remove_dir_all(&dir)?;
    Ok(())
}

/// A command whose files may not become longer than 16 KiB. Writing more is an error, as on
/// a disk that is full, or kills it.
fn limited(dir: &Path, args: &[&str], kills: bool) -> Command {
    let trap = if kills { "" } else { "trap '' XFSZ;" };
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", &format!("ulimit -c 0; ulimit -f 16; {trap} exec \"$0\" \"$@\"")])
        .arg(PROGRAM)
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::null());
    command
}

/// Nothing is changed, nothing is left behind, and with more room it works.
fn full() -> Result<(), Failed> {
    for args in COMMANDS {
        let dir = project("full");
        let before = tree(&dir);
        let output = limited(&dir, args, false).output()?;
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("error[unwritable]: cannot write `"), "{said}");
        assert_eq!(changed(&before, &tree(&dir)), [""; 0], "{args:?}: {said}");
        works(&dir, args, &before)?;
        fs::remove_dir_all(&dir)?;
    }
    Ok(())
}

/// A killed run leaves every file as it was, beside others whose names begin with a dot; the
/// next one works.
fn killed() -> Result<(), Failed> {
    for args in COMMANDS {
        let dir = project("killed");
        let before = tree(&dir);
        let output = limited(&dir, args, true).output()?;
        assert!(output.status.signal().is_some(), "{args:?}: {}", said(&output));
        let after = tree(&dir);
        for name in changed(&before, &after) {
            let last = name.trim_end_matches('/').rsplit('/').next().unwrap();
            let is_new_folder = name.ends_with('/') && !before.contains_key(&name);
            assert!(last.starts_with('.') || is_new_folder, "{args:?}: {name}");
        }
        works(&dir, args, &before)?;
        fs::remove_dir_all(&dir)?;
    }
    Ok(())
}

/// Without a limit the command writes what it has to.
fn works(
    dir: &Path,
    args: &[&str],
    before: &BTreeMap<String, Vec<u8>>,
) -> Result<(), Failed> {
    let output = aqua_alerts(dir, args).output()?;
    assert!(output.status.success(), "{args:?}: {}", said(&output));
    let after = tree(dir);
    let long = changed(before, &after).into_iter();
    let mut long = long.filter(|it| after.get(it).is_some_and(|it| LONG < it.len()));
    assert!(long.next().is_some(), "{args:?} wrote nothing");
    Ok(())
}

//! Sessions on the command line.
//!
//! A fixture is a text file: first a transcript, then the files of the folder in which
//! it happens, as in Go's txtar. In the transcript a line `> …` is typed, `| …` came out
//! on standard output, `! …` on standard error, and `= N` is the exit code; `# …` says
//! what it shows. Beside `aqua-alerts` a few commands change or show files:
//! `cat FILE`, `ls DIR`, `rm PATH`, `write FILE TEXT`, `bytes FILE HEX`, `link TO FILE`,
//! `protect FILE` against writing, `pipe FILE` for a named pipe, `blank FILE MIB` for a large
//! file of zeros. `aqua-alerts … < FILE` reads standard input from a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/cli");

pub fn trials() -> Vec<Trial> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(ROOT).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let trial = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        Trial::test(format!("cli::{name}"), move || session(&name, &path))
    };
    files.into_iter().map(trial).collect()
}

fn session(name: &str, path: &Path) -> Result<(), Failed> {
    let text = fs::read_to_string(path).unwrap();
    let (transcript, files) = split(&text);
    let dir = folder(name);
    for (path, text) in &files {
        write(&dir.join(path), text.as_bytes());
    }
    let mut got = String::new();
    for line in transcript.lines() {
        match line.split_at_checked(2) {
            Some(("> ", command)) => {
                got.push_str(&format!("{line}\n{}", run(command, &dir)));
            }
            Some(("| " | "! " | "= ", _)) => {}
            _ if matches!(line, "|" | "!") => {}
            _ => got.push_str(&format!("{line}\n")),
        }
    }
    fs::remove_dir_all(&dir).unwrap();
    got.push_str(&text[transcript.len()..]);
    crate::golden::check(path, &got)
}

/// The transcript, and the files after it.
fn split(text: &str) -> (&str, Vec<(&str, String)>) {
    let head = |line: &str| {
        let name = line.strip_prefix("-- ")?.trim_end().strip_suffix(" --")?;
        Some(name.len())
    };
    let mut transcript = text;
    let mut files: Vec<(&str, String)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match head(line) {
            Some(len) => {
                if files.is_empty() {
                    transcript = &text[..at];
                }
                files.push((&line[3..3 + len], String::new()));
            }
            None => {
                if let Some((_, text)) = files.last_mut() {
                    text.push_str(line);
                }
            }
        }
        at += line.len();
    }
    (transcript, files)
}

/// An empty folder of its own for a test.
pub fn folder(name: &str) -> PathBuf {
    let dir =
        std::env::temp_dir().join(format!("aqua-alerts-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir.canonicalize().unwrap()
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn run(command: &str, dir: &Path) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    match &words[..] {
        ["aqua-alerts", args @ .., "<", file] => aqua_alerts(args, Some(file), dir),
        ["aqua-alerts", args @ ..] => aqua_alerts(args, None, dir),
        ["cat", file] => marked("| ", &fs::read_to_string(dir.join(file)).unwrap()),
        ["ls", folder] => {
            let mut paths = Vec::new();
            list(&dir.join(folder), &mut paths);
            let path = |it: &PathBuf| it.strip_prefix(dir).unwrap().display().to_string();
            let lines: Vec<String> = paths.iter().map(path).collect();
            marked("| ", &lines.join("\n"))
        }
        ["rm", path] => {
            let path = dir.join(path);
            match path.is_dir() && !path.is_symlink() {
                true => fs::remove_dir_all(path).unwrap(),
                false => fs::remove_file(path).unwrap(),
            }
            String::new()
        }
        ["write", file, words @ ..] => {
            write(&dir.join(file), format!("{}\n", words.join(" ")).as_bytes());
            String::new()
        }
        ["bytes", file, hex] => {
            let digits = |idx: usize| u8::from_str_radix(&hex[idx..idx + 2], 16).unwrap();
            let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(digits).collect();
            write(&dir.join(file), &bytes);
            String::new()
        }
        ["blank", file, mib] => {
            let file = fs::File::create(dir.join(file)).unwrap();
            file.set_len(mib.parse::<u64>().unwrap() << 20).unwrap();
            String::new()
        }
        #[cfg(unix)]
        ["pipe", file] => {
            let made = Command::new("mkfifo").arg(dir.join(file)).status().unwrap();
            assert!(made.success());
            String::new()
        }
        ["protect", file] => {
            let path = dir.join(file);
            let mut access = fs::metadata(&path).unwrap().permissions();
            access.set_readonly(true);
            fs::set_permissions(&path, access).unwrap();
            String::new()
        }
        #[cfg(unix)]
        ["link", to, file] => {
            std::os::unix::fs::symlink(to, dir.join(file)).unwrap();
            String::new()
        }
        _ => panic!("unknown command `{command}`"),
    }
}

fn aqua_alerts(args: &[&str], input: Option<&str>, dir: &Path) -> String {
    let input = match input {
        Some(file) => fs::File::open(dir.join(file)).unwrap().into(),
        None => Stdio::null(),
    };
    let output = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(input)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace(&dir.display().to_string(), "$DIR")
    };
    let code = output.status.code().map_or("killed".to_owned(), |it| it.to_string());
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    format!("{}{}= {code}\n", marked("! ", &error), marked("| ", &out))
}

fn marked(sign: &str, text: &str) -> String {
    text.lines().map(|it| format!("{sign}{it}").trim_end().to_owned() + "\n").collect()
}

fn list(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    let mut entries: Vec<PathBuf> = entries.map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => list(&path, out),
            false => out.push(path),
        }
    }
}

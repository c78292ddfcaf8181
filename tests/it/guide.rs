//! Pages of the guide: what they print is what there is, and what happens.
//!
//! A block whose language is followed by `file=PATH` is the text of that file, which is
//! written where it is not there; `append=PATH` adds to its end, `edit=PATH` is a difference.
//! In a block of the language `console` the lines behind `$ ` are typed, and what follows is
//! what a terminal shows. What else stands in blocks is not run.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};

use crate::cli::folder;

/// The pages, and what else must go well with what they print.
const PAGES: &[(&str, &[&str])] = &[
    ("first-project", &["check --strict --deny warnings", "test", "build --check"]),
    ("language", &["check --deny warnings", "test", "build", "fmt --check"]),
];

pub fn trials() -> Vec<Trial> {
    let trial = |(name, then): &'static (&str, &[&str])| {
        Trial::test(format!("guide::{name}"), move || page(name, then))
    };
    PAGES.iter().map(trial).collect()
}

fn page(name: &str, then: &[&str]) -> Result<(), Failed> {
    let path = format!("{}/docs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap();
    let root = folder(&format!("guide-{name}"));
    let mut dir = root.clone();
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(&format!("{line}\n"));
        let Some(info) = line.strip_prefix("```").filter(|it| !it.is_empty()) else {
            continue;
        };
        let body = |it: &&str| *it != "```";
        let block: String =
            lines.by_ref().take_while(body).map(|it| format!("{it}\n")).collect();
        match info == "console" {
            true => out.push_str(&typed(&block, &mut dir)),
            false => {
                take(info, &block, &dir)?;
                out.push_str(&block);
            }
        }
        out.push_str("```\n");
    }
    for args in then {
        let (said, good) = aqua_alerts(&args.split(' ').collect::<Vec<_>>(), &dir);
        if !good {
            return Err(format!("`aqua-alerts {args}` fails:\n{said}").into());
        }
    }
    fs::remove_dir_all(&root).unwrap();
    crate::golden::check(Path::new(&path), &out)
}

/// Does with a block what its first line asks for.
fn take(info: &str, block: &str, dir: &Path) -> Result<(), Failed> {
    let Some((how, path)) = info.split(' ').nth(1).and_then(|it| it.split_once('='))
    else {
        return Ok(());
    };
    let at = dir.join(path);
    let there = fs::read_to_string(&at);
    let new = match (how, &there) {
        ("file", Ok(there)) if *there == block => return Ok(()),
        ("file", Ok(there)) => {
            return Err(format!("`{path}` is another one:\n{there}").into());
        }
        ("file", Err(_)) => block.to_owned(),
        ("append", Ok(there)) => format!("{there}\n{block}"),
        ("edit", Ok(there)) => {
            let of = |signs: [char; 2]| -> String {
                let lines = block.lines().filter(|it| it.starts_with(signs));
                lines.map(|it| format!("{}\n", &it[1..])).collect()
            };
            let (old, new) = (of([' ', '-']), of([' ', '+']));
            if there.matches(&old).count() != 1 {
                return Err(format!("not once in `{path}`:\n{old}").into());
            }
            there.replace(&old, &new)
        }
        (_, _) => return Err(format!("cannot be done: `{info}`").into()),
    };
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(at, new).unwrap();
    Ok(())
}

/// A block of a terminal as it is when its commands are typed.
fn typed(block: &str, dir: &mut PathBuf) -> String {
    let mut out = String::new();
    for command in block.lines().filter_map(|it| it.strip_prefix("$ ")) {
        out.push_str(&format!("$ {command}\n"));
        match &command.split(' ').collect::<Vec<_>>()[..] {
            ["cd", folder] => dir.push(folder),
            ["aqua-alerts", args @ ..] => out.push_str(&aqua_alerts(args, dir).0),
            _ => panic!("unknown command `{command}`"),
        }
    }
    out
}

/// What a terminal shows of a run, without blanks at the ends of lines, and whether it went
/// well.
fn aqua_alerts(args: &[&str], dir: &Path) -> (String, bool) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(writer.try_clone().unwrap())
        .stderr(writer)
        .spawn()
        .unwrap();
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    let lines = text.lines().map(|it| format!("{}\n", it.trim_end()));
    (lines.collect(), child.wait().unwrap().success())
}

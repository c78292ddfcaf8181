//! What the command line says.

use std::path::PathBuf;

const HELP: &str = "\
cargo bench --bench promtool -- [OPTIONS]

  --only CASE    small, grid, check, build, growth or corpus; may be repeated
  --corpus DIR   test files of others for `corpus`, below DIR/src; where promtool cannot
                 read the rule files beside them, the same tree below DIR/oracle
  --runs N       runs of which the fastest counts (3); promtool has as many where it is quick
                 (small, check, build), else one
  --no-promtool  this program alone

AQUA_PEERS       directory of the `promtool` binary; else PATH, else target/peers/usr/bin";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    Small,
    Grid,
    Check,
    Build,
    Growth,
    Corpus,
}

const CASES: &[(&str, Case)] = &[
    ("small", Case::Small),
    ("grid", Case::Grid),
    ("check", Case::Check),
    ("build", Case::Build),
    ("growth", Case::Growth),
    ("corpus", Case::Corpus),
];

/// The options of a run.
#[derive(Debug)]
pub struct Options {
    pub cases: Vec<Case>,
    pub corpus: Option<PathBuf>,
    pub runs: usize,
    pub promtool: bool,
}

impl Options {
    /// Reads the arguments; the error is what to print.
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options =
            Options { cases: Vec::new(), corpus: None, runs: 3, promtool: true };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--only" => {
                    let name = value()?;
                    let known = CASES.iter().find(|it| it.0 == name);
                    let known = known.ok_or(format!("no case {name}\n\n{HELP}"))?;
                    options.cases.push(known.1);
                }
                "--corpus" => options.corpus = Some(value()?.into()),
                "--runs" => match value()?.parse() {
                    Ok(it) if 1 <= it => options.runs = it,
                    _ => return Err("--runs takes a number above zero".to_owned()),
                },
                "--no-promtool" => options.promtool = false,
                // cargo says so itself.
                "--bench" => {}
                "--help" | "-h" => return Err(HELP.to_owned()),
                it => return Err(format!("unknown option {it}\n\n{HELP}")),
            }
        }
        if options.cases.is_empty() {
            options.cases = CASES.iter().map(|it| it.1).collect();
        }
        Ok(options)
    }
}

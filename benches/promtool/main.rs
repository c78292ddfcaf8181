//! `aqua-alerts` against promtool on the same files: whole processes, wall time, memory.
//!
//! `cargo bench --bench promtool -- [OPTIONS]` prints one table. It writes its own input;
//! a folder of other people's tests can be named. Every case counts only if both programs
//! agree on the verdict. `--help` lists the options.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark reads the clock, prints, and fails by panicking"
)]

mod build;
mod corpus;
mod input;
mod options;
mod run;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use input::Shape;
use options::{Case, Options};
use run::{Cost, Program};

/// What a case took.
pub struct Measured {
    name: String,
    ours: Cost,
    promtool: Option<Cost>,
}

/// A suite of two hundred alerts, each with its test.
const GRID: Shape = Shape { rules: 200, tests: 200, series: 2, steps: 60 };

/// What somebody tests while writing a rule.
const SMALL: Shape = Shape { rules: 3, tests: 2, series: 2, steps: 30 };

/// Where growth begins; promtool's time is a second here.
const BASE: Shape = Shape { rules: 50, tests: 20, series: 4, steps: 60 };

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(it) => it,
        Err(text) => {
            eprintln!("{text}");
            let is_asked = std::env::args().any(|it| it == "--help" || it == "-h");
            return ExitCode::from(if is_asked { 0 } else { 2 });
        }
    };
    let promtool = options.promtool.then(Program::promtool).flatten();
    match &promtool {
        Some(it) => println!("promtool: {}", it.version()),
        None => println!("no promtool: this program alone"),
    }
    println!("the fastest of the runs, and the most memory");
    println!(
        "{:24} {:>21} {:>4} {:>21} {:>4} {:>9} {:>7}",
        "", "aqua-alerts", "runs", "promtool", "runs", "ratio", "memory"
    );
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("promtool");
    let bench = Bench { dir, promtool, runs: options.runs };
    for case in &options.cases {
        match case {
            Case::Small => {
                let runs = 10 * options.runs;
                bench.tests("one small file", SMALL, Runs { ours: runs, promtool: runs });
            }
            Case::Grid => {
                let runs = Runs { ours: options.runs, promtool: 1 };
                bench.tests("200 rules x 200 tests", GRID, runs);
            }
            Case::Growth => bench.growth(),
            Case::Check => bench.check(10_000),
            Case::Build => build::run(&bench),
            Case::Corpus => corpus::run(&bench, options.corpus.as_deref()),
        }
    }
    ExitCode::SUCCESS
}

/// How often the programs run; promtool once where it needs seconds.
#[derive(Clone, Copy, Debug)]
struct Runs {
    ours: usize,
    promtool: usize,
}

/// What all cases need.
pub struct Bench {
    dir: PathBuf,
    promtool: Option<Program>,
    runs: usize,
}

impl Bench {
    /// Tests of one file.
    fn tests(&self, name: &str, shape: Shape, runs: Runs) -> Measured {
        let dir = self.dir.join(format!("{shape:?}"));
        input::write(&dir, shape);
        let files = ["tests.yaml".to_owned()];
        let ours = Program::ours().run(&dir, &["test"], &files, runs.ours);
        let promtool = self.promtool.as_ref();
        let promtool =
            promtool.map(|it| it.run(&dir, &["test", "rules"], &files, runs.promtool));
        report(Measured { name: name.to_owned(), ours, promtool })
    }

    /// Rule files without tests.
    fn check(&self, n_rules: usize) {
        let dir = self.dir.join(format!("check-{n_rules}"));
        let files = input::rules_in_files(&dir, n_rules);
        let ours = Program::ours().run(&dir, &["check"], &files, self.runs);
        let promtool = self.promtool.as_ref();
        let promtool =
            promtool.map(|it| it.run(&dir, &["check", "rules"], &files, self.runs));
        report(Measured { name: format!("check of {n_rules} rules"), ours, promtool });
    }

    /// Each dimension doubled twice.
    fn growth(&self) {
        let by = |n: usize| -> [(&str, Shape); 4] {
            [
                ("rules", Shape { rules: n * BASE.rules, ..BASE }),
                ("tests", Shape { tests: n * BASE.tests, ..BASE }),
                ("series", Shape { series: n * BASE.series, ..BASE }),
                ("steps", Shape { steps: n * BASE.steps, ..BASE }),
            ]
        };
        for idx in 0..4 {
            for n in [1, 2, 4] {
                let (what, shape) = by(n)[idx];
                let runs = Runs { ours: 3 * self.runs, promtool: 1 };
                self.tests(&format!("{what} x {n}"), shape, runs);
            }
        }
    }
}

/// Prints a row.
pub fn report(it: Measured) -> Measured {
    let cost = |it: &Cost| {
        let seconds = it.wall.as_secs_f64();
        let cost = format!("{:.1} ms {:>4} MiB", 1000.0 * seconds, it.memory >> 20);
        format!("{cost:>21} {:>4}", it.runs)
    };
    print!("{:24} {}", it.name, cost(&it.ours));
    if let Some(other) = &it.promtool {
        assert_eq!(
            it.ours.passed, other.passed,
            "{}: the verdicts differ: there is nothing to compare",
            it.name
        );
        let ratio = other.wall.as_secs_f64() / it.ours.wall.as_secs_f64();
        let memory = other.memory as f64 / it.ours.memory.max(1) as f64;
        print!(" {} {ratio:>8.1}x {memory:>6.1}x", cost(other));
    }
    println!();
    it
}

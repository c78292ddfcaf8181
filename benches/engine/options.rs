//! What the command line says.

use crate::Shape;

const HELP: &str = "\
cargo bench --bench engine -- [OPTIONS]

  --scale full|small  10,000 series over a day, or 1,000 over six hours
  --step SECONDS      step of the queries (60)
  --runs N            runs of which the median counts (3)
  --only NAME         only this query; may be repeated
  --no-server         this engine alone
  --no-compare        do not fetch the server's results
  --growth            time per series and per step as both grow, this engine alone

AQUA_PEERS       directory of the `prometheus` binary; else PATH, else target/peers/usr/bin
AQUA_BENCH_DATA  directory in which the server's data is kept between runs";

/// The options of a run.
#[derive(Debug)]
pub struct Options {
    pub shape: Shape,
    /// Milliseconds.
    pub step: i64,
    pub runs: usize,
    pub only: Vec<String>,
    pub server: bool,
    pub compare: bool,
    pub growth: bool,
}

impl Options {
    /// Reads the arguments; the error is what to print.
    pub fn read(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut options = Options {
            shape: Shape::FULL,
            step: 60_000,
            runs: 3,
            only: Vec::new(),
            server: true,
            compare: true,
            growth: false,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--scale" => match value()?.as_str() {
                    "full" => options.shape = Shape::FULL,
                    "small" => options.shape = Shape::SMALL,
                    it => return Err(format!("unknown scale {it}\n\n{HELP}")),
                },
                "--step" => options.step = 1000 * number(&value()?)?,
                "--runs" => options.runs = number(&value()?)? as usize,
                "--only" => options.only.push(value()?),
                "--no-server" => options.server = false,
                "--no-compare" => options.compare = false,
                "--growth" => options.growth = true,
                // cargo says so itself.
                "--bench" => {}
                "--help" | "-h" => return Err(HELP.to_owned()),
                it => return Err(format!("unknown option {it}\n\n{HELP}")),
            }
        }
        Ok(options)
    }
}

fn number(text: &str) -> Result<i64, String> {
    match text.parse() {
        Ok(it) if 1 <= it => Ok(it),
        _ => Err(format!("{text} is not a number above zero")),
    }
}

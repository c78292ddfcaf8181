//! What can be typed: commands and their options.
//!
//! Only declarations. Help texts are part of the manual: lower case after the first
//! word of a sentence, no jargon that the README does not explain.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::emit::{TARGETS, Target};

/// Define an alert once, prove that it fires and when, ship it everywhere.
#[derive(Debug, Parser)]
#[command(name = "aqua-alerts", version, max_term_width = 100)]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, ClapArgs)]
pub struct Global {
    /// Work as if started in DIR; of several, each is seen from the one before
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directories: Vec<PathBuf>,
    /// How results and messages are printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t, global = true)]
    pub format: Format,
    /// When to use colour
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, global = true)]
    pub color: Color,
    /// Fail when there is a finding of this kind
    #[arg(long, value_enum, value_name = "WHAT", global = true)]
    pub deny: Vec<Deny>,
}

impl Global {
    /// The folder that a command is to work in; `None` for the current one.
    pub fn directory(&self) -> Option<PathBuf> {
        let all = self.directories.iter();
        (!self.directories.is_empty()).then(|| all.collect())
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a small project that works, to begin with
    Init(Init),
    /// Compile the project to manifests, rule files and dashboards
    Build(Build),
    /// Read, resolve and type-check the project, or rule files; write nothing
    Check(Check),
    /// Prove by the project's tests that its alerts fire when they should
    Test(Test),
    /// Check runbook pages against the alerts that lead to them; write pages to begin with
    Runbooks(Runbooks),
    /// Turn Prometheus rule files and promtool tests into files of a project
    Import(Import),
    /// Say what the code of a message means; without one, list all lints
    Explain(Explain),
    /// Lay out the project's files, and the PromQL in them, in the one way
    Fmt(Fmt),
    /// Print the JSON Schema of the project's files, for editors
    Schema(Schema),
}

const CHECK_EXAMPLES: &str = "\
Examples:
  aqua-alerts check                              the project
  aqua-alerts check rules/ --deny warnings       all rule files below a folder
  helm template CHART | aqua-alerts check -      what another program writes";

const TEST_EXAMPLES: &str = "\
Examples:
  aqua-alerts test --run pump            tests of the project with `pump` in their name
  aqua-alerts test -v tests/             promtool's tests below a folder, each with a line
  aqua-alerts test tests/ --strict --report junit=results.xml";

/// The targets, as `build --help` shows them.
fn targets() -> String {
    let mut out = "Targets (`+` is written by default):\n".to_owned();
    let width = TARGETS.iter().map(|it| it.name.len()).max().unwrap_or(0);
    for Target { name, summary, default, .. } in TARGETS {
        let mark = if *default { '+' } else { ' ' };
        out.push_str(&format!("  {mark} {name:<width$}  {summary}\n"));
    }
    out.push_str("    and those that the manifest declares: `[target.<name>]`");
    out
}

/// Options of `build`.
#[derive(Debug, ClapArgs)]
#[command(after_help = targets())]
pub struct Build {
    /// Build this environment only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Write this target too, beside those of the manifest; may be repeated
    #[arg(long, value_name = "NAME")]
    pub target: Vec<String>,
    /// Write only what `--target` names, and leave the files of other targets alone
    #[arg(long, requires = "target")]
    pub only: bool,
    /// Where to write; the default is `build` beside the manifest
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Write nothing; fail with a diff when what is on disk is out of date
    #[arg(long)]
    pub check: bool,
}

/// Options of `check`.
#[derive(Debug, ClapArgs)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct Check {
    /// Rule files, PrometheusRule manifests, or folders with them; `-` is standard input.
    /// Without any, the project is checked
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Check this environment only; may be repeated
    #[arg(long, value_name = "NAME", conflicts_with = "paths")]
    pub env: Vec<String>,
    /// Look, too, for what is off because it is a matter of policy or taste
    #[arg(long)]
    pub strict: bool,
    /// Look for what this lint finds only; may be repeated, or comma separated
    #[arg(long, value_name = "LINT", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Change files where a finding has a change that keeps the meaning
    #[arg(long)]
    pub fix: bool,
    /// Pass over fields of rule files that Prometheus does not know
    #[arg(long, requires = "paths")]
    pub ignore_unknown_fields: bool,
    /// promtool's lints of rule files, comma separated: with them every rule of the name and
    /// labels of another counts, and not only those that may write the same series
    #[arg(long, value_enum, value_name = "LINT", requires = "paths")]
    #[arg(value_delimiter = ',')]
    pub lint: Vec<Lint>,
    /// Fail when a lint finds something; `--deny warnings` fails on every warning
    #[arg(long, requires = "paths")]
    pub lint_fatal: bool,
    /// Flags of the server that the rule files are written for, comma separated; a project
    /// names its own in the manifest
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires = "paths")]
    pub enable_feature: Vec<String>,
}

/// promtool's lints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Lint {
    /// All of them
    All,
    /// Rules of one name with the same labels
    DuplicateRules,
    /// Of scrape configurations, which rule files do not have
    TooLongScrapeInterval,
    /// None of them
    None,
}

/// Options of `test`.
#[derive(Debug, ClapArgs)]
#[command(after_help = TEST_EXAMPLES)]
pub struct Test {
    /// Test files or folders; the default is the project's `testdata`
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Run in this environment only; may be repeated
    #[arg(long, value_name = "NAME")]
    pub env: Vec<String>,
    /// Run only tests whose name matches; may be repeated
    #[arg(long, value_name = "REGEX")]
    pub run: Vec<String>,
    /// Show every test, not only those that fail
    #[arg(long, short, overrides_with = "verbose")]
    pub verbose: bool,
    /// Also report as junit=FILE, json=FILE or github; may be repeated
    #[arg(long, value_name = "KIND[=FILE]")]
    pub report: Vec<Report>,
    /// Flags of the server that promtool's test files are written for, comma separated; a
    /// project names its own in the manifest, scripts have all
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub enable_feature: Vec<String>,
    /// Pass over fields of promtool's rule files that Prometheus does not know
    #[arg(long)]
    pub ignore_unknown_fields: bool,
    /// Fail where promtool's test files pass in silence: a pattern without a rule file, an
    /// alert that no rule has, a series that is not loaded, a PromQL warning
    #[arg(long)]
    pub strict: bool,
    /// promtool's word for `--report junit=FILE`
    #[arg(long, value_name = "FILE", hide = true)]
    pub junit: Option<String>,
    /// promtool's, refused with a word about what is there instead
    #[arg(long, hide = true)]
    pub debug: bool,
    /// promtool's, as `debug`
    #[arg(long, hide = true)]
    pub diff: bool,
}

impl Test {
    /// The reports that are asked for, in whichever words.
    pub fn reports(&self) -> Vec<Report> {
        let junit = self.junit.iter().map(|it| Report::Junit(it.clone()));
        self.report.iter().cloned().chain(junit).collect()
    }
}

/// A report of a run of tests, beside what is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// The format of JUnit, into a file.
    Junit(String),
    /// What `--format json` prints, into a file.
    Json(String),
    /// What `--format github` prints, on standard output.
    Github,
}

impl FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Report, String> {
        match text.split_once('=') {
            Some((_, "")) => Err("a file is missing after `=`".to_owned()),
            Some(("junit", file)) => Ok(Report::Junit(file.to_owned())),
            Some(("json", file)) => Ok(Report::Json(file.to_owned())),
            None if text == "github" => Ok(Report::Github),
            None if matches!(text, "junit" | "json") => {
                Err(format!("write `{text}=FILE`"))
            }
            _ => Err("reports are `junit=FILE`, `json=FILE` and `github`".to_owned()),
        }
    }
}

/// Options of `init`.
#[derive(Debug, ClapArgs)]
pub struct Init {
    /// The folder of the project, which may be a new one
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// Options of `import`.
#[derive(Debug, ClapArgs)]
pub struct Import {
    /// Rule files, PrometheusRule manifests, and promtool test files, which bring the rule
    /// files that they name
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// The folder of the project, which may be a new one
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub out: PathBuf,
    /// Replace files that are there with other content
    #[arg(long)]
    pub force: bool,
}

/// Options of `explain`.
#[derive(Debug, ClapArgs)]
pub struct Explain {
    /// The code, as it stands in brackets behind `error` or `warning`
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// Options of `runbooks`.
#[derive(Debug, ClapArgs)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
#[command(disable_help_subcommand = true)]
pub struct Runbooks {
    /// Also ask for every link of annotations, dashboards and pages over the network
    #[arg(long)]
    pub online: bool,
    /// Ask for links too that were good a short time ago
    #[arg(long, requires = "online")]
    pub no_cache: bool,
    /// What to do; without it, pages are checked
    #[command(subcommand)]
    pub action: Option<RunbooksAction>,
}

/// What `runbooks` does beside checking.
#[derive(Debug, Subcommand)]
pub enum RunbooksAction {
    /// Write a page with the facts of each alert that has none; never over one that is there
    New(NewRunbooks),
}

/// Options of `runbooks new`.
#[derive(Debug, ClapArgs)]
pub struct NewRunbooks {
    /// Alerts by name; without any, all that lead to a page that is not there
    #[arg(value_name = "ALERT")]
    pub alerts: Vec<String>,
    /// Print the pages instead of writing them
    #[arg(long)]
    pub dry_run: bool,
}

/// Options of `fmt`.
#[derive(Debug, ClapArgs)]
pub struct Fmt {
    /// TOML files, or folders with them; the default is the project
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; fail with a diff when a file is laid out otherwise
    #[arg(long)]
    pub check: bool,
}

/// Options of `schema`.
#[derive(Debug, ClapArgs)]
pub struct Schema {
    /// Which kind of file
    #[arg(value_enum, default_value_t)]
    pub of: SchemaOf,
}

/// The kinds of files that have a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// `aqua-alerts.toml`
    Manifest,
    /// Files under `alerts/` and `packs/`
    #[default]
    Alerts,
    /// Files under `dashboards/`
    Dashboard,
    /// Files under `testdata/`
    Tests,
}

/// How results and messages are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON document on standard output
    Json,
    /// Workflow commands of GitHub Actions on standard output, which shows them in a change
    Github,
    /// A SARIF 2.1.0 log on standard output, for code hosts and editors
    Sarif,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Kinds of findings that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    /// Warnings
    Warnings,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declarations_are_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}

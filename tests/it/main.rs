//! The fixture tests: every fixture is a named test.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "tests read fixtures"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

mod build;
mod ci;
mod cli;
mod conformance;
mod crds;
mod doc;
mod every_field;
mod failures;
mod format;
mod golden;
mod guide;
mod harness;
mod harness_corpus;
mod import;
mod inhibit;
mod inhibit_random;
mod limits;
mod links;
mod lint;
mod oddities;
mod platform;
mod promql_syntax;
#[allow(dead_code, reason = "it is shared with other tests")]
#[path = "../shared/random.rs"]
mod random;
mod rulefile;
mod runbook;
mod spec;
mod template;
mod vendored;
mod writing;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let args = Arguments::from_args();
    let mut trials: Vec<Trial> = Vec::new();
    trials.extend(conformance::trials());
    trials.extend(crds::trials());
    trials.extend(every_field::trials());
    trials.extend(build::trials());
    trials.extend(ci::trials());
    trials.extend(cli::trials());
    trials.extend(doc::trials());
    trials.extend(guide::trials());
    trials.extend(promql_syntax::trials());
    trials.extend(spec::trials());
    trials.extend(rulefile::trials());
    trials.extend(runbook::trials());
    trials.extend(harness::trials());
    trials.extend(failures::trials());
    trials.extend(format::trials());
    trials.extend(template::trials());
    trials.extend(limits::trials());
    trials.extend(links::trials());
    trials.extend(lint::trials());
    trials.extend(oddities::trials());
    trials.extend(harness_corpus::trials());
    trials.extend(import::trials());
    trials.extend(inhibit::trials());
    trials.extend(inhibit_random::trials());
    trials.extend(platform::trials());
    trials.extend(vendored::trials());
    #[cfg(unix)]
    trials.extend(writing::trials());
    libtest_mimic::run(&args, trials).exit();
}

//! Instant queries, against promtool.

use libtest_mimic::{Failed, Trial};

use crate::compare::{Verdict, compare};
use crate::peers;
use crate::promtool::{self, Case, Flags, Promtool, UNSTEADY};
use crate::query::{self, Generator};
use crate::random::Random;
use crate::series;
use crate::tally::Tally;

/// Queries of one set of series.
const PER_DATA: u64 = 250;

/// The flags of a run.
const FLAGS: &[Flags] = &[
    Flags { experimental: true, delayed: false },
    Flags { experimental: true, delayed: true },
    Flags { experimental: false, delayed: false },
];

fn instant() -> Result<(), Failed> {
    let Some(program) = peers::find("promtool") else {
        println!("skipped: no promtool in AQUA_PEERS, PATH or target/peers/usr/bin");
        return Ok(());
    };
    let seed = peers::number("AQUA_SEED", 1);
    let n_queries = peers::number("AQUA_QUERIES", 2000);
    let mut rng = Random::new(seed);
    let mut tally = Tally::default();
    for round in 0..n_queries.div_ceil(PER_DATA) {
        let data = series::random(&mut rng);
        let flags = FLAGS[[0, 0, 0, 1, 2][round as usize % 5]];
        let (end, dialect) = (data.end(), flags.dialect());
        let mut generator = Generator { rng: &mut rng, dialect, end };
        let queries: Vec<_> =
            (0..PER_DATA).map(|_| query::random(&mut generator)).collect();
        let cases = [Case { data, queries }];
        let text = promtool::file(cases[0].data.interval, &cases);
        let ask = Promtool { program: &program, flags };
        let theirs = ask.theirs(&text)?;
        let ours = promtool::ours(&text, flags)?;
        if theirs.len() != ours.len() || theirs.len() != cases[0].queries.len() {
            return Err(format!("{} and {} answers", theirs.len(), ours.len()).into());
        }
        let mut open = Vec::new();
        for ((query, ours), theirs) in cases[0].queries.iter().zip(&ours).zip(&theirs) {
            match compare(&query.text, ours, theirs) {
                Verdict::Different => open.push((query, ours, theirs)),
                verdict => tally.count(theirs, verdict),
            }
        }
        let queries: Vec<_> = open.iter().map(|it| it.0.clone()).collect();
        let steady = ask.again(&cases[0].data, &queries)?;
        for ((query, ours, theirs), is_steady) in open.iter().zip(steady) {
            if !is_steady {
                tally.count(theirs, Verdict::Excused(UNSTEADY));
                continue;
            }
            tally.count(theirs, Verdict::Different);
            let (text, time) = (&query.text, query.time);
            println!("{text} @ {time}\n  ours   {ours:?}\n  theirs {theirs:?}");
        }
    }
    tally.print();
    match tally.n_different {
        0 => Ok(()),
        n => Err(format!("{n} answers differ, seed {seed}").into()),
    }
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("instant", instant)]
}

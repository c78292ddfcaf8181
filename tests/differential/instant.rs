//! Instant queries, against promtool.

use libtest_mimic::{Failed, Trial};

use crate::answer::Answer;
use crate::compare::{Verdict, compare};
use crate::peers;
use crate::promtool::{self, Case, Flags, Promtool, UNSTEADY};
use crate::query::{self, Generator};
use crate::random::Random;
use crate::series;
use crate::shrink::{Candidate, shrink};
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
        queries.iter().for_each(|it| tally.count_nodes(&it.text));
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
        let first: Vec<_> = open.iter().map(|it| it.2).collect();
        let steady = ask.again(&cases[0].data, &queries, &first)?;
        for ((query, ours, theirs), is_steady) in open.iter().zip(steady) {
            if !is_steady {
                tally.count(theirs, Verdict::Excused(UNSTEADY));
                continue;
            }
            tally.count(theirs, Verdict::Different);
            let (text, time) = (&query.text, query.time);
            println!("{text} @ {time}\n  ours   {ours:?}\n  theirs {theirs:?}");
            let (data, query) = (cases[0].data.clone(), (*query).clone());
            smallest(ask, Candidate { data, query }, seed);
        }
    }
    tally.print();
    match tally.n_different {
        0 => Ok(()),
        n => Err(format!("{n} answers differ, seed {seed}").into()),
    }
}

/// Prints the smallest form of a difference.
fn smallest(ask: Promtool<'_>, candidate: Candidate, seed: u64) {
    let answers = |candidates: &[Candidate]| {
        let mut cases: Vec<Case> = Vec::new();
        for it in candidates {
            match cases.last_mut() {
                Some(last) if last.data == it.data => last.queries.push(it.query.clone()),
                _ => {
                    let queries = vec![it.query.clone()];
                    cases.push(Case { data: it.data.clone(), queries });
                }
            }
        }
        let text = promtool::file(candidates[0].data.interval, &cases);
        Ok::<_, String>((promtool::ours(&text, ask.flags)?, ask.theirs(&text)?, text))
    };
    let mut differs = |candidates: &[Candidate]| {
        let none = vec![false; candidates.len()];
        let Ok((ours, theirs, _)) = answers(candidates) else { return none };
        if ours.len() != candidates.len() || theirs.len() != ours.len() {
            return none;
        }
        let pairs = candidates.iter().zip(ours.iter().zip(&theirs));
        let differs = |(it, (ours, theirs)): (&Candidate, (&Answer, &Answer))| {
            compare(&it.query.text, ours, theirs) == Verdict::Different
        };
        pairs.map(differs).collect()
    };
    let small = shrink(candidate, &mut differs);
    if let Ok((ours, theirs, text)) = answers(&[small]) {
        println!(
            "smallest form (seed {seed}):\n{text}# ours: {:?}\n# theirs: {:?}",
            ours[0], theirs[0]
        );
    }
}

/// The tests.
pub fn trials() -> Vec<Trial> {
    vec![Trial::test("instant", instant)]
}

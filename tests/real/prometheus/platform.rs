//! The bundled platform: a server evaluates the rules that `build` writes of it, sixty times
//! as fast (`faster.rs`), on the series of its own tests (`feed.rs`).

use std::fs;
use std::time::Duration;

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::rulefile::read::{self, Config};
use aqua_alerts::rules::group::{Group, Millis};
use libtest_mimic::Failed;

use crate::directory::Directory;
use crate::parts;
use crate::prometheus::exporter::Exporter;
use crate::prometheus::faster::{INTERVAL, OFFSET, faster};
use crate::prometheus::feed::Feed;
use crate::prometheus::live::agree;
use crate::prometheus::observe::{Scene, load};

/// Half an hour of the tests' time.
const STEPS: usize = 31;

/// States of alerts that last long enough to be seen.
const EXPECTED: &[(&str, &str)] = &[
    ("ApiCertificateExpiry", "firing"),
    ("ApiErrorBudgetBurn", "firing"),
    ("ContainerCpuThrottled", "firing"),
    ("ContainerMemory", "firing"),
    ("ContainerOomKilled", "firing"),
    ("FeedingJobsFailing", "firing"),
    ("FeedingMissed", "firing"),
    ("FileDescriptorsExhausted", "firing"),
    ("HttpErrors", "firing"),
    ("InferenceBatchQueue", "firing"),
    ("InferenceErrors", "firing"),
    ("InferenceLatency", "firing"),
    ("JobFailed", "firing"),
    ("ModelLoadFailed", "firing"),
    ("NodeClockSkew", "firing"),
    ("NodeDown", "firing"),
    ("NodeMemory", "firing"),
    ("NodeNotReady", "firing"),
    ("OxygenLow", "firing"),
    ("PodCrashLooping", "firing"),
    ("PostgresConnections", "firing"),
    ("PostgresDeadlocks", "firing"),
    ("PostgresDown", "firing"),
    ("PostgresLongTransaction", "firing"),
    ("PostgresReplicationLag", "firing"),
    ("PostgresRollbacks", "firing"),
    ("QueueBacklog", "firing"),
    ("RedisConnections", "firing"),
    ("RedisDown", "firing"),
    ("RedisEvictions", "firing"),
    ("RedisMemory", "firing"),
    ("ServiceDown", "firing"),
    ("ServiceDownAbsent", "firing"),
    ("StatefulSetReplicas", "firing"),
    ("TankSensorSilent", "firing"),
    ("TaskFailures", "firing"),
    ("FeedDeviation", "pending"),
    ("ModelOutdated", "pending"),
    ("PostgresDeadRows", "pending"),
    ("QueueBacklogAbsent", "pending"),
    ("RedisHitRatio", "pending"),
    ("VolumeFull", "pending"),
];

pub fn agrees() -> Result<(), Failed> {
    let Some(peers) = parts::folder("AQUA_PEERS") else { return Ok(()) };
    let folder = Directory::new();
    let out = parts::build(parts::platform())?;
    let mut files = Vec::new();
    for file in parts::files(out.path(), "production/rules")? {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let path = folder.path().join(format!("{name}.yaml"));
        fs::write(&path, faster(&name, &fs::read_to_string(file)?))?;
        files.push(path);
    }
    let scene = || {
        let mut loaded = load(parts::platform())?;
        let feed = Feed::new(&loaded)?;
        let mut book = loaded.books.remove(0);
        book.interval = Millis(INTERVAL);
        book.groups = Vec::new();
        for file in &files {
            book.groups.extend(groups(&fs::read_to_string(file)?, &book.dialect));
        }
        Ok(Scene {
            files: files.clone(),
            book,
            exporter: Exporter::serve(true, move |step| feed.metrics(step))?,
            steps: STEPS,
            offset: OFFSET,
            // There is nothing to see before the server's first evaluations.
            n_before: 0,
            pause: Duration::from_millis(150),
        })
    };
    agree(&peers, scene, EXPECTED)
}

/// The groups of a rule file as our engine has them.
fn groups(text: &str, dialect: &aqua_alerts::promql::dialect::Dialect) -> Vec<Group> {
    let mut sink = Sink::new();
    let config = Config {
        dialect,
        legacy_names: false,
        ignore_unknown: false,
        template: &|_, _| {},
    };
    let groups = read::read(FileId(0), "rules.yaml", text, &config, &mut sink);
    assert!(!sink.has_errors(), "{:?}", sink.into_sorted());
    groups
}

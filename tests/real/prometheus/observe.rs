//! What a Prometheus server does while an exporter goes on step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use aqua_alerts::cli::args::{Color, Format, Global};
use aqua_alerts::cli::load::{self, Loaded};
use aqua_alerts::cli::session::Session;
use aqua_alerts::promql::labels::Labels;
use aqua_alerts::rules::book::Book;
use aqua_alerts::rules::group::{Group, Rule};
use chrono::DateTime;
use libtest_mimic::Failed;
use serde_json::Value as Json;

use crate::daemon::{DEADLINE, Daemon, encode, until};
use crate::directory::Directory;
use crate::prometheus::exporter::Exporter;
use crate::prometheus::{groups, promtool, rules, start};

/// The first evaluations are not compared: our engine does not have what was before them.
pub const WARM_UP: usize = 4;

/// What an alert is at an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub state: String,
    pub active_at: i64,
    pub value: String,
    pub annotations: BTreeMap<String, String>,
}

/// All alerts of a rule at an evaluation, by their labels.
pub type Alerts = BTreeMap<String, State>;

/// A series with its samples, by their times.
pub type Series = (Labels, BTreeMap<i64, f64>);

/// A group, and a place among its alerting rules.
type RuleAt = (String, usize);

/// A rule's last evaluation, and what its alerts were.
#[derive(Clone, PartialEq)]
struct Look {
    evaluated: i64,
    alerts: Alerts,
}

/// What a rule's alerts were after an evaluation.
pub struct Snapshot {
    pub group: String,
    /// The place among the alerting rules of the group.
    pub idx: usize,
    pub tick: i64,
    pub alerts: Alerts,
}

/// A project, and what its rules are shown.
pub struct Scene {
    /// The rule files. The first rule of a group `x` records `x:first:seen` and its last one
    /// `x:last:seen`, the time of the newest scrape.
    pub files: Vec<PathBuf>,
    /// The groups of these files.
    pub book: Book,
    /// What is scraped, with the labels that it gives itself.
    pub exporter: Exporter,
    /// So many steps are watched.
    pub steps: usize,
    /// Milliseconds by which rules look back.
    pub offset: i64,
    /// So long before its first evaluation by the server a group is evaluated by us, in
    /// intervals: all that was scraped is to be seen.
    pub n_before: i64,
    /// Between two looks at the server.
    pub pause: Duration,
}

/// What a server did over a scene.
pub struct Seen {
    pub scene: Scene,
    /// All that was scraped; the times of scrapes.
    pub series: Vec<Series>,
    pub scrapes: Vec<i64>,
    /// The evaluations of each group.
    pub ticks: BTreeMap<String, Vec<i64>>,
    pub snapshots: Vec<Snapshot>,
    /// What the server wrote of the states of alerts, `ALERTS` and `ALERTS_FOR_STATE`, by
    /// the times of the evaluations.
    pub states: Vec<Series>,
}

/// Lets a server run through a scene; the inner error says why the run is worthless.
pub fn observe(peers: &Path, scene: Scene) -> Result<Result<Seen, String>, Failed> {
    let Scene { files, book, exporter, offset, .. } = &scene;
    promtool(peers, &["check", "rules"], files)?;
    let folder = Directory::new();
    let server = start(peers, folder.path(), &configuration(&scene))?;
    until(|| is_evaluated(&server, book.groups.len()))?;
    exporter.release();
    // Each evaluation of each rule that was seen, with the time of the answer.
    let mut looks: BTreeMap<RuleAt, BTreeMap<i64, (Alerts, i64)>> = BTreeMap::new();
    let mut before = BTreeMap::new();
    let begun = Instant::now();
    while exporter.step() < scene.steps {
        if begun.elapsed() > DEADLINE + DEADLINE {
            return Err(format!("the script does not end: {}", server.log()).into());
        }
        thread::sleep(scene.pause);
        let now = look(&server)?;
        let answered = clock(&server)?;
        // An answer is no one moment: what two say alike belongs together.
        for (at, it) in now.iter().filter(|(at, it)| before.get(*at) == Some(*it)) {
            let of_rule = looks.entry(at.clone()).or_default();
            of_rule.entry(it.evaluated).or_insert((it.alerts.clone(), answered));
        }
        before = now;
    }
    let mut states = samples(&server, "{__name__=~\"ALERTS.*\"}")?;
    for (_, samples) in &mut states {
        *samples = samples.iter().map(|it| (it.0 + offset, *it.1)).collect();
    }
    let mut series = samples(&server, "{__name__=~\".+\",__name__!~\"ALERTS.*\"}")?;
    let records: BTreeSet<&str> = book.groups.iter().flat_map(records).collect();
    series.retain(|it| !records.contains(it.0.metric_name()));
    let is_own =
        |it: &&Series| it.0.metric_name() == "up" && it.0.get("instance") == INSTANCE;
    let up = series.iter().find(is_own).ok_or("no scrape")?;
    let scrapes: Vec<i64> = up.1.keys().copied().collect();
    let (mut ticks, mut snapshots) = (BTreeMap::new(), Vec::new());
    for group in &book.groups {
        let recorded = |which: &str| -> Result<BTreeMap<i64, f64>, Failed> {
            let found =
                samples(&server, &format!("{{\"{}:{which}:seen\"}}", group.name))?;
            let of_group = found.into_iter().next().map(|it| it.1).unwrap_or_default();
            Ok(of_group.into_iter().map(|it| (it.0 + offset, it.1)).collect())
        };
        let (first, last) = (recorded("first")?, recorded("last")?);
        let interval = group.interval.unwrap_or(book.interval).0;
        let own = looks.iter().filter(|it| it.0.0 == group.name);
        let judged = is_in_order([&first, &last], &scrapes, interval, *offset);
        if let Err(why) = judged.and_then(|()| are_in_time(own.clone(), interval)) {
            return Ok(Err(format!("{}: {why}", group.name)));
        }
        let of_group: Vec<i64> = first.into_keys().collect();
        for ((_, idx), looks) in own {
            for (evaluated, (alerts, answered)) in looks {
                let tick = of_group[WARM_UP..].iter().rfind(|it| *it <= evaluated);
                // Before the next evaluation's time it had not begun.
                let Some(tick) = tick.filter(|it| *answered < **it + interval) else {
                    continue;
                };
                let (group, alerts) = (group.name.clone(), alerts.clone());
                snapshots.push(Snapshot { group, idx: *idx, tick: *tick, alerts });
            }
        }
        ticks.insert(group.name.clone(), of_group);
    }
    Ok(Ok(Seen { scene, series, scrapes, ticks, snapshots, states }))
}

/// The metrics that a group records.
fn records(group: &Group) -> impl Iterator<Item = &str> {
    group.rules.iter().filter_map(|it| match it {
        Rule::Record(it) => Some(it.name.as_str()),
        Rule::Alert(_) => None,
    })
}

/// The server's own label for what it scrapes.
const INSTANCE: &str = "exporter";

fn configuration(scene: &Scene) -> String {
    let files: Vec<String> =
        scene.files.iter().map(|it| format!("- {}", it.display())).collect();
    let external = scene.book.external_labels.iter();
    let external: Vec<String> =
        external.map(|(name, value)| format!("{name}: {value}")).collect();
    format!(
        "global:
  scrape_interval: 1s
  evaluation_interval: 1s
  external_labels: {{{}}}
rule_files:
{}
scrape_configs:
- job_name: live
  honor_labels: true
  static_configs:
  - targets: ['127.0.0.1:{}']
    labels: {{instance: {INSTANCE}}}
",
        external.join(", "),
        files.join("\n"),
        scene.exporter.port
    )
}

/// Whether each of so many groups was evaluated.
fn is_evaluated(server: &Daemon, n_groups: usize) -> Result<(), Failed> {
    let query = "count({__name__=~\".+:first:seen\"})";
    let answer = server.get(&format!("/api/v1/query?query={}", encode(query)))?;
    let count = answer["data"]["result"][0]["value"][1].as_str().unwrap_or("0");
    match count == n_groups.to_string() {
        true => Ok(()),
        false => Err(format!("{count} of {n_groups} groups are evaluated").into()),
    }
}

/// Whether the evaluations of rules that were seen came one each interval, none late.
fn are_in_time<'a>(
    looks: impl Iterator<Item = (&'a RuleAt, &'a BTreeMap<i64, (Alerts, i64)>)>,
    interval: i64,
) -> Result<(), String> {
    for ((_, idx), looks) in looks {
        for (a, b) in looks.keys().zip(looks.keys().skip(1)) {
            if 2 * (b - a - interval).abs() > interval {
                return Err(format!("alert {idx} was evaluated at {a} and at {b}"));
            }
        }
    }
    Ok(())
}

/// Whether a group saw at each evaluation exactly what was scraped before it, and missed
/// none.
fn is_in_order(
    [first, last]: [&BTreeMap<i64, f64>; 2],
    scrapes: &[i64],
    interval: i64,
    offset: i64,
) -> Result<(), String> {
    if first.len() < WARM_UP + 4 {
        return Err(format!("only {} evaluations", first.len()));
    }
    if first.keys().zip(first.keys().skip(1)).any(|it| it.1 - it.0 != interval) {
        return Err(format!("evaluations are missing: {first:?}"));
    }
    for (tick, seen) in first {
        let newest = scrapes.iter().rfind(|it| **it <= tick - offset);
        let newest = newest.map_or(0.0, |it| *it as f64 / 1000.0);
        if newest != *seen || last.get(tick) != Some(seen) {
            let seen = [Some(seen), last.get(tick)];
            return Err(format!(
                "a scrape came during the evaluation at {tick}: {seen:?}, not {newest}"
            ));
        }
    }
    Ok(())
}

/// A project as our engine has it.
pub fn load(project: &Path) -> Result<Loaded, Failed> {
    let global = Global {
        directories: vec![project.to_owned()],
        format: Format::Human,
        color: Color::Never,
        deny: Vec::new(),
    };
    let mut session = Session::new(&global);
    Ok(load::load(&mut session, &["production".to_owned()]).ok_or("no project")?)
}

/// All alerting rules that were evaluated.
fn look(server: &Daemon) -> Result<BTreeMap<RuleAt, Look>, Failed> {
    let mut out = BTreeMap::new();
    for group in groups(server)? {
        let name = group["name"].as_str().unwrap_or_default();
        let alerting = rules(&group).filter(|it| it["type"] == "alerting");
        for (idx, rule) in alerting.enumerate() {
            if rule["health"] == "unknown" {
                continue;
            }
            assert_eq!(rule["health"], "ok", "{rule}");
            let mut alerts = Alerts::new();
            for it in rule["alerts"].as_array().into_iter().flatten() {
                let text = |it: &Json| it.as_str().unwrap_or_default().to_owned();
                let value: f64 = text(&it["value"]).parse()?;
                let state = State {
                    state: text(&it["state"]),
                    active_at: millis(&it["activeAt"])?,
                    value: value.to_string(),
                    annotations: strings(&it["annotations"]).into_iter().collect(),
                };
                alerts.insert(written(&labels(&it["labels"])), state);
            }
            let evaluated = millis(&rule["lastEvaluation"])?;
            out.insert((name.to_owned(), idx), Look { evaluated, alerts });
        }
    }
    Ok(out)
}

/// What time it is to the server.
fn clock(server: &Daemon) -> Result<i64, Failed> {
    let answer = server.get("/api/v1/query?query=time()")?;
    let time = answer["data"]["result"][0].as_f64().ok_or("no time")?;
    Ok((time * 1000.0).round() as i64)
}

fn millis(time: &Json) -> Result<i64, Failed> {
    let time = time.as_str().unwrap_or_default();
    Ok(DateTime::parse_from_rfc3339(time)?.timestamp_millis())
}

fn strings(json: &Json) -> Vec<(String, String)> {
    let pairs = json.as_object().into_iter().flatten();
    pairs.map(|it| (it.0.clone(), it.1.as_str().unwrap_or_default().to_owned())).collect()
}

fn labels(json: &Json) -> Labels {
    let pairs = strings(json);
    let pairs: Vec<_> = pairs.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
    Labels::from_strs(&pairs)
}

/// Labels in one line.
pub fn written(labels: &Labels) -> String {
    let pairs = labels.iter().map(|it| format!("{}={:?}", it.0, it.1));
    pairs.collect::<Vec<_>>().join(",")
}

/// The raw samples of a selector's series.
fn samples(server: &Daemon, selector: &str) -> Result<Vec<Series>, Failed> {
    let query = encode(&format!("{selector}[10m]"));
    let answer = server.get(&format!("/api/v1/query?query={query}"))?;
    let all = answer["data"]["result"].as_array().ok_or("no result")?;
    let mut out = Vec::new();
    for it in all {
        let mut samples = BTreeMap::new();
        for pair in it["values"].as_array().into_iter().flatten() {
            let time = pair[0].as_f64().ok_or("no time")?;
            let value = pair[1].as_str().ok_or("no value")?;
            samples.insert((time * 1000.0).round() as i64, value.parse()?);
        }
        out.push((labels(&it["metric"]), samples));
    }
    Ok(out)
}

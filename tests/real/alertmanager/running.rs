//! An Alertmanager, and what it makes of alerts that fire.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aqua_alerts::promql::labels::Labels;
use libtest_mimic::Failed;
use serde_json::{Value as Json, json};

use crate::daemon::{Daemon, encode, until};
use crate::directory::Directory;
use crate::parts;

/// A rule of the tests' own: when its target is suppressed, everything that came before its
/// source is known to the inhibitor.
pub const LAST: &str = "- source_matchers: ['alertname=\"LastSource\"']\n  \
                    target_matchers: ['alertname=\"LastTarget\"']\n";

/// Where alerts are, of its API.
const ALERTS: &str = "/api/v2/alerts";

/// Where Debian's Alertmanager looks for its templates.
const TEMPLATES: &str = "/usr/share/prometheus/alertmanager";

/// How the Alertmanager of a folder is run. One that was unpacked rather than installed
/// gets its templates by a mount of its own; `None` where that is not allowed, which is
/// said.
fn command(parts: &Path) -> Option<(PathBuf, Vec<String>)> {
    let program = parts.join("prometheus-alertmanager");
    let templates = parts.join("../share/prometheus/alertmanager");
    if Path::new(TEMPLATES).is_dir() || !templates.is_dir() {
        return Some((program, Vec::new()));
    }
    let unshare = ["--map-root-user", "--mount"];
    let can = Command::new("unshare").args(unshare).arg("true").output();
    if !can.is_ok_and(|it| it.status.success()) {
        println!("skipped: no mounts of one's own, and no {TEMPLATES}");
        return None;
    }
    let script = format!(
        "mount -t tmpfs none /usr/share && mkdir -p {TEMPLATES} \
         && cp \"$0\"/*.tmpl {TEMPLATES} && exec \"$@\""
    );
    let mut args: Vec<String> = unshare.map(str::to_owned).into();
    args.extend(["sh".to_owned(), "-c".to_owned(), script]);
    args.extend([templates, program].map(|it| it.display().to_string()));
    Some(("unshare".into(), args))
}

/// An Alertmanager with a configuration that amtool accepts.
pub struct Running {
    server: Daemon,
    _folder: Directory,
}

impl Running {
    /// Starts one; `None` where it is absent.
    pub fn start(configuration: &str) -> Result<Option<Running>, Failed> {
        let Some(parts) = parts::folder("AQUA_ALERTMANAGER") else { return Ok(None) };
        let folder = Directory::new();
        let file = folder.path().join("alertmanager.yml");
        fs::write(&file, configuration)?;
        let said =
            Command::new(parts.join("amtool")).arg("check-config").arg(&file).output()?;
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).into_owned().into());
        }
        let arguments = [
            "--config.file=alertmanager.yml",
            "--storage.path=data",
            "--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ];
        let Some((program, mut args)) = command(&parts) else { return Ok(None) };
        args.extend(arguments.map(str::to_owned));
        let server = Daemon::start(&program, &args, folder.path(), "/-/ready")?;
        Ok(Some(Running { server, _folder: folder }))
    }

    /// Lets alerts fire; gives which of them are suppressed, each with those by which.
    pub fn suppressed(
        &self,
        alerts: &[Labels],
    ) -> Result<BTreeMap<String, BTreeSet<String>>, Failed> {
        let named = |it: &str| Labels::from_strs(&[("alertname", it)]);
        let mut all = alerts.to_vec();
        all.push(named("LastTarget"));
        self.fire(&all)?;
        self.fire(&[named("LastSource")])?;
        all.push(named("LastSource"));
        // Of many alerts an answer takes its time: the last one alone is asked for first.
        let last = format!("?filter={}", encode("alertname=\"LastTarget\""));
        until(|| {
            let answer = self.server.get(&format!("{ALERTS}{last}"))?;
            match answer[0]["status"]["state"] == "suppressed" {
                true => Ok(()),
                false => Err("the last alert is not suppressed".into()),
            }
        })?;
        let found = until(|| self.states())?;
        let posted: BTreeSet<String> = all.iter().map(text).collect();
        assert_eq!(found.keys().cloned().collect::<BTreeSet<_>>(), posted);
        let is_ours = |it: &String| !it.contains("LastTarget");
        let ours = found.into_iter().filter(|it| !it.1.is_empty() && is_ours(&it.0));
        Ok(ours.collect())
    }

    fn fire(&self, alerts: &[Labels]) -> Result<(), Failed> {
        let labels = |it: &Labels| {
            let pairs = it.iter().map(|it| (it.0.to_string(), json!(&*it.1)));
            json!({ "labels": pairs.collect::<serde_json::Map<_, _>>() })
        };
        let all: Vec<Json> = alerts.iter().map(labels).collect();
        self.server.post(ALERTS, &json!(all))
    }

    /// All alerts, each with those that inhibit it.
    fn states(&self) -> Result<BTreeMap<String, BTreeSet<String>>, Failed> {
        let answer = self.server.get(ALERTS)?;
        let all = answer.as_array().ok_or("no alerts")?;
        let labels = |it: &Json| {
            let pairs = it["labels"].as_object().into_iter().flatten();
            let pairs: Vec<(&str, &str)> = pairs
                .map(|it| (it.0.as_str(), it.1.as_str().unwrap_or_default()))
                .collect();
            text(&Labels::from_strs(&pairs))
        };
        let print = |it: &Json| it["fingerprint"].as_str().unwrap_or_default().to_owned();
        let by_print: BTreeMap<String, String> =
            all.iter().map(|it| (print(it), labels(it))).collect();
        let mut out = BTreeMap::new();
        for it in all {
            let by = it["status"]["inhibitedBy"].as_array().into_iter().flatten();
            let by = by.map(|it| by_print[it.as_str().unwrap_or_default()].clone());
            let by: BTreeSet<String> = by.collect();
            let state = if by.is_empty() { "active" } else { "suppressed" };
            // Before the first look at it it is neither.
            if it["status"]["state"] != state {
                return Err(format!("{}: {}", labels(it), it["status"]).into());
            }
            out.insert(labels(it), by);
        }
        Ok(out)
    }
}

/// An alert in one line.
pub fn text(labels: &Labels) -> String {
    let pairs = labels.iter().map(|it| format!("{}={:?}", it.0, it.1));
    pairs.collect::<Vec<_>>().join(",")
}

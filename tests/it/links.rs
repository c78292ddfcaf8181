//! Links of the web, asked for at servers on this machine with every fault of servers.

mod server;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::cli::folder;
use server::Server;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("links::faults", every_fault_is_told),
        Trial::test("links::cache", what_was_good_is_kept),
        Trial::test("links::certificates", certificates_are_judged),
        Trial::test("links::secrets", secrets_stay_with_their_host),
        Trial::test("links::places", links_are_found_everywhere),
    ]
}

/// What is asked of each server, what is found (nothing where it is good), and how often.
const LINKS: &[(&str, &str, usize)] = &[
    ("ok/{n}", "", 12),
    ("anchor/{n}#here", "", 3),
    ("anchor/{n}#there", "", 1),
    ("anchor/{n}#nowhere", "link-anchor", 2),
    ("md/{n}.md#one-1", "", 1),
    ("md/{n}.md#one-2", "link-anchor", 1),
    ("nohead/{n}", "", 1),
    ("headreset/{n}", "", 1),
    ("missing/{n}", "link-dead", 4),
    ("gone/{n}", "link-dead", 1),
    ("teapot/{n}", "link-dead", 1),
    ("login/{n}", "link-guarded", 1),
    ("forbidden/{n}", "link-guarded", 1),
    ("busy/{n}", "", 1),
    ("date/{n}", "", 1),
    ("later/{n}", "link-unknown", 1),
    ("flaky/{n}", "", 1),
    ("down/{n}", "link-unknown", 1),
    ("loop", "link-dead", 1),
    ("chain/{n}", "link-dead", 1),
    ("nowhere/{n}", "link-dead", 1),
    ("script/{n}", "link-dead", 1),
    ("moved/{n}", "link-moved", 1),
    ("temporary/{n}", "", 1),
    ("inner/{n}", "link-private", 1),
    ("metadata/{n}", "link-private", 1),
    ("mapped/{n}", "link-private", 1),
    ("never/{n}", "link-unknown", 1),
    ("reset/{n}", "link-unknown", 1),
    ("garbage/{n}", "link-unknown", 1),
    ("bighead/{n}", "link-unknown", 1),
    ("huge/{n}#first", "", 1),
    // What is not read to its end may have it or not.
    ("huge/1{n}#none", "link-unknown", 1),
    ("drip/{n}#none", "link-unknown", 1),
    ("long/{n}#none", "link-unknown", 1),
    ("short/{n}#here", "link-anchor", 1),
    ("long/1{n}", "", 1),
];

const N_HOSTS: usize = 20;

const MANIFEST: &str = "\
project = { name = 'farm', edition = 1 }
[runbooks]
source = 'docs'
[runbooks.online]
timeout = '3s'
retries = 1
pause = '0s'
per_host = 8
concurrency = 16
allow_private = ['127.0.0.1']
";

fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_aqua-alerts"))
        .args(["runbooks", "--online"])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .envs(env.iter().copied())
        .output()
        .unwrap()
}

/// The findings about links: path, line, code.
fn found(output: &Output) -> BTreeSet<String> {
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut out = BTreeSet::new();
    for it in all["diagnostics"].as_array().unwrap() {
        let code = it["code"].as_str().unwrap();
        if code.starts_with("link-") {
            let (path, line) = (it["path"].as_str().unwrap(), &it["line"]);
            out.insert(format!("{path}:{line} {code}"));
        }
    }
    out
}

fn every_fault_is_told() -> Result<(), Failed> {
    let servers: Vec<Server> = (0..N_HOSTS).map(|_| Server::plain()).collect();
    let dir = folder("links-faults");
    write(&dir, "aqua-alerts.toml", MANIFEST);
    let mut expected = BTreeSet::new();
    let mut n_links = 0;
    for (idx, server) in servers.iter().enumerate() {
        let path = format!("docs/_{idx:02}.md");
        let mut text = "# Links\n".to_owned();
        for (link, code, count) in LINKS {
            for n in 0..*count {
                let link = link.replace("{n}", &n.to_string());
                writeln!(text, "- <http://127.0.0.1:{}/{link}>", server.port).unwrap();
                n_links += 1;
                if !code.is_empty() {
                    let line = text.lines().count();
                    expected.insert(format!("{path}:{line} {code}"));
                }
            }
        }
        write(&dir, &path, &text);
    }
    assert!(1000 <= n_links, "{n_links}");
    let begin = Instant::now();
    let output = run(&dir, &["--format", "json"], &[]);
    let time = begin.elapsed();
    pretty_assertions::assert_eq!(found(&output), expected);
    assert_eq!(output.status.code(), Some(1));
    println!("{n_links} links at {N_HOSTS} hosts with faults in {time:.1?}");
    fs::remove_dir_all(dir).unwrap();
    Ok(())
}

fn what_was_good_is_kept() -> Result<(), Failed> {
    let server = Server::plain();
    let dir = folder("links-cache");
    let host = format!("http://127.0.0.1:{}", server.port);
    let page = |fragment: &str| {
        format!(
            "# Links\n<{host}/ok/0>\n<{host}/missing/0>\n<{host}/anchor/0#{fragment}>\n"
        )
    };
    write(&dir, "aqua-alerts.toml", MANIFEST);
    write(&dir, "docs/_a.md", &page("here"));
    let seen =
        || ["HEAD /ok/0", "HEAD /missing/0", "GET /anchor/0"].map(|it| server.n_seen(it));
    run(&dir, &[], &[]);
    assert_eq!(seen(), [1, 1, 1]);
    let output = run(&dir, &[], &[]);
    assert_eq!((seen(), output.status.code()), ([1, 2, 1], Some(1)));
    // Of another anchor of a page nothing is known.
    write(&dir, "docs/_a.md", &page("there"));
    run(&dir, &[], &[]);
    assert_eq!(seen(), [1, 3, 2]);
    run(&dir, &["--no-cache"], &[]);
    assert_eq!(seen(), [2, 4, 3]);
    let cache = dir.join(".aqua-alerts-cache");
    assert_eq!(fs::read_to_string(cache.join(".gitignore")).unwrap(), "*\n");
    for text in ["", "{", "[1]"] {
        fs::write(cache.join("links.json"), text).unwrap();
        assert_eq!(run(&dir, &[], &[]).status.code(), Some(1));
    }
    fs::remove_dir_all(dir).unwrap();
    Ok(())
}

fn certificates_are_judged() -> Result<(), Failed> {
    let (secure, authority) = Server::secure();
    let (other, _) = Server::secure();
    let plain = Server::plain();
    let dir = folder("links-certificates");
    let page = format!(
        "# Links\n<https://127.0.0.1:{}/ok/0>\n<https://127.0.0.1:{}/ok/0>\n\
         <https://127.0.0.1:{}/ok/0>\n<https://localhost:{}/ok/0>\n",
        secure.port, other.port, plain.port, secure.port
    );
    write(&dir, "docs/_a.md", &page);
    let manifest = MANIFEST.replace("['127.0.0.1']", "['127.0.0.1', 'localhost']");
    write(&dir, "aqua-alerts.toml", &format!("{manifest}ca = 'ca.pem'\n"));
    write(&dir, "ca.pem", &authority);
    let output = run(&dir, &["--format", "json"], &[]);
    let codes: Vec<String> = found(&output).into_iter().collect();
    let expected = [(3, "link-dead"), (4, "link-unknown"), (5, "link-dead")];
    assert_eq!(codes, expected.map(|it| format!("docs/_a.md:{} {}", it.0, it.1)));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["no known authority gave it", "it is for another host", "no TLS"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    write(&dir, "ca.pem", "none\n");
    assert_eq!(run(&dir, &[], &[]).status.code(), Some(2));
    fs::remove_dir_all(dir).unwrap();
    Ok(())
}

fn secrets_stay_with_their_host() -> Result<(), Failed> {
    let (one, two) = (Server::plain(), Server::plain());
    let dir = folder("links-secrets");
    let page = format!(
        "# Links\n<http://127.0.0.1:{0}/secret/0>\n<http://127.0.0.1:{0}/away/{1}>\n\
         <http://127.0.0.1:{1}/bare/1>\n",
        one.port, two.port
    );
    write(&dir, "docs/_a.md", &page);
    let manifest = format!(
        "{MANIFEST}[runbooks.online.headers.'http://127.0.0.1:{}']\n\
         Authorization = 'Bearer env:TOKEN'\n",
        one.port
    );
    write(&dir, "aqua-alerts.toml", &manifest);
    let output = run(&dir, &[], &[("TOKEN", "s3cret")]);
    let said = format!("{output:?}");
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
    assert_eq!(two.n_requests(), 2);
    let output = run(&dir, &["--no-cache"], &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("`TOKEN` is not set"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    // Without encryption no header is sent unless the host says so.
    write(&dir, "aqua-alerts.toml", &manifest.replace("http://", ""));
    let output = run(&dir, &["--no-cache"], &[("TOKEN", "s3cret")]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let odd = manifest.replace("env:TOKEN", "s3cret");
    write(&dir, "aqua-alerts.toml", &odd);
    assert_eq!(run(&dir, &[], &[]).status.code(), Some(2));
    fs::remove_dir_all(dir).unwrap();
    Ok(())
}

fn links_are_found_everywhere() -> Result<(), Failed> {
    let server = Server::plain();
    let host = format!("http://127.0.0.1:{}", server.port);
    let dir = folder("links-places");
    let manifest = format!(
        "{MANIFEST}except = [{{ url = '{host}/vpn/**', why = 'x' }}, \
         {{ url = 'https://never/**', why = 'x' }}]\n"
    );
    write(
        &dir,
        "aqua-alerts.toml",
        &manifest.replace("source", "url = 'HOST/ok'\nsource"),
    );
    let manifest = fs::read_to_string(dir.join("aqua-alerts.toml")).unwrap();
    write(&dir, "aqua-alerts.toml", &manifest.replace("HOST", &host));
    let alerts = format!(
        "[alert.Down]
severity = 'critical'
expr = 'up == 0'
summary = 'x'
description = 'see {host}/missing/constant, or {host}/vpn/x.'
annotations = {{ logs = '{host}/{{{{ $labels.kind }}}}/1', far = '{host}/ok/1' }}
[alert.Silent]
severity = 'critical'
expr = 'up == 2'
runbook = 'down'
summary = 'x'
annotations = {{ logs = '{host}/{{{{ $labels.kind }}}}/2' }}
"
    );
    write(&dir, "alerts/a.toml", &alerts);
    let test = "[[test]]
name = 'down'
until = '5m'
series = '''
up{kind=\"missing\"} 0..
up{kind=\"ok\"} 0..
up{kind=\"gone\"} 1..
'''
[test.expect]
Down = 'firing 0..'
";
    write(&dir, "testdata/a.toml", test);
    let board = format!(
        "title = 'B'\nlink = [{{ title = 'x', url = '{host}/missing/board' }}]\n\
         [[row]]\n[[row.panel]]\ntitle = 'P'\nquery = 'up'\n\
         description = 'see {host}/missing/panel'\n"
    );
    write(&dir, "dashboards/b.toml", &board);
    let json = format!(
        "{{\"title\": \"J\", \"uid\": \"j\", \"panels\": [],\n\"links\": [\n\
         {{\"url\": \"{host}/missing/json\"}},\n{{\"url\": \"{host}/d/${{x}}\"}}]}}\n"
    );
    write(&dir, "dashboards/j.json", &json);
    let page =
        format!("# Down, Silent\n\nSee {host}/missing/bare and `{host}/missing/code`.\n");
    write(&dir, "docs/down.md", &page);
    let output = run(&dir, &["--format", "json"], &[]);
    let codes: Vec<String> = found(&output).into_iter().collect();
    let expected = [
        "alerts/a.toml:5 link-dead",
        "alerts/a.toml:6 link-dead",
        "aqua-alerts.toml:12 link-exception",
        "dashboards/b.toml:2 link-dead",
        "dashboards/b.toml:7 link-dead",
        "dashboards/j.json:3 link-dead",
        "docs/down.md:3 link-dead",
    ];
    pretty_assertions::assert_eq!(codes, expected);
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    let notes = all["links"]["notes"].to_string();
    assert!(notes.contains("/2`: no test fires"), "{notes}");
    assert!(notes.contains("Grafana fills it in"), "{notes}");
    assert_eq!(server.n_seen("HEAD /vpn/x") + server.n_seen("GET /missing/code"), 0);
    fs::remove_dir_all(dir).unwrap();
    Ok(())
}

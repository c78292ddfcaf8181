//! `runbooks --online`: every link of the project is asked for.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value as Json, json};
use ureq::tls::{Certificate, PemItem, parse_pem};

use crate::cli::args::{Format, Runbooks};
use crate::cli::clock;
use crate::cli::fs;
use crate::cli::load::Loaded;
use crate::cli::runbooks::places::{self, Found};
use crate::cli::runbooks::pool;
use crate::cli::runbooks::transport::{Header, Settings, Transport};
use crate::cli::session::{Session, counted};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::text::Text;
use crate::links::allowed::Allowed;
use crate::links::cache::Cache;
use crate::links::collect::{self, Exception, Wanted};
use crate::links::queue::Limits;
use crate::links::report::{self, Counts};
use crate::links::walk::{Outcome, Policy};
use crate::promql::duration::parse_duration;
use crate::runbook::link::Pages;
use crate::spec::model::Online;

/// The folder of what may be thrown away, beside the manifest.
const CACHE_FOLDER: &str = ".aqua-alerts-cache";

/// The longest wait that a server may ask for, in milliseconds.
const MAX_WAIT: i64 = 30_000;

/// Looks at all links; findings are in the session's sink. Gives what is said beside them,
/// for people and for scripts.
pub(super) fn run(
    loaded: &Loaded,
    pages: Option<&Pages>,
    args: &Runbooks,
    session: &mut Session,
) -> (String, Json) {
    let online = &loaded.project.manifest.runbooks.online;
    let Found { places, mut skipped } = places::collect(loaded, pages, session);
    let exceptions: Vec<Exception> = online
        .exceptions
        .iter()
        .map(|it| Exception { url: it.to_string(), span: it.span() })
        .collect();
    let (wanted, n_excepted) = collect::wanted(places, &exceptions, &mut session.sink);
    let mut notes = Vec::new();
    let authorities = authorities(loaded, online, session);
    let headers = headers(online, &mut notes);
    if session.sink.has_errors() {
        return (String::new(), json!({}));
    }
    let settings = Settings {
        timeout: Duration::from_millis(millis(online.timeout.as_ref(), 10_000) as u64),
        allowed: Allowed::new(online.allow_private.iter().map(Text::as_str)),
        authorities,
        headers,
    };
    let max_age = match args.no_cache {
        true => 0,
        false => millis(online.cache.as_ref(), 86_400_000) / 1000,
    };
    let (outcomes, asked) = ask(loaded, &wanted, online, settings, max_age, session);
    let all: Vec<(&Wanted, &Outcome)> = wanted.iter().zip(&outcomes).collect();
    let mut counts = Counts::default();
    let n_known = wanted.len() - asked.len();
    let asked: Vec<(&Wanted, &Outcome)> = asked.iter().map(|it| all[*it]).collect();
    match report::offline(&asked) {
        Some(down) => session.sink.push(down),
        None => {
            for (wanted, outcome) in &all {
                session.sink.extend(report::findings(wanted, outcome, &mut counts));
            }
        }
    }
    skipped.sort_by_key(|it| it.span);
    skipped.dedup();
    for it in &skipped {
        let place = session.sources.position(it.span);
        let path = &session.sources.file(it.span.file).path;
        let (line, column) = (place.line, place.column);
        notes.push(format!("{path}:{line}:{column}: `{}`: {}", it.url, it.why));
    }
    let Counts { good, bad, unknown } = counts;
    let mut human: String = notes.iter().map(|it| format!("{it}\n")).collect();
    human.push_str(&format!(
        "{}: {good} good ({n_known} known before), {bad} with findings, {unknown} unknown; \
         {n_excepted} excepted, {} not filled in\n",
        counted(good + bad + unknown, "link"),
        skipped.len()
    ));
    let machine = json!({
        "good": good,
        "bad": bad,
        "unknown": unknown,
        "excepted": n_excepted,
        "notes": notes,
    });
    (human, machine)
}

/// The outcome for each address, from the cache where it is known; and which were asked
/// for.
fn ask(
    loaded: &Loaded,
    wanted: &[Wanted],
    online: &Online,
    settings: Settings,
    max_age: i64,
    session: &mut Session,
) -> (Vec<Outcome>, Vec<usize>) {
    let path = format!("{CACHE_FOLDER}/links.json");
    let now = clock::seconds();
    let mut cache = match max_age {
        0 => Cache::default(),
        _ => Cache::parse(&fs::read_if_there(&loaded.root, &path).unwrap_or_default()),
    };
    let known =
        |it: &Wanted| cache.get(&it.address.to_string(), &it.fragments(), now, max_age);
    let mut outcomes: Vec<Option<Outcome>> = wanted.iter().map(known).collect();
    let open: Vec<usize> =
        (0..wanted.len()).filter(|it| outcomes[*it].is_none()).collect();
    let asked: Vec<&Wanted> = open.iter().map(|it| &wanted[*it]).collect();
    let count = |it: Option<i64>, default: usize| {
        it.and_then(|it| usize::try_from(it).ok()).unwrap_or(default)
    };
    let plan = pool::Plan {
        n_workers: count(online.concurrency, 16),
        limits: Limits {
            at_once: count(online.per_host, 2),
            pause: millis(online.pause.as_ref(), 100),
        },
        policy: Policy {
            retries: count(online.retries, 2) as u32,
            backoff: 500,
            max_wait: MAX_WAIT,
            redirects: count(online.redirects, 5),
        },
        total: millis(online.total.as_ref(), 600_000),
    };
    let bar = bar(asked.len(), session);
    let transport = Transport::new(settings);
    let found = pool::run(
        &asked,
        &plan,
        |request| transport.send(request, clock::seconds()),
        |n_done| bar.set_position(n_done as u64),
    );
    bar.finish_and_clear();
    for (idx, outcome) in open.iter().copied().zip(found) {
        let it = &wanted[idx];
        cache.put(&it.address.to_string(), &it.fragments(), &outcome, now);
        outcomes[idx] = Some(outcome);
    }
    if max_age != 0 && !asked.is_empty() {
        let text = cache.print(now, max_age);
        session
            .sink
            .extend(fs::write_cache(&loaded.root, CACHE_FOLDER, &path, &text).err());
    }
    (outcomes.into_iter().flatten().collect(), open)
}

/// A bar on a terminal; elsewhere one that is not seen.
fn bar(n: usize, session: &Session) -> ProgressBar {
    if session.global.format != Format::Human || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} links");
    ProgressBar::new(n as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn millis(text: Option<&Text>, default: i64) -> i64 {
    text.and_then(|it| parse_duration(it.as_str()).ok()).unwrap_or(default)
}

/// Certificates of authorities that the project trusts.
fn authorities(
    loaded: &Loaded,
    online: &Online,
    session: &mut Session,
) -> Vec<Certificate<'static>> {
    let Some(path) = &online.authorities else { return Vec::new() };
    let text =
        fs::read_named(&loaded.root, path, &mut session.sources, &mut session.sink);
    let Some(text) = text else { return Vec::new() };
    let mut out = Vec::new();
    for item in parse_pem(text.as_bytes()) {
        if let Ok(PemItem::Certificate(it)) = item {
            out.push(it);
        }
    }
    if out.is_empty() {
        let title = format!("`{path}` holds no certificate");
        session.sink.push(
            Diagnostic::error("bad-certificates", title)
                .at(path.span(), "read as PEM")
                .help("name a file with `-----BEGIN CERTIFICATE-----`"),
        );
    }
    out
}

/// The headers whose values the environment has; of the others a word.
fn headers(online: &Online, notes: &mut Vec<String>) -> Vec<Header> {
    let mut out = Vec::new();
    for (host, name, value) in &online.headers {
        let Some((before, variable)) = value.as_str().rsplit_once("env:") else {
            continue;
        };
        let secret = secret(variable).filter(|it| !it.is_empty());
        let secret = secret.filter(|it| it.bytes().all(|it| matches!(it, b' '..=b'~')));
        match secret {
            Some(secret) => out.push(Header {
                host: host.to_string(),
                name: name.to_string(),
                value: format!("{before}{}", secret.trim()),
            }),
            None => notes.push(format!(
                "the header `{name}` for `{host}` is left out: `{variable}` is not set, or \
                 cannot be sent"
            )),
        }
    }
    out
}

#[expect(clippy::disallowed_methods, reason = "secrets come from the environment only")]
fn secret(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

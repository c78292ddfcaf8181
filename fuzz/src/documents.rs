//! Files of projects, rule files and promtool's tests: whatever stands in them, messages
//! must have places in them and be drawable.

use aqua_alerts::case::{native, promtool};
use aqua_alerts::diag::diagnostic::Diagnostic;
use aqua_alerts::diag::render::{Config, render};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{SourceMap, Span};
use aqua_alerts::diag::{json, text::Text};
use aqua_alerts::doc::{toml, yaml};
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::rulefile::read as rulefile;
use aqua_alerts::{resolve, spec};

const MANIFEST: &str = "\
[project]
name = \"fuzz\"

[env.production]
";

/// Reads a text as what its first character says.
pub fn check(input: &str) {
    let mut chars = input.chars();
    let kind = chars.next().unwrap_or('a');
    let text = chars.as_str();
    match kind {
        'm' => project(&[("aqua-alerts.toml", text)]),
        'd' => project(&[("aqua-alerts.toml", MANIFEST), ("dashboards/d.toml", text)]),
        'p' => project(&[("aqua-alerts.toml", MANIFEST), ("packs/p.toml", text)]),
        't' => tests(text),
        'n' => native_tests(text),
        'r' => rules(text),
        _ => project(&[("aqua-alerts.toml", MANIFEST), ("alerts/a.toml", text)]),
    }
}

fn project(files: &[(&str, &str)]) {
    let files: Vec<(String, String)> =
        files.iter().map(|it| (it.0.to_string(), it.1.to_string())).collect();
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    if let Some(project) = spec::read::read(&files, &mut sources, &mut sink) {
        for env in project.manifest.environments.iter().take(2) {
            resolve::resolve(&project, &env.name, &mut sink);
        }
    }
    draw(sink, &sources);
}

fn tests(text: &str) {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let file = sources.add("tests.yml", text);
    for root in yaml::read(file, text, &mut sink).iter().take(1) {
        promtool::read(root, &mut sink);
    }
    draw(sink, &sources);
}

fn native_tests(text: &str) {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let file = sources.add("testdata/t.toml", text);
    if let Some(root) = toml::read(file, text, &mut sink) {
        let envs = ["production".to_string()];
        for case in native::read::read(&root, &envs, &mut sink) {
            let dialect = Dialect::everything();
            let (name, interval, lookup) = ("production", 60_000, &|_: &str| None);
            let env = native::fill::Env { name, interval, dialect: &dialect, lookup };
            let _ = native::fill::fill(&case, &env, &mut sink);
        }
    }
    draw(sink, &sources);
}

fn rules(text: &str) {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let file = sources.add("rules.yml", text);
    let config = rulefile::Config {
        dialect: &Dialect::everything(),
        legacy_names: false,
        ignore_unknown: false,
        template: &|_: &Text, _: &mut Sink| {},
    };
    rulefile::read(file, "rules.yml", text, &config, &mut sink);
    draw(sink, &sources);
}

fn draw(sink: Sink, sources: &SourceMap) {
    let all = sink.into_sorted();
    for it in &all {
        check_places(it, sources);
    }
    render(&all, sources, Config::PLAIN);
    render(&all, sources, Config { colour: true, unicode: true, width: 40 });
    json::json(&all, sources);
}

fn check_places(it: &Diagnostic, sources: &SourceMap) {
    let edits = it.fix.iter().flat_map(|it| it.edits.iter().map(|it| it.0));
    let labels = it.labels.iter().map(|it| it.span);
    for Span { file, start, end } in labels.chain(edits) {
        let text = &sources.file(file).text;
        let sliced = text.get(start as usize..end as usize);
        assert!(sliced.is_some(), "{start}..{end} is no place of {text:?}: {it:?}");
    }
}

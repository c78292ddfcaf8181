//! The spec language: whole projects, what is said about them, what they resolve to.
//!
//! A fixture is a folder of `tests/fixtures/spec` with a project in it. `expected.txt`
//! holds the messages, as they are drawn; without messages, the resolved books in a
//! compact form.

use std::fs;
use std::path::{Path, PathBuf};

use aqua_alerts::case;
use aqua_alerts::diag::render::{self, Config};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::doc;
use aqua_alerts::emit;
use aqua_alerts::promql::re2::Regex;
use aqua_alerts::resolve;
use aqua_alerts::rules::book::Book;
use aqua_alerts::rules::group::{Alert, Pair, Rule};
use aqua_alerts::spec;
use aqua_alerts::spec::keys;
use aqua_alerts::spec::read::Place;
use libtest_mimic::{Failed, Trial};
use serde_json::Value as Json;

use crate::golden;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/spec");

pub fn trials() -> Vec<Trial> {
    let mut dirs: Vec<PathBuf> =
        fs::read_dir(ROOT).unwrap().map(|it| it.unwrap().path()).collect();
    dirs.sort();
    let name = |it: &Path| it.file_name().unwrap().to_str().unwrap().to_string();
    let fixture = |it: PathBuf| {
        Trial::test(format!("spec::{}", name(&it)), move || {
            golden::check(&it.join("expected.txt"), &report(&project(&it)))
        })
    };
    let mut out: Vec<Trial> =
        dirs.into_iter().filter(|it| it.is_dir()).map(fixture).collect();
    out.push(Trial::test("spec::the_shared_example_resolves", || {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/example");
        sound(&dir, 3)
    }));
    out.push(Trial::test("spec::the_platform_resolves", || {
        sound(Path::new(env!("CARGO_MANIFEST_DIR")), 2)
    }));
    out.push(Trial::test("spec::the_reference_is_that_of_the_table_of_keys", || {
        golden::check(&docs("spec.md"), &reference())
    }));
    out.push(Trial::test("spec::the_page_of_templates_is_that_of_their_values", || {
        golden::check(&docs("templates.md"), &emit::own::reference::page())
    }));
    out.push(Trial::test("spec::the_guide_lists_all_targets", targets));
    out.push(Trial::test("spec::schemas_are_closed_and_take_the_platform", schemas));
    out
}

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)
}

/// The guide's table of targets is that of the targets.
fn targets() -> Result<(), Failed> {
    let text = fs::read_to_string(docs("language.md")).unwrap();
    let head = "| target | default | place | writes |\n| --- | --- | --- | --- |\n";
    let start = text.find(head).unwrap() + head.len();
    let end = start + text[start..].find("\n\n").map_or(0, |it| it + 1);
    let end = if text[start..].starts_with('\n') { start } else { end };
    let row = |it: &&emit::Target| {
        let default = if it.default { "yes" } else { "" };
        format!("| `{}` | {default} | `{}` | {} |\n", it.name, it.place, it.summary)
    };
    let rows: String = emit::TARGETS.iter().map(row).collect();
    golden::check(
        &docs("language.md"),
        &format!("{}{rows}{}", &text[..start], &text[end..]),
    )
}

/// `docs/spec.md`
fn reference() -> String {
    let mut shapes: Vec<_> = keys::DOCUMENTS.iter().map(|it| it.1).collect();
    shapes.push(&case::native::keys::FILE);
    let intro = "# Reference of the spec language\n\n\
        Every key of the manifest, of alerts files, packs, dashboards and tests, printed from the \
        table by which they are read: change the table, not this page \
        (`UPDATE_EXPECT=1 cargo test`). [language.md](language.md) explains what the keys \
        do together. `aqua-alerts schema` prints the same table as a JSON Schema.\n";
    format!("{intro}{}", doc::reference::reference(&shapes))
}

/// Each `$ref` leads somewhere, and what the platform says is what the schemas allow.
fn schemas() -> Result<(), Failed> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schemas: Vec<(&str, Json)> = keys::DOCUMENTS
        .iter()
        .map(|(name, shape)| (*name, doc::schema::schema(shape, name)))
        .collect();
    for (name, shape) in keys::DOCUMENTS {
        let mut names: Vec<_> =
            doc::keys::reachable(&[*shape]).iter().map(|it| it.name).collect();
        names.sort_unstable();
        let n_all = names.len();
        names.dedup();
        assert_eq!(names.len(), n_all, "{name}: two shapes of one name");
    }
    for (name, schema) in &schemas {
        let defs = schema["$defs"].as_object().unwrap();
        let text = schema.to_string();
        for reference in text.split("#/$defs/").skip(1) {
            let target = reference.split('"').next().unwrap();
            assert!(defs.contains_key(target), "{name}: no definition of {target}");
        }
    }
    let mut n_documents = 0;
    let with_rule_files = root.join("tests/fixtures/build/vendored");
    for (path, text) in project(root).into_iter().chain(project(&with_rule_files)) {
        let name = match spec::read::place(&path) {
            Place::Manifest => "manifest",
            Place::Alerts => "alerts",
            Place::Pack => "pack",
            Place::Dashboard => "dashboard",
            Place::JsonDashboard | Place::Other => continue,
        };
        n_documents += 1;
        let value: Json = toml::from_str(&text).unwrap();
        let schema = &schemas.iter().find(|it| it.0 == name).unwrap().1;
        allows(schema, schema, &value, &path)?;
    }
    match n_documents {
        0 => Err("no document was looked at".into()),
        _ => Ok(()),
    }
}

/// A validator of the part of JSON Schema that ours use, patterns of values excepted.
fn allows(root: &Json, schema: &Json, value: &Json, at: &str) -> Result<(), Failed> {
    let fault = |why: &str| Err(format!("{at}: {why}: {value}").into());
    if let Some(target) = schema["$ref"].as_str() {
        let name = target.trim_start_matches("#/$defs/");
        return allows(root, &root["$defs"][name], value, at);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let mut all = any.iter().map(|it| allows(root, it, value, at));
        return all.find(Result::is_ok).unwrap_or_else(|| fault("none of anyOf"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return fault("not in enum");
    }
    if let Some(only) = schema.get("const")
        && only != value
    {
        return fault("not the constant");
    }
    let good = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !good {
        return fault("wrong type");
    }
    for item in value.as_array().into_iter().flatten() {
        if let Some(items) = schema.get("items") {
            allows(root, items, item, at)?;
        }
    }
    let Some(table) = value.as_object().filter(|_| schema["type"] == "object") else {
        return Ok(());
    };
    for name in schema["required"].as_array().into_iter().flatten() {
        if !table.contains_key(name.as_str().unwrap()) {
            return fault(&format!("lacks {name}"));
        }
    }
    for (key, value) in table {
        let at = format!("{at}.{key}");
        let patterns = schema["patternProperties"].as_object().into_iter().flatten();
        let mut patterns =
            patterns.filter(|it| Regex::new(it.0).is_ok_and(|it| it.is_match(key)));
        if let Some((_, formed)) = patterns.next() {
            allows(root, formed, value, &at)?;
            continue;
        }
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Json::Null, Json::Bool(false)) => {
                return Err(format!("{at}: unknown").into());
            }
            (Json::Null, further) => allows(root, further, value, &at)?,
            (property, _) => allows(root, property, value, &at)?,
        }
    }
    Ok(())
}

/// A project without messages in each of its environments.
fn sound(dir: &Path, n_environments: usize) -> Result<(), Failed> {
    if !dir.exists() {
        println!("skipped: {} is not there", dir.display());
        return Ok(());
    }
    let files = project(dir);
    let (project, said) = read(&files);
    let n = project.map_or(0, |it| it.manifest.environments.len());
    match said.as_str() {
        "" if n == n_environments => Ok(()),
        "" => Err(format!("{n} environments").into()),
        said => Err(said.into()),
    }
}

/// The files of a project and its rule files, with their paths below its folder.
fn project(dir: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            match path.is_dir() {
                true if ["target", "tests", ".git"].contains(&name) => {}
                true => todo.push(path),
                false
                    if path.extension().is_some_and(|it| {
                        it == "toml" || it == "yaml" || it == "yml"
                    }) =>
                {
                    let name = path.strip_prefix(dir).unwrap().to_str().unwrap();
                    let text = fs::read_to_string(&path).unwrap();
                    out.push((name.replace('\\', "/"), text));
                }
                false => {}
            }
        }
    }
    out
}

/// The project and, in all of its environments, its messages as they are drawn.
fn read(files: &[(String, String)]) -> (Option<spec::model::Project>, String) {
    let mut sources = SourceMap::new();
    let mut sink = Sink::new();
    let project = spec::read::read(files, &mut sources, &mut sink);
    if let Some(project) = &project {
        for env in &project.manifest.environments {
            resolve::resolve(project, &env.name, &mut sink);
        }
    }
    let said = sink.into_sorted();
    (project, render::render(&said, &sources, Config::PLAIN))
}

/// Messages if there are any, else the books.
fn report(files: &[(String, String)]) -> String {
    let (project, said) = read(files);
    match project {
        Some(project) if said.is_empty() => {
            let envs = project.manifest.environments.iter();
            let book = |name| resolve::resolve(&project, name, &mut Sink::new());
            envs.filter_map(|it| book(&it.name)).map(|it| print(&it)).collect()
        }
        _ => said,
    }
}

/// A book in a compact form.
fn print(book: &Book) -> String {
    let mut out = format!("== {}\n", book.env);
    let dialect = &book.dialect;
    if !book.external_labels.is_empty() {
        out += &format!("external labels {:?}\n", book.external_labels);
    }
    out += &format!("prometheus {} every {}\n", dialect.version, book.interval);
    for monitor in &book.monitors {
        out += &format!(
            "\nmonitor {} {:?} {:?} in {:?}\n",
            monitor.job, monitor.kind, monitor.match_labels, monitor.namespaces
        );
        for (name, value) in &monitor.fields {
            out += &format!("  {name}: {value}\n");
        }
        for endpoint in &monitor.endpoints {
            out += &format!("  {:?}\n", endpoint.port);
            for (name, value) in &endpoint.fields {
                out += &format!("    {name}: {value}\n");
            }
        }
    }
    for group in &book.groups {
        out += &format!("\ngroup {} of {}", group.name, group.file);
        if let Some(interval) = group.interval {
            out += &format!(" every {interval}");
        }
        if let Some(offset) = group.query_offset {
            out += &format!(" offset {offset}");
        }
        if group.limit != 0 {
            out += &format!(" limit {}", group.limit);
        }
        out += &format!("{}\n", pairs(&group.labels));
        for rule in &group.rules {
            match rule {
                Rule::Record(it) => {
                    out += &format!("record {}{}\n", it.name, pairs(&it.labels));
                    out += &indent(it.expr.text.as_str());
                }
                Rule::Alert(it) => out += &alert(it),
            }
        }
    }
    for inhibit in &book.inhibits {
        let equal: Vec<_> =
            inhibit.equal.iter().flatten().map(|it| it.as_str()).collect();
        out += &format!("\ninhibit {} -> {} {equal:?}\n", inhibit.source, inhibit.target);
    }
    out += "\n";
    out
}

fn alert(alert: &Alert) -> String {
    let mut out = format!("alert {}{}", alert.name, pairs(&alert.labels));
    if alert.hold.value.0 != 0 {
        out += &format!(" for {}", alert.hold.value);
    }
    if alert.keep_firing_for.value.0 != 0 {
        out += &format!(" keep {}", alert.keep_firing_for.value);
    }
    out += "\n";
    out += &indent(alert.expr.text.as_str());
    for annotation in &alert.annotations {
        out += &format!("    {}: {}\n", annotation.name, annotation.value);
    }
    let about = alert.about.as_ref().unwrap();
    if let Some(runbook) = &about.runbook {
        let anchor =
            runbook.anchor.as_ref().map_or(String::new(), |it| format!(" # {it}"));
        let page = match runbook.page.as_str() {
            "" => "elsewhere",
            page => page,
        };
        out += &format!("    -> {page}{anchor}\n");
    }
    out
}

fn pairs(pairs: &[Pair]) -> String {
    match pairs {
        [] => String::new(),
        pairs => {
            let pairs: Vec<_> =
                pairs.iter().map(|it| format!("{}={:?}", it.name, it.value)).collect();
            format!(" {{{}}}", pairs.join(" "))
        }
    }
}

fn indent(text: &str) -> String {
    text.trim().lines().map(|it| format!("  {it}\n")).collect()
}

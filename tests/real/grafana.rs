//! Dashboards, given to Grafana's own types, lists and components.
//!
//! `AQUA_GRAFANA` names a folder with Grafana's packages in `node_modules`. With
//! `AQUA_PICTURES` the drawn dashboards are written to that folder as PNG.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};

use crate::directory::Directory;
use crate::frames::{self, Drawn};
use crate::parts;

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("grafana::its_types_take_every_dashboard", types),
        Trial::test("grafana::its_types_refuse_what_it_does_not_know", planted),
        Trial::test("grafana::units_and_reducers_are_all_of_its", units),
        Trial::test("grafana::its_components_draw_every_panel", draw),
    ]
}

/// A folder in which Grafana's packages are found.
fn workshop() -> Option<Directory> {
    let packages = parts::folder("AQUA_GRAFANA")?.join("node_modules");
    assert!(packages.is_dir(), "{} is no folder", packages.display());
    let out = Directory::new();
    std::os::unix::fs::symlink(packages, out.path().join("node_modules")).unwrap();
    Some(out)
}

/// The program that one of the packages brings.
fn tool(workshop: &Directory, name: &str) -> Command {
    let mut out = Command::new(workshop.path().join("node_modules/.bin").join(name));
    out.current_dir(workshop.path());
    out
}

fn said(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}

/// Projects whose dashboards are looked at.
fn projects() -> [PathBuf; 2] {
    let fixture = parts::platform().join("tests/fixtures/build/dashboards");
    [parts::platform().to_owned(), fixture]
}

/// The dashboards of a build of all environments, with names; those that pass through are
/// left out.
fn dashboards(project: &Path) -> Result<Vec<(String, Value)>, Failed> {
    let built = parts::build(project)?;
    let mut out = Vec::new();
    for env in fs::read_dir(built.path())? {
        let env = env?.path();
        if !env.join("dashboards").is_dir() {
            continue;
        }
        for file in parts::files(&env, "dashboards")? {
            let stem = file.file_stem().unwrap().to_str().unwrap();
            let foreign = project.join("dashboards").join(stem).with_extension("json");
            if file.extension().is_some_and(|it| it == "json") && !foreign.exists() {
                let name = env.file_name().unwrap().to_str().unwrap();
                let text = fs::read_to_string(&file)?;
                out.push((format!("{name}-{stem}"), serde_json::from_str(&text)?));
            }
        }
    }
    out.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(out)
}

/// Checks dashboards against the types, each in a file of its name.
fn compile(workshop: &Directory, all: &[(String, Value)]) -> Output {
    const CONFIG: &str = r#"{ "compilerOptions": { "strict": true, "noEmit": true, "module": "nodenext",
        "moduleResolution": "nodenext", "target": "es2022", "skipLibCheck": true, "types": [] } }"#;
    let path = |name: &str| workshop.path().join(name);
    fs::write(path("tsconfig.json"), CONFIG).unwrap();
    fs::write(path("dashboard.ts"), include_str!("grafana/dashboard.ts")).unwrap();
    for (name, board) in all {
        let text = format!(
            "import type {{ Checked }} from './dashboard.js';\nexport const it: Checked = {board:#};\n"
        );
        fs::write(path(&format!("{name}.ts")), text).unwrap();
    }
    tool(workshop, "tsc").args(["-p", "tsconfig.json"]).output().unwrap()
}

fn types() -> Result<(), Failed> {
    let Some(workshop) = workshop() else { return Ok(()) };
    let mut all = Vec::new();
    for (idx, project) in projects().iter().enumerate() {
        let named = dashboards(project)?.into_iter();
        all.extend(named.map(|(name, board)| (format!("{idx}-{name}"), board)));
    }
    assert!(10 <= all.len(), "{} dashboards", all.len());
    let output = compile(&workshop, &all);
    println!("{} dashboards", all.len());
    match output.status.success() {
        true => Ok(()),
        false => Err(said(&output).into()),
    }
}

/// What the types must not let pass, or the test above would prove nothing.
fn planted() -> Result<(), Failed> {
    let Some(workshop) = workshop() else { return Ok(()) };
    let all = dashboards(&projects()[1])?;
    let (_, sound) = all.iter().find(|it| it.0 == "production-everything").unwrap();
    let mut boards = Vec::new();
    let mut add = |name: &str, pointer: &str, key: &str, value: Value| {
        let mut board = sound.clone();
        let at = board.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}"));
        match at {
            Value::Object(it) => {
                it.insert(key.to_owned(), value);
            }
            it => *it = value,
        }
        boards.push((name.to_owned(), board));
    };
    add("board-key", "", "refreshing", json!("1m"));
    add("board-type", "/time/from", "", json!(6));
    add("variable-hide", "/templating/list/1/hide", "", json!(7));
    add("annotation-key", "/annotations/list/1", "query", json!("up"));
    add("link-type", "/links/0/type", "", json!("page"));
    for kind in [
        "timeseries",
        "stat",
        "gauge",
        "bargauge",
        "table",
        "heatmap",
        "state-timeline",
        "text",
        "alertlist",
    ] {
        let at = pointer(sound, kind);
        add(
            &format!("{kind}-option"),
            &format!("{at}/options"),
            "unheardOf",
            json!(true),
        );
        if !matches!(kind, "text" | "alertlist") {
            let custom = format!("{at}/fieldConfig/defaults/custom");
            add(&format!("{kind}-field"), &custom, "unheardOf", json!(1));
            let query = format!("{at}/targets/0");
            add(&format!("{kind}-query"), &query, "unheardOf", json!(1));
        }
    }
    let line = pointer(sound, "timeseries");
    let of = |rest: &str| format!("{line}/{rest}");
    add("stacking", &of("fieldConfig/defaults/custom/stacking/mode"), "", json!("on"));
    add("threshold", &of("fieldConfig/defaults/thresholds/mode"), "", json!("relative"));
    add("placement", &of("options/legend/placement"), "", json!("left"));
    add("grid", &of("gridPos"), "width", json!(3));
    add("calcs", &of("options/legend/calcs"), "", json!("max"));
    let output = compile(&workshop, &boards);
    let said = said(&output);
    let passed: Vec<&String> = boards
        .iter()
        .map(|it| &it.0)
        .filter(|name| !said.contains(&format!("{name}.ts(")))
        .collect();
    println!("{} faults", boards.len());
    match passed.is_empty() {
        true => Ok(()),
        false => Err(format!("pass: {passed:?}\n{said}").into()),
    }
}

/// Where the first panel of a kind is.
fn pointer(board: &Value, kind: &str) -> String {
    let panels = board["panels"].as_array().unwrap().iter().enumerate();
    let mut all = panels.flat_map(|(idx, panel)| {
        let inner = panel["panels"].as_array().into_iter().flatten().enumerate();
        let inner = inner.map(move |(of, it)| (format!("/panels/{idx}/panels/{of}"), it));
        inner.chain([(format!("/panels/{idx}"), panel)])
    });
    all.find(|it| it.1["type"] == kind).unwrap_or_else(|| panic!("no {kind}")).0
}

/// The lists of Grafana's own registries, as a program that asked them wrote them down.
fn units() -> Result<(), Failed> {
    let Some(path) = parts::shared("tools/grafana/units-reducers.json") else {
        return Ok(());
    };
    let known: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let list = |key: &str| -> Vec<String> {
        let all = known[key].as_array().unwrap();
        let mut all: Vec<_> =
            all.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
        all.sort();
        all
    };
    let own = |all: &[&str]| {
        let mut all: Vec<String> = all.iter().map(|it| (*it).to_owned()).collect();
        all.sort();
        all
    };
    use aqua_alerts::spec::units::{REDUCERS, UNITS};
    pretty_assertions::assert_eq!(own(UNITS), list("u"));
    pretty_assertions::assert_eq!(own(REDUCERS), list("r"));
    Ok(())
}

/// Whether a browser is there, which is said.
fn browser() -> bool {
    let there = Command::new("chromium").arg("--version").output().is_ok();
    if !there {
        println!("skipped: there is no chromium");
    }
    there
}

/// Each dashboard of the platform with the data of its tests, and one that has every key.
fn draw() -> Result<(), Failed> {
    let Some(workshop) = workshop().filter(|_| browser()) else { return Ok(()) };
    fs::write(workshop.path().join("draw.jsx"), include_str!("grafana/draw.jsx"))?;
    let loaders = ["svg", "woff", "woff2", "ttf"];
    let bundled = tool(&workshop, "esbuild")
        .args(["draw.jsx", "--bundle", "--outfile=draw.js", "--log-level=error"])
        .args(loaders.map(|it| format!("--loader:.{it}=dataurl")))
        .arg("--define:process.env.NODE_ENV=\"production\"")
        .output()?;
    if !bundled.status.success() {
        return Err(said(&bundled).into());
    }
    let mut faults = Vec::new();
    let platform = frames::of_tests(parts::platform(), "production", "hold locks")?;
    let waves = dashboards(&projects()[1])?
        .into_iter()
        .filter(|it| it.0.starts_with("production-"))
        .map(|(_, board)| frames::waves(board));
    for it in platform.into_iter().chain(waves) {
        faults.extend(page(&workshop, &it)?);
    }
    // Staging lacks alerts, so that panels that count them have nothing to show.
    if std::env::var_os("AQUA_PICTURES").is_some() {
        for it in frames::of_tests(parts::platform(), "staging", "hold locks")? {
            page(&workshop, &it)?;
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults.join("\n").into()),
    }
}

/// Draws a dashboard; gives what is wrong with its page.
fn page(workshop: &Directory, it: &Drawn) -> Result<Vec<String>, Failed> {
    let title = it.board["title"].as_str().unwrap();
    let board = json!({ "dashboard": it.board, "data": it.data, "values": it.values });
    // No text of it may end the script.
    let board = board.to_string().replace("</", "<\\/");
    let page = format!(
        "<!doctype html><meta charset=utf-8><link rel=stylesheet href=draw.css>\
         <body style=\"margin:0\"><div id=root></div><script>window.BOARD={board}</script>\
         <script src=draw.js></script>"
    );
    let path = workshop.path().join("page.html");
    fs::write(&path, page)?;
    let open = |args: &[String]| {
        Command::new("timeout")
            .args(["--kill-after=5", "180", "chromium", "--headless", "--no-sandbox"])
            .args(["--disable-gpu", "--hide-scrollbars", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--disable-sync", "--allow-file-access-from-files"])
            .arg("--virtual-time-budget=8000")
            .arg(format!("--user-data-dir={}", workshop.path().join("profile").display()))
            .args(args)
            .arg(format!("file://{}", path.display()))
            .output()
    };
    let output = open(&["--dump-dom".into()])?;
    let dom = String::from_utf8_lossy(&output.stdout);
    let height = dom.split("data-height=\"").nth(1).and_then(|it| it.split('"').next());
    let Some(height) = height else {
        return Ok(vec![format!("{title}: nothing is drawn: {}", said(&output))]);
    };
    if let Some(dir) = std::env::var_os("AQUA_PICTURES") {
        let picture = Path::new(&dir).join(format!("{title}.png"));
        open(&[
            format!("--window-size=1440,{height}"),
            format!("--screenshot={}", picture.display()),
        ])?;
    }
    let mut faults = Vec::new();
    let n_drawn = dom.matches("data-panel=").count();
    println!("{title}: {n_drawn} panels");
    if n_drawn != it.n_panels() {
        faults.push(format!("{title}: {n_drawn} of {} panels", it.n_panels()));
    }
    let fault = dom.split("data-fault").skip(1);
    faults.extend(fault.map(|it| it.split("</pre>").next().unwrap().to_owned()));
    if dom.contains("no data") || dom.contains("No data") {
        faults.push(format!("{title}: a panel shows nothing"));
    }
    Ok(faults)
}

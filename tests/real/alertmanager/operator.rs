//! The AlertmanagerConfig object: whether an API server takes it, and what the operator makes
//! of it.

use std::collections::BTreeSet;
use std::fs;

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::FileId;
use aqua_alerts::doc::node::Node;
use aqua_alerts::doc::yaml;
use libtest_mimic::Failed;

use crate::alertmanager::inferred::labels;
use crate::alertmanager::platform::configuration;
use crate::alertmanager::running::{LAST, Running, text};
use crate::directory::Directory;
use crate::object;
use crate::parts;
use crate::server::Server;

/// The object of the platform in production, and what `build` says of it.
fn object() -> Result<(String, String), Failed> {
    let out = Directory::new();
    let target = ["--target", "alertmanager-config", "--only", "--env", "production"];
    let said = parts::build_with(parts::platform(), out.path(), &target)?;
    let path = out.path().join("production/alertmanager-config.yaml");
    Ok((fs::read_to_string(path)?, said))
}

/// A strict dry run, by the operator's definition.
pub(super) fn takes() -> Result<(), Failed> {
    let Some(server) = Server::start(&["crds/alertmanagerconfigs.yaml"], &[])? else {
        return Ok(());
    };
    let (text, _) = object()?;
    let offer = |text: &str| server.offer(&object::read(text)[0]);
    let answer = offer(&text)?;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let bad = text.replace("matchType: =~", "matchType: ~=");
    assert_eq!(offer(&bad)?.status, 422, "an unknown operator is accepted");
    Ok(())
}

/// The inhibitions of an object in a namespace as the operator writes them: with a matcher
/// for this namespace on both sides, unless it is told to leave them (`processInhibitRule`
/// in its `pkg/alertmanager/amcfg.go`).
fn of_operator(object: &str, namespace: Option<&str>) -> String {
    let mut sink = Sink::new();
    let roots = yaml::read(FileId(0), object, &mut sink);
    assert!(!sink.has_errors(), "{:?}", sink.into_sorted());
    let list = |node: &Node, key: &str| {
        node.get(key).and_then(Node::as_array).unwrap_or_default().to_vec()
    };
    let quoted = |it: &str| format!("'{}'", it.replace('\'', "''"));
    let side = |rule: &Node, key: &str| {
        let word =
            |it: &Node, key: &str| it.get(key).unwrap().as_str().unwrap().to_owned();
        let mut out: Vec<String> = list(rule, key)
            .iter()
            .map(|it| {
                let value = serde_json::to_string(&word(it, "value")).unwrap();
                format!("{}{}{value}", word(it, "name"), word(it, "matchType"))
            })
            .collect();
        out.extend(namespace.map(|it| format!("namespace=\"{it}\"")));
        out.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ")
    };
    let mut out = "inhibit_rules:\n".to_owned();
    for rule in list(roots[0].get("spec").unwrap(), "inhibitRules") {
        let equal: Vec<String> =
            list(&rule, "equal").iter().map(|it| it.as_str().unwrap().into()).collect();
        out += &format!(
            "- source_matchers: [{}]\n  target_matchers: [{}]\n  equal: [{}]\n",
            side(&rule, "sourceMatch"),
            side(&rule, "targetMatch"),
            equal.join(", ")
        );
    }
    out
}

/// Where the warning says that alerts are missed they are; elsewhere none is.
pub(super) fn keeps() -> Result<(), Failed> {
    let (object, said) = object()?;
    let whose = "5 of 5 inhibitions in production are for alerts of \
                 `aquaculture-production`, or of any namespace";
    assert!(said.contains(whose), "{said}");
    let redis = r#"{cluster="production",job="redis",instance="redis-0",namespace="aquaculture-production","#;
    let api =
        r#"{cluster="production",job="api-service",namespace="aquaculture-production","#;
    let node = r#"{cluster="production",instance="node-1","#;
    let sources = [
        format!("RedisDown{redis}severity=\"critical\"}}"),
        format!("HttpErrors{api}severity=\"critical\"}}"),
        format!("NodeDown{node}severity=\"critical\"}}"),
    ];
    let in_namespace = [
        format!("RedisMemory{redis}severity=\"warning\"}}"),
        format!("HttpErrors{api}severity=\"warning\"}}"),
    ];
    let of_node = [format!("NodeCpu{node}severity=\"warning\"}}")];
    let all = sources.iter().chain(&in_namespace).chain(&of_node);
    let alerts: Vec<_> = all.map(|it| labels(it)).collect();
    let none: &[String] = &[];
    for (namespace, hidden) in [
        (None, [&in_namespace[..], &of_node]),
        (Some("monitoring"), [none, none]),
        (Some("aquaculture-production"), [&in_namespace, none]),
    ] {
        let configuration = configuration(LAST, &of_operator(&object, namespace))?;
        let Some(running) = Running::start(&configuration)? else { return Ok(()) };
        let found: BTreeSet<String> = running.suppressed(&alerts)?.into_keys().collect();
        let hidden = hidden.iter().copied().flatten().map(|it| text(&labels(it)));
        pretty_assertions::assert_eq!(found, hidden.collect(), "{namespace:?}");
    }
    Ok(())
}

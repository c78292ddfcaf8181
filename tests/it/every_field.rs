//! That the project whose objects an API server is asked about has every key.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::doc::keys::{self, Shape, Type};
use aqua_alerts::doc::node::{Kind, Node};
use aqua_alerts::doc::toml;
use aqua_alerts::spec::keys::file::{FILE, PACK};
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("every_field::the_fixture_has_every_key", fixture)]
}

const FILES: &[(&str, &Shape)] = &[
    ("alerts/rules.toml", &FILE),
    ("alerts/services.toml", &FILE),
    ("alerts/web.toml", &FILE),
    ("packs/web.toml", &PACK),
];

fn fixture() -> Result<(), Failed> {
    let project =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/build/every-field");
    let mut used = BTreeSet::new();
    for (path, shape) in FILES {
        let text = fs::read_to_string(project.join(path))?;
        let mut sources = SourceMap::new();
        let file = sources.add(*path, text.as_str());
        let node =
            toml::read(file, &text.as_str().into(), &mut Sink::new()).ok_or("no TOML")?;
        table(&node, shape, &mut used);
    }
    // Overrides give nothing that the keys themselves do not; rules of others are another
    // fixture's; a permission is written nowhere.
    let other = |it: &Shape| {
        let words = ["override", "rule file", "rule of", "permission"];
        words.iter().any(|word| it.name.contains(word))
    };
    let roots: Vec<&'static Shape> = vec![&FILE, &PACK];
    let shapes = keys::reachable(&roots);
    let shapes = shapes.into_iter().filter(|it| !other(it));
    let all = shapes.flat_map(|it| it.keys.iter().map(|key| (it.name, key.name)));
    let all = all.filter(|it| it.1 != "allow");
    let missing: Vec<_> = all.filter(|it| !used.contains(it)).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("not in the fixture: {missing:#?}").into()),
    }
}

fn table(node: &Node, shape: &Shape, used: &mut BTreeSet<(&'static str, &'static str)>) {
    for entry in node.as_table().into_iter().flatten() {
        let key = shape.key(entry.key.as_str());
        used.extend(key.map(|it| (shape.name, it.name)));
        let ty = key.map(|it| &it.value).or(shape.others.as_ref().map(|it| &it.value));
        ty.into_iter().for_each(|it| value(&entry.value, it, used));
    }
}

fn value(node: &Node, ty: &Type, used: &mut BTreeSet<(&'static str, &'static str)>) {
    match &node.kind {
        Kind::Array(items) => items.iter().for_each(|it| value(it, ty, used)),
        _ => ty.shapes().into_iter().for_each(|it| table(node, it, used)),
    }
}

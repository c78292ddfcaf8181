//! The objects of a manifest, as text and as a tree.

use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::SourceMap;
use aqua_alerts::doc::node::Node;
use aqua_alerts::doc::yaml;

/// An object of a manifest.
pub struct Object {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace, `default` without one.
    pub namespace: String,
    /// Its YAML.
    pub text: String,
    /// The same as a tree.
    pub node: Node,
}

/// The objects of a manifest, in order.
pub fn read(manifest: &str) -> Vec<Object> {
    let mut out = Vec::new();
    for text in manifest.split("\n---\n") {
        let mut sources = SourceMap::new();
        let file = sources.add("manifest.yaml", text);
        for node in yaml::read(file, text, &mut Sink::new()) {
            out.push(Object {
                kind: word(&node, "kind"),
                name: word(&node, "metadata.name"),
                namespace: word(&node, "metadata.namespace"),
                text: text.to_owned(),
                node,
            });
        }
    }
    out
}

/// What is below a path of names.
pub fn get<'a>(node: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('.').try_fold(node, |node, name| node.as_table()?.get(name))
}

fn word(node: &Node, path: &str) -> String {
    let text = get(node, path).and_then(Node::as_text);
    text.map_or("default".to_owned(), |it| it.as_str().to_owned())
}

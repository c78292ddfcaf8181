//! `prometheus-rules/<file>.yaml`: one PrometheusRule per alerts file, or several when
//! one would be larger than what can be applied.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::emit::artifact::{Artifact, Kind};
use crate::emit::object::object;
use crate::emit::{self, Target, name, yaml};
use crate::rulefile::write::{self, Group, Groups};
use crate::rules::book::Book;

/// PrometheusRule objects.
pub const TARGET: Target = Target {
    name: "prometheus-rule",
    summary: "PrometheusRule objects for the Prometheus Operator",
    default: true,
    place: "prometheus-rules/",
    emit,
};

/// What `kubectl apply` can store of an object: the annotation with its last version may
/// have 256 KiB.
const MAX_OBJECT: usize = 256 << 10;

/// What metadata and the frame around the groups need.
const FRAME: usize = 4 << 10;

fn emit(book: &Book, _: &[Artifact], sink: &mut Sink) -> Vec<Artifact> {
    let files = emit::files(book);
    let paths: Vec<&str> = files.iter().map(|it| it.0).collect();
    let named = |stem: String| {
        let object = name::of_object(book, &stem);
        (stem, object)
    };
    let names = name::of_files(&paths).into_iter().map(named);
    let files: Vec<_> = files.into_iter().zip(names).collect();
    let written = emit::map(&files, |((file, groups), (stem, name))| {
        let mut large = Vec::new();
        let mut parts: Vec<Vec<Group>> = vec![Vec::new()];
        let mut size = FRAME;
        for group in groups {
            let written = write::group(group);
            let n_bytes = applied_size(&written);
            if MAX_OBJECT < FRAME + n_bytes {
                large.push(
                    Diagnostic::warning(
                        "group-too-large",
                        format!(
                            "group `{}` is too large for `kubectl apply`",
                            group.name
                        ),
                    )
                    .at(group.span, format!("{} KiB in one object", n_bytes >> 10))
                    .help("divide the group, or apply with `--server-side`"),
                );
            }
            if MAX_OBJECT < size + n_bytes
                && parts.last().is_some_and(|it| !it.is_empty())
            {
                parts.push(Vec::new());
                size = FRAME;
            }
            size += n_bytes;
            parts.last_mut().expect("it begins with one").push(written);
        }
        let artifact = |(idx, groups): (usize, Vec<Group>)| {
            let (stem, name) = match idx {
                0 => (stem.clone(), name.clone()),
                // No other name has a point.
                idx => (
                    format!("{stem}.{}", idx + 1),
                    name::cut(&format!("{name}.{}", idx + 1), name::OBJECT),
                ),
            };
            let object = object(book, "PrometheusRule", name, Groups { groups });
            let text = yaml::print(&yaml::made_from(file), &object);
            Artifact::new(format!("prometheus-rules/{stem}.yaml"), text, Kind::Resource)
        };
        (parts.into_iter().enumerate().map(artifact).collect::<Vec<_>>(), large)
    });
    let mut out = Vec::new();
    for (artifacts, large) in written {
        out.extend(artifacts);
        sink.extend(large);
    }
    out
}

/// Size of a group in that annotation: JSON in which Go's encoder writes `<`, `>` and
/// `&` as six bytes.
fn applied_size(group: &Group) -> usize {
    let json = serde_json::to_string(group).unwrap_or_default();
    let n_wide = json.bytes().filter(|it| matches!(it, b'<' | b'>' | b'&')).count();
    json.len() + 5 * n_wide
}

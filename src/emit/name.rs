//! Names of objects and files: valid in Kubernetes, stable, and never twice the same.

use crate::rules::book::Book;
// Dashboards are named before anything is written, since alerts lead to them.
pub use crate::rules::name::{STEM, cut, instance, slug, told_apart, unique};

/// The longest DNS-1123 subdomain: names of objects.
pub const OBJECT: usize = 253;
/// The longest DNS-1123 label: values of labels.
pub const LABEL: usize = 63;

/// File names without extension for the files of rules, one each: an alerts file's is
/// [`stem`], and a rule file that would have the same gives way.
pub fn of_files(files: &[&str]) -> Vec<String> {
    told_apart(files.iter().map(|file| {
        let stem = stem(file);
        let whole = if file.starts_with("alerts/") { &stem } else { *file }.to_owned();
        (stem, whole)
    }))
}

/// The name of the object for a part.
pub fn of_object(book: &Book, part: &str) -> String {
    cut(&format!("{}-{part}", instance(book)), OBJECT)
}

/// File names without extension, and the names of objects, for these parts, one each. Two
/// parts that would give the same name are told apart by a hash of what they are.
pub fn objects(book: &Book, parts: &[&str]) -> Vec<(String, String)> {
    let named = |stem: String| {
        let object = of_object(book, &stem);
        (stem, object)
    };
    unique(parts).into_iter().map(named).collect()
}

/// The part of an alerts file's path that names its objects: `team/api` of
/// `alerts/team/api.toml`. An object among several of a rule file, `vendor/all.yaml#etcd`,
/// keeps its own name after that of the file: `vendor/all/etcd`.
pub fn stem(file: &str) -> String {
    let object = [".yaml#", ".yml#"].into_iter().find_map(|it| file.split_once(it));
    if let Some((file, object)) = object {
        return format!("{file}/{object}");
    }
    let file = file.strip_prefix("alerts/").unwrap_or(file);
    let end = file.rfind('/').map_or(0, |it| it + 1);
    match file[end..].rfind('.') {
        Some(dot) if dot != 0 => file[..end + dot].to_owned(),
        _ => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_is_the_path_without_room_and_extension() {
        assert_eq!(stem("alerts/api.toml"), "api");
        assert_eq!(stem("alerts/team/api.v2.toml"), "team/api.v2");
        assert_eq!(stem("vendor/mixin.yaml"), "vendor/mixin");
        assert_eq!(stem("alerts/.x"), ".x");
        assert_eq!(stem("vendor/all.v1.yaml#etcd.io"), "vendor/all.v1/etcd.io");
    }

    #[test]
    fn rule_files_give_way_to_alerts_files() {
        let files = ["alerts/x.toml", "x.yaml", "x.yml", "vendor/x.yaml"];
        let names = of_files(&files);
        assert_eq!((names[0].as_str(), names[3].as_str()), ("x", "vendor-x"));
        assert!(names[1].starts_with("x-") && names[2].starts_with("x-"));
        assert_ne!(names[1], names[2]);
    }
}

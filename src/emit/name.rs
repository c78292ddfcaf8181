//! Names of objects: valid in Kubernetes and Grafana, stable, and never twice the same.

use crate::rules::book::Book;

/// The longest DNS-1123 subdomain: names of objects.
pub const OBJECT: usize = 253;
/// The longest DNS-1123 label: values of labels.
pub const LABEL: usize = 63;
/// The longest name of a file, with room for an extension.
pub const STEM: usize = 200;
/// The longest uid of a dashboard.
pub const UID: usize = 40;

/// `project-environment`, which is the beginning of every name.
pub fn instance(book: &Book) -> String {
    slug(&format!("{}-{}", book.project, book.env))
}

/// File names without extension for the files of rules, one each: an alerts file's is
/// [`stem`], and a rule file that would have the same gives way.
pub fn of_files(files: &[&str]) -> Vec<String> {
    let is_ours = |it: &str| it.starts_with("alerts/");
    let slugs: Vec<String> = files.iter().map(|it| cut(&slug(&stem(it)), STEM)).collect();
    let mut out = Vec::with_capacity(files.len());
    for (file, name) in files.iter().zip(&slugs) {
        let n_same = slugs.iter().filter(|it| *it == name).count();
        let part = if is_ours(file) { stem(file) } else { (*file).to_owned() };
        out.push(match n_same == 1 || part == *name {
            true => name.clone(),
            false => format!("{name}-{:08x}", hash(&part)),
        });
    }
    out
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

/// File names without extension for these parts, one each.
pub fn unique(parts: &[&str]) -> Vec<String> {
    let slugs: Vec<String> = parts.iter().map(|it| cut(&slug(it), STEM)).collect();
    let mut out = Vec::with_capacity(parts.len());
    for (part, name) in parts.iter().zip(&slugs) {
        let n_same = slugs.iter().filter(|it| *it == name).count();
        out.push(match n_same == 1 || part == name {
            true => name.clone(),
            false => format!("{name}-{:08x}", hash(part)),
        });
    }
    out
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

/// Lower case, digits and single `-` between them; never empty.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it.to_ascii_lowercase() {
            it @ ('a'..='z' | '0'..='9') => out.push(it),
            _ if out.ends_with('-') || out.is_empty() => {}
            _ => out.push('-'),
        }
    }
    let kept = out.trim_end_matches('-').len();
    out.truncate(kept);
    match out.is_empty() {
        true => format!("x{:08x}", hash(text)),
        false => out,
    }
}

/// A name of at most `max` bytes: what is longer loses its end to a hash of the whole.
pub fn cut(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let head = name[..max - 9].trim_end_matches('-');
    format!("{head}-{:08x}", hash(name))
}

/// A name of at most `max` bytes that keeps its end, where dashboards differ.
pub fn cut_head(name: &str, max: usize) -> String {
    if name.len() <= max {
        return name.to_owned();
    }
    let tail = &name[name.len() - (max - 9)..];
    // A whole word is better than a half one.
    let tail = tail.find('-').map_or(tail, |it| &tail[it + 1..]);
    format!("{:08x}-{tail}", hash(name))
}

/// FNV-1a, folded to 32 bits: stable on every machine and in every version.
fn hash(text: &str) -> u32 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (hash >> 32) as u32 ^ hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_valid_and_apart() {
        assert_eq!(slug("API_v2 / Größe"), "api-v2-gr-e");
        assert_eq!(slug("--"), slug("--"));
        assert!(slug("日本").starts_with('x'));
        let names = unique(&["a-b", "a/b", "a_b", "c"]);
        assert_eq!((names[0].as_str(), names[3].as_str()), ("a-b", "c"));
        assert!(names[1].starts_with("a-b-") && names[1] != names[2]);
    }

    #[test]
    fn long_names_end_in_a_hash_and_stay_apart() {
        let long = |it| format!("{}-{it}", "x".repeat(300));
        let (a, b) = (cut(&long("a"), OBJECT), cut(&long("b"), OBJECT));
        assert_eq!((a.len(), b.len()), (OBJECT, OBJECT));
        assert_ne!(a, b);
        let uid = "aquaculture-platform-production-platform-overview";
        let uid = cut_head(uid, UID);
        assert!(uid.len() <= UID && uid.ends_with("-platform-overview"), "{uid}");
        assert_eq!(cut("short", LABEL), "short");
    }

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

//! A manifest for a project that has none.

use crate::import::name;
use crate::import::project::{self, Project};
use crate::import::toml::{self, Entries};
use crate::promql::duration::format_duration;
use crate::rules::group::Group;

/// The manifest of a project of a name, for a server that runs these groups.
pub fn write(name: &str, project: &Project, groups: &[&Group]) -> String {
    let features = project::features(groups);
    let mut out = String::from("[project]\n");
    let mut entries = Entries::new();
    entries.add("name", toml::string(&object_name(name)));
    entries.add("edition", "1");
    entries.print(&mut out);
    let mut entries = Entries::new();
    if let Some(interval) = project.interval {
        entries.add("interval", toml::string(&format_duration(interval)));
    }
    if !features.is_empty() {
        let items: Vec<String> = features.iter().map(|it| toml::string(it)).collect();
        entries.add("features", toml::array(&items));
    }
    if project::has_utf8_names(groups) {
        entries.add("names", toml::string("utf8"));
    }
    out.push_str("\n[prometheus]\n");
    entries.print(&mut out);
    for severity in project.declared() {
        out.push_str(&format!("\n[severity.{}]\n", toml::key(severity)));
    }
    out
}

/// A name that Kubernetes takes, of any text.
pub fn object_name(text: &str) -> String {
    let lower = name::part(text).to_ascii_lowercase().replace(['_', '.'], "-");
    let parts: Vec<&str> = lower.split('-').filter(|it| !it.is_empty()).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_the_rules_need() {
        let mut project = Project::new(60_000, []);
        project.severities.insert("info".to_string());
        let text = write("My_Rules", &project, &[]);
        expect_test::expect![[r#"
            [project]
            name    = "my-rules"
            edition = 1

            [prometheus]
            interval = "1m"

            [severity.info]
        "#]]
        .assert_eq(&text);
    }
}

//! What there is to say of lints, as Markdown: pages of the documentation, and `explain`.

use crate::lint::FAMILIES;
use crate::lint::table::{Check, Family, Level, Lint};

/// The page of a lint.
pub fn page(lint: &Lint, family: &Family) -> String {
    let Lint { name, summary, why, example, instead, .. } = lint;
    let language = match example {
        it if it.starts_with("- ") => "yaml",
        it if it.contains(" = ") && !it.starts_with(char::is_alphabetic) => "toml",
        it if it.lines().any(|it| it.starts_with('[') || it.contains(" = ")) => "toml",
        it if it.trim_start().starts_with('{') => "json",
        _ => match family.name {
            "promql" | "alert" => "promql",
            _ => "text",
        },
    };
    let level = match lint.level {
        Level::Off => "off; `warn` where `[lints]` says `strict = true`".to_owned(),
        it => format!("`{}`", it.word()),
    };
    let mut out = format!("# `{name}`\n\n{summary}\n\nLevel: {level}\n\n");
    out += &format!("## Why\n\n{why}\n\n");
    out += &format!("## Example\n\n```{language}\n{example}\n```\n\n");
    out += &format!("## Instead\n\n{instead}\n");
    if !lint.peers.is_empty() {
        let peers: Vec<String> = lint.peers.iter().map(|it| format!("`{it}`")).collect();
        out += &format!("\nElsewhere: {}\n", peers.join(", "));
    }
    out
}

/// The list of all lints.
pub fn index() -> String {
    let mut out = "# Lints\n\n\
        What `aqua-alerts check` finds in a project and, as far as it makes sense there, in \
        rule files (`check PATH`) and dashboards of others. This folder is printed from the \
        table of lints (`UPDATE_EXPECT=1 cargo test`); `aqua-alerts explain NAME` prints the \
        same page.\n\n\
        `[lints]` in the manifest sets levels: `regexp-needless = \"off\"`, `\"warn\"` or \
        `\"deny\"`, which fails; `strict = true` turns on what is off because it is a matter \
        of policy or taste. What is meant is allowed where it stands, with a reason: `allow = \
        [{ lint = \"…\", why = \"…\" }]` on an alert, a tier, a record, a group, a file, a \
        use of a rule file, a dashboard, a panel or a test; `# aqua-alerts: allow NAME: why` above or \
        in a rule of a YAML file, and for all of its rules at its top. `check --fix` makes the \
        changes that keep the meaning.\n"
        .to_owned();
    for family in FAMILIES {
        out += &format!("\n## {}\n\n| lint | level | finds |\n", family.title);
        out += "| --- | --- | --- |\n";
        for lint in family.lints {
            let (name, level, summary) = (lint.name, lint.level.word(), lint.summary);
            let link = format!("[`{name}`]({name}.md)");
            out += &format!("| {link} | {level} | {} |\n", summary.replace('|', "\\|"));
        }
    }
    out
}

/// Whether a lint looks at rules.
pub fn is_about_rules(lint: &Lint) -> bool {
    matches!(lint.check, Check::Rule(_) | Check::Book(_))
}

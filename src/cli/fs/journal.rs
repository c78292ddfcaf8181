//! The journal of what is being done in a folder, and the names that it implies.

use crate::cli::fs::replace::{Changes, Write};
use crate::cli::output::{LIST, is_inside};

/// What is to be done, until it is certain that it will be.
pub(super) const NEXT: &str = ".aqua-alerts.next";
/// The same while it is being written.
pub(super) const TORN: &str = ".aqua-alerts.next.tmp";
/// What is to be done, when all that it needs is there.
pub(super) const COMMIT: &str = ".aqua-alerts.commit";

const HEAD: &str =
    "# What aqua-alerts is doing here. The next run undoes or finishes it.\n";

/// The text of a journal.
pub(super) fn print(changes: &Changes<'_>) -> String {
    let mut out = HEAD.to_owned();
    for it in &changes.write {
        let verb = if it.new { "create" } else { "write" };
        out.push_str(&format!("{verb} {}\n", it.path));
    }
    for path in &changes.remove {
        out.push_str(&format!("remove {path}\n"));
    }
    out
}

/// Reads a journal, without the texts. Lines that are none are passed over, as are paths
/// that lead out of the folder.
pub(super) fn parse(text: &str) -> Changes<'_> {
    let mut out = Changes::default();
    for (what, path) in text.lines().filter_map(|it| it.split_once(' ')) {
        match what {
            "write" | "create" if is_inside(path) || path == LIST => {
                out.write.push(Write { path, text: "", new: what == "create" });
            }
            "remove" if is_inside(path) => out.remove.push(path),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_cannot_lead_out_of_the_folder() {
        let text = "write ../x\nwrite /etc/passwd\nremove ../../x\nremove a/b\nx\n";
        assert_eq!(parse(text), Changes { write: Vec::new(), remove: vec!["a/b"] });
    }

    #[test]
    fn a_journal_tells_what_is_new() {
        let file = |path, new| Write { path, text: "", new };
        let write = vec![file("a", true), file("b", false)];
        let changes = Changes { write, remove: vec!["c"] };
        assert_eq!(parse(&print(&changes)), changes);
    }
}

//! The journal of what is being done in a folder, and the names that it implies.

use crate::cli::fs::replace::{Changes, Remove, Write};
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
    for it in &changes.remove {
        out.push_str(&format!("remove {:016x} {}\n", it.hash, it.path));
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
            "remove" => {
                let (hash, path) = path.split_once(' ').unwrap_or_default();
                if let Ok(hash) = u64::from_str_radix(hash, 16)
                    && is_inside(path)
                {
                    out.remove.push(Remove { path, hash });
                }
            }
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
        let text = "write ../x\nwrite /etc/passwd\nremove 1 ../../x\nremove 1 a/b c\nx\n";
        let remove = vec![Remove { path: "a/b c", hash: 1 }];
        assert_eq!(parse(text), Changes { write: Vec::new(), remove });
    }

    #[test]
    fn a_journal_tells_what_is_new() {
        let file = |path, new| Write { path, text: "", new };
        let write = vec![file("a", true), file("b", false)];
        let changes =
            Changes { write, remove: vec![Remove { path: "c", hash: u64::MAX }] };
        assert_eq!(parse(&print(&changes)), changes);
    }
}

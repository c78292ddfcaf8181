use std::collections::BTreeMap;

use super::*;
use crate::cli::fs::own_if_there;
use crate::cli::fs::tests::folder;

/// Paths below a folder; folders with `/` at their end.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            match path.is_dir() {
                true => {
                    out.insert(format!("{name}/"), String::new());
                    todo.push(path);
                }
                false => drop(out.insert(name, fs::read_to_string(path).unwrap())),
            }
        }
    }
    out
}

fn changes(
    write: &[(&'static str, &'static str)],
    remove: &[(&'static str, &'static str)],
) -> Changes<'static> {
    let write = write.iter().map(|(path, text)| Write { path, text, new: false });
    let gone = |(path, text): &(&'static str, &str)| Remove {
        path,
        hash: fingerprint(text.as_bytes()),
    };
    Changes { write: write.collect(), remove: remove.iter().map(gone).collect() }
}

fn old() -> Changes<'static> {
    changes(&[("a/x", "1"), ("b/y", "2"), ("c/d/z", "3"), (LIST, "old")], &[])
}

fn new() -> Changes<'static> {
    let write = [("a/x", "11"), ("a/w", "4"), ("e/f/v", "5"), (LIST, "new")];
    changes(&write, &[("b/y", "2"), ("c/d/z", "3")])
}

fn first(out: &Path, steps: &[Step<'_>]) {
    steps.iter().for_each(|it| perform(out, it, Run::First).unwrap());
}

#[test]
fn killed_anywhere_the_next_run_finds_the_old_or_the_new_files() {
    let out = folder("killed");
    replace(&out, "out", &old()).unwrap();
    let before = tree(&out);
    replace(&out, "out", &new()).unwrap();
    let after = tree(&out);
    let paths: Vec<&str> = after.keys().map(String::as_str).collect();
    assert_eq!(paths, [LIST, "a/", "a/w", "a/x", "e/", "e/f/", "e/f/v"]);
    let changes = new();
    let steps = steps(&changes);
    let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
    for n_done in 0..=steps.len() {
        // Killed between two steps, or in the middle of one that writes.
        for torn in [false, true] {
            let out = folder("killed-at");
            replace(&out, "out", &old()).unwrap();
            first(&out, &steps[..n_done]);
            if torn {
                match steps.get(n_done) {
                    Some(Step::Begin(text)) => {
                        let half = &text[..text.len() / 2];
                        fs::write(out.join(TORN), half).unwrap();
                    }
                    Some(Step::Stage(idx, it)) => {
                        stage(&out, *idx, &Write { text: "", ..*it }).unwrap();
                    }
                    _ => continue,
                }
            }
            let expected = if n_done <= commit { &before } else { &after };
            drop(own_if_there(&out, "out").unwrap());
            assert_eq!(tree(&out), *expected, "after {n_done} steps");
            // And whatever it found, it can go on from there.
            replace(&out, "out", &new()).unwrap();
            assert_eq!(tree(&out), after, "after {n_done} steps");
            fs::remove_dir_all(&out).unwrap();
        }
    }
    fs::remove_dir_all(&out).unwrap();
}

#[test]
fn finishing_can_itself_be_killed() {
    let out = folder("twice");
    replace(&out, "out", &new()).unwrap();
    let after = tree(&out);
    let changes = new();
    let steps = steps(&changes);
    let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
    for n_done in 0..steps.len() - commit {
        let out = folder("twice-at");
        replace(&out, "out", &old()).unwrap();
        first(&out, &steps[..=commit]);
        let journal = fs::read_to_string(out.join(COMMIT)).unwrap();
        let rest = rest(&changes);
        first(&out, &rest[..n_done]);
        assert!(out.join(COMMIT).exists() || n_done == rest.len());
        assert_eq!(journal::parse(&journal).remove, changes.remove);
        recover(&out).unwrap();
        assert_eq!(tree(&out), after, "after {n_done} steps");
        fs::remove_dir_all(&out).unwrap();
    }
    fs::remove_dir_all(&out).unwrap();
}

#[test]
fn a_new_text_that_is_gone_is_a_failure_unless_it_was_put_in_its_place_before() {
    let out = folder("lost");
    replace(&out, "out", &old()).unwrap();
    let changes = new();
    let steps = steps(&changes);
    let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
    first(&out, &steps[..=commit]);
    fs::remove_file(staged(&out, 0, "a/x")).unwrap();
    let replace = Step::Replace(0, Write { path: "a/x", text: "", new: false });
    assert_eq!(perform(&out, &replace, Run::First).unwrap_err().0, "a/x");
    perform(&out, &replace, Run::Again).unwrap();
    fs::remove_dir_all(&out).unwrap();
}

#[test]
fn what_somebody_put_there_meanwhile_stays() {
    let out = folder("meanwhile");
    let file = |path, text| Write { path, text, new: true };
    let write = vec![file("a", "ours"), file("b", "ours")];
    let changes = Changes { write, remove: Vec::new() };
    let steps = steps(&changes);
    let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
    // Killed after all was decided, and while the first text had both of its names.
    first(&out, &steps[..=commit]);
    fs::hard_link(out.join(".aqua-alerts.0.tmp"), out.join("a")).unwrap();
    fs::write(out.join("b"), "theirs").unwrap();
    drop(own_if_there(&out, "out").unwrap());
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    assert_eq!(tree(&out), BTreeMap::from([file("a", "ours"), file("b", "theirs")]));
    // Not killed: it is said.
    fs::remove_file(out.join("a")).unwrap();
    fs::remove_file(out.join("b")).unwrap();
    first(&out, &steps[..=commit]);
    fs::write(out.join("b"), "theirs").unwrap();
    first(&out, &steps[commit + 1..commit + 2]);
    perform(&out, &steps[commit + 2], Run::First).unwrap_err();
    recover(&out).unwrap();
    assert_eq!(tree(&out), BTreeMap::from([file("a", "ours"), file("b", "theirs")]));
    fs::remove_dir_all(&out).unwrap();
}

#[test]
fn a_new_text_goes_where_nothing_is_in_both_ways() {
    type Way = fn(&Path, &Path, Run) -> io::Result<()>;
    for (idx, way) in [create_from as Way, link_new].into_iter().enumerate() {
        let out = folder(&format!("way{idx}"));
        fs::create_dir_all(&out).unwrap();
        let [staged, target] = ["staged", "target"].map(|it| out.join(it));
        let put = |run| {
            fs::write(&staged, "ours").unwrap();
            way(&staged, &target, run)
        };
        put(Run::First).unwrap();
        let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        assert_eq!(tree(&out), BTreeMap::from([file("target", "ours")]));
        // Ours stays beside what is there, unless a killed run is finished.
        fs::write(&target, "theirs").unwrap();
        put(Run::First).unwrap_err();
        let both = [file("staged", "ours"), file("target", "theirs")];
        assert_eq!(tree(&out), BTreeMap::from(both));
        put(Run::Again).unwrap();
        assert_eq!(tree(&out), BTreeMap::from([file("target", "theirs")]));
        let missing = way(&staged, &target, Run::Again).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        fs::remove_dir_all(&out).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_place_of_a_new_text_is_not_followed() {
    let out = folder("followed");
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("theirs"), "theirs").unwrap();
    let link = out.join(".aqua-alerts.0.tmp");
    std::os::unix::fs::symlink(out.join("theirs"), &link).unwrap();
    let it = Write { path: "a", text: "ours", new: true };
    stage(&out, 0, &it).unwrap();
    assert_eq!(fs::read_to_string(out.join("theirs")).unwrap(), "theirs");
    assert!(fs::symlink_metadata(&link).unwrap().is_file());
    // A folder is made where there is none.
    stage(&out, 1, &Write { path: "b/c/d", ..it }).unwrap();
    assert_eq!(fs::read_to_string(out.join("b/c/.aqua-alerts.1.tmp")).unwrap(), "ours");
    fs::remove_dir_all(&out).unwrap();
}

#[test]
fn what_somebody_wrote_since_a_run_was_killed_is_not_taken_for_ours() {
    let out = folder("since");
    replace(&out, "out", &changes(&[("gone", "old")], &[])).unwrap();
    let hash = |text: &str| fingerprint(text.as_bytes());
    let list = List(["a", "b"].map(|it| (it.to_owned(), hash("ours"))).into()).print();
    let file = |path, text, new| Write { path, text, new };
    let write =
        vec![file("a", "ours", true), file("b", "ours", true), file(LIST, &list, false)];
    let remove = vec![Remove { path: "gone", hash: hash("old") }];
    let changes = Changes { write, remove };
    let steps = steps(&changes);
    let commit = steps.iter().position(|it| matches!(it, Step::Commit)).unwrap();
    first(&out, &steps[..=commit]);
    fs::write(out.join("b"), "theirs").unwrap();
    fs::write(out.join("gone"), "theirs").unwrap();
    // Not only killed: it found what is not ours, too.
    let b = Step::Replace(1, changes.write[1]);
    assert_eq!(perform(&out, &b, Run::First).unwrap_err().0, "b");
    // The run that finishes it may be killed, when the list is right already.
    disown(&out, &changes).unwrap();
    drop(own_if_there(&out, "out").unwrap());
    let left = List(BTreeMap::from([("a".to_owned(), hash("ours"))])).print();
    let expected = [("a", "ours"), ("b", "theirs"), ("gone", "theirs"), (LIST, &*left)];
    let expected = expected.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(tree(&out), BTreeMap::from(expected));
    fs::remove_dir_all(&out).unwrap();
}

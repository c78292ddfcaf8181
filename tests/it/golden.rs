//! Golden files: what a test expects, in a plain file beside its input.

use std::fs;
use std::path::Path;

use libtest_mimic::Failed;
use pretty_assertions::StrComparison;

/// Compares with a golden file; rewrites it where `UPDATE_EXPECT` is set.
pub fn check(path: &Path, actual: &str) -> Result<(), Failed> {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
        return Ok(());
    }
    let difference = StrComparison::new(&expected, actual);
    Err(format!("{} differs (expected, actual):\n{difference}", path.display()).into())
}

//! Inhibitions, given to amtool and to an Alertmanager.

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    Vec::new()
}

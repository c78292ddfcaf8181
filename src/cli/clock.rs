//! The clock, by which durations of tests are measured and nothing else.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time since the first call.
#[expect(clippy::disallowed_methods, reason = "durations are reported, never judged")]
pub fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

//! The clock: durations of tests, and the times of requests to servers.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime};

/// The time since the first call.
#[expect(
    clippy::disallowed_methods,
    reason = "durations are reported; of requests, limited"
)]
pub fn clock() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Seconds since 1970: how old what is kept of links is, and what servers mean by a date.
#[expect(clippy::disallowed_methods, reason = "no result of a check depends on it")]
pub fn seconds() -> i64 {
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    time.map_or(0, |it| it.as_secs() as i64)
}

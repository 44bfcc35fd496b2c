//! When an object that does not show is gone.
//!
//! The API may answer from a copy of the account that lags behind. So one reading is never enough,
//! and an object that was written a moment ago is looked for longer.

use std::time::{Duration, SystemTime};

/// How long an object may be missing from a copy of the account after it was written.
const RECENT: Duration = Duration::from_mins(1);

/// Whether an object that was written at that time may be missing from a copy that lags behind.
pub(super) fn is_recent(written: Option<SystemTime>) -> bool {
    // A clock that was set back makes the time of the write one of the future.
    let age = |written| match SystemTime::now().duration_since(written) {
        Ok(age) => age,
        Err(ahead) => ahead.duration(),
    };
    written.is_some_and(|written| age(written) < RECENT)
}

//! What Terraform stores of an object beside its attributes and does not show.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// When the provider last wrote the object at HostUp, in seconds since 1970.
///
/// A copy of the account that lags behind may not show an object that was written a moment ago.
/// For objects that were written earlier nothing is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrivateState(Option<u64>);

impl PrivateState {
    /// How long the time of a write matters, in seconds.
    const RECENT: u64 = 120;

    /// Returns the private state of an object that was written now.
    pub fn now() -> Self {
        Self(Some(seconds(SystemTime::now())))
    }

    /// Returns when the object was written, if that still matters.
    pub fn written(self) -> Option<SystemTime> {
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(self.recent().0?))
    }

    /// Returns what is still worth storing.
    #[must_use]
    pub fn recent(self) -> Self {
        let now = seconds(SystemTime::now());
        Self(
            self.0
                .filter(|written| written.abs_diff(now) < Self::RECENT),
        )
    }

    /// Returns the private state of a plan, which is never empty: a core that hands it on shows by
    /// it that it plans again. The time 0 means the same as none.
    #[must_use]
    pub fn planned(self) -> Self {
        Self(self.0.or(Some(0)))
    }
}

fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

//! What Terraform stores of an object beside its attributes, and shows nowhere.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// When the provider last wrote the object at HostUp, in seconds since 1970.
///
/// A copy of the account that lags behind may not show an object that was written a moment ago.
/// Nothing is stored of older ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(Option<u64>);

impl Private {
    /// How long the time of a write matters.
    const KEPT: u64 = 120;

    /// The object was written now.
    pub fn now() -> Self {
        Self(Some(seconds(SystemTime::now())))
    }

    /// When it was written, if that still matters.
    pub fn written(self) -> Option<SystemTime> {
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(self.recent().0?))
    }

    /// What is still worth storing.
    #[must_use]
    pub fn recent(self) -> Self {
        let now = seconds(SystemTime::now());
        Self(self.0.filter(|written| written.abs_diff(now) < Self::KEPT))
    }
}

fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

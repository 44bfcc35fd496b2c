//! What Terraform stores of an object beside its attributes and does not show.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

/// When the provider last wrote the object at HostUp, and the create whose end it did not see.
///
/// A copy of the account that lags behind may not show an object that was written a moment ago.
/// For objects that were written earlier no time is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub struct PrivateState {
    /// In seconds since 1970.
    written: Option<u64>,
    unfinished: Option<Unfinished>,
}

/// A create that HostUp may still carry out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unfinished {
    /// Where its job is read, if HostUp named one.
    pub job: Option<String>,
}

/// The stored form. Most objects store the time alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Written(Option<u64>),
    Unfinished(Option<u64>, Unfinished),
}

impl From<Stored> for PrivateState {
    fn from(stored: Stored) -> Self {
        let (written, unfinished) = match stored {
            Stored::Written(written) => (written, None),
            Stored::Unfinished(written, unfinished) => (written, Some(unfinished)),
        };
        Self {
            written,
            unfinished,
        }
    }
}

impl From<PrivateState> for Stored {
    fn from(private: PrivateState) -> Self {
        match private.unfinished {
            None => Self::Written(private.written),
            Some(unfinished) => Self::Unfinished(private.written, unfinished),
        }
    }
}

impl PrivateState {
    /// How long the time of a write matters, in seconds.
    const RECENT: u64 = 120;

    /// Returns the private state of an object that was written now.
    pub fn now() -> Self {
        Self {
            written: Some(seconds(SystemTime::now())),
            unfinished: None,
        }
    }

    /// Returns this with the create whose end the provider did not see.
    #[must_use]
    pub fn with_unfinished(self, unfinished: Option<Unfinished>) -> Self {
        Self { unfinished, ..self }
    }

    /// Whether HostUp may still create the object.
    pub fn has_unfinished(&self) -> bool {
        self.unfinished.is_some()
    }

    /// Returns when the object was written, if that still matters.
    pub fn written(&self) -> Option<SystemTime> {
        let written = self.recent_write()?;
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(written))
    }

    fn recent_write(&self) -> Option<u64> {
        let now = seconds(SystemTime::now());
        self.written
            .filter(|written| written.abs_diff(now) < Self::RECENT)
    }

    /// Returns what is still worth storing.
    #[must_use]
    pub fn recent(self) -> Self {
        Self {
            written: self.recent_write(),
            ..self
        }
    }

    /// Returns the private state of a plan, which is never empty: a core that hands it on shows by
    /// it that it plans again. The time 0 means the same as none.
    #[must_use]
    pub fn planned(self) -> Self {
        Self {
            written: self.written.or(Some(0)),
            ..self
        }
    }
}

/// The create whose end the provider did not see, as an operation reads and changes it.
#[derive(Debug, Default)]
pub struct UnfinishedCreate(Mutex<Option<Unfinished>>);

impl UnfinishedCreate {
    /// Returns the create that an earlier run left.
    pub(super) fn of(private: &PrivateState) -> Self {
        Self(Mutex::new(private.unfinished.clone()))
    }

    /// Returns it, if there is one.
    pub fn get(&self) -> Option<Unfinished> {
        self.lock().clone()
    }

    /// Notes that HostUp may have begun. `job` is where its job is read.
    pub fn begin(&self, job: Option<&str>) {
        let job = job.map(str::to_owned);
        *self.lock() = Some(Unfinished { job });
    }

    /// Notes that the object is there.
    pub fn finish(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Unfinished>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_alone_is_stored_as_a_number() {
        let private = PrivateState {
            written: Some(7),
            unfinished: None,
        };
        let stored = serde_json::to_string(&private).expect("serializes");
        assert_eq!(stored, "7");
        assert_eq!(
            serde_json::to_string(&PrivateState::default()).expect("serializes"),
            "null"
        );
    }

    #[test]
    fn every_stored_form_is_read_again() {
        let job = Some("/api/jobs/job_1".to_owned());
        for unfinished in [None, Some(Unfinished::default()), Some(Unfinished { job })] {
            for written in [None, Some(7)] {
                let private = PrivateState {
                    written,
                    unfinished: unfinished.clone(),
                };
                let stored = rmp_serde::to_vec(&private).expect("serializes");
                let read: PrivateState = rmp_serde::from_slice(&stored).expect("deserializes");
                assert_eq!(read, private);
            }
        }
    }
}

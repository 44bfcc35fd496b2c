//! When an object that the API does not show counts as gone.
//!
//! The API may respond from a copy of the account that lags behind. So one read is never enough,
//! and an object that was written a moment ago is read again for longer.

use std::time::{Duration, SystemTime};

use crate::config::Config;
use crate::error::Result;
use crate::operation::Operation;
use crate::poller::Poller;

/// How long an object may be missing from a copy of the account after it was written.
const RECENT: Duration = Duration::from_mins(1);

/// Whether an object that was written at that time may still be missing from a copy.
pub(super) fn is_recent(written: Option<SystemTime>) -> bool {
    // A clock that was set back puts the write into the future.
    let age = |written| match SystemTime::now().duration_since(written) {
        Ok(age) => age,
        Err(ahead) => ahead.duration(),
    };
    written.is_some_and(|written| age(written) < RECENT)
}

/// The reads that find an object, or confirm that it is gone. One that is missing is read again a
/// pause later, and for `recent_write_timeout` if it was written in the last minute.
pub(super) struct Search {
    poller: Poller,
    missed: bool,
}

impl Search {
    pub(super) fn new(config: &Config, operation: &Operation, written: Option<SystemTime>) -> Self {
        let limit = if is_recent(written) {
            config.recent_write_timeout
        } else {
            config.retry_pause
        };
        Self {
            poller: Poller::new(&operation.limited(limit), config.retry_pause),
            missed: false,
        }
    }

    /// What each read is made with.
    pub(super) fn operation(&self) -> &Operation {
        self.poller.operation()
    }

    /// Takes the result of a read. `None`, after a pause: read again. `Some(None)`: the object is
    /// gone.
    ///
    /// # Errors
    ///
    /// When a read failed before the object was missing, or the last one failed. A 404 that is not
    /// the API's own is read again.
    pub(super) async fn next<T>(&mut self, read: Result<Option<T>>) -> Result<Option<Option<T>>> {
        let read = match read {
            Ok(Some(found)) => return Ok(Some(Some(found))),
            Ok(None) => Ok(()),
            Err(error) if self.missed || error.is_proxy_not_found() => Err(error),
            Err(error) => return Err(error),
        };
        self.missed = true;
        self.poller.seen(read)?;
        if self.poller.pause().await? {
            return Ok(None);
        }
        match self.poller.failure() {
            None => Ok(Some(None)),
            Some(error) => Err(error.clone()),
        }
    }
}

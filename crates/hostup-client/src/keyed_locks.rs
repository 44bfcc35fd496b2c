//! Locks by key: calls about the same object take turns, calls about different ones do not wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::error::Result;
use crate::operation::Operation;

/// One lock for each key that was ever used.
#[derive(Debug, Default)]
pub(crate) struct KeyedLocks(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl KeyedLocks {
    /// Waits for the lock of `key`, within the operation's time. It is released on drop.
    pub(crate) async fn lock(
        &self,
        operation: &Operation,
        key: &str,
    ) -> Result<OwnedMutexGuard<()>> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(key.to_owned()).or_default())
        };
        operation.run(lock.lock_owned()).await
    }
}

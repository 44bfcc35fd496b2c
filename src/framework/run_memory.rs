//! What a resource remembers during one run.

use std::sync::{Mutex, PoisonError};

use hostup_client::Client;

/// A value that starts empty in each run. A run has a client of its own.
#[derive(Debug, Default)]
pub struct RunMemory<T>(Mutex<Option<(Client, T)>>);

impl<T: Default> RunMemory<T> {
    /// Works on the value of the run that `client` belongs to.
    pub fn with<R>(&self, client: &Client, work: impl FnOnce(&mut T) -> R) -> R {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.as_ref().is_some_and(|(of, _)| of != client) {
            *memory = None;
        }
        let (_, value) = memory.get_or_insert_with(|| (client.clone(), T::default()));
        work(value)
    }
}

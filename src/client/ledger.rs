//! The claims of the process, shared: creates that wait for others to end are woken when one does.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::claims::{Claims, Rule, Ticket, Verdict, Wanted};
use super::error::Result;
use super::operation::Operation;

/// See [`Claims`].
#[derive(Debug)]
pub(super) struct Ledger<W> {
    claims: Mutex<Claims<W>>,
    changed: Notify,
}

/// A create under way. It ends with the value, however that comes about.
#[derive(Debug)]
pub(super) struct Creating<'a, W: Wanted> {
    ledger: &'a Ledger<W>,
    ticket: Ticket,
}

impl<W> Default for Ledger<W> {
    fn default() -> Self {
        Self {
            claims: Mutex::default(),
            changed: Notify::new(),
        }
    }
}

impl<W: Wanted> Ledger<W> {
    /// See [`Claims::see`].
    pub(super) fn see<'i>(&self, ids: impl IntoIterator<Item = &'i str>) {
        self.lock().see(ids);
    }

    /// See [`Claims::begin`].
    pub(super) fn begin(&self, wanted: W) -> Creating<'_, W> {
        Creating {
            ledger: self,
            ticket: self.lock().begin(wanted),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Claims<W>> {
        self.claims.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Wanted> Creating<'_, W> {
    /// See [`Claims::sent`].
    pub(super) fn sent(&self) {
        self.ledger.lock().sent(self.ticket);
    }

    /// See [`Claims::lost`].
    pub(super) fn lost(&self) {
        self.ledger.lock().lost(self.ticket);
        self.ledger.changed.notify_waiters();
    }

    /// See [`Claims::take`].
    pub(super) fn take(&self, id: &str) {
        self.ledger.lock().take(id);
    }

    /// See [`Claims::claim`]; waits for those who go first, so never [`Verdict::Wait`].
    pub(super) async fn claim(
        &self,
        operation: &Operation,
        rule: Rule,
        objects: &[W::Object<'_>],
    ) -> Result<Verdict> {
        loop {
            let changed = self.ledger.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let verdict = self.ledger.lock().claim(self.ticket, rule, objects);
            if verdict != Verdict::Wait {
                self.ledger.changed.notify_waiters();
                return Ok(verdict);
            }
            operation.run(changed).await?;
        }
    }
}

impl<W: Wanted> Drop for Creating<'_, W> {
    fn drop(&mut self) {
        self.ledger.lock().end(self.ticket);
        self.ledger.changed.notify_waiters();
    }
}

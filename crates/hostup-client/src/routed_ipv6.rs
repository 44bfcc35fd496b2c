//! Routed IPv6: one document for the whole account, POSTs that answer with it, no update.
//!
//! The prefix is the key of a route: the client names it in every create, so the account tells
//! afterwards what has become of a create whose answer was lost (`creates.rs`). `holders.rs`
//! decides which route is a resource's own.

mod creates;
mod holders;
mod moving;
mod prefixes;
mod removal;
mod snapshot;
mod snapshot_cache;
#[cfg(test)]
mod tests;
mod tolerant;
mod wire;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ipnet::Ipv6Net;
use snapshot_cache::WriteEffect;
use tokio::time::Instant;

use super::absence;
use super::error::{Error, ErrorKind, Result};
use super::operation::Operation;
use super::poller::Poller;
use super::request::Transport;

pub use holders::{Found, KnownRoute};
pub use moving::{FailedMove, Now};
pub use snapshot::{RouteInPool, Snapshot};
pub(super) use snapshot_cache::SnapshotCache;
pub use wire::{
    AccountActions, Capability, Destination, DestinationActions, NewRoute, Pool, PoolActions,
    Released, Route, RouteActions, State,
};

/// Calls about routed IPv6.
#[derive(Debug, Clone, Copy)]
pub struct RoutedIpv6<'a> {
    transport: &'a Transport,
    shared: &'a SnapshotCache,
}

impl<'a> RoutedIpv6<'a> {
    pub(super) fn new(transport: &'a Transport, shared: &'a SnapshotCache) -> Self {
        Self { transport, shared }
    }

    /// The account state: a recent one, shared by all who ask, which shows everything this client
    /// has written.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`]. A document without `pools` is [`Error::is_undecodable`].
    pub async fn state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.shared.state(operation).await
    }

    /// The account state, requested after this call began.
    ///
    /// # Errors
    ///
    /// As [`state`](Self::state).
    pub async fn fresh_state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.shared.fresh_state(operation).await
    }

    /// The account state, for looking something up in it that was last written at `written`. What
    /// it does not show is gone: a second reading lacks it, too, and all readings of 15 seconds
    /// if it was written in the last minute.
    ///
    /// # Errors
    ///
    /// As [`state`](Self::state), and [`ErrorKind::Unavailable`] when the API says that it shows
    /// nothing.
    pub async fn state_showing(
        &self,
        operation: &Operation,
        written: Option<SystemTime>,
        shows: impl Fn(&Snapshot) -> bool + Sync,
    ) -> Result<Arc<Snapshot>> {
        self.shared.state_showing(operation, written, &shows).await
    }

    /// The account state, for [`find`](Self::find). A route that was written a moment ago is looked
    /// for by its id: a copy that lags behind may still show the one before it.
    ///
    /// # Errors
    ///
    /// As [`state_showing`](Self::state_showing).
    pub async fn state_with(
        &self,
        operation: &Operation,
        known: &KnownRoute,
        written: Option<SystemTime>,
    ) -> Result<Arc<Snapshot>> {
        let is_recent = absence::is_recent(written);
        self.state_showing(operation, written, |account| {
            account.route(&known.id).is_some()
                || (!is_recent && account.route_by_prefix(known.prefix).is_some())
        })
        .await
    }

    /// Finds the route that a resource knows, by its id or as the one that was made anew with its
    /// prefix. The resource holds what is found: no other resource of this process is given it.
    pub fn find<'s>(&self, account: &'s Snapshot, known: &KnownRoute) -> Found<'s> {
        self.shared.holders().find(account, known)
    }

    /// Keeps creates of this process from choosing a prefix that a resource needs and nothing
    /// routes.
    pub fn keep_prefix(&self, prefix: Ipv6Net) {
        self.shared.prefixes().keep(prefix);
    }

    /// Allocates the account's /48. Nothing else is created meanwhile.
    ///
    /// When the answer is lost, a pool that was not there before is the one.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] with the code `routed_ipv6_pool_exists` when there is one already.
    /// [`ErrorKind::Lost`] when the answer was lost, or did not show it, and the account does not
    /// either.
    pub async fn allocate_pool(&self, operation: &Operation) -> Result<Pool> {
        let _alone = operation.run(self.shared.creating().write()).await?;
        let before = self.shared.baseline(operation).await?;
        let is_new = |pool: &&Pool| before.pool(&pool.id).is_none();
        let new = |account: &Snapshot| account.pools().iter().find(is_new).cloned();
        let write = self.shared.write();
        let posted = self
            .post(operation, &wire::Action::AllocatePool, &write)
            .await;
        let lost = match posted {
            Ok((status, account)) => match new(&account) {
                Some(pool) => {
                    write.done_with(WriteEffect::Has(pool.id.clone()), &account);
                    return Ok(pool);
                }
                None => not_shown(status, "pool"),
            },
            Err(error) => error,
        };
        if !lost.may_have_happened() {
            return Err(lost);
        }
        let settled = self.settle(operation, self.patience(&lost), |account, _| new(account));
        match settled.await {
            Ok(Some(pool)) => {
                write.done(WriteEffect::Has(pool.id.clone()));
                Ok(pool)
            }
            Ok(None) => Err(Error::lost(
                &lost,
                "the answer to the allocation of the pool does not tell what became of it, and the account shows no \
                 new pool",
            )),
            Err(blind) => Err(unknown(&lost, "the pool was allocated", &blind)),
        }
    }

    /// Sends a POST and reads the account it answers with.
    async fn post(
        &self,
        operation: &Operation,
        action: &wire::Action<'_>,
        write: &snapshot_cache::Write<'_>,
    ) -> Result<(u16, Arc<Snapshot>)> {
        let url = self.transport.url(&["routed-ipv6"])?;
        let answer = self
            .transport
            .post(operation, url, action, &|| write.sent())
            .await?;
        let read = self.shared.read_answer(&answer, write.asked());
        let account = read.map_err(|error| error.that_may_have_happened(true))?;
        Ok((answer.status, account))
    }

    /// How long the account is looked at for what a POST has done.
    fn patience(&self, lost: &Error) -> Duration {
        if lost.is_success() {
            Duration::MAX
        } else {
            self.transport.config().lost_write_timeout
        }
    }

    /// Looks at the account until it tells what a POST has done whose answer does not. `look` is
    /// given each reading and how long this has gone on. `None`: it shows nothing in time.
    ///
    /// # Errors
    ///
    /// Why the account could not be read the last time.
    async fn settle<T>(
        &self,
        operation: &Operation,
        patience: Duration,
        mut look: impl FnMut(&Snapshot, Duration) -> Option<T>,
    ) -> Result<Option<T>> {
        let settling = operation.settling(patience);
        let mut poller = Poller::new(settling.operation(), self.transport.config().retry_pause);
        let begun = Instant::now();
        loop {
            let reading = self.shared.fresh_state(poller.operation()).await;
            if let Some(account) = poller.seen(reading)?
                && let Some(found) = look(&account, begun.elapsed())
            {
                tracing::info!("the answer to a create did not tell; the account shows its object");
                return Ok(Some(found));
            }
            match poller.pause().await {
                Ok(true) => {}
                // The user has stopped the run: what was seen last counts.
                Ok(false) | Err(_) => break,
            }
        }
        poller
            .failure()
            .map_or(Ok(None), |error| Err(error.clone()))
    }
}

/// One of the documents' own examples: success, and a state without the new object.
fn not_shown(status: u16, what: &str) -> Error {
    let text = format!("the API answered {status} with a state that does not show the new {what}");
    Error::new(ErrorKind::Undecodable, text)
        .with_status(status)
        .that_may_have_happened(true)
}

/// The answer does not tell, and the account could not be read.
fn unknown(lost: &Error, what: &str, blind: &Error) -> Error {
    let text = format!(
        "whether {what} is not known: the answer does not tell, and the account could not be read afterwards ({blind})"
    );
    Error::lost(lost, text)
}

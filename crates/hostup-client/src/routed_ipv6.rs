//! Routed IPv6: one document for the whole account, POSTs that respond with it, no update.
//!
//! The prefix identifies a route: the client names it in every create, so the account tells what
//! became of a create whose response was lost (`creates.rs`). `claims.rs` decides which route
//! belongs to which resource.

mod claims;
mod creates;
mod listed;
mod moving;
mod partial;
mod prefixes;
mod refusal;
mod removal;
mod snapshot;
mod snapshot_cache;
#[cfg(test)]
mod tests;
pub(crate) mod wire;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ipnet::Ipv6Net;
use tokio::sync::RwLock;

use super::absence;
use super::error::{Error, ErrorKind, Result};
use super::operation::Operation;
use super::recovery;
use super::request::Transport;

use claims::Claims;
use prefixes::Prefixes;
use snapshot_cache::{SnapshotCache, WriteEffect};

pub use claims::{Found, KnownRoute};
pub use listed::ListedRoute;
pub use moving::{FailedMove, PrefixState};
pub use snapshot::{RouteInPool, Snapshot};
pub use wire::{
    AccountActions, Capability, Destination, DestinationActions, NewRoute, Pool, PoolActions,
    Released, Route, RouteActions, State,
};

/// What the calls of a client share.
#[derive(Debug)]
pub(super) struct Shared {
    cache: SnapshotCache,
    claims: Claims,
    prefixes: Prefixes,
    /// Creates that name a prefix, and moves, hold it for reading. A create that leaves the prefix
    /// to HostUp holds it for writing, so it runs alone.
    creates: RwLock<()>,
}

impl Shared {
    pub(super) fn new(transport: Arc<Transport>) -> Self {
        Self {
            cache: SnapshotCache::new(transport),
            claims: Claims::default(),
            prefixes: Prefixes::default(),
            creates: RwLock::default(),
        }
    }
}

/// Calls about routed IPv6.
#[derive(Debug, Clone, Copy)]
pub struct RoutedIpv6<'a> {
    transport: &'a Transport,
    shared: &'a Shared,
}

impl<'a> RoutedIpv6<'a> {
    pub(super) fn new(transport: &'a Transport, shared: &'a Shared) -> Self {
        Self { transport, shared }
    }

    /// Returns a recent account state, shared by all callers. It shows everything this client has
    /// written.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`]. A document without `pools` is [`Error::is_undecodable`].
    pub async fn state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.shared.cache.state(operation).await
    }

    /// Returns the account state, requested after this call began.
    ///
    /// # Errors
    ///
    /// As [`state`](Self::state).
    pub async fn fresh_state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.shared.cache.fresh_state(operation).await
    }

    /// Returns the account state for looking up an object that was last written at `written`. If
    /// the state does not show the object, the object is gone: a second read lacks it too, and so
    /// do all reads of 15 seconds if it was written in the last minute.
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
        self.shared
            .cache
            .state_showing(operation, written, &shows)
            .await
    }

    /// Returns the account state for [`find`](Self::find). A route that was written a moment ago is
    /// found by its id only: a copy that lags behind may still show the route before it.
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

    /// Finds the route that a resource knows, by its id or as the one that was created anew with
    /// its prefix. The resource claims the route: no other resource of this process gets it.
    pub fn find<'s>(&self, account: &'s Snapshot, known: &KnownRoute) -> Found<'s> {
        self.shared.claims.find(account, known)
    }

    /// Keeps creates of this process from choosing a prefix that a resource needs and that is not
    /// routed.
    pub fn keep_prefix(&self, prefix: Ipv6Net) {
        self.shared.prefixes.keep(prefix);
    }

    /// Allocates the account's /48. No route is created meanwhile.
    ///
    /// When the response is lost, a pool that did not exist before is the allocated one.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] with the code `routed_ipv6_pool_exists` when there is one already.
    /// [`ErrorKind::Lost`] when the response was lost or did not show the pool, and the account
    /// does not show it either.
    pub async fn allocate_pool(&self, operation: &Operation) -> Result<Pool> {
        let _alone = operation.run(self.shared.creates.write()).await?;
        let before = self.shared.cache.latest_state(operation).await?;
        let is_new = |pool: &&Pool| before.pool(&pool.id).is_none();
        let new = |account: &Snapshot| account.pools().iter().find(is_new).cloned();
        let write = self.shared.cache.write();
        let posted = self
            .post(operation, &wire::Action::AllocatePool, &write)
            .await;
        let lost = match posted {
            Ok((status, account)) => match new(&account) {
                Some(pool) => {
                    write.done_with(WriteEffect::Created(pool.id.clone()), &account);
                    return Ok(pool);
                }
                None => not_shown(status, "pool"),
            },
            Err(error) => error,
        };
        if !lost.may_have_happened() {
            return Err(lost);
        }
        let settled = self.settle(operation, self.settle_timeout(&lost), |account, _| {
            new(account)
        });
        match settled.await {
            Ok(Some(pool)) => {
                write.done(WriteEffect::Created(pool.id.clone()));
                Ok(pool)
            }
            Ok(None) => Err(Error::lost(
                &lost,
                "the response to the allocation of the pool does not say what became of it, and the \
                 account shows no new pool",
            )),
            Err(unread) => Err(unknown(&lost, "the pool was allocated", &unread)),
        }
    }

    /// Sends a POST and decodes the account that it responds with.
    async fn post(
        &self,
        operation: &Operation,
        action: &wire::Action<'_>,
        write: &snapshot_cache::Write<'_>,
    ) -> Result<(u16, Arc<Snapshot>)> {
        let url = self.transport.url(&["routed-ipv6"])?;
        let response = self
            .transport
            .post(operation, url, action, &|| write.on_send())
            .await?;
        let account = self.shared.cache.decode(&response, write.sent());
        let account = account.map_err(|error| error.that_may_have_happened(true))?;
        Ok((response.status, account))
    }

    fn settle_timeout(&self, lost: &Error) -> Duration {
        recovery::timeout(lost, self.transport.config())
    }

    /// Reads the account until `judge` finds in it what a POST did whose response does not tell.
    /// See [`recovery::recover`].
    async fn settle<T>(
        &self,
        operation: &Operation,
        timeout: Duration,
        mut judge: impl FnMut(&Snapshot, Duration) -> Option<T>,
    ) -> Result<Option<T>> {
        let cache = &self.shared.cache;
        recovery::recover(
            operation,
            timeout,
            self.transport.config().retry_pause,
            |operation| async move { cache.fresh_state(&operation).await },
            |account, elapsed| judge(&account, elapsed),
        )
        .await
    }
}

/// Returns the error of a success whose state lacks the new object. The API's pages have such an
/// example.
fn not_shown(status: u16, what: &str) -> Error {
    let text = format!("the API returned {status} with a state that does not show the new {what}");
    Error::new(ErrorKind::Undecodable, text)
        .with_status(status)
        .that_may_have_happened(true)
}

/// Returns the error of a lost create after which the account could not be read.
fn unknown(lost: &Error, what: &str, unread: &Error) -> Error {
    let text = format!(
        "whether {what} is not known: the response does not say, and the account could not be read \
         afterwards ({unread})"
    );
    Error::lost(lost, text)
}

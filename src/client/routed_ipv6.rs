//! Routed IPv6: one document for the whole account, POSTs that answer with it, no update.

mod moving;
mod shared;
mod snapshot;
mod turns;
mod wire;

use std::sync::Arc;

use super::claims::{Object, Rule, Verdict, Wanted};
use super::error::{Error, ErrorKind, Result};
use super::ledger::{Creating, Ledger};
use super::operation::Operation;
use super::request::Transport;
use super::retry;
use shared::Fact;

pub use moving::Moving;
pub(super) use shared::Shared;
pub use snapshot::{RouteInPool, Snapshot};
pub use wire::{
    AccountActions, Destination, DestinationActions, Gate, NewRoute, Pool, PoolActions, Released,
    Route, RouteActions, State,
};

/// Calls about routed IPv6.
#[derive(Debug, Clone, Copy)]
pub struct RoutedIpv6<'a> {
    transport: &'a Transport,
    shared: &'a Shared,
}

/// Any new pool: a request for one says nothing about it.
#[derive(Debug)]
struct NewPool;

impl Wanted for NewPool {
    type Object<'a> = &'a Pool;

    fn matches(&self, _: &Pool) -> bool {
        true
    }

    fn is_particular(&self) -> bool {
        false
    }
}

impl Object for &Pool {
    fn id(&self) -> &str {
        &self.id
    }

    fn since(&self) -> &str {
        self.allocated_at.as_deref().unwrap_or_default()
    }
}

/// An empty label and none are the same to the API.
fn said(label: Option<&str>) -> Option<&str> {
    label.filter(|label| !label.is_empty())
}

impl Wanted for NewRoute {
    type Object<'a> = RouteInPool<'a>;

    fn matches(&self, RouteInPool { pool, route }: RouteInPool<'_>) -> bool {
        let network = snapshot::network;
        let same_prefix = self.prefix.as_deref().is_none_or(|wanted| {
            wanted == route.prefix
                || (network(wanted).is_some() && network(wanted) == network(&route.prefix))
        });
        pool.id == self.pool_id
            && route.vps_id == self.vps_id
            && route.prefix_length == self.prefix_length
            && said(route.label.as_deref()) == said(self.label.as_deref())
            && same_prefix
    }

    fn is_particular(&self) -> bool {
        self.prefix.is_some()
    }

    // Who names no prefix gets the first free one. Another process may have asked for a later one by name.
    fn is_likely(&self, object: RouteInPool<'_>) -> bool {
        self.prefix.is_some() || object.was_first_free()
    }
}

impl Object for RouteInPool<'_> {
    fn id(&self) -> &str {
        &self.route.id
    }

    fn since(&self) -> &str {
        self.route.allocated_at.as_deref().unwrap_or_default()
    }
}

impl NewRoute {
    /// Whether the object is what this asks for.
    pub fn is_met_by(&self, object: RouteInPool<'_>) -> bool {
        Wanted::matches(self, object)
    }
}

/// What the two creates have in common.
trait Kind: Wanted + Send + Sync + Sized {
    /// What the caller gets.
    type Made;
    /// For messages.
    const NAME: &'static str;

    fn ledger(shared: &Shared) -> &Ledger<Self>;
    fn objects(snapshot: &Snapshot) -> Vec<Self::Object<'_>>;
    fn made(snapshot: &Snapshot, id: &str) -> Option<Self::Made>;
}

impl Kind for NewPool {
    type Made = Pool;
    const NAME: &'static str = "pool";

    fn ledger(shared: &Shared) -> &Ledger<Self> {
        shared.pools()
    }

    fn objects(snapshot: &Snapshot) -> Vec<&Pool> {
        snapshot.pools().iter().collect()
    }

    fn made(snapshot: &Snapshot, id: &str) -> Option<Pool> {
        snapshot.pool(id).cloned()
    }
}

impl Kind for NewRoute {
    type Made = Route;
    const NAME: &'static str = "route";

    fn ledger(shared: &Shared) -> &Ledger<Self> {
        shared.routes()
    }

    fn objects(snapshot: &Snapshot) -> Vec<RouteInPool<'_>> {
        snapshot.routes().collect()
    }

    fn made(snapshot: &Snapshot, id: &str) -> Option<Route> {
        snapshot.route(id).map(|it| it.route.clone())
    }
}

impl<'a> RoutedIpv6<'a> {
    pub(super) fn new(transport: &'a Transport, shared: &'a Shared) -> Self {
        Self { transport, shared }
    }

    /// The account state: shared with everybody who asks at about the same time, never older than the last
    /// write of this process.
    ///
    /// # Errors
    ///
    /// As every read: see [`ErrorKind`]. [`Error::is_undecodable`] when the document has no `pools`.
    pub async fn state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.shared.state(operation).await
    }

    /// The account state, read after this call: for looking whether something has changed.
    ///
    /// # Errors
    ///
    /// As [`state`](Self::state).
    pub async fn fresh_state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.shared.fresh_state(operation).await
    }

    /// The account state, for looking something up in it. When it does not show that, a second reading a pause
    /// later has the last word: only what two of them lack is gone.
    ///
    /// # Errors
    ///
    /// As [`state`](Self::state).
    pub async fn state_showing(
        &self,
        operation: &Operation,
        shows: impl Fn(&Snapshot) -> bool + Sync,
    ) -> Result<Arc<Snapshot>> {
        self.shared.state_showing(operation, &shows).await
    }

    /// Allocates the account's /48.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] with the code `routed_ipv6_pool_exists` when there is one already.
    /// [`ErrorKind::Lost`] when the answer was lost, or did not show it, and the account does not either.
    pub async fn allocate_pool(&self, operation: &Operation) -> Result<Pool> {
        self.create(operation, &wire::Action::AllocatePool, NewPool)
            .await
    }

    /// Creates a route. Any number may run side by side; one that names no prefix waits until nothing is moved.
    ///
    /// When the answer is lost, the account is read and the new route that matches is adopted.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] and the like when the API refuses. [`ErrorKind::Lost`] when the answer was lost, or
    /// did not show it, and the account does not either.
    pub async fn create_route(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let _turn = match new.prefix {
            None => Some(self.shared.turns().creating(operation).await?),
            Some(_) => None,
        };
        self.create(operation, &wire::Action::CreateRoute(new), new.clone())
            .await
    }

    /// Deletes a route. A 404 after a try that may have worked is success.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when it was gone before, [`Error::may_have_happened`] when the outcome is
    /// unknown.
    pub async fn delete_route(&self, operation: &Operation, id: &str) -> Result<()> {
        let url = self.transport.url(&["routed-ipv6", "routes", id])?;
        let write = self.shared.write();
        self.transport.delete(operation, url).await?;
        write.done(Fact::Lacks(id.to_owned()));
        Ok(())
    }

    /// Releases a pool that has no routes. A 404 after a try that may have worked is success.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] when it was gone before, [`Error::is_conflict`] while it has routes,
    /// [`Error::may_have_happened`] when the outcome is unknown.
    pub async fn release_pool(&self, operation: &Operation, id: &str) -> Result<Released> {
        let url = self.transport.url(&["routed-ipv6", id])?;
        let write = self.shared.write();
        let answer = self.transport.delete(operation, url).await?;
        write.done(Fact::Lacks(id.to_owned()));
        // The status has said it all; the body is welcome, if there is one.
        Ok(answer
            .and_then(|answer| self.transport.decode(&answer).ok())
            .unwrap_or_default())
    }

    async fn create<K: Kind>(
        &self,
        operation: &Operation,
        action: &wire::Action<'_>,
        wanted: K,
    ) -> Result<K::Made> {
        self.shared.baseline(operation).await?;
        self.make(operation, action, wanted).await
    }

    /// Creates, with a reading of the account from before.
    async fn make<K: Kind>(
        &self,
        operation: &Operation,
        action: &wire::Action<'_>,
        wanted: K,
    ) -> Result<K::Made> {
        let url = self.transport.url(&["routed-ipv6"])?;
        let creating = K::ledger(self.shared).begin(wanted);
        let write = self.shared.write();
        let sent = || {
            creating.sent();
            write.sent();
        };
        let answered = self.transport.post(operation, url, action, &sent).await;
        let snapshot = answered.and_then(|answer| {
            let read = self
                .shared
                .read_answer(&answer, write.asked())
                .map_err(|error| error.that_may_have_happened(true));
            Ok((answer.status, read?))
        });
        let lost = match snapshot {
            Ok((status, snapshot)) => {
                // Waits only for creates of this process, each of which ends.
                let grace = operation.with_grace(self.transport.config().request_timeout);
                if let Some((id, made)) = Self::claim(&grace, &creating, &snapshot).await {
                    write.done_with(Fact::Has(id), &snapshot);
                    return Ok(made);
                }
                // One of the documents' own examples: success, and a state without the new object.
                let text = format!(
                    "the API answered {status} with a state that does not show the new {}",
                    K::NAME
                );
                Error::new(ErrorKind::Undecodable, text)
                    .with_status(status)
                    .that_may_have_happened(true)
            }
            Err(error) if error.may_have_happened() => error,
            Err(error) => return Err(error),
        };
        creating.lost();
        let (id, made) = self.settle(operation, &creating, &lost).await?;
        write.done(Fact::Has(id));
        Ok(made)
    }

    /// The answer does not tell: finds out what has come of it.
    async fn settle<K: Kind>(
        &self,
        operation: &Operation,
        creating: &Creating<'_, K>,
        lost: &Error,
    ) -> Result<(String, K::Made)> {
        let config = self.transport.config();
        let operation = operation.with_grace(config.request_timeout);
        let mut blind = None;
        for pause in retry::looks(config.retry_pause) {
            if operation.sleep(pause).await.is_err() {
                break;
            }
            let snapshot = match self.shared.fresh_state(&operation).await {
                Ok(snapshot) => snapshot,
                // One look that fails is no reason to leave the object to nobody.
                Err(error) => {
                    let hopeless = error.is_hopeless();
                    blind = Some(error);
                    if hopeless {
                        break;
                    }
                    continue;
                }
            };
            blind = None;
            if let Some((id, made)) = Self::claim(&operation, creating, &snapshot).await {
                tracing::info!(
                    id,
                    "the answer to a create did not tell; adopted the new {} that matches",
                    K::NAME
                );
                return Ok((id, made));
            }
        }
        let text = match blind {
            Some(error) => format!(
                "whether the {} was created is not known: the answer does not tell, and the account could not be \
                 read afterwards ({error})",
                K::NAME
            ),
            None => format!(
                "the answer to the creation of the {} does not tell what became of it, and the account shows no new \
                 one that matches",
                K::NAME
            ),
        };
        Err(Error::lost(lost, text))
    }

    /// The object that is this create's, claimed. When the time ends before those who go first are done:
    /// none.
    async fn claim<K: Kind>(
        operation: &Operation,
        creating: &Creating<'_, K>,
        snapshot: &Snapshot,
    ) -> Option<(String, K::Made)> {
        let objects = K::objects(snapshot);
        match creating.claim(operation, Rule::Newest, &objects).await {
            Ok(Verdict::Mine(id)) => K::made(snapshot, &id).map(|made| (id, made)),
            Ok(Verdict::Absent | Verdict::Wait | Verdict::Several(_)) | Err(_) => None,
        }
    }
}

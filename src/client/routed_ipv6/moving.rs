//! A route that is removed and made again with the same prefix, which nobody else may be given meanwhile.

use super::snapshot::network;
use super::turns::Turn;
use super::{NewRoute, Operation, Route, RoutedIpv6, Snapshot, wire};
use crate::client::error::Result;
use crate::client::retry;

/// A move under way. Nothing of what it needs is still to be read or waited for when the route is removed.
#[derive(Debug)]
pub struct Moving<'a> {
    routes: RoutedIpv6<'a>,
    _turn: Turn,
}

impl<'a> RoutedIpv6<'a> {
    /// Begins a move: waits until this process makes no route that could be given any prefix, and knows the account.
    ///
    /// # Errors
    ///
    /// As [`state`](Self::state), and when the time is over or the user stops the run.
    pub async fn begin_move(self, operation: &Operation) -> Result<Moving<'a>> {
        let turn = self.shared.turns().moving(operation).await?;
        self.shared.baseline(operation).await?;
        Ok(Moving {
            routes: self,
            _turn: turn,
        })
    }
}

impl Moving<'_> {
    /// Removes the route. See [`RoutedIpv6::delete_route`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn delete_route(&self, operation: &Operation, id: &str) -> Result<()> {
        self.routes.delete_route(operation, id).await
    }

    /// Makes the route with the prefix it had. While it is refused and the account shows nothing that stands in the
    /// way, it is tried again for a while: what was removed may not be free at once.
    ///
    /// # Errors
    ///
    /// See [`RoutedIpv6::create_route`].
    pub async fn create_route(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let mut pauses = retry::looks(self.routes.transport.config().retry_pause).skip(1);
        loop {
            let action = wire::Action::CreateRoute(new);
            let made = self.routes.make(operation, &action, new.clone()).await;
            let error = match made {
                Err(error) if error.is_conflict() => error,
                made => return made,
            };
            let Some(pause) = pauses.next() else {
                return Err(error);
            };
            let account = self.routes.fresh_state(operation).await;
            if !account.is_ok_and(|account| allows(&account, new)) {
                return Err(error);
            }
            if operation.sleep(pause).await.is_err() {
                return Err(error);
            }
        }
    }
}

/// Whether the account shows nothing that stands in the way of `new`.
fn allows(account: &Snapshot, new: &NewRoute) -> bool {
    let Some(wanted) = new.prefix.as_deref().and_then(network) else {
        return false;
    };
    let overlaps = |text: &str| {
        network(text).is_none_or(|other| wanted.contains(&other) || other.contains(&wanted))
    };
    let destination = account.destination(&new.vps_id);
    account.pool(&new.pool_id).is_some()
        && destination.is_some_and(|it| it.actions.can_receive_route.allowed)
        && !account.routes().any(|it| overlaps(&it.route.prefix))
}

//! Moving a route to another server or label. It keeps its prefix.
//!
//! HostUp can't change a route, and two routes can't share a prefix. So the client removes the old
//! route and creates one with the same prefix. In between the prefix is not routed. When HostUp
//! refuses the new route, the client creates the old one again.

use std::time::{Duration, SystemTime};

use crate::error::{Error, ErrorKind};

use super::claims::{Found, KnownRoute};
use super::creates::{Named, PREFIX_RELEASE_TIMEOUT};
use super::refusal::refusal;
use super::{NewRoute, Operation, Route, RoutedIpv6};

/// The least time for creating the old route again.
const ROLLBACK_TIMEOUT: Duration = Duration::from_mins(2);

/// A move that failed.
#[derive(Debug)]
pub struct FailedMove {
    /// Why.
    pub error: Error,
    /// How the prefix is routed now.
    pub prefix: PrefixState,
}

/// How a prefix is routed after a move that failed.
#[derive(Debug)]
pub enum PrefixState {
    /// As before: no route was removed.
    Unchanged,
    /// By this route of the resource: the old one that was created again, or the new one after all.
    Routed(Box<Route>),
    /// By a route that does not belong to the resource.
    Foreign(Box<Route>),
    /// Unknown: the result of the removal is not known.
    Unknown,
    /// Nowhere, as far as is known. Has the reason why the old route could not be created again.
    Unrouted(Error),
}

impl From<Error> for FailedMove {
    fn from(error: Error) -> Self {
        Self {
            error,
            prefix: PrefixState::Unchanged,
        }
    }
}

impl RoutedIpv6<'_> {
    /// Replaces the route that a resource knows by `new`, which has the same prefix. The old route
    /// is removed only when the account allows the new one.
    ///
    /// A route that is already as `new` requests it, and belongs to no other resource, is adopted.
    ///
    /// # Errors
    ///
    /// [`FailedMove`] tells how the prefix is routed then.
    pub async fn move_route(
        &self,
        operation: &Operation,
        known: &KnownRoute,
        new: &NewRoute,
        written: Option<SystemTime>,
    ) -> std::result::Result<Route, FailedMove> {
        let prefixes = &self.shared.prefixes;
        let _reserved = prefixes.reserve(operation, known.prefix).await?;
        let _not_alone = operation.run(self.shared.creates.read()).await?;
        // The route to remove is looked up in the account as it is now.
        let fresh = self.shared.cache.fresh_state(operation).await?;
        let account = match fresh.route(&known.id) {
            Some(_) => fresh,
            None => self.state_with(operation, known, written).await?,
        };
        let is_routed = match self.find(&account, known) {
            Found::Ours(found) if fulfills(new, found.route) => return Ok(found.route.clone()),
            // An interrupted move has created it.
            Found::Foreign(found)
                if known.vps_id.is_some()
                    && fulfills(new, found.route)
                    && self.shared.claims.claim(&found.route.id, &known.id) =>
            {
                return Ok(found.route.clone());
            }
            Found::Ours(_) => true,
            Found::Nothing => false,
            Found::Held(found) | Found::Foreign(found) => {
                let text = format!("another route has the prefix `{}`", known.prefix);
                return Err(FailedMove {
                    error: Error::new(ErrorKind::Refused, text).with_in_the_way([found.route]),
                    prefix: PrefixState::Foreign(Box::new(found.route.clone())),
                });
            }
        };
        // From the DELETE on, a stop waits for the new route, for a limited time.
        let settling = operation.settling(Duration::MAX);
        let going = settling.operation();
        if is_routed {
            if let Some(refusal) = refusal(&account, new) {
                return Err(refusal.into());
            }
            let removed = self.remove_known(going, account, known, written).await;
            removed.map_err(|error| {
                let prefix = if error.may_have_happened() {
                    PrefixState::Unknown
                } else {
                    PrefixState::Unchanged
                };
                FailedMove { error, prefix }
            })?;
        }
        let named = Named {
            new,
            prefix: known.prefix,
            before: None,
        };
        let error = match self
            .create_named(going, named, PREFIX_RELEASE_TIMEOUT)
            .await
        {
            Ok(route) => return Ok(route),
            Err(error) => error,
        };
        let prefix = self.roll_back(going, known, named, &error).await;
        Err(FailedMove { error, prefix })
    }

    /// Creates the old route again, or finds out which route has its prefix.
    async fn roll_back(
        &self,
        operation: &Operation,
        known: &KnownRoute,
        named: Named<'_>,
        refused: &Error,
    ) -> PrefixState {
        // The move may have little time left. The rollback gets enough to end the outage.
        let operation = operation.with_at_least(ROLLBACK_TIMEOUT);
        let old = NewRoute {
            vps_id: known.vps_id.clone().unwrap_or_default(),
            label: known.label.clone(),
            ..named.new.clone()
        };
        let back = Named { new: &old, ..named };
        let error = match known.vps_id {
            // The server of the old route is not known any more.
            None => refused.clone(),
            Some(_) => match self.create_named(&operation, back, ROLLBACK_TIMEOUT).await {
                Ok(route) => return PrefixState::Routed(Box::new(route)),
                Err(error) => error,
            },
        };
        let mut occupant = error.in_the_way().first().cloned();
        if occupant.is_none()
            && let Ok(account) = self.shared.cache.fresh_state(&operation).await
        {
            occupant = account
                .route_by_prefix(known.prefix)
                .map(|it| it.route.clone());
        }
        let Some(found) = occupant.map(Box::new) else {
            return PrefixState::Unrouted(error);
        };
        // HostUp may have carried out a request late whose result was not known. It did not carry
        // out a refused one: then an equal route does not belong to this resource.
        let came_late = (refused.may_have_happened() && fulfills(named.new, &found))
            || (error.may_have_happened() && fulfills(&old, &found));
        if came_late && self.shared.claims.claim(&found.id, &known.id) {
            PrefixState::Routed(found)
        } else {
            PrefixState::Foreign(found)
        }
    }
}

/// Whether a route has the server and the label of the request.
fn fulfills(new: &NewRoute, route: &Route) -> bool {
    let label = |label: &Option<String>| label.clone().unwrap_or_default().trim().to_owned();
    route.vps_id == new.vps_id && label(&route.label) == label(&new.label)
}

//! Moving a route: another server or another label, the same prefix.
//!
//! HostUp can't change a route, and two routes can't share a prefix. So the old one is removed and
//! a new one created with its prefix; in between nothing routes the prefix. When the new route is
//! refused the old one is put back.

use std::time::{Duration, SystemTime};

use crate::error::{Error, ErrorKind};

use super::creates::{Named, refusal};
use super::holders::{Found, KnownRoute};
use super::{NewRoute, Operation, Route, RoutedIpv6};

/// How long the new route is asked for while HostUp refuses a prefix that nothing has. The old one
/// is put back then.
const NOT_FREE_YET: Duration = Duration::from_secs(10);

/// The least time that putting the old route back gets.
const WAY_BACK: Duration = Duration::from_mins(2);

/// A move that failed.
#[derive(Debug)]
pub struct FailedMove {
    /// Why.
    pub error: Error,
    /// What routes the prefix now.
    pub now: Now,
}

/// What routes the prefix after a move that failed.
#[derive(Debug)]
pub enum Now {
    /// What did before: nothing was removed.
    AsBefore,
    /// This route, which is the resource's own: the old one that was put back, or the new one after
    /// all.
    Routed(Box<Route>),
    /// A route that is not this resource's.
    Foreign(Box<Route>),
    /// Not known: the outcome of the removal is unclear.
    Unknown,
    /// Nothing, as far as is known. Why the old route could not be put back.
    Unrouted(Error),
}

impl From<Error> for FailedMove {
    fn from(error: Error) -> Self {
        Self {
            error,
            now: Now::AsBefore,
        }
    }
}

impl RoutedIpv6<'_> {
    /// Makes the route that a resource knows into `new`, which has the same prefix. Nothing is
    /// removed before the account, as it is now, allows the new route.
    ///
    /// A route of the prefix that is as `new` wants it already, and no other resource's, is taken
    /// as it is.
    ///
    /// # Errors
    ///
    /// [`FailedMove`] tells what routes the prefix then.
    pub async fn move_route(
        &self,
        operation: &Operation,
        known: &KnownRoute,
        new: &NewRoute,
        written: Option<SystemTime>,
    ) -> std::result::Result<Route, FailedMove> {
        let prefixes = self.shared.prefixes();
        let _reserved = prefixes.reserve(operation, known.prefix).await?;
        let _named = operation.run(self.shared.creating().read()).await?;
        // What is removed is looked up in the account as it is now.
        let fresh = self.shared.fresh_state(operation).await?;
        let account = match fresh.route(&known.id) {
            Some(_) => fresh,
            None => self.state_with(operation, known, written).await?,
        };
        let is_routed = match self.find(&account, known) {
            Found::Ours(found) if is_met(new, found.route) => return Ok(found.route.clone()),
            // An interrupted move has created it.
            Found::Foreign(found)
                if known.vps_id.is_some()
                    && is_met(new, found.route)
                    && self.shared.holders().take(&found.route.id, &known.id) =>
            {
                return Ok(found.route.clone());
            }
            Found::Ours(_) => true,
            Found::Nothing => false,
            Found::Held(found) | Found::Foreign(found) => {
                let text = format!("another route has the prefix `{}`", known.prefix);
                return Err(FailedMove {
                    error: Error::new(ErrorKind::Refused, text).with_in_the_way([found]),
                    now: Now::Foreign(Box::new(found.route.clone())),
                });
            }
        };
        // From the DELETE on a stop must wait for the new route, though not for ever.
        let settling = operation.settling(Duration::MAX);
        let going = settling.operation();
        if is_routed {
            if let Some(refusal) = refusal(&account, new) {
                return Err(refusal.into());
            }
            let removed = self.remove_known(going, account, known, written).await;
            removed.map_err(|error| {
                let now = if error.may_have_happened() {
                    Now::Unknown
                } else {
                    Now::AsBefore
                };
                FailedMove { error, now }
            })?;
        }
        let named = Named {
            new,
            prefix: known.prefix,
            before: None,
        };
        let error = match self.create_named(going, named, NOT_FREE_YET).await {
            Ok(route) => return Ok(route),
            Err(error) => error,
        };
        let now = self.put_back(going, known, named, &error).await;
        Err(FailedMove { error, now })
    }

    /// Puts the old route back, or finds out what has its prefix.
    async fn put_back(
        &self,
        operation: &Operation,
        known: &KnownRoute,
        named: Named<'_>,
        refused: &Error,
    ) -> Now {
        // What the move has left may be too little; this gets time of its own rather than leaving
        // an outage.
        let operation = operation.with_at_least(WAY_BACK);
        let old = NewRoute {
            vps_id: known.vps_id.clone().unwrap_or_default(),
            label: known.label.clone(),
            ..named.new.clone()
        };
        let back = Named { new: &old, ..named };
        let error = match known.vps_id {
            // Whose route this was is not known any more.
            None => refused.clone(),
            Some(_) => match self.create_named(&operation, back, WAY_BACK).await {
                Ok(route) => return Now::Routed(Box::new(route)),
                Err(error) => error,
            },
        };
        let mut has_it = error.in_the_way().first().cloned();
        if has_it.is_none()
            && let Ok(account) = self.shared.fresh_state(&operation).await
        {
            has_it = account
                .route_by_prefix(known.prefix)
                .map(|it| it.route.clone());
        }
        let Some(found) = has_it.map(Box::new) else {
            return Now::Unrouted(error);
        };
        // A request whose outcome was unclear may have been carried out late. One that was refused
        // was not: then an equal route is not this resource's.
        let came_late = (refused.may_have_happened() && is_met(named.new, &found))
            || (error.may_have_happened() && is_met(&old, &found));
        if came_late && self.shared.holders().take(&found.id, &known.id) {
            Now::Routed(found)
        } else {
            Now::Foreign(found)
        }
    }
}

/// Whether a route goes where the request wants it, with the label that it wants.
fn is_met(new: &NewRoute, route: &Route) -> bool {
    let label = |label: &Option<String>| label.clone().unwrap_or_default().trim().to_owned();
    route.vps_id == new.vps_id && label(&route.label) == label(&new.label)
}

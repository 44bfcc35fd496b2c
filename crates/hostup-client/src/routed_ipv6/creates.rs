//! Creating a route. The client names the prefix, so that the account tells what has become of
//! every create.

use std::time::Duration;

use ipnet::Ipv6Net;

use crate::error::{Candidate, Error, ErrorKind, Result};
use crate::poller::Poller;

use super::holders::may_be_label;
use super::prefixes::Reservation;
use super::snapshot::{RouteInPool, network};
use super::snapshot_cache::WriteEffect;
use super::{NewRoute, Operation, Route, RoutedIpv6, Snapshot, not_shown, unknown, wire};

/// How many prefixes are tried that HostUp refuses though nothing in the account is in their way.
const MOST_UNEXPLAINED: u32 = 3;

/// How long a named prefix is asked for again while nothing in the account is in its way.
const NOT_FREE_YET: Duration = Duration::from_secs(10);

/// A create of a route whose prefix is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) new: &'a NewRoute,
    pub(super) prefix: Ipv6Net,
    /// The route that had the prefix before anything was sent, if any.
    pub(super) before: Option<&'a str>,
}

/// What the account shows at the prefix of a create.
enum Sighting<'a> {
    Ours(RouteInPool<'a>),
    Taken(RouteInPool<'a>),
    Nothing,
}

/// How a create of a chosen prefix ended without a route.
enum Failed {
    /// Another route has the prefix.
    Taken(Error),
    /// HostUp refused the prefix, and the account does not show why.
    Unexplained(Error),
    Final(Error),
}

impl RoutedIpv6<'_> {
    /// Creates a route. Any number may run side by side.
    ///
    /// Without a prefix the client takes the lowest free one of the pool. When another process is
    /// faster it takes the next. When HostUp refuses several for no reason that shows, one
    /// create leaves the choice to HostUp; nothing else is created meanwhile.
    ///
    /// When the answer is lost, the route of that prefix to that server is the one.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] and the like when the API refuses; [`Error::in_the_way`] names what
    /// has the prefix. [`ErrorKind::Lost`] when the answer was lost and the account does not
    /// show the route; the error names its prefix.
    pub async fn create_route(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let Some(text) = &new.prefix else {
            return self.create_anywhere(operation, new).await;
        };
        let Some(prefix) = network(text) else {
            let text = format!("`{text}` is not an IPv6 network");
            return Err(Error::new(ErrorKind::Building, text));
        };
        // In this order everywhere: what holds the lock must not wait for a reservation.
        let _reserved = self.shared.prefixes().reserve(operation, prefix).await?;
        let _named = operation.run(self.shared.creating().read()).await?;
        let before = self.shared.baseline(operation).await?;
        let before = before.route_by_prefix(prefix);
        let named = Named {
            new,
            prefix,
            before: before.map(|it| it.route.id.as_str()),
        };
        self.create_named(operation, named, NOT_FREE_YET).await
    }

    /// Creates a route whose prefix cannot be another. While it is refused and nothing is in its
    /// way, it is tried again for `patience`: what was removed a moment ago may not be free
    /// yet.
    pub(super) async fn create_named(
        &self,
        operation: &Operation,
        named: Named<'_>,
        patience: Duration,
    ) -> Result<Route> {
        let limited = operation.limited(patience);
        let mut poller = Poller::new(&limited, self.transport.config().retry_pause);
        loop {
            let error = match self.attempt(operation, named).await {
                Ok(route) => return Ok(route),
                Err(Failed::Taken(error) | Failed::Final(error)) => return Err(error),
                Err(Failed::Unexplained(error)) => error,
            };
            if !matches!(poller.pause().await, Ok(true)) {
                return Err(error);
            }
        }
    }

    async fn create_anywhere(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let mut account = self.shared.baseline(operation).await?;
        if account.pool(&new.pool_id).is_none() {
            let shows = |account: &Snapshot| account.pool(&new.pool_id).is_some();
            account = self.shared.state_showing(operation, None, &shows).await?;
        }
        let mut unexplained = 0;
        while unexplained < MOST_UNEXPLAINED {
            operation.check()?;
            let Some(reserved) = self.choose(&account, new) else {
                break;
            };
            let prefix = reserved.prefix;
            let new = NewRoute {
                prefix: Some(prefix.to_string()),
                ..new.clone()
            };
            let named = Named {
                new: &new,
                prefix,
                before: None,
            };
            let _named = operation.run(self.shared.creating().read()).await?;
            match self.attempt(operation, named).await {
                Ok(route) => return Ok(route),
                Err(Failed::Taken(_)) => {}
                Err(Failed::Unexplained(_)) => {
                    self.shared.prefixes().keep(prefix);
                    unexplained += 1;
                    // A copy of the account that lags behind may show the reason later.
                    let pause = self.transport.config().retry_pause;
                    operation.sleep(pause * unexplained).await?;
                }
                Err(Failed::Final(error)) => return Err(error),
            }
            account = self.shared.state(operation).await?;
        }
        self.create_alone(operation, new).await
    }

    fn choose(&self, account: &Snapshot, new: &NewRoute) -> Option<Reservation<'_>> {
        let pool = account.pool(&new.pool_id)?;
        let odd = account.odd_networks();
        self.shared
            .prefixes()
            .reserve_lowest(pool, odd, new.prefix_length)
    }

    /// Asks for the prefix once.
    async fn attempt(
        &self,
        operation: &Operation,
        named: Named<'_>,
    ) -> std::result::Result<Route, Failed> {
        let before = self
            .shared
            .baseline(operation)
            .await
            .map_err(Failed::Final)?;
        let write = self.shared.write();
        let action = wire::Action::CreateRoute(named.new);
        let mut elsewhere = Vec::new();
        let lost = match self.post(operation, &action, &write).await {
            Ok((status, account)) => match self.at(&account, named) {
                Sighting::Ours(RouteInPool { route, .. }) => {
                    write.done_with(WriteEffect::Has(route.id.clone()), &account);
                    return Ok(self.made(route.clone()));
                }
                Sighting::Taken(_) | Sighting::Nothing => {
                    elsewhere = self.elsewhere(&before, &account, named.new);
                    not_shown(status, "route")
                }
            },
            Err(error) => error,
        };
        if lost.is_conflict() && !lost.may_have_happened() {
            drop(write);
            return Err(self.explain(operation, named, lost).await);
        }
        if !lost.may_have_happened() {
            return Err(Failed::Final(lost));
        }
        let succeeded = lost.is_success();
        let lag = self.transport.config().recent_write_timeout;
        let lag = lag.min(operation.remaining());
        let settled = self
            .settle(operation, self.patience(&lost), |account, elapsed| {
                match self.at(account, named) {
                    Sighting::Ours(found) => Some(Ok(found.route.clone())),
                    // A copy of the account that lags behind may show what was there before.
                    _ if elapsed < lag => None,
                    // HostUp's answer wins: it may have chosen another prefix. Other creates may
                    // have chosen theirs.
                    _ if succeeded => {
                        let free = |it: &Route| !self.shared.holders().hold(&it.id);
                        elsewhere.retain(|it| free(it) && account.route(&it.id).is_some());
                        only(&elsewhere).cloned().map(Ok)
                    }
                    Sighting::Taken(found) => Some(Err(taken(&lost, named, found))),
                    Sighting::Nothing => None,
                }
            })
            .await;
        let prefix = named.prefix;
        match settled {
            Ok(Some(Ok(route))) => {
                write.done(WriteEffect::Has(route.id.clone()));
                Ok(self.made(route))
            }
            Ok(Some(Err(taken))) => Err(Failed::Taken(taken)),
            Ok(None) => {
                let text = format!(
                    "the answer to the creation of the route of `{prefix}` does not tell what became of it, and the \
                     account shows no route of `{prefix}`"
                );
                let candidates = elsewhere.iter().map(candidate).collect();
                Err(Failed::Final(
                    Error::lost(&lost, text).with_candidates(candidates),
                ))
            }
            Err(blind) => {
                let what = format!("the route of `{prefix}` was created");
                Err(Failed::Final(unknown(&lost, &what, &blind)))
            }
        }
    }

    fn at<'s>(&self, account: &'s Snapshot, named: Named<'_>) -> Sighting<'s> {
        match account.route_by_prefix(named.prefix) {
            None => Sighting::Nothing,
            // Not the new one, however long it is listed.
            Some(found) if self.shared.holders().was_removed(&found.route.id) => Sighting::Nothing,
            Some(found)
                if found.pool.id == named.new.pool_id
                    && found.route.vps_id == named.new.vps_id
                    && may_be_label(named.new.label.as_deref(), found.route.label.as_deref())
                    && Some(found.route.id.as_str()) != named.before
                    && !self.shared.holders().hold(&found.route.id) =>
            {
                Sighting::Ours(found)
            }
            Some(found) => Sighting::Taken(found),
        }
    }

    /// The new routes to the server, without those that other creates have asked for.
    fn elsewhere(&self, before: &Snapshot, account: &Snapshot, new: &NewRoute) -> Vec<Route> {
        let found = account.routes().filter(|it| {
            let RouteInPool { pool, route } = it;
            let asked_for =
                || network(&route.prefix).is_none_or(|it| self.shared.prefixes().is_asked_for(it));
            pool.id == new.pool_id
                && route.vps_id == new.vps_id
                && route.prefix_length == new.prefix_length
                && may_be_label(new.label.as_deref(), route.label.as_deref())
                && before.route(&route.id).is_none()
                && !self.shared.holders().hold(&route.id)
                && !asked_for()
        });
        found.map(|it| it.route.clone()).collect()
    }

    /// Why a prefix was refused with a 409.
    async fn explain(&self, operation: &Operation, named: Named<'_>, refused: Error) -> Failed {
        let Ok(account) = self.shared.fresh_state(operation).await else {
            return Failed::Final(refused);
        };
        let others: Vec<_> = account
            .overlapping(named.prefix)
            .filter(|it| !self.shared.holders().was_removed(&it.route.id))
            .collect();
        if !others.is_empty() {
            return Failed::Taken(refused.with_in_the_way(others));
        }
        match refusal(&account, named.new) {
            Some(_) => Failed::Final(refused),
            None => Failed::Unexplained(refused),
        }
    }

    /// Takes note of a new route.
    fn made(&self, route: Route) -> Route {
        self.shared.holders().take(&route.id, &route.id);
        if let Some(prefix) = network(&route.prefix) {
            self.shared.prefixes().routed(prefix);
        }
        route
    }

    /// Leaves the choice of the prefix to HostUp. Nothing else of this process is created or moved
    /// meanwhile, so what is new is the route; but when the answer is lost, nothing tells it
    /// from another process's.
    async fn create_alone(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let _alone = operation.run(self.shared.creating().write()).await?;
        let before = self.shared.fresh_state(operation).await?;
        let write = self.shared.write();
        let action = wire::Action::CreateRoute(new);
        let lost = match self.post(operation, &action, &write).await {
            Ok((status, account)) => match only(&self.elsewhere(&before, &account, new)) {
                Some(route) => {
                    write.done_with(WriteEffect::Has(route.id.clone()), &account);
                    return Ok(self.made(route.clone()));
                }
                None => not_shown(status, "route"),
            },
            Err(error) => error,
        };
        if !lost.may_have_happened() {
            return Err(lost);
        }
        let mut candidates = Vec::new();
        let patience = self.transport.config().lost_write_timeout;
        let settled = self
            .settle(operation, patience, |account, _| {
                candidates = new_routes(&before, account, new);
                None::<()>
            })
            .await;
        let server = &new.vps_id;
        match settled {
            Err(blind) if candidates.is_empty() => {
                let what = format!("a route to `{server}` was created");
                Err(unknown(&lost, &what, &blind))
            }
            _ => {
                let text = format!(
                    "the answer to the creation of a route to `{server}` does not tell which one it is"
                );
                Err(Error::lost(&lost, text).with_candidates(candidates))
            }
        }
    }
}

/// Another route has the prefix of a create whose answer was lost.
fn taken(lost: &Error, named: Named<'_>, found: RouteInPool<'_>) -> Error {
    let text = format!(
        "the answer to the creation of the route of `{}` was lost, and another route has the prefix",
        named.prefix
    );
    Error::lost(lost, text).with_in_the_way([found])
}

/// The routes to the server that were not there before.
fn new_routes(before: &Snapshot, account: &Snapshot, new: &NewRoute) -> Vec<Candidate> {
    let is_new = |it: &RouteInPool<'_>| {
        it.pool.id == new.pool_id
            && it.route.vps_id == new.vps_id
            && before.route(&it.route.id).is_none()
    };
    let new = account.routes().filter(is_new);
    new.map(|it| candidate(it.route)).collect()
}

fn candidate(route: &Route) -> Candidate {
    Candidate {
        id: route.id.clone(),
        describes: format!("`{}` to `{}`", route.prefix, route.vps_name),
    }
}

fn only(routes: &[Route]) -> Option<&Route> {
    match routes {
        [only] => Some(only),
        _ => None,
    }
}

/// Why the account, as it is, does not allow a route to this server in this pool.
pub(super) fn refusal(account: &Snapshot, new: &NewRoute) -> Option<Error> {
    let because = |text: String| Some(Error::new(ErrorKind::Refused, text));
    let why = |reason: &Option<String>| reason.clone().unwrap_or("it gives no reason".to_owned());
    let state = account.state();
    if state.available == Some(false) {
        let why = why(&state.reason);
        return because(format!(
            "HostUp says that routed IPv6 is not available: {why}"
        ));
    }
    if account.pool(&new.pool_id).is_none() {
        return because(format!("the account has no pool `{}`", new.pool_id));
    }
    match account.destination(&new.vps_id) {
        Some(server) if !server.actions.can_receive_route.allowed => {
            let why = why(&server.actions.can_receive_route.reason);
            because(format!(
                "HostUp says that `{}` can't receive a route: {why}",
                server.name
            ))
        }
        // An account whose servers are not shown says nothing about this one.
        None if !state.destinations.is_empty() => because(format!(
            "HostUp does not list `{}` among the servers that can receive a route",
            new.vps_id
        )),
        _ => None,
    }
}

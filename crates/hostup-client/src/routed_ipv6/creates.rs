//! Creating a route. The client names the prefix, so that the account shows whether each create
//! succeeded.

use std::time::Duration;

use ipnet::Ipv6Net;

use crate::cidr::parse_ipv6;
use crate::error::{Candidate, Error, ErrorKind, Result};
use crate::poller::Poller;

use super::claims::may_be_label;
use super::prefixes::Reservation;
use super::refusal::refusal;
use super::snapshot::RouteInPool;
use super::snapshot_cache::WriteEffect;
use super::{NewRoute, Operation, Route, RoutedIpv6, Snapshot, not_shown, unknown, wire};

/// How many prefixes may be refused although no route in the account is in their way.
const MOST_UNEXPLAINED: u32 = 3;

/// How long the client repeats a create that HostUp refuses although no route overlaps its prefix.
/// HostUp may free the prefix of a deleted route late.
pub(super) const PREFIX_RELEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// A create that names its prefix.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    pub(super) new: &'a NewRoute,
    pub(super) prefix: Ipv6Net,
    /// The route that had the prefix before the request was sent.
    pub(super) before: Option<&'a str>,
}

/// What the account shows at the prefix of a create.
enum Occupant<'a> {
    Ours(RouteInPool<'a>),
    Other(RouteInPool<'a>),
    None,
}

/// How a create that names its prefix ended without a route.
enum Failed {
    /// Another route has the prefix.
    Taken(Error),
    /// HostUp refused the prefix, and the account does not show a reason.
    Unexplained(Error),
    Final(Error),
}

impl RoutedIpv6<'_> {
    /// Creates a route. Any number of creates may run at the same time.
    ///
    /// Without a prefix the client takes the lowest free one of the pool, and the next one when
    /// another process is faster. When HostUp refuses several prefixes without a visible reason,
    /// the create leaves the choice to HostUp, and no other create runs meanwhile.
    ///
    /// When the response is lost, the route of that prefix to that server is the created one.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] and the like when the API refuses; [`Error::in_the_way`] names the
    /// routes that have the prefix. [`ErrorKind::Lost`] when the response was lost and the account
    /// does not show the route; the error names its prefix.
    pub async fn create_route(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let Some(text) = &new.prefix else {
            return self.create_at_free_prefix(operation, new).await;
        };
        let Some(prefix) = parse_ipv6(text) else {
            let text = format!("`{text}` is not an IPv6 network");
            return Err(Error::new(ErrorKind::Building, text));
        };
        // The reservation comes first everywhere: the lock's holder must not wait for one.
        let _reserved = self.shared.prefixes.reserve(operation, prefix).await?;
        let _not_alone = operation.run(self.shared.creates.read()).await?;
        let before = self.shared.cache.latest_state(operation).await?;
        let before = before.route_by_prefix(prefix);
        let named = Named {
            new,
            prefix,
            before: before.map(|it| it.route.id.as_str()),
        };
        self.create_named(operation, named, PREFIX_RELEASE_TIMEOUT)
            .await
    }

    /// Creates a route at the given prefix. While HostUp refuses it and no route is in its way, the
    /// create is repeated for `timeout`.
    pub(super) async fn create_named(
        &self,
        operation: &Operation,
        named: Named<'_>,
        timeout: Duration,
    ) -> Result<Route> {
        let limited = operation.limited(timeout);
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

    async fn create_at_free_prefix(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let mut account = self.shared.cache.latest_state(operation).await?;
        if account.pool(&new.pool_id).is_none() {
            let shows = |account: &Snapshot| account.pool(&new.pool_id).is_some();
            account = self
                .shared
                .cache
                .state_showing(operation, None, &shows)
                .await?;
        }
        let mut unexplained = 0;
        while unexplained < MOST_UNEXPLAINED {
            operation.check()?;
            let Some(reserved) = self.reserve_prefix(&account, new) else {
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
            let _not_alone = operation.run(self.shared.creates.read()).await?;
            match self.attempt(operation, named).await {
                Ok(route) => return Ok(route),
                Err(Failed::Taken(_)) => {}
                Err(Failed::Unexplained(_)) => {
                    self.shared.prefixes.keep(prefix);
                    unexplained += 1;
                    // A copy of the account that lags behind may show the reason later.
                    let pause = self.transport.config().retry_pause;
                    operation.sleep(pause * unexplained).await?;
                }
                Err(Failed::Final(error)) => return Err(error),
            }
            account = self.shared.cache.state(operation).await?;
        }
        self.create_alone(operation, new).await
    }

    fn reserve_prefix(&self, account: &Snapshot, new: &NewRoute) -> Option<Reservation<'_>> {
        let pool = account.pool(&new.pool_id)?;
        let malformed = account.malformed_prefixes();
        self.shared
            .prefixes
            .reserve_lowest(pool, malformed, new.prefix_length)
    }

    /// Sends the create once.
    async fn attempt(
        &self,
        operation: &Operation,
        named: Named<'_>,
    ) -> std::result::Result<Route, Failed> {
        let before = self
            .shared
            .cache
            .latest_state(operation)
            .await
            .map_err(Failed::Final)?;
        let write = self.shared.cache.write();
        let action = wire::Action::CreateRoute(named.new);
        let mut elsewhere = Vec::new();
        let lost = match self.post(operation, &action, &write).await {
            Ok((status, account)) => match self.occupant(&account, named) {
                Occupant::Ours(RouteInPool { route, .. }) => {
                    write.done_with(WriteEffect::Created(route.id.clone()), &account);
                    return Ok(self.note_created(route.clone()));
                }
                Occupant::Other(_) | Occupant::None => {
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
            .settle(operation, self.settle_timeout(&lost), |account, elapsed| {
                match self.occupant(account, named) {
                    Occupant::Ours(found) => Some(Ok(found.route.clone())),
                    // A copy of the account that lags behind may show the route before it.
                    _ if elapsed < lag => None,
                    // HostUp may have chosen another prefix. Other creates may have claimed theirs.
                    _ if succeeded => {
                        let free = |it: &Route| !self.shared.claims.is_claimed(&it.id);
                        elsewhere.retain(|it| free(it) && account.route(&it.id).is_some());
                        only(&elsewhere).cloned().map(Ok)
                    }
                    Occupant::Other(found) => Some(Err(taken(&lost, named, found))),
                    Occupant::None => None,
                }
            })
            .await;
        let prefix = named.prefix;
        match settled {
            Ok(Some(Ok(route))) => {
                write.done(WriteEffect::Created(route.id.clone()));
                Ok(self.note_created(route))
            }
            Ok(Some(Err(taken))) => Err(Failed::Taken(taken)),
            Ok(None) => {
                let text = format!(
                    "the response to the creation of the route of `{prefix}` does not say what \
                     became of it, and the account shows no route of `{prefix}`"
                );
                let candidates = elsewhere.iter().map(candidate).collect();
                Err(Failed::Final(
                    Error::lost(&lost, text).with_candidates(candidates),
                ))
            }
            Err(unread) => {
                let what = format!("the route of `{prefix}` was created");
                Err(Failed::Final(unknown(&lost, &what, &unread)))
            }
        }
    }

    fn occupant<'s>(&self, account: &'s Snapshot, named: Named<'_>) -> Occupant<'s> {
        match account.route_by_prefix(named.prefix) {
            None => Occupant::None,
            // HostUp may list a removed route for a while.
            Some(found) if self.shared.claims.was_removed(&found.route.id) => Occupant::None,
            Some(found)
                if found.pool.id == named.new.pool_id
                    && found.route.vps_id == named.new.vps_id
                    && may_be_label(named.new.label.as_deref(), found.route.label.as_deref())
                    && Some(found.route.id.as_str()) != named.before
                    && !self.shared.claims.is_claimed(&found.route.id) =>
            {
                Occupant::Ours(found)
            }
            Some(found) => Occupant::Other(found),
        }
    }

    /// Returns the new routes to the server, without those at prefixes of other creates.
    fn elsewhere(&self, before: &Snapshot, account: &Snapshot, new: &NewRoute) -> Vec<Route> {
        let found = account.routes().filter(|it| {
            let RouteInPool { pool, route } = it;
            let in_use =
                || parse_ipv6(&route.prefix).is_none_or(|it| self.shared.prefixes.is_in_use(it));
            pool.id == new.pool_id
                && route.vps_id == new.vps_id
                && route.prefix_length == new.prefix_length
                && may_be_label(new.label.as_deref(), route.label.as_deref())
                && before.route(&route.id).is_none()
                && !self.shared.claims.is_claimed(&route.id)
                && !in_use()
        });
        found.map(|it| it.route.clone()).collect()
    }

    /// Finds out why a prefix was refused with a 409.
    async fn explain(&self, operation: &Operation, named: Named<'_>, refused: Error) -> Failed {
        let Ok(account) = self.shared.cache.fresh_state(operation).await else {
            return Failed::Final(refused);
        };
        let others: Vec<_> = account
            .overlapping(named.prefix)
            .filter(|it| !self.shared.claims.was_removed(&it.route.id))
            .collect();
        if !others.is_empty() {
            let others = others.iter().map(|it| it.route);
            return Failed::Taken(refused.with_in_the_way(others));
        }
        match refusal(&account, named.new) {
            Some(_) => Failed::Final(refused),
            None => Failed::Unexplained(refused),
        }
    }

    /// Notes a new route.
    fn note_created(&self, route: Route) -> Route {
        self.shared.claims.claim(&route.id, &route.id);
        if let Some(prefix) = parse_ipv6(&route.prefix) {
            self.shared.prefixes.routed(prefix);
        }
        route
    }

    /// Leaves the choice of the prefix to HostUp. This process creates and moves no other route
    /// meanwhile, so the new route is the created one. When the response is lost, it cannot be told
    /// from a route of another process.
    async fn create_alone(&self, operation: &Operation, new: &NewRoute) -> Result<Route> {
        let _alone = operation.run(self.shared.creates.write()).await?;
        let before = self.shared.cache.fresh_state(operation).await?;
        let write = self.shared.cache.write();
        let action = wire::Action::CreateRoute(new);
        let lost = match self.post(operation, &action, &write).await {
            Ok((status, account)) => match only(&self.elsewhere(&before, &account, new)) {
                Some(route) => {
                    write.done_with(WriteEffect::Created(route.id.clone()), &account);
                    return Ok(self.note_created(route.clone()));
                }
                None => not_shown(status, "route"),
            },
            Err(error) => error,
        };
        if !lost.may_have_happened() {
            return Err(lost);
        }
        let mut candidates = Vec::new();
        let timeout = self.transport.config().lost_write_timeout;
        let settled = self
            .settle(operation, timeout, |account, _| {
                candidates = new_routes(&before, account, new);
                None::<()>
            })
            .await;
        let server = &new.vps_id;
        match settled {
            Err(unread) if candidates.is_empty() => {
                let what = format!("a route to `{server}` was created");
                Err(unknown(&lost, &what, &unread))
            }
            _ => {
                let text = format!(
                    "the response to the creation of a route to `{server}` does not say which one \
                     it is"
                );
                Err(Error::lost(&lost, text).with_candidates(candidates))
            }
        }
    }
}

/// Returns the error of a lost create whose prefix another route has.
fn taken(lost: &Error, named: Named<'_>, found: RouteInPool<'_>) -> Error {
    let text = format!(
        "the response to the creation of the route of `{}` was lost, and another route has the \
         prefix",
        named.prefix
    );
    Error::lost(lost, text).with_in_the_way([found.route])
}

/// Returns the routes to the server that did not exist before.
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
        description: format!("`{}` to `{}`", route.prefix, route.vps_name),
    }
}

fn only(routes: &[Route]) -> Option<&Route> {
    match routes {
        [only] => Some(only),
        _ => None,
    }
}

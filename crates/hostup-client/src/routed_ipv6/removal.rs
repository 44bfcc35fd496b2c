//! Removing a route or a pool. The account decides what is gone, not the response to the DELETE.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::absence;
use crate::cidr::parse_ipv6;
use crate::error::{Error, ErrorKind, Result};
use crate::poller::Poller;
use crate::request::Response;

use super::claims::{Found, KnownRoute};
use super::snapshot_cache::WriteEffect;
use super::{Operation, Pool, Released, Route, RoutedIpv6, Snapshot};

/// How an object was removed.
enum Removed {
    /// By this call, with this response.
    Now(Response),
    /// By this call, whose response was lost.
    Lost,
    /// Before this call.
    Before,
}

impl RoutedIpv6<'_> {
    /// Removes the route that a resource knows, also when it was created anew with another id.
    /// Returns the route that has the prefix now but does not belong to the resource. It is left
    /// alone.
    ///
    /// # Errors
    ///
    /// [`Error::may_have_happened`] when the result is not known.
    pub async fn delete_route(
        &self,
        operation: &Operation,
        known: &KnownRoute,
        written: Option<SystemTime>,
    ) -> Result<Option<Route>> {
        let recent = self.shared.cache.latest_state(operation).await?;
        let account = match recent.route(&known.id) {
            Some(_) => recent,
            None => self.state_with(operation, known, written).await?,
        };
        self.remove_known(operation, account, known, written).await
    }

    /// Removes the route that a resource knows from the given account. See
    /// [`delete_route`](Self::delete_route).
    pub(super) async fn remove_known(
        &self,
        operation: &Operation,
        mut account: Arc<Snapshot>,
        known: &KnownRoute,
        written: Option<SystemTime>,
    ) -> Result<Option<Route>> {
        loop {
            let route = match self.find(&account, known) {
                Found::Ours(found) => found.route,
                Found::Foreign(found) | Found::Held(found) => return Ok(Some(found.route.clone())),
                Found::Nothing => return Ok(None),
            };
            let segments = ["routed-ipv6", "routes", &route.id];
            let removed = self
                .remove(operation, &segments, &route.id, written)
                .await?;
            self.shared.claims.removed(&route.id);
            if let Some(prefix) = parse_ipv6(&route.prefix) {
                self.shared.prefixes.removed(prefix);
            }
            if !matches!(removed, Removed::Before) {
                return Ok(None);
            }
            // A route that was created anew since is removed too. It may not show yet.
            let shows = |account: &Snapshot| matches!(self.find(account, known), Found::Ours(_));
            account = self.state_showing(operation, written, shows).await?;
        }
    }

    /// Releases a pool that has no routes. A pool that is gone is no error.
    ///
    /// # Errors
    ///
    /// [`Error::is_conflict`] when it has routes that this client has not removed,
    /// [`Error::may_have_happened`] when the result is not known.
    pub async fn release_pool(
        &self,
        operation: &Operation,
        id: &str,
        written: Option<SystemTime>,
    ) -> Result<Released> {
        let shows = |account: &Snapshot| account.pool(id).is_some();
        if !shows(&*self.shared.cache.latest_state(operation).await?) {
            let account = self.state_showing(operation, written, shows).await?;
            if !shows(&account) {
                return Ok(Released::default());
            }
        }
        let mut poller = Poller::new(operation, self.transport.config().retry_pause);
        loop {
            let segments = ["routed-ipv6", id];
            let refused = match self
                .remove(poller.operation(), &segments, id, written)
                .await
            {
                // The status is enough; the body is optional.
                Ok(Removed::Now(response)) => {
                    return Ok(self.transport.decode(&response).unwrap_or_default());
                }
                Ok(Removed::Lost | Removed::Before) => return Ok(Released::default()),
                Err(error) if error.is_conflict() => error,
                Err(error) => return Err(error),
            };
            // HostUp may still list routes that this client has removed.
            let account = self.shared.cache.fresh_state(operation).await?;
            let is_ending = |pool: &Pool| {
                let mut routes = pool.routes.iter();
                !pool.routes.is_empty() && routes.all(|it| self.shared.claims.was_removed(&it.id))
            };
            if !account.pool(id).is_some_and(is_ending) || !poller.pause().await? {
                return Err(refused);
            }
        }
    }

    /// Deletes the object with this id, and waits until the account no longer lists it.
    async fn remove(
        &self,
        operation: &Operation,
        segments: &[&str],
        id: &str,
        written: Option<SystemTime>,
    ) -> Result<Removed> {
        let gone = WriteEffect::Removed(id.to_owned());
        let mut poller = Poller::new(operation, self.transport.config().retry_pause);
        let mut may_have_happened = false;
        loop {
            let write = self.shared.cache.write();
            let url = self.transport.url(segments)?;
            let error = match self.transport.delete(poller.operation(), url).await {
                Ok(response) => {
                    let shown = self.shared.cache.decode(&response, None).ok();
                    match shown {
                        Some(account) if gone.is_shown_by(&account) => {
                            write.done_with(gone, &account);
                        }
                        None if response.status != 202 => write.done(gone),
                        // It is still listed: HostUp is removing it.
                        _ => {
                            let waited =
                                self.is_gone(operation, &gone, Duration::ZERO, false).await;
                            waited.map_err(|error| error.that_may_have_happened(true))?;
                            write.done(gone);
                        }
                    }
                    return Ok(Removed::Now(response));
                }
                Err(error) => error,
            };
            may_have_happened |= error.may_have_happened();
            // After a 404 or a lost response the account decides. A copy that lags behind may lack
            // an object that was written a moment ago. The API's own 404 does not lag.
            let config = self.transport.config();
            let needed = if error.is_not_found() {
                Duration::ZERO
            } else if absence::is_recent(written) {
                config.recent_write_timeout
            } else {
                config.retry_pause
            };
            if error.status() == Some(404) {
                if self
                    .is_gone(poller.operation(), &gone, needed, true)
                    .await?
                {
                    write.done(gone);
                    return Ok(if may_have_happened {
                        Removed::Lost
                    } else {
                        Removed::Before
                    });
                }
                if !poller.pause().await? {
                    let text = "HostUp does not find it, and the account still lists it";
                    return Err(Error::new(ErrorKind::TimedOut, text).with_cause(error));
                }
            } else if error.may_have_happened() {
                let settling = operation.settling(config.lost_write_timeout);
                return match self
                    .is_gone(settling.operation(), &gone, needed, false)
                    .await
                {
                    Ok(_) => {
                        write.done(gone);
                        Ok(Removed::Lost)
                    }
                    Err(still) => Err(still.with_cause(error).that_may_have_happened(true)),
                };
            } else {
                return Err(error);
            }
        }
    }

    /// Reads the account until it has lacked the object for as long as `needed`. Returns `false`
    /// when the account lists the object and `ends_when_listed` is set.
    async fn is_gone(
        &self,
        operation: &Operation,
        gone: &WriteEffect,
        needed: Duration,
        ends_when_listed: bool,
    ) -> Result<bool> {
        let mut poller = Poller::new(operation, self.transport.config().retry_pause);
        let mut missing_since = None;
        loop {
            let read = self.shared.cache.fresh_state(poller.operation()).await;
            if let Some(account) = poller.seen(read)? {
                if gone.is_shown_by(&account) {
                    account.check_complete()?;
                    let since = *missing_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= needed {
                        return Ok(true);
                    }
                } else if ends_when_listed {
                    return Ok(false);
                } else {
                    missing_since = None;
                }
            }
            if !poller.pause().await? {
                return Err(poller.failure().cloned().unwrap_or_else(|| {
                    let text = "the account still lists it after its removal";
                    Error::new(ErrorKind::TimedOut, text)
                }));
            }
        }
    }
}

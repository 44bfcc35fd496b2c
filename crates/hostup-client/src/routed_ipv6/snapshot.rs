//! One document of the account state.
//!
//! Every write brings a document, in which only few objects are looked up, so it has no index: a
//! list of small numbers is searched.

use ipnet::Ipv6Net;
use tokio::time::Instant;

use crate::cidr::parse_ipv6;
use crate::error::{Error, ErrorKind, Result};

use super::listed::key;
use super::partial::Malformed;
use super::wire::{Destination, Pool, Route, State};

/// The account state at one moment.
#[derive(Debug)]
pub struct Snapshot {
    state: State,
    /// The objects that cannot be decoded.
    malformed: Vec<Malformed>,
    requested_at: Instant,
    /// The places of the routes.
    places: Vec<Place>,
}

/// Where a route is, and what it is looked up by.
#[derive(Debug)]
struct Place {
    /// The [`key`] of its id.
    key: u64,
    network: Option<Ipv6Net>,
    pool: usize,
    route: usize,
}

/// A route and the pool it is in.
#[derive(Debug, Clone, Copy)]
pub struct RouteInPool<'a> {
    /// The pool.
    pub pool: &'a Pool,
    /// The route.
    pub route: &'a Route,
}

impl Snapshot {
    pub(super) fn new(state: State, malformed: Vec<Malformed>, requested_at: Instant) -> Self {
        let count = state.pools.iter().map(|pool| pool.routes.len()).sum();
        let mut places = Vec::with_capacity(count);
        for (p, pool) in state.pools.iter().enumerate() {
            places.extend(pool.routes.iter().enumerate().map(|(r, route)| Place {
                key: route.key(),
                network: route.network(),
                pool: p,
                route: r,
            }));
        }
        Self {
            state,
            malformed,
            requested_at,
            places,
        }
    }

    /// Returns when the document was requested. Its content is not older.
    pub(super) fn requested_at(&self) -> Instant {
        self.requested_at
    }

    /// Checks that an object that this does not show is gone.
    ///
    /// # Errors
    ///
    /// When it proves nothing: routed IPv6 is switched off for the account, or a part of the
    /// document cannot be decoded.
    pub(super) fn check_complete(&self) -> Result<()> {
        if self.state.available == Some(false) && self.state.pools.is_empty() {
            let reason = self.state.reason.as_deref().unwrap_or("it gives no reason");
            let text = format!(
                "HostUp says that routed IPv6 is not available to the account ({reason}) and lists \
                 no pools, so nothing is known about what exists"
            );
            return Err(Error::new(ErrorKind::Unavailable, text));
        }
        match self.malformed.first() {
            None => Ok(()),
            Some(Malformed { place, why, .. }) => {
                let text = format!(
                    "a part of the account's routed IPv6 cannot be read, so what is not shown may \
                     exist: `{place}`: {why}"
                );
                Err(Error::new(ErrorKind::Undecodable, text))
            }
        }
    }

    /// Returns the prefixes of the objects that cannot be decoded.
    pub(super) fn malformed_prefixes(&self) -> impl Iterator<Item = Ipv6Net> {
        self.malformed
            .iter()
            .filter_map(|it| parse_ipv6(it.prefix.as_deref()?))
    }

    /// Returns the routes that overlap a prefix.
    pub(super) fn overlapping(&self, prefix: Ipv6Net) -> impl Iterator<Item = RouteInPool<'_>> {
        self.routes().filter(move |it| {
            parse_ipv6(&it.route.prefix)
                .is_some_and(|other| other.contains(&prefix) || prefix.contains(&other))
        })
    }

    /// Returns the document.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Returns all pools.
    pub fn pools(&self) -> &[Pool] {
        &self.state.pools
    }

    /// Returns all routes, pool by pool.
    pub fn routes(&self) -> impl Iterator<Item = RouteInPool<'_>> {
        self.state.pools.iter().flat_map(|pool| {
            pool.routes
                .iter()
                .map(move |route| RouteInPool { pool, route })
        })
    }

    // Of two objects with the same id or network, the first one in the document is meant.

    /// Returns the pool with this id.
    pub fn pool(&self, id: &str) -> Option<&Pool> {
        self.state.pools.iter().find(|pool| pool.id == id)
    }

    /// Returns the pool with this network.
    pub fn pool_by_cidr(&self, cidr: Ipv6Net) -> Option<&Pool> {
        let mut pools = self.state.pools.iter();
        pools.find(|pool| parse_ipv6(&pool.parent_cidr) == Some(cidr.trunc()))
    }

    /// Returns the route with this id.
    pub fn route(&self, id: &str) -> Option<RouteInPool<'_>> {
        let key = key(id);
        let mut found = self.places.iter().filter(|it| it.key == key);
        found.find_map(|it| self.at(it).filter(|it| it.route.id == id))
    }

    /// Returns the route with this network.
    pub fn route_by_prefix(&self, prefix: Ipv6Net) -> Option<RouteInPool<'_>> {
        let prefix = Some(prefix.trunc());
        self.at(self.places.iter().find(|it| it.network == prefix)?)
    }

    /// Returns the server with this id as a target of routes.
    pub fn destination(&self, vps_id: &str) -> Option<&Destination> {
        let mut destinations = self.state.destinations.iter();
        destinations.find(|it| it.vps_id == vps_id)
    }

    fn at(&self, place: &Place) -> Option<RouteInPool<'_>> {
        let pool = self.state.pools.get(place.pool)?;
        Some(RouteInPool {
            pool,
            route: pool.routes.get(place.route)?,
        })
    }
}

//! One document of the account state, with indexes by id and by network.
//!
//! Every write brings a document, in which only few ids are looked up. So the index by network is
//! built on its first use.

use std::collections::HashMap;
use std::sync::OnceLock;

use ipnet::Ipv6Net;
use tokio::time::Instant;

use crate::cidr::parse_ipv6;
use crate::error::{Error, ErrorKind, Result};

use super::partial::Malformed;
use super::wire::{Destination, Pool, Route, State};

/// The account state at one moment.
#[derive(Debug)]
pub struct Snapshot {
    state: State,
    /// The objects that cannot be decoded.
    malformed: Vec<Malformed>,
    requested_at: Instant,
    pools: HashMap<String, usize>,
    routes: HashMap<String, (usize, usize)>,
    destinations: HashMap<String, usize>,
    by_network: OnceLock<ByNetwork>,
}

/// Where the pools and routes of a state are, by their networks.
#[derive(Debug, Default)]
struct ByNetwork {
    pools: HashMap<Ipv6Net, usize>,
    routes: HashMap<Ipv6Net, (usize, usize)>,
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
        let mut it = Self {
            pools: HashMap::with_capacity(state.pools.len()),
            routes: HashMap::with_capacity(state.pools.iter().map(|pool| pool.routes.len()).sum()),
            destinations: HashMap::with_capacity(state.destinations.len()),
            by_network: OnceLock::new(),
            state,
            malformed,
            requested_at,
        };
        // Of two objects with the same key the first one in the document wins.
        for (p, pool) in it.state.pools.iter().enumerate() {
            it.pools.entry(pool.id.clone()).or_insert(p);
            for (r, route) in pool.routes.iter().enumerate() {
                it.routes.entry(route.id.clone()).or_insert((p, r));
            }
        }
        for (d, destination) in it.state.destinations.iter().enumerate() {
            it.destinations
                .entry(destination.vps_id.clone())
                .or_insert(d);
        }
        it
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

    /// Returns the pool with this id.
    pub fn pool(&self, id: &str) -> Option<&Pool> {
        self.state.pools.get(*self.pools.get(id)?)
    }

    /// Returns the pool with this network.
    pub fn pool_by_cidr(&self, cidr: Ipv6Net) -> Option<&Pool> {
        let place = self.by_network().pools.get(&cidr.trunc())?;
        self.state.pools.get(*place)
    }

    /// Returns the route with this id.
    pub fn route(&self, id: &str) -> Option<RouteInPool<'_>> {
        self.at(*self.routes.get(id)?)
    }

    /// Returns the route with this network.
    pub fn route_by_prefix(&self, prefix: Ipv6Net) -> Option<RouteInPool<'_>> {
        self.at(*self.by_network().routes.get(&prefix.trunc())?)
    }

    /// Returns the server with this id as a target of routes.
    pub fn destination(&self, vps_id: &str) -> Option<&Destination> {
        self.state.destinations.get(*self.destinations.get(vps_id)?)
    }

    fn by_network(&self) -> &ByNetwork {
        self.by_network
            .get_or_init(|| ByNetwork::of(&self.state.pools))
    }

    fn at(&self, (pool, route): (usize, usize)) -> Option<RouteInPool<'_>> {
        let pool = self.state.pools.get(pool)?;
        Some(RouteInPool {
            pool,
            route: pool.routes.get(route)?,
        })
    }
}

impl ByNetwork {
    fn of(pools: &[Pool]) -> Self {
        let mut it = Self::default();
        for (p, pool) in pools.iter().enumerate() {
            if let Some(network) = parse_ipv6(&pool.parent_cidr) {
                it.pools.entry(network).or_insert(p);
            }
            for (r, route) in pool.routes.iter().enumerate() {
                if let Some(network) = parse_ipv6(&route.prefix) {
                    it.routes.entry(network).or_insert((p, r));
                }
            }
        }
        it
    }
}

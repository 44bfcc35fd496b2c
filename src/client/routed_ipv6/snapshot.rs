//! One reading of the account state, indexed: lookups by id and by network are hash lookups.

use std::collections::HashMap;

use ipnet::Ipv6Net;
use tokio::time::Instant;

use super::wire::{Destination, Pool, Route, State};

/// The account state at one moment.
#[derive(Debug)]
pub struct Snapshot {
    state: State,
    /// When it was asked for; what came of it is not older.
    asked: Instant,
    pools: HashMap<String, usize>,
    pools_by_network: HashMap<Ipv6Net, usize>,
    routes: HashMap<String, (usize, usize)>,
    routes_by_network: HashMap<Ipv6Net, (usize, usize)>,
    destinations: HashMap<String, usize>,
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
    pub(super) fn new(state: State, asked: Instant) -> Self {
        let mut it = Self {
            pools: HashMap::with_capacity(state.pools.len()),
            pools_by_network: HashMap::with_capacity(state.pools.len()),
            routes: HashMap::new(),
            routes_by_network: HashMap::new(),
            destinations: HashMap::with_capacity(state.destinations.len()),
            state,
            asked,
        };
        // The first of two that claim the same key wins, as in the document's own order.
        for (p, pool) in it.state.pools.iter().enumerate() {
            it.pools.entry(pool.id.clone()).or_insert(p);
            if let Some(network) = network(&pool.parent_cidr) {
                it.pools_by_network.entry(network).or_insert(p);
            }
            for (r, route) in pool.routes.iter().enumerate() {
                it.routes.entry(route.id.clone()).or_insert((p, r));
                if let Some(network) = network(&route.prefix) {
                    it.routes_by_network.entry(network).or_insert((p, r));
                }
            }
        }
        for (d, destination) in it.state.destinations.iter().enumerate() {
            it.destinations
                .entry(destination.vps_id.clone())
                .or_insert(d);
        }
        it
    }

    /// When it was asked for.
    pub(super) fn asked(&self) -> Instant {
        self.asked
    }

    /// The document.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Every pool.
    pub fn pools(&self) -> &[Pool] {
        &self.state.pools
    }

    /// Every route, pool by pool.
    pub fn routes(&self) -> impl Iterator<Item = RouteInPool<'_>> {
        self.state.pools.iter().flat_map(|pool| {
            pool.routes
                .iter()
                .map(move |route| RouteInPool { pool, route })
        })
    }

    /// The pool with this id.
    pub fn pool(&self, id: &str) -> Option<&Pool> {
        self.state.pools.get(*self.pools.get(id)?)
    }

    /// The pool with this network.
    pub fn pool_by_cidr(&self, cidr: Ipv6Net) -> Option<&Pool> {
        self.state
            .pools
            .get(*self.pools_by_network.get(&cidr.trunc())?)
    }

    /// The route with this id.
    pub fn route(&self, id: &str) -> Option<RouteInPool<'_>> {
        self.at(*self.routes.get(id)?)
    }

    /// The route with this network.
    pub fn route_by_prefix(&self, prefix: Ipv6Net) -> Option<RouteInPool<'_>> {
        self.at(*self.routes_by_network.get(&prefix.trunc())?)
    }

    /// The VPS as a target of routes.
    pub fn destination(&self, vps_id: &str) -> Option<&Destination> {
        self.state.destinations.get(*self.destinations.get(vps_id)?)
    }

    fn at(&self, (pool, route): (usize, usize)) -> Option<RouteInPool<'_>> {
        let pool = self.state.pools.get(pool)?;
        Some(RouteInPool {
            pool,
            route: pool.routes.get(route)?,
        })
    }
}

/// Equal networks are equal keys, however they are written.
pub(super) fn network(text: &str) -> Option<Ipv6Net> {
    text.trim().parse::<Ipv6Net>().ok().map(|it| it.trunc())
}

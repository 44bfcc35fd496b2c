//! One reading of the account state, indexed: lookups by id and by network are hash lookups.
//!
//! Every write brings a reading of its own, of which little is looked up, and that by id: the index by network is
//! made when somebody asks for it.

use std::collections::HashMap;
use std::sync::OnceLock;

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

impl RouteInPool<'_> {
    /// When the route was made, no prefix of its length was free below its own, as far as the pool shows it now.
    pub(super) fn was_first_free(&self) -> bool {
        let (Some(mine), Some(pool)) =
            (network(&self.route.prefix), network(&self.pool.parent_cidr))
        else {
            return true;
        };
        let born = age(self.route);
        let first = |it: Ipv6Net| it.network().to_bits();
        let last = |it: Ipv6Net| it.broadcast().to_bits();
        let mut below: Vec<_> = self
            .pool
            .routes
            .iter()
            .filter(|route| age(route) < born)
            .filter_map(|route| network(&route.prefix))
            .filter(|it| first(*it) < first(mine))
            .collect();
        below.sort_unstable();
        let size = last(mine) - first(mine);
        // The lowest place for a prefix of this length that none of those looked at so far is in the way of.
        let mut place = first(pool);
        for other in below {
            if first(other) > place.saturating_add(size) {
                return false;
            }
            let Some(next) = last(other).max(place.saturating_add(size)).checked_add(1) else {
                return true;
            };
            if last(other) >= place {
                place = next;
            }
        }
        place == first(mine)
    }
}

impl Snapshot {
    pub(super) fn new(state: State, asked: Instant) -> Self {
        let mut it = Self {
            pools: HashMap::with_capacity(state.pools.len()),
            routes: HashMap::with_capacity(state.pools.iter().map(|pool| pool.routes.len()).sum()),
            destinations: HashMap::with_capacity(state.destinations.len()),
            by_network: OnceLock::new(),
            state,
            asked,
        };
        // The first of two that claim the same key wins, as in the document's own order.
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
        let place = self.by_network().pools.get(&cidr.trunc())?;
        self.state.pools.get(*place)
    }

    /// The route with this id.
    pub fn route(&self, id: &str) -> Option<RouteInPool<'_>> {
        self.at(*self.routes.get(id)?)
    }

    /// The route with this network.
    pub fn route_by_prefix(&self, prefix: Ipv6Net) -> Option<RouteInPool<'_>> {
        self.at(*self.by_network().routes.get(&prefix.trunc())?)
    }

    /// The VPS as a target of routes.
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
            if let Some(network) = network(&pool.parent_cidr) {
                it.pools.entry(network).or_insert(p);
            }
            for (r, route) in pool.routes.iter().enumerate() {
                if let Some(network) = network(&route.prefix) {
                    it.routes.entry(network).or_insert((p, r));
                }
            }
        }
        it
    }
}

/// Sorts by age, as far as it shows.
fn age(route: &Route) -> (Option<&str>, &str) {
    (route.allocated_at.as_deref(), &route.id)
}

/// Equal networks are equal keys, however they are written.
pub(super) fn network(text: &str) -> Option<Ipv6Net> {
    text.trim().parse::<Ipv6Net>().ok().map(|it| it.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The routes of a pool `2001:db8::/48`, in the order they were made, and whether each was the first free one.
    #[track_caller]
    fn check(prefixes: &[(&str, bool)]) {
        let routes: Vec<_> = prefixes
            .iter()
            .enumerate()
            .map(|(nth, (prefix, _))| {
                let length: u8 = prefix[prefix.len() - 2..].parse().expect("a length");
                json!({
                    "id": format!("ripv6rt_{nth}"), "prefix": prefix, "prefixLength": length,
                    "nextHop": "2001:db8:ffff::1", "label": null, "vpsId": "vps_1", "vpsName": "web-01", "status": "active",
                    "allocatedAt": format!("2026-06-15T12:00:0{nth}.000Z"), "updatedAt": null,
                    "actions": {"canDelete": {"allowed": true, "reason": null}},
                })
            })
            .collect();
        let state = json!({"pools": [{
            "id": "ripv6_1", "parentCidr": "2001:db8::/48", "prefixLength": 48, "status": "active",
            "routes": routes, "allocatedAt": null, "updatedAt": null,
            "actions": {
                "canCreateRoute": {"allowed": true, "reason": null},
                "canRelease": {"allowed": true, "reason": null},
            },
        }]});
        let state = serde_json::from_value(state).expect("a state");
        let snapshot = Snapshot::new(state, Instant::now());
        for (route, (prefix, expected)) in snapshot.routes().zip(prefixes) {
            assert_eq!(route.was_first_free(), *expected, "{prefix}");
        }
    }

    #[test]
    fn a_route_that_left_a_hole_below_it_was_asked_for_by_name() {
        check(&[
            ("2001:db8::/64", true),
            ("2001:db8:0:9::/64", false),
            ("2001:db8:0:1::/64", true),
            ("2001:db8:0:2::/64", true),
        ]);
    }

    #[test]
    fn prefixes_of_other_lengths_are_in_the_way_as_a_whole() {
        check(&[
            ("2001:db8::/64", true),
            ("2001:db8:0:100::/56", true),
            ("2001:db8:0:1::/64", true),
            ("2001:db8:0:300::/56", false),
            ("2001:db8:0:200::/56", true),
        ]);
    }
}

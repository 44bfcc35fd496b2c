//! Which resource of this process a route belongs to.
//!
//! A route that is created anew has another id. A resource whose state has the old id finds it by
//! its prefix and adopts it, unless another resource has claimed it. The id in a resource's state
//! identifies the resource.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipnet::Ipv6Net;

use crate::cidr::parse_ipv6;

use super::snapshot::{RouteInPool, Snapshot};

/// The routes that resources have claimed.
#[derive(Debug, Default)]
pub(super) struct Claims(Mutex<Sets>);

#[derive(Debug, Default)]
struct Sets {
    /// For each claimed route, the id in the state of the resource that claimed it.
    claimed: HashMap<String, String>,
    /// Routes that this process has removed.
    removed: HashSet<String>,
}

/// What a resource's state knows of its route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRoute {
    /// The id that it had.
    pub id: String,
    /// The pool of its prefix.
    pub pool_id: String,
    /// Its prefix.
    pub prefix: Ipv6Net,
    /// The server it goes to. `None` when another route was seen to have the prefix: then only the
    /// id identifies the route.
    pub vps_id: Option<String>,
    /// Its label. An empty one counts as none.
    pub label: Option<String>,
}

/// What the account shows of a route that a resource knows.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// The resource's route, under the known id or another one.
    Ours(RouteInPool<'a>),
    /// The prefix has a route that does not belong to the resource.
    Foreign(RouteInPool<'a>),
    /// Another resource of this process has claimed the route.
    Held(RouteInPool<'a>),
    /// No route has the id or the prefix.
    Nothing,
}

impl KnownRoute {
    /// Whether a route with another id was created anew for this resource: it has the same prefix
    /// in the same pool, and the same server or the same label.
    fn was_recreated_as(&self, found: RouteInPool<'_>) -> bool {
        let RouteInPool { pool, route } = found;
        let label = normalized(self.label.as_deref());
        let same_label = label.is_some() && label == normalized(route.label.as_deref());
        let same_server = self.vps_id.as_ref() == Some(&route.vps_id);
        pool.id == self.pool_id
            && parse_ipv6(&route.prefix) == Some(self.prefix)
            && self.vps_id.is_some()
            && (same_server || same_label)
    }
}

/// Returns a label for comparison: HostUp may trim it, and an empty one is none.
fn normalized(label: Option<&str>) -> Option<&str> {
    label.map(str::trim).filter(|label| !label.is_empty())
}

/// Whether a create with the label `requested` may have created a route with the label `shown`.
/// HostUp may trim a label, shorten it or change its case.
pub(super) fn may_be_label(requested: Option<&str>, shown: Option<&str>) -> bool {
    match (normalized(requested), normalized(shown)) {
        (None, None) => true,
        (Some(requested), Some(shown)) => {
            requested.to_lowercase().starts_with(&shown.to_lowercase())
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}

impl Claims {
    /// Finds the route that a resource knows, and claims it for the resource.
    pub(super) fn find<'a>(&self, account: &'a Snapshot, known: &KnownRoute) -> Found<'a> {
        // A route that this process has removed is gone, even if an older document shows it.
        let exists = |it: &RouteInPool<'_>| !self.was_removed(&it.route.id);
        let by_id = account.route(&known.id).filter(exists);
        let by_prefix = || account.route_by_prefix(known.prefix).filter(exists);
        match by_id.or_else(by_prefix) {
            None => Found::Nothing,
            Some(found) if found.route.id != known.id && !known.was_recreated_as(found) => {
                Found::Foreign(found)
            }
            Some(found) if self.claim(&found.route.id, &known.id) => Found::Ours(found),
            Some(found) => Found::Held(found),
        }
    }

    /// Claims a route for the resource whose state has the id `by`. Returns `false` when another
    /// resource has claimed it.
    pub(super) fn claim(&self, route: &str, by: &str) -> bool {
        let claimed = &mut self.lock().claimed;
        claimed
            .entry(route.to_owned())
            .or_insert_with(|| by.to_owned())
            == by
    }

    /// Whether a resource has claimed the route.
    pub(super) fn is_claimed(&self, route: &str) -> bool {
        self.lock().claimed.contains_key(route)
    }

    /// Notes that this process has removed a route.
    pub(super) fn removed(&self, route: &str) {
        let mut sets = self.lock();
        sets.claimed.remove(route);
        sets.removed.insert(route.to_owned());
    }

    /// Whether this process has removed the route.
    pub(super) fn was_removed(&self, route: &str) -> bool {
        self.lock().removed.contains(route)
    }

    fn lock(&self) -> MutexGuard<'_, Sets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

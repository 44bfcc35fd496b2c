//! Which routes the caller's resources hold.
//!
//! A route that is made again has another id. A resource whose state has the old id finds it by its
//! prefix and adopts it, unless another resource holds it already. Resources are told apart by the
//! id that their state has.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipnet::Ipv6Net;

use super::snapshot::{RouteInPool, Snapshot, network};

/// Which resource holds which route.
#[derive(Debug, Default)]
pub(super) struct Holders(Mutex<Sets>);

#[derive(Debug, Default)]
struct Sets {
    /// For each route that a resource holds: the id that the resource's state has.
    held: HashMap<String, String>,
    /// Routes that this process has removed.
    removed: HashSet<String>,
}

/// What a resource's state knows of its route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRoute {
    /// The id it had.
    pub id: String,
    /// The pool its prefix is cut from.
    pub pool_id: String,
    /// Its prefix.
    pub prefix: Ipv6Net,
    /// The server it goes to. `None`: another route was seen to have the prefix, so none but the
    /// id tells it.
    pub vps_id: Option<String>,
    /// Its label; an empty one counts as none.
    pub label: Option<String>,
}

/// What the account shows of a route that a resource knows.
#[derive(Debug, Clone, Copy)]
pub enum Found<'a> {
    /// The resource's route, under the id that it knows or under another one.
    Ours(RouteInPool<'a>),
    /// A route that is not this resource's has the prefix.
    Foreign(RouteInPool<'a>),
    /// Another resource of this process holds the route.
    Held(RouteInPool<'a>),
    /// Nothing has the id or the prefix.
    Nothing,
}

impl KnownRoute {
    /// Whether a route with another id is the one that was made anew for this resource: the same
    /// prefix in the same pool, and the same server or the same label.
    fn is_remade_as(&self, found: RouteInPool<'_>) -> bool {
        let RouteInPool { pool, route } = found;
        let label = said(self.label.as_deref());
        let same_label = label.is_some() && label == said(route.label.as_deref());
        let same_server = self.vps_id.as_ref() == Some(&route.vps_id);
        pool.id == self.pool_id
            && network(&route.prefix) == Some(self.prefix)
            && self.vps_id.is_some()
            && (same_server || same_label)
    }
}

/// A label as it counts: HostUp may trim it, and an empty one is none.
fn said(label: Option<&str>) -> Option<&str> {
    label.map(str::trim).filter(|label| !label.is_empty())
}

/// Whether a route with the label `shown` may be what a create with the label `asked` has made.
/// HostUp may trim a label, shorten it or change its case; it does not make one into another.
pub(super) fn may_be_label(asked: Option<&str>, shown: Option<&str>) -> bool {
    match (said(asked), said(shown)) {
        (None, None) => true,
        (Some(asked), Some(shown)) => asked.to_lowercase().starts_with(&shown.to_lowercase()),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

impl Holders {
    /// Finds the route that a resource knows, and takes note that the resource holds it.
    pub(super) fn find<'a>(&self, account: &'a Snapshot, known: &KnownRoute) -> Found<'a> {
        // One that this process has removed is gone, though an older reading shows it.
        let living = |it: &RouteInPool<'_>| !self.was_removed(&it.route.id);
        let by_id = account.route(&known.id).filter(living);
        let by_prefix = || account.route_by_prefix(known.prefix).filter(living);
        match by_id.or_else(by_prefix) {
            None => Found::Nothing,
            Some(found) if found.route.id != known.id && !known.is_remade_as(found) => {
                Found::Foreign(found)
            }
            Some(found) if self.take(&found.route.id, &known.id) => Found::Ours(found),
            Some(found) => Found::Held(found),
        }
    }

    /// Notes that the resource whose state has `by` holds the route. `false`: another resource
    /// does.
    pub(super) fn take(&self, route: &str, by: &str) -> bool {
        let held = &mut self.lock().held;
        held.entry(route.to_owned())
            .or_insert_with(|| by.to_owned())
            == by
    }

    /// Whether a resource holds the route.
    pub(super) fn hold(&self, route: &str) -> bool {
        self.lock().held.contains_key(route)
    }

    /// Notes that this process has removed a route.
    pub(super) fn removed(&self, route: &str) {
        let mut sets = self.lock();
        sets.held.remove(route);
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

//! Choosing a prefix for a route: the lowest free one that no resource of this process needs.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ipnet::{IpNet, Ipv6Net};
use tokio::sync::Notify;

use crate::cidr::{lowest_free, parse_ipv6};
use crate::error::Result;
use crate::operation::Operation;

use super::listed::ListedRoute;
use super::wire::Pool;

/// The prefixes that no create of this process may choose, whatever the account shows.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    sets: Mutex<Sets>,
    /// A reservation has ended.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Sets {
    /// Requested by creates and moves in flight.
    reserved: Vec<Ipv6Net>,
    /// Routed by this process. An older document does not show them.
    routed: BTreeSet<Ipv6Net>,
    /// Kept for resources whose prefix is not routed, or refused by HostUp without a visible
    /// reason.
    kept: BTreeSet<Ipv6Net>,
}

/// A reservation of a prefix, released on drop. No create chooses a prefix that overlaps it.
#[derive(Debug)]
pub(super) struct Reservation<'a> {
    prefixes: &'a Prefixes,
    pub(super) prefix: Ipv6Net,
}

impl Prefixes {
    /// Reserves the lowest free prefix of this length in a pool. Returns `None` when none is left.
    pub(super) fn reserve_lowest(
        &self,
        pool: &Pool,
        also_taken: impl Iterator<Item = Ipv6Net>,
        length: u8,
    ) -> Option<Reservation<'_>> {
        let parent = parse_ipv6(&pool.parent_cidr)?;
        if length < parent.prefix_len() {
            return None;
        }
        let mut sets = self.lock();
        let shown = pool.routes.iter().filter_map(ListedRoute::network);
        let ours = sets.reserved.iter().chain(&sets.routed).chain(&sets.kept);
        let taken = shown.chain(also_taken).chain(ours.copied());
        let taken: Vec<_> = taken.map(IpNet::from).collect();
        let IpNet::V6(prefix) = lowest_free(parent.into(), &taken, length)? else {
            return None;
        };
        sets.reserved.push(prefix);
        Some(Reservation {
            prefixes: self,
            prefix,
        })
    }

    /// Reserves a prefix that the caller names, as soon as no other call of this process has it.
    /// The routes of two requests for one prefix could not be told apart.
    pub(super) async fn reserve(
        &self,
        operation: &Operation,
        prefix: Ipv6Net,
    ) -> Result<Reservation<'_>> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            {
                let reserved = &mut self.lock().reserved;
                if !reserved.contains(&prefix) {
                    reserved.push(prefix);
                    return Ok(Reservation {
                        prefixes: self,
                        prefix,
                    });
                }
            }
            operation.run(changed).await?;
        }
    }

    /// Whether this process has requested the prefix or routed it.
    pub(super) fn is_in_use(&self, prefix: Ipv6Net) -> bool {
        let sets = self.lock();
        sets.reserved.contains(&prefix) || sets.routed.contains(&prefix)
    }

    /// Keeps creates from choosing this prefix.
    pub(super) fn keep(&self, prefix: Ipv6Net) {
        self.lock().kept.insert(prefix);
    }

    /// Notes that this process has routed the prefix.
    pub(super) fn routed(&self, prefix: Ipv6Net) {
        self.lock().routed.insert(prefix);
    }

    /// Notes that this process has removed the route of the prefix.
    pub(super) fn removed(&self, prefix: Ipv6Net) {
        self.lock().routed.remove(&prefix);
    }

    fn lock(&self) -> MutexGuard<'_, Sets> {
        self.sets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut sets = self.prefixes.lock();
        if let Some(place) = sets.reserved.iter().position(|it| *it == self.prefix) {
            sets.reserved.swap_remove(place);
        }
        drop(sets);
        self.prefixes.changed.notify_waiters();
    }
}

//! What reads show: the account as it is, or an older copy, or one without new objects.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::call::Response;
use crate::network::Network;
use crate::removal::PendingRemoval;
use crate::routed_ipv6::{Pool, Route};
use crate::vps::Vps;

/// The most copies that the history keeps. It drops the oldest ones first.
const MOST_COPIES: usize = 1024;

/// Adds a wait to a time. A wait that is too long to add counts as a century.
pub(crate) fn later(than: Instant, wait: Duration) -> Instant {
    than.checked_add(wait)
        .unwrap_or_else(|| than + Duration::from_hours(24 * 365 * 100))
}

/// The objects of an account at a point in time.
#[derive(Clone, Debug)]
struct Copy {
    pools: Vec<Pool>,
    routes: Vec<Route>,
    networks: Vec<Network>,
    vpses: Vec<Vps>,
}

impl Copy {
    fn of(account: &Account) -> Self {
        Self {
            pools: account.pools.clone(),
            routes: account.routes.clone(),
            networks: account.networks.clone(),
            vpses: account.vpses.clone(),
        }
    }

    fn is_of(&self, account: &Account) -> bool {
        self.pools == account.pools
            && self.routes == account.routes
            && self.networks == account.networks
            && self.vpses == account.vpses
    }

    fn swap(&mut self, account: &mut Account) {
        mem::swap(&mut self.pools, &mut account.pools);
        mem::swap(&mut self.routes, &mut account.routes);
        mem::swap(&mut self.networks, &mut account.networks);
        mem::swap(&mut self.vpses, &mut account.vpses);
    }

    /// Drops the objects that do not show at this time: not yet, or no longer.
    fn retain_shown(&mut self, at: Instant) {
        let appeared = |from: Option<Instant>| from.is_none_or(|from| from <= at);
        self.pools.retain(|pool| appeared(pool.shows_from));
        self.routes.retain(|route| {
            let gone = matches!(route.removal, Some(PendingRemoval::At(end)) if end <= at);
            appeared(route.shows_from) && !gone
        });
        self.networks.retain(|network| appeared(network.shows_from));
    }
}

/// The account as it was after each of its last changes, oldest first. Empty without a lag.
#[derive(Debug, Default)]
pub(crate) struct History {
    copies: VecDeque<(Instant, Copy)>,
}

impl History {
    /// Returns the copy that was current at this time, else the oldest one, and its time.
    fn at(&self, time: Option<Instant>) -> Option<(Instant, &Copy)> {
        let mut copies = self.copies.iter();
        let current = copies.rfind(|(taken, _)| time.is_some_and(|time| *taken <= time));
        let (taken, copy) = current.or_else(|| self.copies.front())?;
        let seen = time.map_or(*taken, |time| time.max(*taken));
        Some((seen, copy))
    }

    /// Drops the copies that are too old for a read with this lag.
    fn prune(&mut self, now: Instant, lag: Duration) {
        let oldest = now.checked_sub(lag);
        let is_old = |(taken, _): &(Instant, Copy)| oldest.is_some_and(|oldest| *taken <= oldest);
        // The first copy is needed until the second one is old enough.
        while self.copies.len() > MOST_COPIES || self.copies.get(1).is_some_and(is_old) {
            self.copies.pop_front();
        }
    }
}

impl Account {
    /// Saves a copy if something has changed. Called whenever the lock is released.
    pub(crate) fn remember(&mut self) {
        let lag = self.switches.copy_lag;
        if lag.is_zero() {
            self.history.copies.clear();
            return;
        }
        let now = Instant::now();
        let last = self.history.copies.back();
        if !last.is_some_and(|(_, copy)| copy.is_of(self)) {
            self.history.copies.push_back((now, Copy::of(self)));
        }
        self.history.prune(now, lag);
    }

    /// Returns when an object that is created now starts to show. `None`: at once.
    pub(crate) fn shows_from(&mut self) -> Option<Instant> {
        let wait = self.switches.appears_after;
        if wait.is_zero() {
            return None;
        }
        let from = later(Instant::now(), wait);
        self.all_shown_from = self.all_shown_from.max(Some(from));
        Some(from)
    }

    /// Runs `show` on the account as reads see it. Changes by `show` are lost if that is a copy.
    pub(crate) fn as_read<T>(&mut self, show: impl FnOnce(&mut Self) -> T) -> T {
        let lag = self.switches.copy_lag;
        self.seen_with(lag, show)
    }

    /// Returns the state document as the response to a write.
    pub(crate) fn state_response(&mut self, status: u16) -> Response {
        let lag = if self.switches.responses_lag {
            self.switches.copy_lag
        } else {
            Duration::ZERO
        };
        self.seen_with(lag, |account| Response::json(status, account.state()))
    }

    /// Runs `show` on the account without the objects that do not show yet. There is no lag.
    pub(crate) fn as_shown<T>(&mut self, show: impl FnOnce(&mut Self) -> T) -> T {
        self.seen_with(Duration::ZERO, show)
    }

    fn seen_with<T>(&mut self, lag: Duration, show: impl FnOnce(&mut Self) -> T) -> T {
        let Some(mut copy) = self.copy_behind(lag) else {
            return show(self);
        };
        copy.swap(self);
        let shown = show(self);
        copy.swap(self);
        shown
    }

    /// Returns the copy that a read with this lag sees. `None`: the account itself.
    fn copy_behind(&self, lag: Duration) -> Option<Copy> {
        let now = Instant::now();
        let past = if lag.is_zero() {
            None
        } else {
            self.history.at(now.checked_sub(lag))
        };
        let (at, mut copy) = match past {
            Some((at, copy)) => (at, copy.clone()),
            None if self.all_shown_from.is_none_or(|from| from <= now) => return None,
            None => (now, Copy::of(self)),
        };
        copy.retain_shown(at);
        Some(copy)
    }
}

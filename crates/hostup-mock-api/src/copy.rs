//! What reads show: the account as it is, or a copy that lags behind it and lacks new objects.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::call::Response;
use crate::network::Network;
use crate::removal::Leaving;
use crate::routed_ipv6::{Pool, Route};
use crate::vps::Vps;

/// The history keeps at most this many copies; the oldest ones are dropped first.
const MOST_COPIES: usize = 1024;

/// A time so much later than another one. A wait that is too long to add is a century.
pub(crate) fn later(than: Instant, wait: Duration) -> Instant {
    than.checked_add(wait)
        .unwrap_or_else(|| than + Duration::from_hours(24 * 365 * 100))
}

/// The objects of an account at one time.
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

    /// Leaves out what does not show yet at this time, and what no longer does.
    fn retain_shown(&mut self, at: Instant) {
        let appeared = |from: Option<Instant>| from.is_none_or(|from| from <= at);
        self.pools.retain(|pool| appeared(pool.shows_from));
        self.routes.retain(|route| {
            let gone = matches!(route.leaving, Some(Leaving::At(end)) if end <= at);
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
    /// The copy that was current at this time, else the oldest one, and the time it is seen at.
    fn at(&self, time: Option<Instant>) -> Option<(Instant, &Copy)> {
        let mut copies = self.copies.iter();
        let current = copies.rfind(|(taken, _)| time.is_some_and(|time| *taken <= time));
        let (taken, copy) = current.or_else(|| self.copies.front())?;
        let seen = time.map_or(*taken, |time| time.max(*taken));
        Some((seen, copy))
    }

    /// Drops the copies that a read this long behind can no longer see.
    fn prune(&mut self, now: Instant, lag: Duration) {
        let oldest = now.checked_sub(lag);
        let is_old = |(taken, _): &(Instant, Copy)| oldest.is_some_and(|oldest| *taken <= oldest);
        // The second copy is the current one of that time, or older.
        while self.copies.len() > MOST_COPIES || self.copies.get(1).is_some_and(is_old) {
            self.copies.pop_front();
        }
    }
}

impl Account {
    /// Notes what has changed since the last call. Called whenever the lock is released.
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

    /// When an object that is made now starts to show. `None`: at once.
    pub(crate) fn shows_from(&mut self) -> Option<Instant> {
        let wait = self.switches.appears_after;
        if wait.is_zero() {
            return None;
        }
        let from = later(Instant::now(), wait);
        self.all_shown_from = self.all_shown_from.max(Some(from));
        Some(from)
    }

    /// Shows the account as reads see it. What `show` changes in the account's objects is lost
    /// when that is not the account itself.
    pub(crate) fn as_read<T>(&mut self, show: impl FnOnce(&mut Self) -> T) -> T {
        let lag = self.switches.copy_lag;
        self.seen_with(lag, show)
    }

    /// The state document as the answer to a write.
    pub(crate) fn state_response(&mut self, status: u16) -> Response {
        let lag = if self.switches.answers_lag {
            self.switches.copy_lag
        } else {
            Duration::ZERO
        };
        self.seen_with(lag, |account| Response::json(status, account.state()))
    }

    /// Shows the account without the objects that do not show yet, and without a lag.
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

    /// What is seen this long behind. `None`: the account as it is.
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

//! Which document the cache keeps, and whom it serves: decisions without requests.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::routed_ipv6::snapshot::Snapshot;

/// How many of the last writes are remembered. A document that was requested before them is not
/// kept.
const REMEMBERED: usize = 256;

/// For how many lifetimes a document is served while it is used again and again.
pub(super) const LONGEST_USE: u32 = 6;

/// What a write of this process did to the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WriteEffect {
    /// The pool or route with this id exists.
    Created(String),
    /// The pool or route with this id does not exist.
    Removed(String),
    Unknown,
}

/// When a request was sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentAt {
    pub(super) time: Instant,
    /// How many writes had ended.
    pub(super) writes: u64,
}

/// The documents that are kept, and the writes that they must show.
#[derive(Default)]
pub(super) struct Store {
    /// How many writes have ended.
    writes: u64,
    /// What the last of them did. The newest is number `writes`.
    effects: VecDeque<WriteEffect>,
    /// Shows all writes that have ended.
    snapshot: Option<(Arc<Snapshot>, SentAt)>,
    /// When the snapshot was last served.
    used: Option<Instant>,
    /// The snapshot before it, which shows all writes that have ended too.
    before: Option<Arc<Snapshot>>,
    /// The document that was requested last, whatever was written since.
    latest: Option<Arc<Snapshot>>,
}

impl Store {
    /// Returns the position of a request that is sent now.
    pub(super) fn now(&self) -> SentAt {
        SentAt {
            time: Instant::now(),
            writes: self.writes,
        }
    }

    /// Returns the snapshot, unless it is too old. While it is used again and again it is served
    /// for longer, so that a refresh costs one read however long it takes.
    pub(super) fn get(
        &mut self,
        after: Option<Instant>,
        lifetime: Duration,
    ) -> Option<Arc<Snapshot>> {
        let (snapshot, sent) = self.snapshot.as_ref()?;
        let is_recent = |time: Instant| time.elapsed() < lifetime;
        let in_use =
            self.used.is_some_and(is_recent) && sent.time.elapsed() < lifetime * LONGEST_USE;
        let serves = (is_recent(sent.time) || in_use) && after.is_none_or(|it| sent.time > it);
        if !serves {
            return None;
        }
        self.used = Some(Instant::now());
        Some(Arc::clone(snapshot))
    }

    /// Returns the document that was requested last.
    pub(super) fn latest(&self) -> Option<Arc<Snapshot>> {
        self.latest.clone()
    }

    /// Whether a read at `sent` shows all writes that have ended, and was sent after `after`.
    pub(super) fn serves(&self, sent: SentAt, after: Option<Instant>) -> bool {
        sent.writes == self.writes && after.is_none_or(|it| sent.time > it)
    }

    /// Whether an earlier document than `seen` lacked the object too.
    pub(super) fn lacked_before(&self, seen: &Snapshot, shows: &dyn Fn(&Snapshot) -> bool) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|it| it.requested_at() < seen.requested_at() && !shows(it))
    }

    /// Notes that a write has ended.
    pub(super) fn wrote(&mut self, effect: WriteEffect) {
        self.writes += 1;
        if self
            .snapshot
            .as_ref()
            .is_some_and(|(snapshot, _)| !effect.is_shown_by(snapshot))
        {
            self.snapshot = None;
        }
        // It may not show this write.
        self.before = None;
        self.effects.push_back(effect);
        if self.effects.len() > REMEMBERED {
            self.effects.pop_front();
        }
    }

    /// Takes a document that was requested at `sent`, and keeps it if it is newer than the kept one
    /// and shows all writes that have ended.
    pub(super) fn offer(&mut self, snapshot: &Arc<Snapshot>, sent: SentAt) {
        if self
            .latest
            .as_ref()
            .is_none_or(|it| it.requested_at() <= snapshot.requested_at())
        {
            self.latest = Some(Arc::clone(snapshot));
        }
        let since = usize::try_from(self.writes - sent.writes).unwrap_or(usize::MAX);
        let mut effects_since = self.effects.iter().rev().take(since);
        let shows_all =
            since <= self.effects.len() && effects_since.all(|it| it.is_shown_by(snapshot));
        let is_newer = self
            .snapshot
            .as_ref()
            .is_none_or(|(_, kept)| kept.time <= sent.time);
        if shows_all && is_newer {
            let before = self.snapshot.replace((Arc::clone(snapshot), sent));
            self.before = before.map(|(snapshot, _)| snapshot).or(self.before.take());
            self.used = None;
        }
    }
}

impl WriteEffect {
    pub(crate) fn is_shown_by(&self, snapshot: &Snapshot) -> bool {
        let has = |id: &str| snapshot.pool(id).is_some() || snapshot.route(id).is_some();
        match self {
            Self::Created(id) => has(id),
            Self::Removed(id) => !has(id),
            Self::Unknown => false,
        }
    }
}

//! One reading of the account state for all who ask at about the same time.
//!
//! A snapshot may be served to a caller when it shows everything this process had written by then.
//! Either it was requested after the last write ended, or its content shows each write that ended
//! since ([`WriteEffect`]). POST answers come out of order and some show an old state, so the same
//! rule decides whether an answer becomes the snapshot.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use tokio::sync::{RwLock, watch};
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument as _;

use crate::absence;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::poller::Poller;
use crate::request::{Answer, Transport};

use super::holders::Holders;
use super::prefixes::Prefixes;
use super::snapshot::Snapshot;
use super::tolerant;

/// How many of the last writes are remembered. A reading that began before is not kept.
const REMEMBERED: usize = 256;

/// How many lifetimes a reading serves while it is asked for again and again.
const LONGEST_USE: u32 = 6;

/// What a write of ours has done to the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WriteEffect {
    /// There is a pool or route with this id.
    Has(String),
    /// There is none.
    Lacks(String),
    /// Nobody knows.
    Unknown,
}

/// The shared state of all [`RoutedIpv6`](super::RoutedIpv6) of a client.
#[derive(Clone)]
pub(crate) struct SnapshotCache(Arc<Inner>);

struct Inner {
    transport: Arc<Transport>,
    lifetime: Duration,
    state: Mutex<CacheState>,
    holders: Holders,
    prefixes: Prefixes,
    creating: RwLock<()>,
}

#[derive(Default)]
struct CacheState {
    /// How many writes have ended.
    writes: u64,
    /// What the last of them did; the newest is number `writes`.
    effects: VecDeque<WriteEffect>,
    /// Shows all writes that have ended.
    snapshot: Option<(Arc<Snapshot>, Moment)>,
    /// When it was last served.
    used: Option<Instant>,
    /// The one before it, which shows all writes that have ended, too.
    before: Option<Arc<Snapshot>>,
    /// The youngest document that was ever received, whatever was written since.
    latest: Option<Arc<Snapshot>>,
    read: Weak<SharedRead>,
}

/// When a request was sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    at: Instant,
    /// How many writes had ended.
    writes: u64,
}

/// A read under way. It is given up when nobody waits for it any more.
struct SharedRead {
    /// When its request left; `None` while it waits at the rate limiter. Changed under the lock of
    /// [`CacheState`] only.
    sent: Arc<Mutex<Option<Moment>>>,
    deadline: Instant,
    result: watch::Receiver<Option<Result<Arc<Snapshot>>>>,
    _stop: DropGuard,
}

/// A write under way. When it is dropped before it is done, what it did is unknown.
pub(super) struct Write<'a> {
    shared: &'a SnapshotCache,
    sent: Mutex<Option<Moment>>,
    effect: Option<WriteEffect>,
}

impl SnapshotCache {
    pub(crate) fn new(transport: Arc<Transport>, lifetime: Duration) -> Self {
        Self(Arc::new(Inner {
            transport,
            lifetime,
            state: Mutex::default(),
            holders: Holders::default(),
            prefixes: Prefixes::default(),
            creating: RwLock::default(),
        }))
    }

    /// Which resources hold which routes.
    pub(super) fn holders(&self) -> &Holders {
        &self.0.holders
    }

    /// The prefixes that no create may choose.
    pub(super) fn prefixes(&self) -> &Prefixes {
        &self.0.prefixes
    }

    /// Creates that name a prefix, and moves, hold it for reading. A create that leaves the prefix
    /// to HostUp runs alone: it holds it for writing.
    pub(super) fn creating(&self) -> &RwLock<()> {
        &self.0.creating
    }

    pub(super) async fn state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.look(operation, None).await
    }

    pub(super) async fn fresh_state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.look(operation, Some(Instant::now())).await
    }

    /// The account state. An object that it does not show is gone only when a second reading a
    /// pause later lacks it, too: the API may have answered from a copy of the account that
    /// lags behind. One that was written a moment ago is looked for longer. All who miss
    /// something share the readings.
    ///
    /// # Errors
    ///
    /// Also when the object is not shown, and the document does not prove that it is gone.
    pub(super) async fn state_showing(
        &self,
        operation: &Operation,
        written: Option<SystemTime>,
        shows: &(dyn Fn(&Snapshot) -> bool + Sync),
    ) -> Result<Arc<Snapshot>> {
        let mut seen = self.state(operation).await?;
        if absence::is_recent(written) {
            let limited = operation.limited(self.0.transport.config.recent_write_timeout);
            let mut poller = Poller::new(&limited, self.0.transport.config.retry_pause);
            while !shows(&seen) && poller.pause().await? {
                let look = self.look(poller.operation(), Some(seen.asked())).await;
                if let Some(later) = poller.seen(look)? {
                    seen = later;
                }
            }
            if let Some(failure) = poller.failure() {
                return Err(failure.clone());
            }
        } else if !shows(&seen) && !self.lock().lacked_before(&seen, shows) {
            operation.sleep(self.0.transport.config.retry_pause).await?;
            seen = self.look(operation, Some(seen.asked())).await?;
        }
        if !shows(&seen) {
            seen.check_complete()?;
        }
        Ok(seen)
    }

    /// The freshest document there is, if it is recent; what was written since may be missing from
    /// it.
    pub(super) async fn baseline(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        let latest = self.lock().latest.clone();
        match latest.filter(|it| it.asked().elapsed() < self.0.lifetime * LONGEST_USE) {
            Some(latest) => Ok(latest),
            None => self.state(operation).await,
        }
    }

    /// The account state; with `after` one that was asked for later than that.
    async fn look(&self, operation: &Operation, after: Option<Instant>) -> Result<Arc<Snapshot>> {
        loop {
            operation.check()?;
            let read = {
                let mut state = self.lock();
                if let Some(snapshot) = state.get(after, self.0.lifetime) {
                    return Ok(snapshot);
                }
                let writes = state.writes;
                let shares = !self.0.lifetime.is_zero();
                let under_way = state.read.upgrade().filter(|_| shares);
                under_way
                    .filter(|it| it.serves(writes, after))
                    .unwrap_or_else(|| {
                        let read = Arc::new(self.start_read(operation));
                        state.read = Arc::downgrade(&read);
                        read
                    })
            };
            let mut result = read.result.clone();
            let result = tokio::select! {
                biased;
                result = result.wait_for(Option::is_some) => result.ok().and_then(|it| it.clone()),
                error = self.0.transport.rate_limiter.hopeless(operation) => return Err(error),
            };
            match result {
                // It ran out of the time of the one who began it: whoever has more begins another.
                Some(Err(error))
                    if error.is_operation_over() && read.deadline < operation.deadline() => {}
                Some(result) => return result,
                None => {
                    return Err(Error::new(
                        ErrorKind::Transport,
                        "the shared read of the account was cut off",
                    ));
                }
            }
        }
    }

    /// Begins a read. It runs in a task of its own: that one of those who wait is cancelled is
    /// nothing to the others.
    fn start_read(&self, operation: &Operation) -> SharedRead {
        let (publish, result) = watch::channel(None);
        let stop = CancellationToken::new();
        let sent = Arc::new(Mutex::new(None));
        let shared_read = SharedRead {
            sent: Arc::clone(&sent),
            deadline: operation.deadline(),
            result,
            _stop: stop.clone().drop_guard(),
        };
        let shared = self.clone();
        let operation = operation.stopped_by(stop);
        let task = async move {
            let result = shared.read(&operation, &sent).await;
            publish.send_replace(Some(result));
        };
        tokio::spawn(task.in_current_span());
        shared_read
    }

    async fn read(
        &self,
        operation: &Operation,
        sent: &Mutex<Option<Moment>>,
    ) -> Result<Arc<Snapshot>> {
        let url = self.0.transport.url(&["routed-ipv6"])?;
        let leave = || {
            let state = self.lock();
            *lock(sent) = Some(Moment {
                at: Instant::now(),
                writes: state.writes,
            });
        };
        let answer = self.0.transport.read(operation, url, &leave).await?;
        let moment = *lock(sent);
        let snapshot = self.read_answer(&answer, moment)?;
        if let Some(moment) = moment {
            self.lock().offer(&snapshot, moment);
        }
        Ok(snapshot)
    }

    /// Reads a state document.
    pub(super) fn read_answer(
        &self,
        answer: &Answer,
        asked: Option<Moment>,
    ) -> Result<Arc<Snapshot>> {
        let asked = asked.map_or_else(Instant::now, |it| it.at);
        let transport = &self.0.transport;
        let snapshot = match transport.decode(answer) {
            Ok(state) => Snapshot::new(state, Vec::new(), asked),
            Err(error) => {
                let document = transport.decode(answer).map_err(|_| error)?;
                let (state, odd) =
                    tolerant::read(document).map_err(|why| transport.undecodable(answer, &why))?;
                Snapshot::new(state, odd, asked)
            }
        };
        Ok(Arc::new(snapshot))
    }

    /// A write begins.
    pub(super) fn write(&self) -> Write<'_> {
        Write {
            shared: self,
            sent: Mutex::default(),
            effect: None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, CacheState> {
        lock(&self.0.state)
    }
}

impl SharedRead {
    /// Whether it may be waited for by someone who asks now.
    fn serves(&self, writes: u64, after: Option<Instant>) -> bool {
        let under_way = self.result.borrow().is_none();
        let serves = |sent: Moment| sent.writes == writes && after.is_none_or(|it| sent.at > it);
        under_way && lock(&self.sent).is_none_or(serves)
    }
}

impl CacheState {
    /// What is kept, unless it is too old. While many ask one after the other it serves them all,
    /// so that a refresh costs one reading however long it takes; but not for ever.
    fn get(&mut self, after: Option<Instant>, lifetime: Duration) -> Option<Arc<Snapshot>> {
        let (snapshot, moment) = self.snapshot.as_ref()?;
        let is_recent = |at: Instant| at.elapsed() < lifetime;
        let in_use =
            self.used.is_some_and(is_recent) && moment.at.elapsed() < lifetime * LONGEST_USE;
        let serves = (is_recent(moment.at) || in_use) && after.is_none_or(|it| moment.at > it);
        if !serves {
            return None;
        }
        self.used = Some(Instant::now());
        Some(Arc::clone(snapshot))
    }

    /// Whether an earlier reading than `seen` lacked it, too.
    fn lacked_before(&self, seen: &Snapshot, shows: &dyn Fn(&Snapshot) -> bool) -> bool {
        let before = self.before.as_ref();
        before.is_some_and(|it| it.asked() < seen.asked() && !shows(it))
    }

    /// A write has ended.
    fn wrote(&mut self, effect: WriteEffect) {
        self.writes += 1;
        if self
            .snapshot
            .as_ref()
            .is_some_and(|(snapshot, _)| !effect.is_shown_by(snapshot))
        {
            self.snapshot = None;
        }
        // It may be older than what this write made, or than what came before it.
        self.before = None;
        self.effects.push_back(effect);
        if self.effects.len() > REMEMBERED {
            self.effects.pop_front();
        }
    }

    /// A document was received that was asked for at `moment`: keeps it when it is the best there
    /// is.
    fn offer(&mut self, snapshot: &Arc<Snapshot>, moment: Moment) {
        if self
            .latest
            .as_ref()
            .is_none_or(|it| it.asked() <= snapshot.asked())
        {
            self.latest = Some(Arc::clone(snapshot));
        }
        let since = usize::try_from(self.writes - moment.writes).unwrap_or(usize::MAX);
        let shows_all = since <= self.effects.len()
            && self
                .effects
                .iter()
                .rev()
                .take(since)
                .all(|it| it.is_shown_by(snapshot));
        let is_younger = self
            .snapshot
            .as_ref()
            .is_none_or(|(_, kept)| kept.at <= moment.at);
        if shows_all && is_younger {
            let before = self.snapshot.replace((Arc::clone(snapshot), moment));
            self.before = before.map(|(snapshot, _)| snapshot).or(self.before.take());
            self.used = None;
        }
    }
}

impl WriteEffect {
    pub(super) fn is_shown_by(&self, snapshot: &Snapshot) -> bool {
        let has = |id: &str| snapshot.pool(id).is_some() || snapshot.route(id).is_some();
        match self {
            Self::Has(id) => has(id),
            Self::Lacks(id) => !has(id),
            Self::Unknown => false,
        }
    }
}

impl Write<'_> {
    /// Its request leaves now.
    pub(super) fn sent(&self) {
        let state = self.shared.lock();
        *lock(&self.sent) = Some(Moment {
            at: Instant::now(),
            writes: state.writes,
        });
    }

    /// When its request left last.
    pub(super) fn asked(&self) -> Option<Moment> {
        *lock(&self.sent)
    }

    /// What it did is known.
    pub(super) fn done(mut self, effect: WriteEffect) {
        self.effect = Some(effect);
    }

    /// What it did is known, and its answer shows the account.
    pub(super) fn done_with(self, effect: WriteEffect, snapshot: &Arc<Snapshot>) {
        let shared = self.shared;
        let sent = self.asked();
        self.done(effect);
        if let Some(sent) = sent {
            shared.lock().offer(snapshot, sent);
        }
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        self.shared
            .lock()
            .wrote(self.effect.take().unwrap_or(WriteEffect::Unknown));
    }
}

impl fmt::Debug for SnapshotCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotCache").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

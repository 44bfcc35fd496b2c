//! One read of the account state for all callers that need it at about the same time.
//!
//! A caller gets a snapshot that shows everything this process had written before the call: it was
//! requested after the last write ended, or its content shows each write that ended since
//! ([`WriteEffect`]). Responses to POSTs come out of order and some show an old state, so the same
//! rule decides whether a response becomes the snapshot (`store.rs`).

mod store;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument as _;

use crate::absence;
use crate::error::{Error, ErrorKind, Result};
use crate::operation::Operation;
use crate::poller::Poller;
use crate::request::{Response, Transport};

use super::listed;
use super::partial;
use super::snapshot::Snapshot;
use store::{LONGEST_USE, Store};

pub(super) use store::{SentAt, WriteEffect};

/// A cache of the account state. Clones share it.
#[derive(Clone)]
pub(super) struct SnapshotCache(Arc<Inner>);

struct Inner {
    transport: Arc<Transport>,
    lifetime: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    store: Store,
    read: Weak<SharedRead>,
}

/// A read in flight. It is cancelled when no caller waits for it any more.
struct SharedRead {
    /// When its request was sent; `None` while it waits for the rate limiter. Changed under the
    /// lock of [`State`] only.
    sent: Arc<Mutex<Option<SentAt>>>,
    deadline: Instant,
    result: watch::Receiver<Option<Result<Arc<Snapshot>>>>,
    _stop: DropGuard,
}

/// A write in flight. When it is dropped before it is done, its effect is unknown.
pub(super) struct Write<'a> {
    cache: &'a SnapshotCache,
    sent: Mutex<Option<SentAt>>,
    effect: Option<WriteEffect>,
}

impl SnapshotCache {
    pub(super) fn new(transport: Arc<Transport>) -> Self {
        let lifetime = transport.config().snapshot_lifetime;
        Self(Arc::new(Inner {
            transport,
            lifetime,
            state: Mutex::default(),
        }))
    }

    /// Returns a recent account state.
    pub(super) async fn state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.get(operation, None).await
    }

    /// Returns an account state that was requested after this call began.
    pub(super) async fn fresh_state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        self.get(operation, Some(Instant::now())).await
    }

    /// Returns an account state to look an object up in. An object that it does not show is gone
    /// only when a second read a pause later lacks it too: the API may respond from a copy of the
    /// account that lags behind. An object that was written a moment ago is read for longer. All
    /// callers that miss something share the reads.
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
        let config = self.0.transport.config();
        let mut seen = self.state(operation).await?;
        if absence::is_recent(written) {
            let limited = operation.limited(config.recent_write_timeout);
            let mut poller = Poller::new(&limited, config.retry_pause);
            while !shows(&seen) && poller.pause().await? {
                let read = self
                    .get(poller.operation(), Some(seen.requested_at()))
                    .await;
                if let Some(later) = poller.seen(read)? {
                    seen = later;
                }
            }
            if let Some(failure) = poller.failure() {
                return Err(failure.clone());
            }
        } else if !shows(&seen) && !self.lock().store.lacked_before(&seen, shows) {
            operation.sleep(config.retry_pause).await?;
            seen = self.get(operation, Some(seen.requested_at())).await?;
        }
        if !shows(&seen) {
            seen.check_complete()?;
        }
        Ok(seen)
    }

    /// Returns the document that was requested last, if it is recent. Later writes may be missing
    /// from it.
    pub(super) async fn latest_state(&self, operation: &Operation) -> Result<Arc<Snapshot>> {
        let latest = self.lock().store.latest();
        match latest.filter(|it| it.requested_at().elapsed() < self.0.lifetime * LONGEST_USE) {
            Some(latest) => Ok(latest),
            None => self.state(operation).await,
        }
    }

    /// Returns the account state; with `after`, one that was requested later than that.
    async fn get(&self, operation: &Operation, after: Option<Instant>) -> Result<Arc<Snapshot>> {
        loop {
            operation.check()?;
            let read = {
                let mut state = self.lock();
                if let Some(snapshot) = state.store.get(after, self.0.lifetime) {
                    return Ok(snapshot);
                }
                let shares = !self.0.lifetime.is_zero();
                let in_flight = state.read.upgrade().filter(|_| shares);
                in_flight
                    .filter(|it| it.serves(&state.store, after))
                    .unwrap_or_else(|| {
                        let read = Arc::new(self.start_read(operation));
                        state.read = Arc::downgrade(&read);
                        read
                    })
            };
            let mut result = read.result.clone();
            let rate_limiter = &self.0.transport.rate_limiter;
            let result = tokio::select! {
                biased;
                result = result.wait_for(Option::is_some) => result.ok().and_then(|it| it.clone()),
                error = rate_limiter.until_futile(operation) => return Err(error),
            };
            match result {
                // It ran out of the time of the caller that started it. This caller has more.
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

    /// Starts a read in a task of its own, so that it outlives the caller that started it.
    fn start_read(&self, operation: &Operation) -> SharedRead {
        let (publish, result) = watch::channel(None);
        let stop = CancellationToken::new();
        let sent = Arc::new(Mutex::new(None));
        let read = SharedRead {
            sent: Arc::clone(&sent),
            deadline: operation.deadline(),
            result,
            _stop: stop.clone().drop_guard(),
        };
        let cache = self.clone();
        let operation = operation.stopped_by(stop);
        let task = async move {
            let result = cache.read(&operation, &sent).await;
            publish.send_replace(Some(result));
        };
        tokio::spawn(task.in_current_span());
        read
    }

    async fn read(
        &self,
        operation: &Operation,
        sent: &Mutex<Option<SentAt>>,
    ) -> Result<Arc<Snapshot>> {
        let transport = &self.0.transport;
        let url = transport.url(&["routed-ipv6"])?;
        let on_send = || {
            let state = self.lock();
            *lock(sent) = Some(state.store.now());
        };
        let response = transport.read(operation, url, &on_send).await?;
        let sent = *lock(sent);
        let snapshot = self.decode(&response, sent)?;
        if let Some(sent) = sent {
            self.lock().store.offer(&snapshot, sent);
        }
        Ok(snapshot)
    }

    /// Decodes a state document.
    pub(super) fn decode(
        &self,
        response: &Response,
        sent: Option<SentAt>,
    ) -> Result<Arc<Snapshot>> {
        let requested_at = sent.map_or_else(Instant::now, |it| it.time);
        let transport = &self.0.transport;
        let before = self.lock().store.latest();
        let text = response.text().ok();
        let state = text.and_then(|text| listed::decode(text, before.as_deref()).ok());
        let (state, malformed) = match state {
            Some(state) => (state, Vec::new()),
            None => partial::decode(transport.decode(response)?)
                .map_err(|why| transport.undecodable(response, &why))?,
        };
        Ok(Arc::new(Snapshot::new(state, malformed, requested_at)))
    }

    /// Starts a write.
    pub(super) fn write(&self) -> Write<'_> {
        Write {
            cache: self,
            sent: Mutex::default(),
            effect: None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

impl SharedRead {
    /// Whether a caller that comes now may wait for it.
    fn serves(&self, store: &Store, after: Option<Instant>) -> bool {
        let in_flight = self.result.borrow().is_none();
        in_flight && lock(&self.sent).is_none_or(|sent| store.serves(sent, after))
    }
}

impl Write<'_> {
    /// Notes that its request is sent now.
    pub(super) fn on_send(&self) {
        let state = self.cache.lock();
        *lock(&self.sent) = Some(state.store.now());
    }

    /// Returns when its request was last sent.
    pub(super) fn sent(&self) -> Option<SentAt> {
        *lock(&self.sent)
    }

    /// Ends the write with a known effect.
    pub(super) fn done(mut self, effect: WriteEffect) {
        self.effect = Some(effect);
    }

    /// Ends the write with a known effect and a response that shows the account.
    pub(super) fn done_with(self, effect: WriteEffect, snapshot: &Arc<Snapshot>) {
        let cache = self.cache;
        let sent = self.sent();
        self.done(effect);
        if let Some(sent) = sent {
            cache.lock().store.offer(snapshot, sent);
        }
    }
}

impl Drop for Write<'_> {
    fn drop(&mut self) {
        let effect = self.effect.take().unwrap_or(WriteEffect::Unknown);
        self.cache.lock().store.wrote(effect);
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

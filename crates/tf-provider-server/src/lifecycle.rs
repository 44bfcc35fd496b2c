//! When the server ends, and what it waits for before it does.
//!
//! * `Shutdown` of the controller, SIGTERM and SIGHUP end it. Calls stop waiting, and the server
//!   goes when they have returned: those that write get the writing grace of the
//!   [`Options`](super::Options), the others [`READING_GRACE`].
//! * `Shutdown` soon after a stop, or in the middle of a change, can be a second Ctrl-C: the core
//!   closes the connection as soon as it hears back, and goes. What has not been answered by then
//!   is in no state, and a state that is being written at that moment is cut off. So it hears back
//!   when the changes are answered and [`STORING_TIME`] has passed.
//! * `StopProvider` ends no server, it only makes the calls stop waiting.
//! * When the core dies, its connection closes. A server without a connection ends when its parent
//!   is another process than at the start (checked every [`PARENT_CHECK`]), and in any case after
//!   the idle limit of its [`Options`](super::Options).
//! * For debugging (`--debug`) it outlives all of that and ends on Ctrl-C.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long it waits for all other calls: the core kills after two seconds.
const READING_GRACE: Duration = Duration::from_millis(1500);

/// How long the core gets to store what it was answered last: a state can be far away.
const STORING_TIME: Duration = Duration::from_secs(1);

/// How often a server without a connection looks whether its parent is still there.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// What a call costs if it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    /// It can be repeated.
    Reading,
    /// It changes something that would be in no state.
    Writing,
}

/// What is going on right now.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    reading: usize,
    writing: usize,
    farewells: usize,
    connections: usize,
    /// There was a stop.
    stopped: bool,
    /// When the core will have stored the answers to all changes so far, if there were any.
    stored: Option<Instant>,
}

/// The life of one server.
pub(super) struct Lifecycle {
    for_debugging: bool,
    writing_grace: Duration,
    shutdown: CancellationToken,
    stop: Mutex<CancellationToken>,
    terraform_version: Mutex<Arc<str>>,
    counts: watch::Sender<Counts>,
}

impl Lifecycle {
    /// For debugging it outlives its cores. `writing_grace`: the longest wait for a change.
    pub(super) fn new(for_debugging: bool, writing_grace: Duration) -> Arc<Self> {
        Arc::new(Self {
            for_debugging,
            writing_grace,
            shutdown: CancellationToken::new(),
            stop: Mutex::default(),
            terraform_version: Mutex::new("".into()),
            counts: watch::Sender::default(),
        })
    }

    fn current_stop(&self) -> MutexGuard<'_, CancellationToken> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the running calls stop waiting; later ones too, unless the server is for many runs.
    pub(super) fn stop(&self) {
        self.counts.send_modify(|counts| {
            counts.stopped = true;
            // It stores what it has when it is stopped, too.
            counts.stored = counts.stored.map(|_| Instant::now() + STORING_TIME);
        });
        let mut stop = self.current_stop();
        stop.cancel();
        if self.for_debugging && !self.shutdown.is_cancelled() {
            *stop = CancellationToken::new();
        }
    }

    /// The core is done with us. Returns when it may hear so.
    pub(super) async fn core_is_done(self: &Arc<Self>) {
        if self.for_debugging {
            self.stop();
            return;
        }
        let _farewell = self.count(|counts| &mut counts.farewells);
        let in_haste = {
            let counts = self.counts.borrow();
            counts.stopped || counts.writing > 0
        };
        self.end();
        if in_haste {
            self.changes_returned(Instant::now()).await;
            let stored = self.counts.borrow().stored;
            if let Some(stored) = stored {
                tokio::time::sleep_until(stored).await;
            }
        }
    }

    /// Ends the server.
    pub(super) fn end(&self) {
        self.shutdown.cancel();
        self.stop();
    }

    /// Cancelled when the server is ending.
    pub(super) fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    pub(super) fn terraform_version(&self) -> Arc<str> {
        let version = self.terraform_version.lock();
        Arc::clone(&version.unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn set_terraform_version(&self, version: &str) {
        let mut current = self
            .terraform_version
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *current = version.into();
    }

    /// Counts one in, until the guard is dropped.
    fn count(self: &Arc<Self>, which: Which) -> Counted {
        self.counts.send_modify(|counts| *which(counts) += 1);
        Counted {
            lifecycle: Arc::clone(self),
            which,
        }
    }

    /// Counts a call in, until the guard is dropped.
    pub(super) fn call(self: &Arc<Self>, kind: CallKind) -> RunningCall {
        RunningCall {
            counted: self.count(match kind {
                CallKind::Reading => |counts| &mut counts.reading,
                CallKind::Writing => |counts| &mut counts.writing,
            }),
            kind,
            stop: self.current_stop().child_token(),
        }
    }

    /// Counts a connection in, until the guard is dropped.
    pub(super) fn connection(self: &Arc<Self>) -> OpenConnection {
        OpenConnection {
            _counted: self.count(|counts| &mut counts.connections),
        }
    }

    /// Returns when the calls have returned, or have had their time.
    pub(super) async fn calls_returned(&self) {
        let begun = Instant::now();
        let mut counts = self.counts.subscribe();
        let all = counts.wait_for(|counts| counts.reading + counts.writing + counts.farewells == 0);
        if tokio::time::timeout(READING_GRACE, all).await.is_ok() {
            return;
        }
        if !self.changes_returned(begun).await {
            tracing::error!("a change is still running, ending all the same");
            return;
        }
        let farewell = counts.wait_for(|counts| counts.farewells == 0);
        let _ = tokio::time::timeout(STORING_TIME * 2, farewell).await;
    }

    /// Waits for the calls that change something: longer than any one request of theirs may take,
    /// as what they create would be in no state. `false` when they have had their time since
    /// `begun`.
    async fn changes_returned(&self, begun: Instant) -> bool {
        let mut counts = self.counts.subscribe();
        let returned = counts.wait_for(|counts| counts.writing == 0);
        tokio::time::timeout_at(begun + self.writing_grace, returned)
            .await
            .is_ok()
    }

    /// Returns when nobody is there any more for whom to live.
    pub(super) async fn abandoned(&self, idle_limit: Duration) {
        let busy = |counts: &Counts| counts.connections + counts.reading + counts.writing > 0;
        let parent = parent();
        let mut counts = self.counts.subscribe();
        loop {
            // Neither fails: the sender lives in `self`.
            let _ = counts.wait_for(|counts| !busy(counts)).await;
            let idle_since = Instant::now();
            loop {
                let wait = PARENT_CHECK.min(idle_limit);
                let again = counts.wait_for(busy);
                if tokio::time::timeout(wait, again).await.is_ok() {
                    break;
                }
                if self::parent() != parent || idle_since.elapsed() >= idle_limit {
                    return;
                }
            }
        }
    }
}

/// The process that started us. After its death it is another one.
fn parent() -> u32 {
    #[cfg(unix)]
    return std::os::unix::process::parent_id();
    #[cfg(not(unix))]
    return 0;
}

/// Which of the counts.
type Which = fn(&mut Counts) -> &mut usize;

/// Counts one out when it is dropped.
struct Counted {
    lifecycle: Arc<Lifecycle>,
    which: Which,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let which = self.which;
        self.lifecycle
            .counts
            .send_modify(|counts| *which(counts) -= 1);
    }
}

/// A call that is running.
pub(super) struct RunningCall {
    counted: Counted,
    kind: CallKind,
    stop: CancellationToken,
}

impl RunningCall {
    /// Cancelled when the call shall stop waiting.
    pub(super) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        if self.kind == CallKind::Writing {
            let counts = &self.counted.lifecycle.counts;
            counts.send_modify(|counts| counts.stored = Some(Instant::now() + STORING_TIME));
        }
    }
}

/// A connection that is open.
pub(super) struct OpenConnection {
    _counted: Counted,
}

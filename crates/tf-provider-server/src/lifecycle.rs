//! When the server ends, and what it waits for before it does.
//!
//! * `Shutdown` of the controller, SIGTERM and SIGHUP end the server. Calls stop waiting, and the
//!   server ends when they have returned. Calls that write get the `write_grace` of the
//!   [`Options`](super::Options), the others [`READ_GRACE`].
//! * A `Shutdown` soon after a stop, or during a write, can be a second Ctrl-C. The core closes the
//!   connection and exits as soon as it gets the response. It would lose the result of a write
//!   that has no response yet, and cut off a state file that it is writing. So the server responds
//!   when all writes have a response and [`STATE_SAVE_TIME`] has passed.
//! * `StopProvider` only makes the calls stop waiting.
//! * When the core dies, its connection closes. A server without a connection ends when its parent
//!   process has changed (checked every [`PARENT_CHECK`]), and otherwise after the `idle_limit` of
//!   its [`Options`](super::Options).
//! * For debugging (`--debug`), the server ends only on Ctrl-C.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long the server waits for calls that only read: the core kills it after two seconds.
const READ_GRACE: Duration = Duration::from_millis(1500);

/// How long the core gets to save the last response: its state can be in a remote backend.
const STATE_SAVE_TIME: Duration = Duration::from_secs(1);

/// How often a server without a connection checks its parent process.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// Whether a call may be cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallKind {
    /// The call can be repeated.
    Read,
    /// The call changes an object. If it is cut off, the change is not in the state.
    Write,
}

/// What is open or running.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    reads: usize,
    writes: usize,
    shutdown_requests: usize,
    connections: usize,
    /// Whether the core asked to stop.
    stopped: bool,
    /// When the core has saved the responses to all writes so far; `None` without any.
    state_saved_at: Option<Instant>,
}

/// Decides when one server ends.
pub(super) struct Lifecycle {
    for_debugging: bool,
    write_grace: Duration,
    shutdown: CancellationToken,
    stop: Mutex<CancellationToken>,
    counts: watch::Sender<Counts>,
}

impl Lifecycle {
    /// Creates the lifecycle of a server that waits for writes no longer than `write_grace`.
    pub(super) fn new(for_debugging: bool, write_grace: Duration) -> Arc<Self> {
        Arc::new(Self {
            for_debugging,
            write_grace,
            shutdown: CancellationToken::new(),
            stop: Mutex::default(),
            counts: watch::Sender::default(),
        })
    }

    fn current_stop(&self) -> MutexGuard<'_, CancellationToken> {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the running calls stop waiting, and later ones too. A server for debugging serves many
    /// runs, so later calls wait again.
    pub(super) fn stop(&self) {
        self.counts.send_modify(|counts| {
            counts.stopped = true;
            // The core saves its state when it is stopped, too.
            let saved_at = Instant::now() + STATE_SAVE_TIME;
            counts.state_saved_at = counts.state_saved_at.map(|_| saved_at);
        });
        let mut stop = self.current_stop();
        stop.cancel();
        if self.for_debugging && !self.shutdown.is_cancelled() {
            *stop = CancellationToken::new();
        }
    }

    /// Ends the server for the core. Returns when the core may get the response.
    pub(super) async fn shut_down_for_core(self: &Arc<Self>) {
        if self.for_debugging {
            self.stop();
            return;
        }
        let _request = self.count(|counts| &mut counts.shutdown_requests);
        let is_interrupted = {
            let counts = self.counts.borrow();
            counts.stopped || counts.writes > 0
        };
        self.end();
        if is_interrupted {
            self.wait_for_writes(Instant::now()).await;
            let saved_at = self.counts.borrow().state_saved_at;
            if let Some(saved_at) = saved_at {
                tokio::time::sleep_until(saved_at).await;
            }
        }
    }

    /// Ends the server.
    pub(super) fn end(&self) {
        self.shutdown.cancel();
        self.stop();
    }

    /// Returns a token that is cancelled when the server is ending.
    pub(super) fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Increments a counter until the guard is dropped.
    fn count(self: &Arc<Self>, counter: Counter) -> CountGuard {
        self.counts.send_modify(|counts| *counter(counts) += 1);
        CountGuard {
            lifecycle: Arc::clone(self),
            counter,
        }
    }

    /// Counts a call as running until the guard is dropped.
    pub(super) fn call(self: &Arc<Self>, kind: CallKind) -> RunningCall {
        RunningCall {
            guard: self.count(match kind {
                CallKind::Read => |counts| &mut counts.reads,
                CallKind::Write => |counts| &mut counts.writes,
            }),
            kind,
            stop: self.current_stop().child_token(),
        }
    }

    /// Counts a connection as open until the guard is dropped.
    pub(super) fn connection(self: &Arc<Self>) -> OpenConnection {
        OpenConnection {
            _guard: self.count(|counts| &mut counts.connections),
        }
    }

    /// Waits until the calls have returned or their grace period is over.
    pub(super) async fn wait_for_calls(&self) {
        let begun = Instant::now();
        let mut counts = self.counts.subscribe();
        let all =
            counts.wait_for(|counts| counts.reads + counts.writes + counts.shutdown_requests == 0);
        if tokio::time::timeout(READ_GRACE, all).await.is_ok() {
            return;
        }
        if !self.wait_for_writes(begun).await {
            tracing::error!("a change is still running after the grace period, ending");
            return;
        }
        let responded = counts.wait_for(|counts| counts.shutdown_requests == 0);
        let _ = tokio::time::timeout(STATE_SAVE_TIME * 2, responded).await;
    }

    /// Waits until the calls that write have returned. Returns `false` if their grace period, which
    /// started at `begun`, is over before.
    async fn wait_for_writes(&self, begun: Instant) -> bool {
        let mut counts = self.counts.subscribe();
        let returned = counts.wait_for(|counts| counts.writes == 0);
        tokio::time::timeout_at(begun + self.write_grace, returned)
            .await
            .is_ok()
    }

    /// Resolves once the server is idle for `idle_limit`, or idle and its parent process is gone.
    pub(super) async fn wait_until_abandoned(&self, idle_limit: Duration) {
        let busy = |counts: &Counts| counts.connections + counts.reads + counts.writes > 0;
        let parent = parent();
        let mut counts = self.counts.subscribe();
        loop {
            // Waiting does not fail, because `self` holds the sender.
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

/// Returns the parent process, which changes when the original parent dies.
fn parent() -> u32 {
    #[cfg(unix)]
    return std::os::unix::process::parent_id();
    #[cfg(not(unix))]
    return 0;
}

/// Selects one of the counts.
type Counter = fn(&mut Counts) -> &mut usize;

/// Decrements a counter when it is dropped.
struct CountGuard {
    lifecycle: Arc<Lifecycle>,
    counter: Counter,
}

impl Drop for CountGuard {
    fn drop(&mut self) {
        let counter = self.counter;
        self.lifecycle
            .counts
            .send_modify(|counts| *counter(counts) -= 1);
    }
}

/// A call that is running.
pub(super) struct RunningCall {
    guard: CountGuard,
    kind: CallKind,
    stop: CancellationToken,
}

impl RunningCall {
    /// Returns a token that is cancelled when the call must stop waiting.
    pub(super) fn stop(&self) -> CancellationToken {
        self.stop.clone()
    }
}

impl Drop for RunningCall {
    fn drop(&mut self) {
        if self.kind == CallKind::Write {
            let saved_at = Instant::now() + STATE_SAVE_TIME;
            let counts = &self.guard.lifecycle.counts;
            counts.send_modify(|counts| counts.state_saved_at = Some(saved_at));
        }
    }
}

/// A connection that is open.
pub(super) struct OpenConnection {
    _guard: CountGuard,
}

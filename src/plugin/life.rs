//! When the server ends, and what it waits for before it does.
//!
//! * `Shutdown` of the controller, SIGTERM and SIGHUP end it. Calls stop waiting, and the server goes
//!   when they have returned: those that write get [`WRITING_GRACE`], the others [`READING_GRACE`].
//! * `StopProvider` ends no server, it only makes the calls stop waiting.
//! * When the core dies, its connection closes. A server without a connection ends when its parent is
//!   another process than at the start (checked every [`PARENT_CHECK`]), and in any case after the
//!   idle limit of its [`Options`](super::Options).
//! * For debugging (`--debug`) it outlives all of that and ends on Ctrl-C.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long an ending server waits for calls that change something: longer than any one request of
/// theirs may take, as what they create would be in no state.
const WRITING_GRACE: Duration = Duration::from_secs(90);

/// How long it waits for all other calls: the core kills after two seconds.
const READING_GRACE: Duration = Duration::from_millis(1500);

/// How often a server without a connection looks whether its parent is still there.
const PARENT_CHECK: Duration = Duration::from_secs(1);

/// What a call costs if it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
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
    connections: usize,
}

/// The life of one server.
pub(super) struct Life {
    for_debugging: bool,
    shutdown: CancellationToken,
    stop: Mutex<CancellationToken>,
    terraform_version: Mutex<Arc<str>>,
    counts: watch::Sender<Counts>,
}

impl Life {
    pub(super) fn new(for_debugging: bool) -> Arc<Self> {
        Arc::new(Self {
            for_debugging,
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
        let mut stop = self.current_stop();
        stop.cancel();
        if self.for_debugging && !self.shutdown.is_cancelled() {
            *stop = CancellationToken::new();
        }
    }

    /// The core is done with us.
    pub(super) fn core_is_done(&self) {
        if self.for_debugging {
            self.stop();
        } else {
            self.end();
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

    /// Counts a call in, until the guard is dropped.
    pub(super) fn call(self: &Arc<Self>, weight: Weight) -> RunningCall {
        self.counts.send_modify(|counts| match weight {
            Weight::Reading => counts.reading += 1,
            Weight::Writing => counts.writing += 1,
        });
        RunningCall {
            life: Arc::clone(self),
            weight,
            stop: self.current_stop().child_token(),
        }
    }

    /// Counts a connection in, until the guard is dropped.
    pub(super) fn connection(self: &Arc<Self>) -> OpenConnection {
        self.counts.send_modify(|counts| counts.connections += 1);
        OpenConnection {
            life: Arc::clone(self),
        }
    }

    /// Returns when the calls have returned, or have had their time.
    pub(super) async fn calls_returned(&self) {
        let mut counts = self.counts.subscribe();
        let begun = Instant::now();
        let all = counts.wait_for(|counts| counts.reading == 0 && counts.writing == 0);
        if tokio::time::timeout(READING_GRACE, all).await.is_ok() {
            return;
        }
        let written = counts.wait_for(|counts| counts.writing == 0);
        if tokio::time::timeout_at(begun + WRITING_GRACE, written)
            .await
            .is_err()
        {
            tracing::error!("a change is still running, ending all the same");
        }
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

/// A call that is running.
pub(super) struct RunningCall {
    life: Arc<Life>,
    weight: Weight,
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
        self.life.counts.send_modify(|counts| match self.weight {
            Weight::Reading => counts.reading -= 1,
            Weight::Writing => counts.writing -= 1,
        });
    }
}

/// A connection that is open.
pub(super) struct OpenConnection {
    life: Arc<Life>,
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.life
            .counts
            .send_modify(|counts| counts.connections -= 1);
    }
}

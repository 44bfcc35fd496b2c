//! The rate limiter of a client: how many requests are in flight, and when none may start.
//!
//! A 429 closes it for all requests until the time that the API names. Then a few probes go first,
//! and the rest follow when one of them got through.
//!
//! A 429 also says how many requests a window has. After that many requests the limiter pauses as
//! long as the last 429 demanded, but never for long, and sends probes again. So most windows end
//! without a 429.
//!
//! Only a closed limiter fails an operation without a request, and only when it opens too late.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit, watch};
use tokio::time::Instant;

use super::backoff::backoff;
use super::error::{Error, ErrorKind, Result};
use super::operation::{Operation, in_words};
use super::rate_headers::RateHeaders;

/// How many requests go first after a 429.
const PROBES: usize = 2;

/// How long a request waits at most because a window seems to be used up.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The longest wait after a 429 that names none. Jitter at most doubles it.
const LONGEST_BACKOFF: Duration = Duration::from_secs(15);

/// Limits the requests of a client. See the module's text.
#[derive(Debug)]
pub(super) struct RateLimiter {
    slots: Semaphore,
    closed_until: watch::Sender<Option<Instant>>,
    state: Mutex<State>,
    /// A request has ended.
    ended: Notify,
    shortest_pause: Duration,
}

#[derive(Debug, Default)]
struct State {
    in_flight: usize,
    /// How often the limiter was closed. It tells responses to requests from before the last time
    /// from later ones.
    closings: u64,
    /// 429s in a row.
    refusals: usize,
    /// Only probes may start: whether a window has begun is not known.
    probing: bool,
    /// How many requests a window has, as the last 429 said.
    limit: Option<usize>,
    /// How many requests got through in this window.
    passed: usize,
    /// How long the last 429 closed the limiter.
    pause: Duration,
    /// When the pause ends, once the window seems to be used up.
    resumes_at: Option<Instant>,
}

/// Whether a request may start.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    /// It may, after the limiter was closed so often.
    Start(u64),
    /// Not before another request has ended.
    WaitForEnd,
    /// Not before this time.
    WaitUntil(Instant),
}

/// A permit to have one request in flight, released on drop.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limiter: &'a RateLimiter,
    closings: u64,
    _slot: SemaphorePermit<'a>,
}

impl RateLimiter {
    pub(super) fn new(max_in_flight: usize, shortest_pause: Duration) -> Self {
        Self {
            slots: Semaphore::new(max_in_flight.min(Semaphore::MAX_PERMITS)),
            closed_until: watch::Sender::default(),
            state: Mutex::default(),
            ended: Notify::new(),
            shortest_pause,
        }
    }

    /// Waits for a permit to send one request.
    ///
    /// # Errors
    ///
    /// [`Error::is_rate_limited`] at once when the limiter opens only after the operation's end.
    pub(super) async fn acquire(&self, operation: &Operation) -> Result<Permit<'_>> {
        tokio::select! {
            biased;
            error = self.until_futile(operation) => Err(error),
            permit = self.permit(operation) => permit,
        }
    }

    /// Waits until the operation can get no permit any more, and returns why: it was stopped, its
    /// time is over, or the limiter opens too late.
    pub(super) async fn until_futile(&self, operation: &Operation) -> Error {
        if let Err(error) = operation.check() {
            return error;
        }
        let mut closed_until = self.closed_until.subscribe();
        let too_late = |until: &Option<Instant>| until.is_some_and(|it| it >= operation.deadline());
        let closed = async {
            let until = closed_until.wait_for(too_late).await;
            until.ok().and_then(|it| *it)
        };
        match operation.run(closed).await {
            Ok(until) => opens_too_late(operation, until),
            Err(error) => error,
        }
    }

    async fn permit(&self, operation: &Operation) -> Result<Permit<'_>> {
        let slot = self.slots.acquire().await;
        let slot =
            slot.map_err(|_| Error::new(ErrorKind::Cancelled, "the client was shut down"))?;
        let pause_end = || Instant::now() + LONGEST_PAUSE.min(operation.remaining() / 2);
        let mut pauses_until = pause_end();
        loop {
            let ended = self.ended.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            let closed_until = *self.closed_until.borrow();
            if let Some(until) = closed_until.filter(|it| *it > Instant::now()) {
                tokio::time::sleep_until(until).await;
                pauses_until = pause_end();
                continue;
            }
            let now = Instant::now();
            let decision = self.lock().start(now, now < pauses_until);
            let until = match decision {
                Decision::Start(closings) => {
                    return Ok(Permit {
                        limiter: self,
                        closings,
                        _slot: slot,
                    });
                }
                Decision::WaitForEnd if now < pauses_until => pauses_until,
                Decision::WaitForEnd => {
                    ended.await;
                    continue;
                }
                Decision::WaitUntil(at) => at.min(pauses_until),
            };
            tokio::select! {
                () = ended => {}
                () = tokio::time::sleep_until(until) => {}
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in a critical section can leave the counters half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn opens_too_late(operation: &Operation, until: Option<Instant>) -> Error {
    let until = until.unwrap_or_else(Instant::now);
    let wait = in_words(until.saturating_duration_since(Instant::now()));
    let left = in_words(operation.remaining());
    let text = format!(
        "the API takes no more requests for {wait}, and this operation has only {left} left"
    );
    Error::new(ErrorKind::RateLimited, text).of_operation_over()
}

impl Permit<'_> {
    /// Notes a response with a status other than 429.
    pub(super) fn got_through(&self) {
        let mut state = self.limiter.lock();
        if self.closings == state.closings {
            state.refusals = 0;
            state.probing = false;
            state.passed += 1;
        }
    }

    /// Notes a response with status 429: closes the limiter.
    pub(super) fn was_refused(&self, rate: &RateHeaders) {
        let mut state = self.limiter.lock();
        if self.closings == state.closings {
            state.closings += 1;
            state.refusals += 1;
        }
        state.limit = rate.limit.filter(|it| *it > 0).or(state.limit);
        // A wait of zero would repeat the request at once, and be refused again.
        let named = rate.retry_after.or(rate.reset).filter(|it| !it.is_zero());
        let wait = named.unwrap_or_else(|| {
            let nth = state.refusals.saturating_sub(1).min(20);
            backoff(self.limiter.shortest_pause, LONGEST_BACKOFF)
                .nth(nth)
                .unwrap_or(LONGEST_BACKOFF)
        });
        // More precise than `Retry-After` in whole seconds. A tenth more, because the next window
        // may last longer.
        let reset = rate.reset.filter(|it| !it.is_zero());
        state.pause = reset.map_or(wait, |it| it + it / 10);
        state.begin_window();
        let until = Some(Instant::now() + wait);
        let later = |closed_until: &mut Option<Instant>| *closed_until = until.max(*closed_until);
        self.limiter.closed_until.send_modify(later);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.lock().in_flight -= 1;
        self.limiter.ended.notify_waiters();
    }
}

impl State {
    /// Decides about a request, and counts it when it may start. A request that may not
    /// pause any longer does not wait because of the count.
    fn start(&mut self, now: Instant, may_pause: bool) -> Decision {
        let is_used_up = self
            .limit
            .is_some_and(|limit| self.passed + self.in_flight >= limit);
        if is_used_up && may_pause && self.in_flight > 0 {
            return Decision::WaitForEnd;
        }
        if is_used_up {
            let resumes_at = *self.resumes_at.get_or_insert(now + self.pause);
            if may_pause && now < resumes_at {
                return Decision::WaitUntil(resumes_at);
            }
            self.begin_window();
        }
        if self.probing && self.in_flight >= PROBES {
            return Decision::WaitForEnd;
        }
        self.in_flight += 1;
        Decision::Start(self.closings)
    }

    fn begin_window(&mut self) {
        self.probing = true;
        self.passed = 0;
        self.resumes_at = None;
    }
}

#[cfg(test)]
mod tests;

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

/// See the module's text.
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
        let patience = Instant::now() + LONGEST_PAUSE.min(operation.remaining() / 2);
        loop {
            let ended = self.ended.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            let closed_until = *self.closed_until.borrow();
            if let Some(until) = closed_until.filter(|it| *it > Instant::now()) {
                tokio::time::sleep_until(until).await;
                continue;
            }
            let now = Instant::now();
            let decision = self.lock().start(now, now < patience);
            let until = match decision {
                Decision::Start(closings) => {
                    return Ok(Permit {
                        limiter: self,
                        closings,
                        _slot: slot,
                    });
                }
                Decision::WaitForEnd if now < patience => patience,
                Decision::WaitForEnd => {
                    ended.await;
                    continue;
                }
                Decision::WaitUntil(at) => at.min(patience),
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
        state.pause = wait;
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
    /// Decides about a request, and counts it when it may start. A request that is no longer patient
    /// does not wait because of the count.
    fn start(&mut self, now: Instant, is_patient: bool) -> Decision {
        let is_used_up = self
            .limit
            .is_some_and(|limit| self.passed + self.in_flight >= limit);
        if is_used_up && is_patient && self.in_flight > 0 {
            return Decision::WaitForEnd;
        }
        if is_used_up {
            let resumes_at = *self.resumes_at.get_or_insert(now + self.pause);
            if is_patient && now < resumes_at {
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
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_operation_ends_because_a_window_seems_to_be_used_up() {
        let limiter = RateLimiter::new(8, Duration::from_millis(500));
        let operation = || Operation::new(Duration::from_secs(4), CancellationToken::new());
        let one_in_a_second = RateHeaders {
            limit: Some(1),
            retry_after: Some(Duration::from_secs(1)),
            ..RateHeaders::default()
        };
        let refused = limiter.acquire(&operation()).await.expect("a permit");
        refused.was_refused(&one_in_a_second);
        drop(refused);
        let begun = Instant::now();
        let first = limiter.acquire(&operation()).await.expect("a permit");
        assert_eq!(begun.elapsed(), Duration::from_secs(1));
        first.got_through();
        // The first one is still in flight, and uses up the window.
        let _second = limiter.acquire(&operation()).await.expect("a permit");
        assert_eq!(begun.elapsed(), Duration::from_secs(3));
    }

    #[test]
    fn after_as_many_requests_as_a_window_has_probes_go_first_after_a_pause() {
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let mut state = State {
            limit: Some(4),
            pause: Duration::from_secs(3),
            probing: true,
            ..State::default()
        };
        assert_eq!(state.start(begun, true), Decision::Start(0));
        assert_eq!(state.start(begun, true), Decision::Start(0));
        assert_eq!(state.start(begun, true), Decision::WaitForEnd);
        // Both probes got through.
        (state.probing, state.passed, state.in_flight) = (false, 2, 0);
        assert_eq!(state.start(begun, true), Decision::Start(0));
        assert_eq!(state.start(begun, true), Decision::Start(0));
        assert_eq!(state.start(begun, true), Decision::WaitForEnd);
        // The window is used up.
        (state.passed, state.in_flight) = (4, 0);
        assert_eq!(state.start(begun, true), Decision::WaitUntil(after(3)));
        assert_eq!(state.start(after(1), true), Decision::WaitUntil(after(3)));
        assert_eq!(state.start(after(3), true), Decision::Start(0));
        assert_eq!(state.start(after(3), true), Decision::Start(0));
        assert_eq!(state.start(after(3), true), Decision::WaitForEnd);
    }
}

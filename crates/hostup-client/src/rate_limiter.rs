//! The one limiter of the process: how many requests are in flight, and when none may start.
//!
//! A 429 closes it for everybody until the time the API names. Then a few go first, and only when
//! one of them got through do all. What ordinary answers say about the rate is used to stop
//! *before* the wall: a request starts only when the window has more room than the requests in
//! flight may still take.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::error::{Error, ErrorKind, Result};
use super::operation::{Operation, in_words};
use super::retry::{RateHeaders, pauses};

/// How many go first after a 429.
const PROBES: usize = 2;

/// A window of an ordinary answer that ends later than this is not waited for: let a 429 say so.
const LONGEST_FORESIGHT: Duration = Duration::from_mins(1);

/// The end of a window is written in milliseconds, and rounded down.
const BLUR: Duration = Duration::from_millis(5);

/// Ends closer than this are one: each answer is written and read at a slightly different time.
const SAME_END: Duration = Duration::from_millis(100);

/// See the module's text.
#[derive(Debug)]
pub(super) struct RateLimiter {
    permits: Semaphore,
    state: Mutex<State>,
    /// Something changed for those who hold a permit.
    changed: Notify,
    /// The limiter was closed: those who queue for a permit look whether they still have the time.
    closed: Notify,
    shortest_pause: Duration,
}

#[derive(Debug, Default)]
struct State {
    in_flight: usize,
    closed_until: Option<Instant>,
    /// How often the limiter was closed: tells answers to requests from before the last time from
    /// later ones.
    closings: u64,
    /// Closings since anything got through.
    strikes: usize,
    window: Option<Window>,
    /// How long a window is, as far as 429s have shown.
    length: Option<Duration>,
}

/// What is known about the API's current window.
#[derive(Debug)]
struct Window {
    limit: Option<usize>,
    /// By the API's count when it tells, else by ours.
    remaining: usize,
    /// When it ends.
    ends: Option<Instant>,
    /// When its first request started, when the count is ours.
    begun: Option<Instant>,
    /// Requests that got through although it was full by our count.
    beyond: usize,
}

impl Window {
    /// A window of which nothing but the size is known.
    fn fresh(limit: usize) -> Self {
        Self {
            limit: Some(limit),
            remaining: limit,
            ends: None,
            begun: None,
            beyond: 0,
        }
    }
}

/// What a request that wants to start is told.
#[derive(Debug, PartialEq, Eq)]
enum Admission {
    Go,
    /// At this time, or when something changes.
    Until(Instant),
    /// When something changes.
    Change,
}

/// The right to have one request in flight; ends with the value.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limiter: &'a RateLimiter,
    closings: u64,
    _slot: SemaphorePermit<'a>,
}

impl RateLimiter {
    pub(super) fn new(max_in_flight: usize, shortest_pause: Duration) -> Self {
        Self {
            permits: Semaphore::new(max_in_flight.min(Semaphore::MAX_PERMITS)),
            state: Mutex::default(),
            changed: Notify::new(),
            closed: Notify::new(),
            shortest_pause,
        }
    }

    /// Waits for the right to send one request.
    ///
    /// # Errors
    ///
    /// [`Error::is_rate_limited`] at once when the limiter opens only after the operation's end.
    pub(super) async fn acquire(&self, operation: &Operation) -> Result<Permit<'_>> {
        let permit = self.permit(operation).await?;
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            operation.check()?;
            let admission = self.lock().admit(Instant::now());
            match admission {
                Admission::Go => {
                    let closings = self.lock().closings;
                    return Ok(Permit {
                        limiter: self,
                        closings,
                        _slot: permit,
                    });
                }
                Admission::Until(at) => {
                    in_time(operation, at)?;
                    let either = async {
                        tokio::select! { () = changed => {}, () = tokio::time::sleep_until(at) => {} }
                    };
                    operation.run(either).await?;
                }
                Admission::Change => operation.run(changed).await?,
            }
        }
    }

    async fn permit(&self, operation: &Operation) -> Result<SemaphorePermit<'_>> {
        let permit = self.permits.acquire();
        tokio::pin!(permit);
        loop {
            let closed = self.closed.notified();
            tokio::pin!(closed);
            closed.as_mut().enable();
            self.check(operation)?;
            let either = async {
                tokio::select! { biased; got = permit.as_mut() => Some(got), () = closed => None }
            };
            if let Some(got) = operation.run(either).await? {
                return got
                    .map_err(|_| Error::new(ErrorKind::Cancelled, "the client was shut down"));
            }
        }
    }

    /// Fails when the operation is over, or will be before the limiter opens.
    fn check(&self, operation: &Operation) -> Result<()> {
        operation.check()?;
        let closed_until = self.lock().closed_until;
        closed_until.map_or(Ok(()), |at| in_time(operation, at))
    }

    /// Ends, with why, when there is no use in waiting for anything that must pass the limiter.
    pub(super) async fn hopeless(&self, operation: &Operation) -> Error {
        loop {
            let closed = self.closed.notified();
            tokio::pin!(closed);
            closed.as_mut().enable();
            if let Err(error) = self.check(operation) {
                return error;
            }
            if let Err(error) = operation.run(closed).await {
                return error;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in a critical section can leave the counters half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_time(operation: &Operation, at: Instant) -> Result<()> {
    if at < operation.deadline() {
        return Ok(());
    }
    let wait = in_words(at.saturating_duration_since(Instant::now()));
    let left = in_words(operation.remaining());
    let text = format!(
        "the API takes no more requests for {wait}, and this operation has only {left} left"
    );
    Err(Error::new(ErrorKind::RateLimited, text).of_operation_over())
}

impl Permit<'_> {
    /// The request was answered, with anything but 429.
    pub(super) fn answered(&self, rate: &RateHeaders) {
        let mut state = self.limiter.lock();
        if self.closings == state.closings {
            state.closed_until = None;
            state.strikes = 0;
        }
        state.learn(rate, Instant::now());
    }

    /// The request was answered with 429.
    pub(super) fn refused(&self, rate: &RateHeaders) {
        {
            let mut state = self.limiter.lock();
            let now = Instant::now();
            if self.closings == state.closings {
                state.closings += 1;
                state.strikes += 1;
            }
            let asked = rate.retry_after.or(rate.reset);
            // "At once" is no answer to "too many": it would be a storm.
            let wait = asked.filter(|it| !it.is_zero()).unwrap_or_else(|| {
                let nth = state.strikes.saturating_sub(1).min(20);
                pauses(self.limiter.shortest_pause)
                    .nth(nth)
                    .unwrap_or(self.limiter.shortest_pause)
            });
            let until = now + wait;
            state.closed_until = Some(state.closed_until.map_or(until, |at| at.max(until)));
            state.learn_limit(rate, now);
        }
        self.limiter.closed.notify_waiters();
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.lock().in_flight -= 1;
        self.limiter.changed.notify_waiters();
    }
}

impl State {
    /// Decides about one request, and counts it when it may start.
    fn admit(&mut self, now: Instant) -> Admission {
        if let Some(at) = self.closed_until.filter(|at| *at > now) {
            return Admission::Until(at);
        }
        if self.strikes > 0 && self.in_flight >= PROBES {
            return Admission::Change;
        }
        self.roll(now);
        if let Some(window) = &mut self.window {
            if window.remaining <= self.in_flight {
                match window.ends {
                    Some(at) => return Admission::Until(at),
                    // By our own count it is used up, and nobody says until when: one at a time
                    // finds out.
                    None if self.in_flight > 0 => return Admission::Change,
                    None => {}
                }
            }
            // A window of our own reckoning may not have begun yet: a few go first here, too.
            let untried = window.begun.is_some() && window.limit == Some(window.remaining);
            if untried && self.in_flight >= PROBES {
                return Admission::Change;
            }
            if window.ends.is_none() && window.begun.is_none() {
                window.begun = Some(now);
                window.ends = self.length.map(|length| now + length + BLUR);
            }
        }
        self.in_flight += 1;
        Admission::Go
    }

    /// A window that has ended is followed by a fresh one of the same size, of unknown end.
    fn roll(&mut self, now: Instant) {
        let Some(window) = &self.window else { return };
        if window.ends.is_some_and(|at| at <= now) {
            self.window = window.limit.map(Window::fresh);
        }
    }

    /// Takes in what an ordinary answer says.
    fn learn(&mut self, rate: &RateHeaders, now: Instant) {
        let (Some(remaining), Some(after)) = (rate.remaining, rate.reset) else {
            // It says nothing: count ourselves, if a 429 has told how far.
            if let Some(window) = self.window.as_mut().filter(|it| it.begun.is_some()) {
                let limit = window.limit.unwrap_or_default();
                if window.remaining > 0 {
                    window.remaining -= 1;
                } else if window.beyond < limit {
                    window.beyond += 1;
                } else {
                    self.window = Some(Window::fresh(limit));
                }
            }
            return;
        };
        if after > LONGEST_FORESIGHT {
            self.window = None;
            return;
        }
        let at = now + after + BLUR;
        match &mut self.window {
            Some(Window {
                remaining: known,
                ends: Some(ends),
                ..
            }) if at.max(*ends) - at.min(*ends) <= SAME_END => {
                // Answers overtake each other: the lowest count is the latest.
                *known = remaining.min(*known);
            }
            Some(Window {
                ends: Some(ends), ..
            }) if at < *ends => {}
            _ => {
                self.window = Some(Window {
                    limit: rate.limit,
                    remaining,
                    ends: Some(at),
                    begun: None,
                    beyond: 0,
                });
            }
        }
    }

    /// Takes in what a 429 says: when the limiter opens again, a window of this size begins.
    fn learn_limit(&mut self, rate: &RateHeaders, now: Instant) {
        let known = self
            .window
            .as_ref()
            .and_then(|it| Some((it.begun?, it.remaining)));
        if let (Some((begun, remaining)), Some(after)) = (known, rate.reset) {
            let length = match self.length {
                // Used up by our own count: this is the window that we began.
                None if remaining == 0 => Some((now + after).saturating_duration_since(begun)),
                // It was begun a little too early: the request was faster than that of the window
                // before.
                Some(length) if after < length / 4 => Some(length + after),
                other => other,
            };
            self.length = length.filter(|it| *it <= LONGEST_FORESIGHT);
        }
        let limit = rate
            .limit
            .or(self.window.as_ref().and_then(|it| it.limit))
            .filter(|it| *it > 0);
        self.window = limit.map(Window::fresh);
    }
}

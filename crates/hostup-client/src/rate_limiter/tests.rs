//! The rate limiter with a virtual clock.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::*;

fn operation(seconds: u64) -> Operation {
    Operation::new(Duration::from_secs(seconds), CancellationToken::new())
}

/// An API that takes 20 requests in each second. A window begins with its first request.
#[derive(Default)]
struct Api {
    begun: Option<Instant>,
    taken: usize,
    requests: usize,
    refused: usize,
}

impl Api {
    /// Takes a request, or says how the headers of the 429 are.
    fn take(&mut self) -> std::result::Result<(), RateHeaders> {
        const WINDOW: Duration = Duration::from_secs(1);
        self.requests += 1;
        let begun = *self.begun.get_or_insert_with(Instant::now);
        if begun.elapsed() >= WINDOW {
            (self.begun, self.taken) = (Some(Instant::now()), 0);
        } else if self.taken == 20 {
            self.refused += 1;
            return Err(RateHeaders {
                retry_after: Some(WINDOW),
                limit: Some(20),
                reset: Some(WINDOW.saturating_sub(begun.elapsed())),
            });
        }
        self.taken += 1;
        Ok(())
    }
}

/// Sends one request until it is taken. The API needs `latency` for a response.
async fn send(limiter: &RateLimiter, api: &Mutex<Api>, latency: Duration) {
    loop {
        let permit = limiter.acquire(&operation(600)).await.expect("a permit");
        tokio::time::sleep(latency / 2).await;
        let taken = api.lock().expect("not poisoned").take();
        tokio::time::sleep(latency / 2).await;
        match taken {
            Ok(()) => return permit.got_through(),
            Err(rate) => permit.was_refused(&rate),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fewer_than_a_tenth_of_the_requests_are_refused_under_a_limit() {
    for (at_a_time, latency) in [(8, 5), (8, 100), (20, 5), (20, 50), (20, 200)] {
        let limiter = Arc::new(RateLimiter::new(at_a_time, Duration::from_millis(500)));
        let api = Arc::new(Mutex::new(Api::default()));
        let begun = Instant::now();
        let requests: Vec<_> = (0..200)
            .map(|_| {
                let (limiter, api) = (Arc::clone(&limiter), Arc::clone(&api));
                tokio::spawn(async move {
                    send(&limiter, &api, Duration::from_millis(latency)).await;
                })
            })
            .collect();
        for request in requests {
            request.await.expect("no panic");
        }
        let api = api.lock().expect("not poisoned");
        let (refused, requests) = (api.refused, api.requests);
        let case = format!(
            "{at_a_time} at a time, {latency} ms: {refused} of {requests} refused, {:?}",
            begun.elapsed()
        );
        assert!(refused * 10 < requests, "{case}");
        assert!(begun.elapsed() < Duration::from_secs(16), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_operation_ends_because_a_window_seems_to_be_used_up() {
    let limiter = RateLimiter::new(8, Duration::from_millis(500));
    let one_in_a_second = RateHeaders {
        limit: Some(1),
        retry_after: Some(Duration::from_secs(1)),
        ..RateHeaders::default()
    };
    let refused = limiter.acquire(&operation(4)).await.expect("a permit");
    refused.was_refused(&one_in_a_second);
    drop(refused);
    let begun = Instant::now();
    let first = limiter.acquire(&operation(4)).await.expect("a permit");
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
    first.got_through();
    // The first one is still in flight, and uses up the window.
    let _second = limiter.acquire(&operation(4)).await.expect("a permit");
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

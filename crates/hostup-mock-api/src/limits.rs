//! The rate limit: a number of requests in each window, per key, with the documented headers.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::ids;
use crate::problem::Refusal;
use crate::switches::RateLimit;

/// The current window of each key.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    by_key: HashMap<String, (Instant, u32)>,
}

impl Windows {
    /// Counts a request, or refuses it. Refused requests do not count.
    pub(crate) fn admit(
        &mut self,
        limit: RateLimit,
        code: &str,
        key: &str,
        now: Instant,
    ) -> Result<(), Refusal> {
        let (start, used) = self.by_key.entry(key.to_owned()).or_insert((now, 0));
        if now.duration_since(*start) >= limit.window {
            (*start, *used) = (now, 0);
        }
        if *used >= limit.requests {
            let left = limit.window.saturating_sub(now.duration_since(*start));
            return Err(too_many(code, limit.requests, left));
        }
        *used += 1;
        Ok(())
    }
}

/// Returns a 429 with every documented header.
pub(crate) fn too_many(code: &str, limit: u32, reset: Duration) -> Refusal {
    let seconds = reset.as_secs() + u64::from(reset.subsec_nanos() > 0);
    Refusal::new(
        429,
        code,
        "Too many requests. Retry after the limit resets.",
    )
    .header("X-RateLimit-Limit", &limit)
    .header("X-RateLimit-Remaining", &0)
    .header("X-RateLimit-Reset", &ids::timestamp(ids::after(reset)))
    .header("Retry-After", &seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_a_number_of_requests_in_each_window() {
        let limit = RateLimit {
            requests: 2,
            window: Duration::from_secs(30),
        };
        let mut windows = Windows::default();
        let start = Instant::now();
        let mut admitted = |key: &str, seconds: u64| {
            let at = start + Duration::from_secs(seconds);
            windows.admit(limit, "rate_limited", key, at).is_ok()
        };
        assert!(admitted("a", 0));
        assert!(admitted("a", 10));
        assert!(!admitted("a", 29));
        assert!(admitted("b", 29));
        assert!(admitted("a", 30));
        assert!(admitted("a", 31));
        assert!(!admitted("a", 59));
    }
}

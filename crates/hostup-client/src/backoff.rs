//! The pauses between attempts and between reads: exponential, with jitter.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// Returns pauses without end. The first is between `shortest` and twice that; each later one is
/// twice as long as the one before, up to `longest` and its jitter.
pub(super) fn backoff(shortest: Duration, longest: Duration) -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(shortest)
        .with_max_delay(longest.max(shortest))
        .with_factor(2.0)
        .without_max_times()
        .with_jitter()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_the_longest_and_never_end() {
        let longest = Duration::from_secs(15);
        let pauses: Vec<_> = backoff(Duration::from_millis(500), longest)
            .take(100)
            .collect();
        assert!(pauses[0] >= Duration::from_millis(500) && pauses[0] <= Duration::from_secs(1));
        assert!(pauses[2] >= Duration::from_secs(2));
        assert!(pauses.iter().all(|it| *it <= 2 * longest));
        assert_eq!(pauses.len(), 100);
    }
}

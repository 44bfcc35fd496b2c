//! Finding out what a write did whose response does not tell.

use std::time::Duration;

use tokio::time::Instant;

use super::config::Config;
use super::error::{Error, Result};
use super::operation::Operation;
use super::poller::Poller;

/// Returns how long to read the account after a create that failed with `lost`: as long as the
/// operation has time when the API said that the create succeeded.
pub(super) fn timeout(lost: &Error, config: &Config) -> Duration {
    if lost.is_success() {
        Duration::MAX
    } else {
        config.lost_write_timeout
    }
}

/// Repeats `read` until `judge` finds in its result what the write did. `judge` also gets the time
/// since the first read began. Returns `None` when it finds nothing in time.
///
/// # Errors
///
/// Why the last read failed.
pub(super) async fn recover<R, T, F: Future<Output = Result<R>>>(
    operation: &Operation,
    timeout: Duration,
    first_pause: Duration,
    mut read: impl FnMut(Operation) -> F,
    mut judge: impl FnMut(R, Duration) -> Option<T>,
) -> Result<Option<T>> {
    let begun = Instant::now();
    let settling = operation.settling(timeout);
    let mut poller = Poller::new(settling.operation(), first_pause);
    loop {
        let read = read(poller.operation().clone()).await;
        if let Some(seen) = poller.seen(read)?
            && let Some(found) = judge(seen, begun.elapsed())
        {
            tracing::info!("the account shows what a create did whose response was lost");
            return Ok(Some(found));
        }
        // After a stop the last read counts.
        if !matches!(poller.pause().await, Ok(true)) {
            break;
        }
    }
    poller
        .failure()
        .map_or(Ok(None), |error| Err(error.clone()))
}

//! Repeated reads with growing pauses, until an object is as it should be or the time is over.

use std::time::Duration;

use backon::ExponentialBackoff;
use tokio::time::Instant;

use super::backoff::backoff;
use super::error::{Error, Result};
use super::operation::Operation;

/// The longest pause between two reads. Jitter at most doubles it.
const LONGEST_PAUSE: Duration = Duration::from_millis(2500);

/// Paces a loop of reads. The last pause is shortened, so that the last read starts when the time
/// is over.
///
/// A read that failed does not end the loop, unless the next one must fail for the same reason. The
/// last failure is kept for the message about the time-out.
#[derive(Debug)]
pub struct Poller {
    operation: Operation,
    deadline: Instant,
    pauses: ExponentialBackoff,
    at_deadline: bool,
    failure: Option<Error>,
}

impl Poller {
    /// Creates a poller for reads within the time of `operation`. `first_pause` is the shortest
    /// pause.
    pub fn new(operation: &Operation, first_pause: Duration) -> Self {
        Self {
            operation: operation.with_last_read(),
            deadline: operation.deadline(),
            pauses: backoff(first_pause, LONGEST_PAUSE),
            at_deadline: false,
            failure: None,
        }
    }

    /// The operation to make each read with. It leaves time for the last read after the deadline.
    pub fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Waits until the next read is due. Returns `false` when the last read was made at the
    /// deadline.
    ///
    /// # Errors
    ///
    /// [`Error::is_cancelled`] as soon as the operation is stopped.
    pub async fn pause(&mut self) -> Result<bool> {
        if self.at_deadline {
            return Ok(false);
        }
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        let due = (Instant::now() + pause).min(self.deadline);
        self.at_deadline = due >= self.deadline;
        let left = due.saturating_duration_since(Instant::now());
        self.operation.sleep(left).await?;
        Ok(true)
    }

    /// Whether the next read is made at the deadline.
    pub fn is_last(&self) -> bool {
        self.at_deadline
    }

    /// Takes the result of a read. Returns `None` when it failed and the next one may succeed.
    ///
    /// # Errors
    ///
    /// When the next read would fail for the same reason: the key is refused, or the operation was
    /// stopped.
    pub fn seen<T>(&mut self, read: Result<T>) -> Result<Option<T>> {
        match read {
            Ok(seen) => {
                self.failure = None;
                Ok(Some(seen))
            }
            Err(error) if error.is_permanent() => Err(error),
            Err(error) => {
                tracing::debug!(%error, "a read failed");
                self.failure = Some(error);
                Ok(None)
            }
        }
    }

    /// Why the last read failed, if it did.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    /// Returns when the reads of a wait happen that finds nothing. The first read is at once.
    async fn reads(operation: &Operation) -> Vec<Duration> {
        let begun = Instant::now();
        let mut poller = Poller::new(operation, Duration::from_millis(500));
        let mut reads = vec![begun.elapsed()];
        while poller.pause().await.expect("not stopped") {
            reads.push(begun.elapsed());
        }
        reads
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_read_is_made_at_the_deadline_and_pauses_stay_short() {
        let operation = Operation::new(Duration::from_secs(30), CancellationToken::new());
        let reads = reads(&operation).await;
        assert_eq!(reads.last(), Some(&Duration::from_secs(30)));
        let pauses = reads.windows(2).map(|two| two[1].saturating_sub(two[0]));
        assert!(pauses.max() <= Some(2 * LONGEST_PAUSE), "{reads:?}");
        let no_time = Operation::new(Duration::ZERO, CancellationToken::new());
        assert_eq!(self::reads(&no_time).await.len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn settling_goes_on_for_ten_seconds_after_a_stop() {
        let stop = CancellationToken::new();
        let operation = Operation::new(Duration::from_hours(1), stop.clone());
        let settling = operation.settling(Duration::from_secs(30));
        let begun = Instant::now();
        tokio::time::sleep(Duration::from_secs(4)).await;
        stop.cancel();
        let mut poller = Poller::new(settling.operation(), Duration::from_millis(500));
        while let Ok(more) = poller.pause().await {
            assert!(more);
        }
        assert_eq!(begun.elapsed(), Duration::from_secs(14));
    }
}

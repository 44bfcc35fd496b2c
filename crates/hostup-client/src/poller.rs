//! Looks at something again and again, with growing pauses, until it is as it should be or the time
//! is over.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use super::error::{Error, Result};
use super::operation::Operation;

/// The longest pause between two looks. Jitter at most doubles it.
const LONGEST_PAUSE: Duration = Duration::from_millis(2500);

/// Paces a loop of looks. The last pause is shortened, so that one last look is made when the time
/// is over.
///
/// A look that failed does not end the loop, unless the next one must fail for the same reason. The
/// error of the last one is in the message about the time-out.
#[derive(Debug)]
pub struct Poller {
    looking: Operation,
    deadline: Instant,
    pauses: ExponentialBackoff,
    at_deadline: bool,
    failure: Option<Error>,
}

impl Poller {
    /// Looks within the time of `operation`. `first_pause` is the shortest pause.
    pub fn new(operation: &Operation, first_pause: Duration) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(first_pause)
            .with_max_delay(LONGEST_PAUSE.max(first_pause))
            .with_factor(1.5)
            .without_max_times()
            .with_jitter()
            .build();
        Self {
            looking: operation.with_last_look(),
            deadline: operation.deadline(),
            pauses,
            at_deadline: false,
            failure: None,
        }
    }

    /// What each look is made with: it outlasts the wait by the last look.
    pub fn operation(&self) -> &Operation {
        &self.looking
    }

    /// Waits until the next look is due. `false`: the last one was made when the time was over.
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
        self.looking.sleep(left).await?;
        Ok(true)
    }

    /// Takes the result of a look. `None`: it failed, and the next one may succeed.
    ///
    /// # Errors
    ///
    /// When the next look would fail for the same reason: the key is refused, or the operation was
    /// stopped.
    pub fn seen<T>(&mut self, look: Result<T>) -> Result<Option<T>> {
        match look {
            Ok(seen) => {
                self.failure = None;
                Ok(Some(seen))
            }
            Err(error) if error.is_hopeless() => Err(error),
            Err(error) => {
                tracing::debug!(%error, "a look failed");
                self.failure = Some(error);
                Ok(None)
            }
        }
    }

    /// Why the last look failed, if it did.
    pub fn failure(&self) -> Option<&Error> {
        self.failure.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    /// The times of the looks of a wait that finds nothing, the first of which is made at once.
    async fn looks(operation: &Operation) -> Vec<Duration> {
        let begun = Instant::now();
        let mut poller = Poller::new(operation, Duration::from_millis(500));
        let mut looks = vec![begun.elapsed()];
        while poller.pause().await.expect("not stopped") {
            looks.push(begun.elapsed());
        }
        looks
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_look_is_made_when_the_time_is_over_and_pauses_stay_short() {
        let operation = Operation::new(Duration::from_secs(30), CancellationToken::new());
        let looks = looks(&operation).await;
        assert_eq!(looks.last(), Some(&Duration::from_secs(30)));
        let pauses = looks.windows(2).map(|two| two[1].saturating_sub(two[0]));
        assert!(pauses.max() <= Some(2 * LONGEST_PAUSE), "{looks:?}");
        let at_once = Operation::new(Duration::ZERO, CancellationToken::new());
        assert_eq!(self::looks(&at_once).await.len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_settles_outlasts_a_stop_by_ten_seconds() {
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

//! An operation: the deadline that its requests and waits share, and what stops it.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::error::{Error, ErrorKind, Result};

/// As good as no time-out, and an `Instant` can hold it.
const FOR_EVER: Duration = Duration::from_hours(24 * 365);

/// How long after a stop the client still reads to learn the result of a write.
const AFTER_STOP: Duration = Duration::from_secs(10);

/// How long the last read of a wait may take. It starts when the time is over.
const LAST_READ: Duration = Duration::from_secs(5);

/// One operation of the caller. All its requests and waits share its deadline.
#[derive(Debug, Clone)]
pub struct Operation {
    deadline: Instant,
    timeout: Duration,
    stop: CancellationToken,
    /// The stop is delayed already: see [`Operation::settling`].
    settles: bool,
}

/// See [`Operation::settling`].
#[derive(Debug)]
pub(super) struct Settling {
    operation: Operation,
    _watch: Option<AbortOnDropHandle<()>>,
}

impl Settling {
    pub(super) fn operation(&self) -> &Operation {
        &self.operation
    }
}

impl Operation {
    /// Starts an operation, which ends after `timeout` or as soon as `stop` is cancelled.
    ///
    /// A write that is in flight when `stop` is cancelled is not cut off: its response is awaited,
    /// up to the request's time-out. Otherwise its object would be orphaned.
    pub fn new(timeout: Duration, stop: CancellationToken) -> Self {
        let timeout = timeout.min(FOR_EVER);
        Self {
            deadline: Instant::now() + timeout,
            timeout,
            stop,
            settles: false,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns how much time is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    pub(super) fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Waits.
    ///
    /// # Errors
    ///
    /// [`Error::is_timed_out`] at once when the pause would outlast the operation,
    /// [`Error::is_cancelled`] as soon as it is stopped.
    pub(super) async fn sleep(&self, pause: Duration) -> Result<()> {
        self.check()?;
        if pause >= self.remaining() {
            return Err(self.over());
        }
        tokio::select! {
            () = self.stop.cancelled() => Err(Self::stopped()),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// Fails when the operation is stopped or over.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_stopped() {
            Err(Self::stopped())
        } else if self.remaining().is_zero() {
            Err(self.over())
        } else {
            Ok(())
        }
    }

    /// Runs `work` until it is done, the operation is stopped or its time is over.
    pub(super) async fn run<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            // A result counts, even when the time ends at the same moment.
            biased;
            done = work => Ok(done),
            () = self.stop.cancelled() => Err(Self::stopped()),
            () = tokio::time::sleep_until(self.deadline) => Err(self.over()),
        }
    }

    /// Returns an operation for finding out what a write did when its response does not say. It
    /// ends after `timeout`, with this operation, or [`AFTER_STOP`] after a stop.
    pub(super) fn settling(&self, timeout: Duration) -> Settling {
        let now = Instant::now();
        let mut operation = Self {
            deadline: self.deadline.max(now).min(now + timeout.min(FOR_EVER)),
            ..self.clone()
        };
        if self.settles {
            return Settling {
                operation,
                _watch: None,
            };
        }
        operation.stop = CancellationToken::new();
        operation.settles = true;
        let (stopped, late) = (self.stop.clone(), operation.stop.clone());
        let watch = tokio::spawn(async move {
            stopped.cancelled().await;
            tokio::time::sleep(AFTER_STOP).await;
            late.cancel();
        });
        Settling {
            operation,
            _watch: Some(AbortOnDropHandle::new(watch)),
        }
    }

    /// Returns the same operation with at most this much time from now.
    #[must_use]
    pub fn limited(&self, most: Duration) -> Self {
        Self {
            deadline: self.deadline.min(Instant::now() + most),
            ..self.clone()
        }
    }

    /// Returns the same operation with time for a last read after its end.
    pub(super) fn with_last_read(&self) -> Self {
        Self {
            deadline: self.deadline.max(Instant::now()) + LAST_READ,
            ..self.clone()
        }
    }

    /// Returns the same operation with at least this much time.
    pub(super) fn with_at_least(&self, time: Duration) -> Self {
        Self {
            deadline: self.deadline.max(Instant::now() + time),
            timeout: self.timeout.max(time),
            ..self.clone()
        }
    }

    /// Returns the same operation with another stop.
    pub(super) fn stopped_by(&self, stop: CancellationToken) -> Self {
        Self {
            stop,
            ..self.clone()
        }
    }

    pub(super) fn stopped() -> Error {
        Error::new(ErrorKind::Cancelled, "the operation was cancelled")
    }

    pub(super) fn over(&self) -> Error {
        let text = format!(
            "the operation did not end within its {}",
            in_words(self.timeout)
        );
        Error::new(ErrorKind::TimedOut, text).of_operation_over()
    }
}

/// Returns a duration as a person writes it: `1h30m`, `45s`, `1.5s`, `20ms`.
pub(super) fn in_words(duration: Duration) -> String {
    if duration < Duration::from_mins(1) {
        return if duration < Duration::from_secs(1) {
            format!("{}ms", duration.as_millis())
        } else {
            format!("{}s", (duration.as_secs_f64() * 10.0).round() / 10.0)
        };
    }
    let seconds = duration.as_secs();
    let parts = [
        (seconds / 3600, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ];
    parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .fold(String::new(), |text, (count, unit)| {
            format!("{text}{count}{unit}")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_writes_them() {
        for (millis, text) in [
            (20, "20ms"),
            (1_500, "1.5s"),
            (30_000, "30s"),
            (600_000, "10m"),
            (5_430_000, "1h30m30s"),
        ] {
            assert_eq!(in_words(Duration::from_millis(millis)), text);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_outlasts_the_operation_fails_at_once() {
        let operation = Operation::new(Duration::from_secs(10), CancellationToken::new());
        let begun = Instant::now();
        operation.sleep(Duration::from_secs(4)).await.expect("fits");
        let error = operation
            .sleep(Duration::from_secs(6))
            .await
            .expect_err("does not fit");
        assert!(error.is_timed_out());
        assert_eq!(begun.elapsed(), Duration::from_secs(4));
        assert_eq!(
            error.to_string(),
            "the operation did not end within its 10s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_when_the_operation_is_stopped() {
        let stop = CancellationToken::new();
        let operation = Operation::new(Duration::MAX, stop.clone());
        let (slept, ()) = tokio::join!(operation.sleep(Duration::from_hours(1)), async {
            stop.cancel();
        });
        assert!(slept.expect_err("stopped").is_cancelled());
        assert!(operation.is_stopped());
        assert!(
            operation
                .sleep(Duration::ZERO)
                .await
                .expect_err("stopped")
                .is_cancelled()
        );
    }
}

//! How long a whole operation may take, and whether it was stopped.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::error::{Error, ErrorKind, Result};

/// A time-out this long is as good as none, and an `Instant` can hold it.
const FOR_EVER: Duration = Duration::from_hours(24 * 365);

/// How long a write that was sent before the user stopped the run is still looked for.
const AFTER_STOP: Duration = Duration::from_secs(10);

/// How long the last look of a wait may take, which is made when the time is over.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// One operation of the caller, made of any number of requests and waits: all share its deadline.
#[derive(Debug, Clone)]
pub struct Operation {
    deadline: Instant,
    timeout: Duration,
    stop: CancellationToken,
    /// The stop comes late already: see [`Operation::settling`].
    settles: bool,
}

/// See [`Operation::settling`]. Ends with the value.
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
    /// An operation that begins now, ends after `timeout` at the latest and as soon as `stop` is
    /// cancelled.
    ///
    /// A write that is already on its way when `stop` comes is heard out, under its request's
    /// time-out: an answer nobody takes is an object nobody knows.
    pub fn new(timeout: Duration, stop: CancellationToken) -> Self {
        let timeout = timeout.min(FOR_EVER);
        Self {
            deadline: Instant::now() + timeout,
            timeout,
            stop,
            settles: false,
        }
    }

    /// When it ends.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// How much time is left.
    pub fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether it was stopped from outside.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// What stops it.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }

    /// Waits, for instance between two looks at an object that is not ready.
    ///
    /// # Errors
    ///
    /// [`Error::is_timed_out`] at once when the pause would outlast the operation,
    /// [`Error::is_cancelled`] as soon as it is stopped.
    pub async fn sleep(&self, pause: Duration) -> Result<()> {
        self.check()?;
        if pause >= self.remaining() {
            return Err(self.over());
        }
        tokio::select! {
            () = self.stop.cancelled() => Err(Self::stopped()),
            () = tokio::time::sleep(pause) => Ok(()),
        }
    }

    /// Fails when it is stopped or over.
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
            // What is done counts, even when the time ends at the same moment.
            biased;
            done = work => Ok(done),
            () = self.stop.cancelled() => Err(Self::stopped()),
            () = tokio::time::sleep_until(self.deadline) => Err(self.over()),
        }
    }

    /// For finding out what a write has done whose answer does not tell: `patience` at most, not
    /// longer than this operation, and ended by a stop only [`AFTER_STOP`] later.
    pub(super) fn settling(&self, patience: Duration) -> Settling {
        let now = Instant::now();
        let mut operation = Self {
            deadline: self.deadline.max(now).min(now + patience.min(FOR_EVER)),
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

    /// The same, but not longer than that from now.
    pub(super) fn limited(&self, most: Duration) -> Self {
        Self {
            deadline: self.deadline.min(Instant::now() + most),
            ..self.clone()
        }
    }

    /// The same, with time for the one look that is made when the time is over.
    pub(super) fn with_last_look(&self) -> Self {
        Self {
            deadline: self.deadline.max(Instant::now()) + LAST_LOOK,
            ..self.clone()
        }
    }

    /// The same, with at least this much time.
    pub(super) fn with_at_least(&self, time: Duration) -> Self {
        Self {
            deadline: self.deadline.max(Instant::now() + time),
            timeout: self.timeout.max(time),
            ..self.clone()
        }
    }

    /// The same time, stopped by something else.
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

/// A duration as a person writes it: `1h30m`, `45s`, `1.5s`, `20ms`.
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

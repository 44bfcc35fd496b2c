//! Waiting for an object to get somewhere: bounded, cancellable, saying what is waited for.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

use crate::client::{Error, Operation};

use super::diagnostics::Problem;
use super::guide::Section;

/// The first pause; HostUp's transitions take seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause before chance is added, which at most doubles it: a person who watches should not wait longer
/// than 5 seconds for news.
const LONGEST_PAUSE: Duration = Duration::from_millis(2500);

/// A wait for an object to reach a goal. The caller looks at the object in a loop and pauses here in
/// between: what counts as arrived, and what can never arrive, reads best beside the object.
#[derive(Debug)]
pub struct Wait<'a> {
    operation: &'a Operation,
    goal: String,
    again: &'static str,
    /// How the object was when it was last looked at; empty before.
    now: String,
    pauses: ExponentialBackoff,
}

impl<'a> Wait<'a> {
    /// A wait within the time of `operation`. `goal` names what is waited for in the log and in errors,
    /// as in "the network `pnet_…` to become `active`"; `again` says how to go on when the wait ends before that.
    pub fn new(operation: &'a Operation, goal: impl Into<String>, again: &'static str) -> Self {
        Self {
            operation,
            goal: goal.into(),
            again,
            now: String::new(),
            pauses: pauses(),
        }
    }

    /// Pauses before the next look; longer each time. `now` says how the object is.
    ///
    /// # Errors
    /// When the time of the operation would be up, or the user stopped the run.
    pub async fn pause(&mut self, now: &str) -> Result<(), Problem> {
        tracing::info!(goal = self.goal, now, "waiting");
        now.clone_into(&mut self.now);
        let pause = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        let slept = self.operation.sleep(pause).await;
        slept.map_err(|error| {
            if error.is_cancelled() {
                return self.stopped();
            }
            Problem::because(format!(
                "no time is left to wait for {}; it is {now}",
                self.goal
            ))
            .hint(
                Section::Time,
                format!("{}; `timeouts` says how long to wait", self.again),
            )
        })
    }

    /// What a look at the object gave. A user who stops the run stops the wait, be it in a pause or in a look.
    ///
    /// # Errors
    /// When the look failed.
    pub fn seen<T>(&self, look: Result<T, Error>) -> Result<T, Problem> {
        look.map_err(|error| {
            if error.is_cancelled() {
                self.stopped()
            } else {
                error.into()
            }
        })
    }

    fn stopped(&self) -> Problem {
        let goal = &self.goal;
        let now = match self.now.as_str() {
            "" => String::new(),
            now => format!("; it is {now}"),
        };
        Problem::because(format!("stopped while waiting for {goal}{now}"))
            .hint(Section::Time, self.again)
    }
}

/// Growing pauses without end. Chance is in them, so that many waits that begin together do not ask together.
fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .with_factor(1.5)
        .without_max_times()
        .with_jitter()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_differ_and_never_exceed_five_seconds() {
        let (one, other): (Vec<_>, Vec<_>) = pauses().zip(pauses()).take(50).unzip();
        assert_eq!(one.len(), 50);
        assert_ne!(one, other);
        assert!(one[0] >= FIRST_PAUSE && one[0] <= FIRST_PAUSE * 2);
        assert!(
            one[10..]
                .iter()
                .all(|it| *it >= LONGEST_PAUSE && *it <= LONGEST_PAUSE * 2)
        );
    }
}

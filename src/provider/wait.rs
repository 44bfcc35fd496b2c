//! Waiting for an object to get somewhere: bounded, cancellable, saying what is waited for.

use std::time::Duration;

use crate::client::{Error, Operation};

use super::diagnostics::Problem;

/// The first pause; HostUp's transitions take seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause: a person who watches should not wait longer for news.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A wait for an object to reach a goal. The caller looks at the object in a loop and pauses here in
/// between: what counts as arrived, and what can never arrive, reads best beside the object.
#[derive(Debug)]
pub struct Wait<'a> {
    operation: &'a Operation,
    goal: String,
    pause: Duration,
}

impl<'a> Wait<'a> {
    /// A wait within the time of `operation`. `goal` names what is waited for in the log and in errors,
    /// as in "the network `pnet_…` to become `active`".
    pub fn new(operation: &'a Operation, goal: impl Into<String>) -> Self {
        Self {
            operation,
            goal: goal.into(),
            pause: FIRST_PAUSE,
        }
    }

    /// Pauses before the next look; longer each time. `now` says how the object is.
    ///
    /// # Errors
    /// When the time of the operation would be up, or the user stopped the run.
    pub async fn pause(&mut self, now: &str) -> Result<(), Problem> {
        tracing::info!(goal = self.goal, now, "waiting");
        self.operation
            .sleep(self.pause)
            .await
            .map_err(|error| gave_up(&self.goal, now, &error))?;
        self.pause = (self.pause * 3 / 2).min(LONGEST_PAUSE);
        Ok(())
    }
}

fn gave_up(goal: &str, now: &str, error: &Error) -> Problem {
    if error.is_cancelled() {
        Problem::because(format!("stopped while waiting for {goal}; it is {now}"))
            .hint("apply again to go on; nothing is lost")
    } else {
        Problem::because(format!("no time is left to wait for {goal}; it is {now}"))
            .hint("apply again to go on waiting, or raise the resource's `timeouts`")
    }
}

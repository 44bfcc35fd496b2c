//! Waiting for an object to get somewhere: bounded, cancellable, saying what is waited for.

use std::time::Duration;

use hostup_client::{Error, Operation, Poller};

use super::diagnostics::Diagnostic;
use super::guide::Section;

/// The first pause; HostUp's transitions take seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A wait for an object to reach a goal. The caller looks at the object in a loop and pauses here
/// in between: what counts as arrived, and what can never arrive, reads best beside the object.
#[derive(Debug)]
pub struct Wait {
    poller: Poller,
    goal: String,
    again: &'static str,
    /// How the object was when it was last looked at; empty before.
    now: String,
}

impl Wait {
    /// A wait within the time of `operation`. `goal` names what is waited for in the log and in
    /// errors, as in "the network `pnet_…` to become `active`"; `again` says how to go on when
    /// the wait ends before that.
    pub fn new(operation: &Operation, goal: impl Into<String>, again: &'static str) -> Self {
        Self {
            poller: Poller::new(operation, FIRST_PAUSE),
            goal: goal.into(),
            again,
            now: String::new(),
        }
    }

    /// What each look is made with.
    pub fn operation(&self) -> &Operation {
        self.poller.operation()
    }

    /// Pauses before the next look; longer each time. `now` says how the object is.
    ///
    /// # Errors
    /// When the last look was made as the time was over, or the user stopped the run.
    pub async fn pause(&mut self, now: &str) -> Result<(), Diagnostic> {
        tracing::info!(goal = self.goal, now, "waiting");
        now.clone_into(&mut self.now);
        match self.poller.pause().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.over()),
            Err(error) if error.is_cancelled() => Err(self.stopped()),
            Err(error) => Err(error.into()),
        }
    }

    /// What a look at the object gave. `None`: the look failed, and the next one may succeed.
    ///
    /// # Errors
    /// When the next look would fail, too, or the user stopped the run, be it in a pause or in a
    /// look.
    pub fn seen<T>(&mut self, look: Result<T, Error>) -> Result<Option<T>, Diagnostic> {
        self.poller.seen(look).map_err(|error| {
            if error.is_cancelled() {
                self.stopped()
            } else {
                error.into()
            }
        })
    }

    fn over(&self) -> Diagnostic {
        let Self { goal, now, .. } = self;
        let mut detail = format!("no time is left to wait for {goal}; it is {now}");
        if let Some(failure) = self.poller.failure() {
            detail = format!("{detail}, and the last look failed: {failure}");
        }
        Diagnostic::because(detail).hint(
            Section::Time,
            format!("{}; `timeouts` says how long to wait", self.again),
        )
    }

    fn stopped(&self) -> Diagnostic {
        let goal = &self.goal;
        let now = match self.now.as_str() {
            "" => String::new(),
            now => format!("; it is {now}"),
        };
        Diagnostic::because(format!("stopped while waiting for {goal}{now}"))
            .hint(Section::Time, self.again)
    }
}

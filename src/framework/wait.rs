//! Waiting until an object reaches a status, within the time of the operation.

use std::time::Duration;

use hostup_client::{Error, Operation, Poller};

use super::diagnostics::Diagnostic;
use super::guide::Section;

/// The first pause; HostUp's transitions take seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A wait for an object. The caller reads the object in a loop, decides whether the wait is over,
/// and pauses here in between.
#[derive(Debug)]
pub struct Wait {
    poller: Poller,
    goal: String,
    advice: &'static str,
    /// The status that was read last; empty before.
    status: String,
    /// Why HostUp refused the last request.
    refusal: Option<String>,
}

impl Wait {
    /// Returns a wait within the time of `operation`. `goal` names what is waited for in the log
    /// and in errors, such as "the network `pnet_…` to become `active`"; `advice` is the hint when
    /// the wait ends before that.
    pub fn new(operation: &Operation, goal: impl Into<String>, advice: &'static str) -> Self {
        Self {
            poller: Poller::new(operation, FIRST_PAUSE),
            goal: goal.into(),
            advice,
            status: String::new(),
            refusal: None,
        }
    }

    /// Sets the hint for a wait that ends from now on.
    pub fn advise(&mut self, advice: &'static str) {
        self.advice = advice;
    }

    /// Returns the operation to read the object with.
    pub fn operation(&self) -> &Operation {
        self.poller.operation()
    }

    /// Pauses before the next read, longer each time. `status` is what the last one returned.
    ///
    /// # Errors
    /// When the time is over, or the user stopped the run.
    pub async fn pause(&mut self, status: &str) -> Result<(), Diagnostic> {
        self.refusal = None;
        self.pause_now(status).await
    }

    async fn pause_now(&mut self, status: &str) -> Result<(), Diagnostic> {
        tracing::info!(goal = self.goal, status, "waiting");
        status.clone_into(&mut self.status);
        match self.poller.pause().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.timed_out()),
            Err(error) if error.is_cancelled() => Err(self.stopped()),
            Err(error) => Err(error.into()),
        }
    }

    /// As [`pause`](Self::pause), after a request that HostUp refused and that is repeated. Errors
    /// name the refusal.
    ///
    /// # Errors
    /// As [`pause`](Self::pause).
    pub async fn pause_after(&mut self, refusal: &Error, status: &str) -> Result<(), Diagnostic> {
        self.refusal = Some(refusal.to_string());
        self.pause_now(status).await
    }

    /// Whether the next read is the last one.
    pub fn is_last(&self) -> bool {
        self.poller.is_last()
    }

    /// Returns `None` for a read that failed if the next one may succeed.
    ///
    /// # Errors
    /// When the next read would fail, too, or the user stopped the run.
    pub fn tolerate<T>(&mut self, read: Result<T, Error>) -> Result<Option<T>, Diagnostic> {
        self.poller.seen(read).map_err(|error| {
            if error.is_cancelled() {
                self.stopped()
            } else {
                error.into()
            }
        })
    }

    fn with_refusal(&self, detail: String) -> String {
        match &self.refusal {
            Some(refusal) => format!("{detail}: {refusal}"),
            None => detail,
        }
    }

    fn timed_out(&self) -> Diagnostic {
        let Self { goal, status, .. } = self;
        let mut detail = format!("no time is left to wait for {goal}; it is {status}");
        if let Some(failure) = self.poller.failure() {
            detail = format!("{detail}, and the last read failed: {failure}");
        }
        Diagnostic::without_summary(self.with_refusal(detail)).hint(
            Section::Time,
            format!("{}; `timeouts` sets how long to wait", self.advice),
        )
    }

    fn stopped(&self) -> Diagnostic {
        let goal = &self.goal;
        let status = match self.status.as_str() {
            "" => String::new(),
            status => format!("; it is {status}"),
        };
        let detail = self.with_refusal(format!("stopped while waiting for {goal}{status}"));
        Diagnostic::without_summary(detail).hint(Section::Time, self.advice)
    }
}

//! Faults: what goes wrong with the next requests of a kind.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::account::Account;
use crate::call::{Body, Call};
use crate::effect::{Cut, Effect, Outcome};

/// What goes wrong with some of the next requests.
///
/// Which: [`on`](Fault::on), [`exact`](Fault::exact), [`action`](Fault::action),
/// [`skip`](Fault::skip), [`times`](Fault::times). What: the other methods. A fault that makes up
/// an answer does so *instead of* the change; with [`after_commit`](Fault::after_commit) the change
/// is made first and its answer replaced.
#[derive(Clone)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    method: String,
    path: String,
    exact: bool,
    action: Option<String>,
    skip: usize,
    /// `None`: always.
    left: Option<usize>,
    effect: Effect,
    then: Option<Box<Self>>,
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Fault on {} {} ({:?} left)",
            self.method, self.path, self.left
        )
    }
}

impl Fault {
    /// A fault on the next request with this method (`*` for any) and a path that starts so.
    pub fn on(method: &str, path: &str) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            exact: false,
            action: None,
            skip: 0,
            left: Some(1),
            effect: Effect::default(),
            then: None,
        }
    }

    /// The path must be the same, not only start so.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// Only requests whose body has this `action`.
    pub fn action(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self
    }

    /// Lets so many matching requests pass first.
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Strikes so many matching requests; one when not said.
    pub fn times(mut self, requests: usize) -> Self {
        self.left = Some(requests);
        self
    }

    /// Strikes every matching request.
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// Makes the change first, then answers wrongly. A delay comes after the change too.
    pub fn after_commit(mut self) -> Self {
        self.effect.after_commit = true;
        self
    }

    /// Answers at once, and makes the change this much later, also when the client has gone away.
    /// The answer is a 504 in HTML unless the fault says otherwise; a cut can take its place. The
    /// closures of [`run`](Self::run) and [`run_after`](Self::run_after) run around the answer,
    /// not around the change. A mock that is dropped no longer makes the change.
    pub fn commit_after(mut self, wait: Duration) -> Self {
        self.effect.commit_after = Some(wait);
        self
    }

    /// Waits. A client that goes away meanwhile leaves nothing changed, unless
    /// [`after_commit`](Self::after_commit).
    pub fn delay(mut self, delay: Duration) -> Self {
        self.effect.delay = delay;
        self
    }

    /// Answers with this status and, unless another body is given, a Problem document.
    pub fn status(mut self, status: u16) -> Self {
        self.effect.outcome = Outcome::Status(status);
        self
    }

    /// Answers with this body. Without [`status`](Self::status) the change is made and the real
    /// status kept.
    pub fn body(mut self, text: impl Into<Vec<u8>>, content_type: &str) -> Self {
        let body = Body::Raw {
            bytes: text.into(),
            content_type: content_type.to_owned(),
        };
        self.effect.body = Some(body);
        self
    }

    /// Answers without a body. Without [`status`](Self::status) the change is made and the real
    /// status kept.
    pub fn empty_body(mut self) -> Self {
        self.effect.body = Some(Body::Empty);
        self
    }

    /// Adds a header to the answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.effect
            .headers
            .push((name.to_owned(), value.to_owned()));
        self
    }

    /// Answers with the page a proxy in front of the API would.
    pub fn html(mut self, status: u16) -> Self {
        self.effect.outcome = Outcome::Html(status);
        self
    }

    /// Answers with a Problem document.
    pub fn problem(mut self, status: u16, code: &str, detail: &str) -> Self {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        self.effect.outcome = Outcome::Problem {
            status,
            code,
            detail,
        };
        self
    }

    /// Answers 404 `not_found`.
    pub fn not_found(self) -> Self {
        self.problem(
            404,
            "not_found",
            "The requested resource could not be found.",
        )
    }

    /// Answers 429 with `Retry-After` and all `X-RateLimit` headers.
    pub fn rate_limited(mut self, seconds: u64) -> Self {
        self.effect.outcome = Outcome::RateLimited {
            seconds,
            retry_after: true,
        };
        self
    }

    /// Answers 429 without `Retry-After`; `X-RateLimit-Reset` is so many seconds ahead.
    pub fn rate_limited_without_retry_after(mut self, seconds: u64) -> Self {
        self.effect.outcome = Outcome::RateLimited {
            seconds,
            retry_after: false,
        };
        self
    }

    /// Makes the change and answers with the routed IPv6 state from before the last change.
    pub fn old_state(mut self) -> Self {
        self.effect.outcome = Outcome::OldState;
        self
    }

    /// Breaks the connection before anything is changed.
    pub fn cut_before(mut self) -> Self {
        self.effect.cut = Some(Cut::Before);
        self
    }

    /// Makes the change, then breaks the connection without an answer.
    pub fn cut_after(mut self) -> Self {
        self.effect.cut = Some(Cut::After);
        self
    }

    /// Makes the change, then breaks the connection in the middle of the body.
    pub fn truncated(mut self) -> Self {
        self.effect.cut = Some(Cut::Within);
        self
    }

    /// Does something to the account before the request is handled. The mock's own handle is
    /// locked meanwhile: use the account.
    pub fn run(mut self, hook: impl FnMut(&mut Account) + Send + 'static) -> Self {
        self.effect.before = Some(Arc::new(Mutex::new(hook)));
        self
    }

    /// Does something to the account after the request is handled, before its answer is sent.
    pub fn run_after(mut self, hook: impl FnMut(&mut Account) + Send + 'static) -> Self {
        self.effect.after = Some(Arc::new(Mutex::new(hook)));
        self
    }

    /// Injects another fault as soon as this one strikes: for what goes wrong right after.
    pub fn then(mut self, next: Self) -> Self {
        self.then = Some(Box::new(next));
        self
    }

    fn matches(&self, call: &Call) -> bool {
        let method = self.method == "*" || self.method == call.method;
        let path = if self.exact {
            call.path == self.path
        } else {
            call.path.starts_with(&self.path)
        };
        let action = self.action.as_ref().is_none_or(|action| {
            let body: Option<Value> = serde_json::from_slice(&call.body).ok();
            body.is_some_and(|body| body["action"] == action.as_str())
        });
        method && path && action
    }
}

/// The faults injected and not yet used up.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) waiting: Vec<Fault>,
}

impl Faults {
    /// The first fault, in the order of injection, that strikes this request.
    pub(crate) fn strike(&mut self, call: &Call) -> Effect {
        for (index, fault) in self.waiting.iter_mut().enumerate() {
            if !fault.matches(call) || fault.left == Some(0) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            let effect = fault.effect.clone();
            let next = fault.then.take();
            if let Some(left) = &mut fault.left {
                *left -= 1;
                if *left == 0 {
                    drop(self.waiting.remove(index));
                }
            }
            self.waiting.extend(next.map(|next| *next));
            return effect;
        }
        Effect::default()
    }
}

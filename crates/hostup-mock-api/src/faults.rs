//! Faults: what goes wrong with the next requests.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::account::Account;
use crate::call::{Body, Call};
use crate::effect::{Cut, Effect, Outcome};

/// Something that goes wrong with some of the next requests.
///
/// [`on`](Fault::on), [`exact`](Fault::exact), [`action`](Fault::action), [`skip`](Fault::skip),
/// [`times`](Fault::times) and [`always`](Fault::always) select the requests. The other methods say
/// what goes wrong. A fault with a response of its own sends it *instead of* making the change.
/// With [`after_commit`](Fault::after_commit) the change is made first.
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
    /// Creates a fault of the next request with this method (`*` for any) and a path that starts
    /// with `path`.
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

    /// Selects only requests with exactly this path.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// Selects only requests whose body has this `action`.
    pub fn action(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self
    }

    /// Skips this many matching requests first.
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    /// Affects this many matching requests. The default is one.
    pub fn times(mut self, requests: usize) -> Self {
        self.left = Some(requests);
        self
    }

    /// Affects every matching request.
    pub fn always(mut self) -> Self {
        self.left = None;
        self
    }

    /// Makes the change before anything goes wrong. A delay comes after the change too.
    pub fn after_commit(mut self) -> Self {
        self.effect.after_commit = true;
        self
    }

    /// Responds at once, and makes the change this much later, also when the client has gone away.
    /// The response is a 504 in HTML unless the fault has another one or a cut. The closures of
    /// [`run`](Self::run) and [`run_after`](Self::run_after) run before and after the response, not
    /// the change. Dropping the mock prevents the change.
    pub fn commit_after(mut self, wait: Duration) -> Self {
        self.effect.commit_after = Some(wait);
        self
    }

    /// Waits before the change. If the client goes away meanwhile, the change is not made, except
    /// with [`after_commit`](Self::after_commit).
    pub fn delay(mut self, delay: Duration) -> Self {
        self.effect.delay = delay;
        self
    }

    /// Responds with this status and, unless the fault has a body, a Problem document.
    pub fn status(mut self, status: u16) -> Self {
        self.effect.outcome = Outcome::Status(status);
        self
    }

    /// Responds with this body. Without [`status`](Self::status) the change is made, and the
    /// response has the real status.
    pub fn body(mut self, text: impl Into<Vec<u8>>, content_type: &str) -> Self {
        let body = Body::Raw {
            bytes: text.into(),
            content_type: content_type.to_owned(),
        };
        self.effect.body = Some(body);
        self
    }

    /// Responds without a body. Without [`status`](Self::status) the change is made, and the
    /// response has the real status.
    pub fn empty_body(mut self) -> Self {
        self.effect.body = Some(Body::Empty);
        self
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.effect
            .headers
            .push((name.to_owned(), value.to_owned()));
        self
    }

    /// Responds with the page of a proxy in front of the API.
    pub fn html(mut self, status: u16) -> Self {
        self.effect.outcome = Outcome::Html(status);
        self
    }

    /// Responds with a Problem document.
    pub fn problem(mut self, status: u16, code: &str, detail: &str) -> Self {
        let (code, detail) = (code.to_owned(), detail.to_owned());
        self.effect.outcome = Outcome::Problem {
            status,
            code,
            detail,
        };
        self
    }

    /// Responds with 404 `not_found`.
    pub fn not_found(self) -> Self {
        self.problem(
            404,
            "not_found",
            "The requested resource could not be found.",
        )
    }

    /// Responds with 429, `Retry-After` and all `X-RateLimit` headers.
    pub fn rate_limited(mut self, seconds: u64) -> Self {
        self.effect.outcome = Outcome::RateLimited(seconds);
        self
    }

    /// Makes the change, and responds with the routed IPv6 state from before the last write.
    pub fn old_state(mut self) -> Self {
        self.effect.outcome = Outcome::OldState;
        self
    }

    /// Cuts the connection before the change.
    pub fn cut_before(mut self) -> Self {
        self.effect.cut = Some(Cut::Before);
        self
    }

    /// Makes the change, then cuts the connection without a response.
    pub fn cut_after(mut self) -> Self {
        self.effect.cut = Some(Cut::After);
        self
    }

    /// Makes the change, then cuts the connection in the middle of the response's body.
    pub fn truncated(mut self) -> Self {
        self.effect.cut = Some(Cut::Within);
        self
    }

    /// Runs a closure before the request is handled. It must use the account that it gets: the
    /// mock is locked meanwhile.
    pub fn run(mut self, hook: impl FnMut(&mut Account) + Send + 'static) -> Self {
        self.effect.before = Some(Arc::new(Mutex::new(hook)));
        self
    }

    /// Runs a closure after the request is handled, before the response is sent.
    pub fn run_after(mut self, hook: impl FnMut(&mut Account) + Send + 'static) -> Self {
        self.effect.after = Some(Arc::new(Mutex::new(hook)));
        self
    }

    /// Injects another fault when this one takes effect.
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

/// The faults that are not used up.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) waiting: Vec<Fault>,
}

impl Faults {
    /// Returns the effect of the first fault, in the order of injection, that selects this request.
    pub(crate) fn take(&mut self, call: &Call) -> Effect {
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

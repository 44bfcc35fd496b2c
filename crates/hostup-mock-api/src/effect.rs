//! The effect of a fault on one request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::account::Account;
use crate::call::{Body, Call, Response};
use crate::limits::too_many;
use crate::problem::Refusal;

/// A test's change of the account before or after a request.
pub(crate) type Hook = Arc<Mutex<dyn FnMut(&mut Account) + Send>>;

/// What a fault does to a request.
#[derive(Clone, Default)]
pub(crate) struct Effect {
    pub(crate) delay: Duration,
    pub(crate) after_commit: bool,
    /// The change is made this much later than the response.
    pub(crate) commit_after: Option<Duration>,
    pub(crate) cut: Option<Cut>,
    pub(crate) before: Option<Hook>,
    pub(crate) after: Option<Hook>,
    pub(crate) outcome: Outcome,
    pub(crate) body: Option<Body>,
    pub(crate) headers: Vec<(String, String)>,
}

/// Where the connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Before the change.
    Before,
    /// After the change, before the response.
    After,
    /// After the change, in the middle of the response's body.
    Within,
}

/// Which response a request gets.
#[derive(Clone, Default)]
pub(crate) enum Outcome {
    /// The real response.
    #[default]
    Real,
    /// A Problem document with this status, or no body with a status below 400.
    Status(u16),
    /// The page of a proxy.
    Html(u16),
    Problem {
        status: u16,
        code: String,
        detail: String,
    },
    /// A 429 with this many seconds in `Retry-After`.
    RateLimited(u64),
    /// The routed IPv6 state from before the last write.
    OldState,
}

impl Effect {
    /// Responds to a request with everything that goes wrong except delays and cuts.
    pub(crate) fn respond(&self, account: &mut Account, call: &Call) -> Response {
        run(self.before.as_ref(), account);
        let commits = self.commit_after.is_none()
            && (self.after_commit
                || self.cut.is_some()
                || matches!(self.outcome, Outcome::Real | Outcome::OldState));
        let real = commits.then(|| account.respond(call));
        let mut response = self
            .replacement(account, call)
            .or(real)
            .unwrap_or_else(|| Response::empty(500));
        if let Some(body) = &self.body {
            response.body = body.clone();
        }
        response.headers.extend(self.headers.iter().cloned());
        run(self.after.as_ref(), account);
        response
    }

    /// Returns the response that takes the place of the real one.
    fn replacement(&self, account: &mut Account, call: &Call) -> Option<Response> {
        let refusal = match &self.outcome {
            Outcome::Real if self.commit_after.is_some() => return Some(Response::html(504)),
            Outcome::Real => return None,
            Outcome::Html(status) => return Some(Response::html(*status)),
            Outcome::OldState => {
                let status = if call.method == "POST" { 201 } else { 200 };
                return account.state_before_last_write(status);
            }
            Outcome::Status(status) if *status < 400 => return Some(Response::empty(*status)),
            Outcome::Status(status) => Refusal::new(*status, code_of(*status), "A fault."),
            Outcome::Problem {
                status,
                code,
                detail,
            } => Refusal::new(*status, code, detail),
            Outcome::RateLimited(seconds) => {
                let limit = account
                    .switches
                    .rate_limit
                    .map_or(60, |limit| limit.requests);
                let code = account.switches.rate_limit_code.clone();
                too_many(&code, limit, Duration::from_secs(*seconds))
            }
        };
        Some(refusal.into_response(account, &call.path))
    }
}

fn run(hook: Option<&Hook>, account: &mut Account) {
    if let Some(hook) = hook {
        hook.lock().unwrap_or_else(PoisonError::into_inner)(account);
    }
}

/// Returns the code that the API has for a status, documented or likely.
fn code_of(status: u16) -> &'static str {
    match status {
        400 => "invalid_request",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        409 => "conflict",
        429 => "rate_limit_exceeded",
        502 => "upstream_error",
        503 => "service_unavailable",
        504 => "upstream_timeout",
        _ => "internal_error",
    }
}

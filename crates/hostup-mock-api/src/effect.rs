//! The effect of a fault on one request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::account::Account;
use crate::call::{Body, Call, Response};
use crate::limits::too_many;
use crate::problem::Refusal;

/// What a test does to the account around a request.
pub(crate) type Hook = Arc<Mutex<dyn FnMut(&mut Account) + Send>>;

/// What happens to a request.
#[derive(Clone, Default)]
pub(crate) struct Effect {
    pub(crate) delay: Duration,
    pub(crate) after_commit: bool,
    /// The change is made so much later than the answer.
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
    /// Nothing has been changed.
    Before,
    /// The change is made, its answer lost.
    After,
    /// The change is made, its answer cut in the middle of the body.
    Within,
}

/// Which answer a request gets.
#[derive(Clone, Default)]
pub(crate) enum Outcome {
    /// The real answer.
    #[default]
    Real,
    /// An answer of this status, made up.
    Status(u16),
    Html(u16),
    Problem {
        status: u16,
        code: String,
        detail: String,
    },
    RateLimited {
        seconds: u64,
        retry_after: bool,
    },
    OldState,
}

impl Effect {
    /// The answer to a request, with all that goes wrong but delays and cuts.
    pub(crate) fn respond(&self, account: &mut Account, call: &Call) -> Response {
        run(self.before.as_ref(), account);
        let commits = self.commit_after.is_none()
            && (self.after_commit
                || self.cut.is_some()
                || matches!(self.outcome, Outcome::Real | Outcome::OldState));
        let real = commits.then(|| account.respond(call));
        let mut answer = self
            .made_up(account, call)
            .or(real)
            .unwrap_or_else(|| Response::empty(500));
        if let Some(body) = &self.body {
            answer.body = body.clone();
        }
        answer.headers.extend(self.headers.iter().cloned());
        run(self.after.as_ref(), account);
        answer
    }

    fn made_up(&self, account: &mut Account, call: &Call) -> Option<Response> {
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
            Outcome::RateLimited {
                seconds,
                retry_after,
            } => {
                let limit = account
                    .switches
                    .rate_limit
                    .map_or(60, |limit| limit.requests);
                let code = account.switches.rate_limit_code.clone();
                let header = retry_after.then_some(*seconds);
                too_many(&code, header, limit, Duration::from_secs(*seconds))
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

/// The code the API would give a status, documented or likely.
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

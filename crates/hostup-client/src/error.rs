//! What can go wrong, sorted by where it broke.
//!
//! Branch on [`Error::kind`] and the predicates, never on the text. [`Display`](fmt::Display) says
//! this layer's part only; what lies beneath is in [`source`](std::error::Error::source).

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::problem_details::ProblemDetails;
use super::routed_ipv6::{Route, RouteInPool};

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

/// Where a call broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or the client could not be built. Nothing was sent.
    Building,
    /// No connection could be made, or it broke before the answer was complete.
    Transport,
    /// A request was not answered in time, or the time of the whole operation is over.
    TimedOut,
    /// The operation was stopped from outside.
    Cancelled,
    /// The API asks to wait: longer than the operation has time, or retries are switched off.
    RateLimited,
    /// The API, or something in front of it, answered with a status other than 2xx.
    Refused,
    /// The API answered 2xx with something that cannot be read.
    Undecodable,
    /// The API says that the account cannot use this, and shows nothing of it.
    Unavailable,
    /// The answer to a create was lost or did not show the object, and reading the account did not
    /// settle whose object is whose. The error that started it is the source.
    Lost,
}

/// One item of a problem document's `errors`: which field of the request is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// A JSON pointer into the request body, such as `/prefix`.
    pub pointer: String,
    /// The API's words.
    pub detail: String,
    /// The API's code, when it gives one.
    pub code: Option<String>,
}

/// An object that may be the one a lost create made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Its id, ready to import.
    pub id: String,
    /// What a person recognises it by.
    pub describes: String,
}

/// Why a call failed. Cheap to clone: a failed shared read fails all who wait for it.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<u16>,
    problem: ProblemDetails,
    candidates: Vec<Candidate>,
    in_the_way: Vec<Route>,
    may_have_happened: bool,
    operation_over: bool,
    cause: Option<Error>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            status: None,
            problem: ProblemDetails::default(),
            candidates: Vec::new(),
            in_the_way: Vec::new(),
            may_have_happened: false,
            operation_over: false,
            cause: None,
            source: None,
        }))
    }

    /// The create's answer is lost: everything known about `cause` stays known.
    pub(super) fn lost(cause: &Self, message: impl Into<String>) -> Self {
        let mut inner = Inner::clone(&cause.0);
        inner.kind = ErrorKind::Lost;
        inner.message = message.into();
        inner.may_have_happened = true;
        inner.source = None;
        inner.cause = Some(cause.clone());
        Self(Arc::new(inner))
    }

    fn change(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    pub(super) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.change(|inner| inner.source = Some(Arc::new(source)))
    }

    pub(super) fn with_cause(self, cause: Self) -> Self {
        self.change(|inner| inner.cause = Some(cause))
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        self.change(|inner| inner.status = Some(status))
    }

    pub(super) fn with_problem(self, problem: ProblemDetails) -> Self {
        self.change(|inner| inner.problem = problem)
    }

    pub(super) fn with_request_id(self, id: Option<String>) -> Self {
        self.change(|inner| inner.problem.request_id = id)
    }

    pub(super) fn with_candidates(self, candidates: Vec<Candidate>) -> Self {
        self.change(|inner| inner.candidates = candidates)
    }

    pub(super) fn with_in_the_way<'a>(
        self,
        routes: impl IntoIterator<Item = RouteInPool<'a>>,
    ) -> Self {
        let routes = routes.into_iter().map(|it| it.route.clone());
        self.change(|inner| inner.in_the_way = routes.collect())
    }

    pub(super) fn that_may_have_happened(self, may: bool) -> Self {
        self.change(|inner| inner.may_have_happened = may)
    }

    /// The operation's own time is over, or will be before anything can happen: another operation
    /// may have more of it.
    pub(super) fn of_operation_over(self) -> Self {
        self.change(|inner| inner.operation_over = true)
    }

    pub(super) fn is_operation_over(&self) -> bool {
        self.0.operation_over
    }

    /// Where it broke.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The kind of what started it: for a lost create that of the lost answer.
    fn root(&self) -> ErrorKind {
        match &self.0.cause {
            Some(cause) if self.0.kind == ErrorKind::Lost => cause.root(),
            _ => self.0.kind,
        }
    }

    /// The API itself said that the object does not exist.
    ///
    /// Only a 404 with the API's own problem document counts, with or without a code. A bare or an
    /// HTML 404 comes from something in front of the API and says nothing about the object.
    pub fn is_not_found(&self) -> bool {
        self.0.status == Some(404)
            && match self.code() {
                Some(code) => code.ends_with("not_found"),
                None => self.0.problem.is_document,
            }
    }

    /// A 404 that says nothing about the object: what lists the objects decides.
    pub(super) fn is_foreign_not_found(&self) -> bool {
        self.0.status == Some(404) && !self.is_not_found()
    }

    /// The API said that the write succeeded, though what it has made is not known.
    pub(super) fn is_success(&self) -> bool {
        matches!(self.0.status, Some(200..300))
    }

    /// 409: the account's state forbids it.
    pub fn is_conflict(&self) -> bool {
        self.0.status == Some(409)
    }

    /// The server can't be changed at this moment: another change of it runs, or HostUp says that
    /// it must run first. The same request may succeed later.
    pub fn is_vps_not_ready(&self) -> bool {
        self.is_conflict() && self.code() == Some("vps_not_ready")
    }

    /// 401: the key is not accepted.
    pub fn is_unauthorized(&self) -> bool {
        self.0.status == Some(401)
    }

    /// 403: the key lacks a scope, the object is another's, or the edge refused.
    pub fn is_forbidden(&self) -> bool {
        self.0.status == Some(403)
    }

    /// The API asked to wait and the operation could not.
    pub fn is_rate_limited(&self) -> bool {
        self.0.status == Some(429) || self.root() == ErrorKind::RateLimited
    }

    /// A request, or the whole operation, ran out of time.
    pub fn is_timed_out(&self) -> bool {
        self.root() == ErrorKind::TimedOut
    }

    /// The operation was stopped from outside.
    pub fn is_cancelled(&self) -> bool {
        self.root() == ErrorKind::Cancelled
    }

    /// The connection could not be made, or broke.
    pub fn is_transport(&self) -> bool {
        self.root() == ErrorKind::Transport
    }

    /// An answer came and could not be read.
    pub fn is_undecodable(&self) -> bool {
        self.root() == ErrorKind::Undecodable
    }

    /// The same request would fail again, however often: the key is refused, the operation was
    /// stopped or is over, or the rate limiter stays closed for longer than it has.
    pub(super) fn is_hopeless(&self) -> bool {
        let over = self.0.operation_over || self.0.kind == ErrorKind::Cancelled;
        over || self.is_unauthorized() || self.is_forbidden() || self.is_rate_limited()
    }

    /// A write may have taken effect although this call failed. Never true for reads.
    pub fn may_have_happened(&self) -> bool {
        self.0.may_have_happened
    }

    /// The HTTP status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The API's code, such as `routed_ipv6_pool_exists`.
    pub fn code(&self) -> Option<&str> {
        self.0.problem.code.as_deref()
    }

    /// The API's words to the user; its title when there is no detail.
    pub fn detail(&self) -> Option<&str> {
        let problem = &self.0.problem;
        problem.detail.as_deref().or(problem.title.as_deref())
    }

    /// The id to give to HostUp's support. Opaque.
    pub fn request_id(&self) -> Option<&str> {
        self.0.problem.request_id.as_deref()
    }

    /// Which fields of the request the API found wrong.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.problem.errors
    }

    /// Other routes that have the prefix, or overlap it.
    pub fn in_the_way(&self) -> &[Route] {
        &self.0.in_the_way
    }

    /// After a lost create: objects that may be the one it made.
    pub fn candidates(&self) -> &[Candidate] {
        &self.0.candidates
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = f.debug_struct("Error");
        it.field("kind", &self.0.kind)
            .field("message", &self.0.message);
        if let Some(status) = self.0.status {
            it.field("status", &status);
        }
        if let Some(code) = self.code() {
            it.field("code", &code);
        }
        if self.0.may_have_happened {
            it.field("may_have_happened", &true);
        }
        if let Some(source) = self.source() {
            it.field("source", &source);
        }
        it.finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match (&self.0.cause, &self.0.source) {
            (Some(cause), _) => Some(cause),
            (None, Some(source)) => Some(&**source),
            (None, None) => None,
        }
    }
}

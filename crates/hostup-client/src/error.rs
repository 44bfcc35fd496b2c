//! Errors, sorted by where the call failed.
//!
//! Branch on [`Error::kind`] and the predicates, never on the text. [`Display`](fmt::Display) shows
//! this layer's part only; the cause is in [`source`](std::error::Error::source).

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use super::problem_details::{FieldError, ProblemDetails};
use super::routed_ipv6::wire::Route;

/// The result of a call to the API.
pub type Result<T> = std::result::Result<T, Error>;

/// Where a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or the client could not be built. Nothing was sent.
    Building,
    /// No connection could be made, or it broke before the response was complete.
    Transport,
    /// A response did not come in time, or the time of the whole operation is over.
    TimedOut,
    /// The caller stopped the operation.
    Cancelled,
    /// The API demands a wait, and the operation has less time, or retries are switched off.
    RateLimited,
    /// The API, or a proxy in front of it, responded with a status other than 2xx.
    Refused,
    /// The API responded with 2xx and a body that cannot be decoded.
    Undecodable,
    /// The API says that the account cannot use this, and shows none of its objects.
    Unavailable,
    /// The response to a create was lost or did not show the object, and reading the account did
    /// not tell which object it created. The first error is the source.
    Lost,
}

/// An object that a create whose response was lost may have created.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// Its id, as needed for an import.
    pub id: String,
    /// What a person recognizes it by.
    pub description: String,
}

/// Why a call failed. Cheap to clone: all callers that share a read get its error.
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

    /// Returns the error of a create whose response is lost. It keeps everything known about
    /// `cause`.
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

    pub(super) fn with_in_the_way<'a>(self, routes: impl IntoIterator<Item = &'a Route>) -> Self {
        self.change(|inner| inner.in_the_way = routes.into_iter().cloned().collect())
    }

    pub(super) fn that_may_have_happened(self, may: bool) -> Self {
        self.change(|inner| inner.may_have_happened = may)
    }

    /// Marks that the operation's time is over, or too short. The same call may succeed in another
    /// operation.
    pub(super) fn of_operation_over(self) -> Self {
        self.change(|inner| inner.operation_over = true)
    }

    pub(super) fn is_operation_over(&self) -> bool {
        self.0.operation_over
    }

    /// Where the call failed.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The kind of the first error: for a lost create, that of the lost response.
    fn root(&self) -> ErrorKind {
        match &self.0.cause {
            Some(cause) if self.0.kind == ErrorKind::Lost => cause.root(),
            _ => self.0.kind,
        }
    }

    /// The API says that the object does not exist.
    ///
    /// Only a 404 with the API's problem document counts, with or without a code. A 404 without a
    /// body or with HTML comes from a proxy and says nothing about the object.
    pub fn is_not_found(&self) -> bool {
        self.0.status == Some(404)
            && match self.code() {
                Some(code) => code.ends_with("not_found"),
                None => self.0.problem.is_document,
            }
    }

    /// A 404 that a proxy may have sent: a list of the objects must decide.
    pub(super) fn is_proxy_not_found(&self) -> bool {
        self.0.status == Some(404) && !self.is_not_found()
    }

    /// The API says that the write succeeded, but what it created is not known.
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

    /// 403: the key lacks a scope, the object belongs to another account, or a proxy refused.
    pub fn is_forbidden(&self) -> bool {
        self.0.status == Some(403)
    }

    /// The API demands a wait that the operation has no time for.
    pub fn is_rate_limited(&self) -> bool {
        self.0.status == Some(429) || self.root() == ErrorKind::RateLimited
    }

    /// A request or the whole operation timed out.
    pub fn is_timed_out(&self) -> bool {
        self.root() == ErrorKind::TimedOut
    }

    /// The caller stopped the operation.
    pub fn is_cancelled(&self) -> bool {
        self.root() == ErrorKind::Cancelled
    }

    /// The connection could not be made, or broke.
    pub fn is_transport(&self) -> bool {
        self.root() == ErrorKind::Transport
    }

    /// The server responded to the start of TLS with something else, such as plain HTTP.
    pub fn is_plain_http(&self) -> bool {
        let mut next = self.source();
        while let Some(error) = next {
            if is_plain_http(error) {
                return true;
            }
            next = error.source();
        }
        false
    }

    /// A response could not be decoded.
    pub fn is_undecodable(&self) -> bool {
        self.root() == ErrorKind::Undecodable
    }

    /// The same request would fail again: the key is refused, the operation was stopped or is over,
    /// or the rate limiter opens too late for it.
    pub(super) fn is_permanent(&self) -> bool {
        let over = self.0.operation_over || self.0.kind == ErrorKind::Cancelled;
        over || self.is_unauthorized() || self.is_forbidden() || self.is_rate_limited()
    }

    /// The write may have taken effect although the call failed. Never true for reads.
    pub fn may_have_happened(&self) -> bool {
        self.0.may_have_happened
    }

    /// The HTTP status, when there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The API's code, such as `routed_ipv6_pool_exists`.
    pub fn code(&self) -> Option<&str> {
        self.0.problem.code.as_deref()
    }

    /// The API's text for the user: the detail, or the title when there is none.
    pub fn detail(&self) -> Option<&str> {
        let problem = &self.0.problem;
        problem.detail.as_deref().or(problem.title.as_deref())
    }

    /// The request's id, for HostUp's support. Opaque.
    pub fn request_id(&self) -> Option<&str> {
        self.0.problem.request_id.as_deref()
    }

    /// The fields of the request that the API found wrong.
    pub fn field_errors(&self) -> &[FieldError] {
        &self.0.problem.errors
    }

    /// Other routes that have the prefix, or overlap it.
    pub fn in_the_way(&self) -> &[Route] {
        &self.0.in_the_way
    }

    /// After a lost create: objects that it may have created.
    pub fn candidates(&self) -> &[Candidate] {
        &self.0.candidates
    }
}

/// Whether this is the TLS error that plain HTTP causes. An I/O error contains it, perhaps within
/// another one, and does not return it as its source.
fn is_plain_http(error: &(dyn StdError + 'static)) -> bool {
    if let Some(io) = error.downcast_ref::<std::io::Error>() {
        return io.get_ref().is_some_and(|inner| is_plain_http(inner));
    }
    matches!(
        error.downcast_ref(),
        Some(rustls::Error::InvalidMessage(
            rustls::InvalidMessage::InvalidContentType
        ))
    )
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

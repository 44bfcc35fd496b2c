//! The log of requests.

use std::time::Instant;

use serde_json::Value;

use crate::call::Call;

/// A request that the mock received.
#[derive(Clone, Debug)]
pub struct Request {
    /// When the mock had read all of it.
    pub at: Instant,
    /// When the response was ready to be sent. `None`: not yet, or the connection was cut.
    pub responded: Option<Instant>,
    /// The method, in capitals.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query as sent, without the question mark. Empty if there is none.
    pub query: String,
    /// The body: its JSON, else its text, else null.
    pub body: Value,
    /// The status of the response. `None`: not yet, or the connection was cut.
    pub status: Option<u16>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `User-Agent` header.
    pub user_agent: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Request {
    /// Returns a header's value. `name` must be in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(header, _)| header == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// Returns the `action` of the body, if it has one.
    pub fn action(&self) -> Option<&str> {
        self.body.get("action").and_then(Value::as_str)
    }

    pub(crate) fn is(&self, method: &str, path_prefix: &str) -> bool {
        (method == "*" || self.method == method) && self.path.starts_with(path_prefix)
    }
}

/// All requests since the start, or since the log was cleared.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: Vec<Request>,
    cleared: usize,
}

impl Log {
    /// Adds a request. Returns the ticket for its response.
    pub(crate) fn arrive(&mut self, call: &Call) -> usize {
        let header = |name: &str| call.header(name).map(str::to_owned);
        self.requests.push(Request {
            at: Instant::now(),
            responded: None,
            method: call.method.clone(),
            path: call.path.clone(),
            query: call.query.clone(),
            body: call.body_for_log(),
            status: None,
            authorization: header("authorization"),
            user_agent: header("user-agent"),
            headers: call.headers.clone(),
        });
        self.cleared + self.requests.len() - 1
    }

    /// Notes the response to a request.
    pub(crate) fn respond(&mut self, ticket: usize, status: u16) {
        // The log may have been cleared since.
        let index = ticket.checked_sub(self.cleared);
        if let Some(request) = index.and_then(|index| self.requests.get_mut(index)) {
            request.status = Some(status);
            request.responded = Some(Instant::now());
        }
    }

    pub(crate) fn clear(&mut self) {
        self.cleared += self.requests.len();
        self.requests.clear();
    }
}

//! The log of requests, for tests to read.

use std::time::Instant;

use serde_json::Value;

use crate::call::{Call, parameter};

/// One request the mock received.
#[derive(Clone, Debug)]
pub struct Request {
    /// When it had been read whole.
    pub at: Instant,
    /// When its answer was ready to be sent. `None`: not yet, or cut.
    pub answered: Option<Instant>,
    /// Its method, in capitals.
    pub method: String,
    /// Its path, without the query.
    pub path: String,
    /// Its query as sent, without the question mark; empty when there is none.
    pub query: String,
    /// Its body: the JSON, else the text, else null.
    pub body: Value,
    /// The status it was answered with. `None`: not yet, or cut.
    pub status: Option<u16>,
    /// Its `Authorization` header.
    pub authorization: Option<String>,
    /// Its `User-Agent` header.
    pub user_agent: Option<String>,
    /// All headers, their names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Request {
    /// A header's value; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(header, _)| header == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// A parameter of the query, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        parameter(&self.query, name)
    }

    /// The `action` of its body, when there is one.
    pub fn action(&self) -> Option<&str> {
        self.body.get("action").and_then(Value::as_str)
    }

    pub(crate) fn is(&self, method: &str, path_prefix: &str) -> bool {
        (method == "*" || self.method == method) && self.path.starts_with(path_prefix)
    }
}

/// All requests since the start or the last clearing.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) requests: Vec<Request>,
    cleared: usize,
}

impl Log {
    /// Notes an arrival; the ticket notes its end.
    pub(crate) fn arrive(&mut self, call: &Call) -> usize {
        let header = |name: &str| call.header(name).map(str::to_owned);
        self.requests.push(Request {
            at: Instant::now(),
            answered: None,
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

    pub(crate) fn answer(&mut self, ticket: usize, status: u16) {
        // A request from before a clearing is no longer there.
        let index = ticket.checked_sub(self.cleared);
        if let Some(request) = index.and_then(|index| self.requests.get_mut(index)) {
            request.status = Some(status);
            request.answered = Some(Instant::now());
        }
    }

    pub(crate) fn clear(&mut self) {
        self.cleared += self.requests.len();
        self.requests.clear();
    }
}

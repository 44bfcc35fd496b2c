//! A blocking HTTP client that shows cuts and headers as they are on the wire.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use hostup_mock_api::MockApi;
use serde_json::Value;

/// A response.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self
            .headers
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks the status. Returns the body.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Checks the status and the code, in the head and in the body. Returns the Problem document.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        problem
    }
}

/// The connection ended before the response did.
#[derive(Debug, PartialEq)]
pub(crate) enum Cut {
    Nothing,
    InTheBody,
}

/// A client of one mock, with one key.
pub(crate) struct Client<'a> {
    endpoint: &'a str,
    key: String,
    pub(crate) agent: Option<&'a str>,
}

impl<'a> Client<'a> {
    pub(crate) fn of(mock: &'a MockApi) -> Self {
        Self::with_key(mock, mock.api_key())
    }

    pub(crate) fn with_key(mock: &'a MockApi, key: &str) -> Self {
        let agent = Some("mock-api-tests/1.0");
        Self {
            endpoint: mock.endpoint(),
            key: key.to_owned(),
            agent,
        }
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, b"").expect("a response")
    }

    #[track_caller]
    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, b"").expect("a response")
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, body.to_string().as_bytes())
            .expect("a response")
    }

    /// Sends a request on a new connection. Returns the response.
    pub(crate) fn send(&self, method: &str, path: &str, body: &[u8]) -> Result<Reply, Cut> {
        let mut stream = self.start(method, path, body);
        let mut bytes = Vec::new();
        // A reset connection is a cut too.
        let _ = stream.read_to_end(&mut bytes);
        parse(&bytes)
    }

    /// Sends a request. Returns the connection, from which the response can be read.
    pub(crate) fn start(&self, method: &str, path: &str, body: &[u8]) -> TcpStream {
        let address = self
            .endpoint
            .strip_prefix("http://")
            .expect("an http address");
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a time-out");
        let agent = self.agent.map(|agent| format!("User-Agent: {agent}\r\n"));
        let length = (!body.is_empty() || method == "POST").then(|| {
            let length = body.len();
            format!("Content-Type: application/json\r\nContent-Length: {length}\r\n")
        });
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\n{}{}\r\n",
            self.key,
            agent.unwrap_or_default(),
            length.unwrap_or_default()
        );
        stream
            .write_all(&[head.as_bytes(), body].concat())
            .expect("a request");
        stream
    }
}

fn parse(bytes: &[u8]) -> Result<Reply, Cut> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, text) = text.split_once("\r\n\r\n").ok_or(Cut::Nothing)?;
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .expect("a status line");
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, length)| length.parse().expect("a length"));
    if text.len() < length {
        return Err(Cut::InTheBody);
    }
    let status = status.parse().expect("a status");
    Ok(Reply {
        status,
        headers,
        text: text.to_owned(),
    })
}

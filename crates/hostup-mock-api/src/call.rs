//! One request as the account's rules see it, and the response.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::problem::{FieldError, Refusal};

/// A request with its whole body.
#[derive(Clone, Debug, Default)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(header, _)| header == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// Returns a parameter of the query, decoded.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        parameter(&self.query, name)
    }

    /// Returns the key of `Authorization: Bearer <key>`.
    pub(crate) fn key(&self) -> Option<&str> {
        let (scheme, key) = self.header("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
    }

    /// Returns the body for the log: its JSON, else its text, else null.
    pub(crate) fn body_for_log(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&self.body).into_owned()))
    }

    /// Returns the body as a JSON object, which every write of the API needs.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Refusal> {
        let media_type = self.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(
                FieldError::invalid("", "The Content-Type must be application/json.").into(),
            );
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(FieldError::invalid("", "The body must be a JSON object.").into()),
            Err(_) => Err(FieldError::invalid("", "The body must be valid JSON.").into()),
        }
    }
}

/// Returns a parameter of a query, decoded. The last one counts.
fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .rfind(|(key, _)| decode(key) == name)
        .map(|(_, value)| decode(value))
}

/// Decodes percent-encoding. Text that is not valid encoding stays as it is.
fn decode(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let hex = |byte: u8| {
            char::from(byte)
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
        };
        decoded.push(match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    high << 4 | low
                }
                _ => b'%',
            },
            _ => *first,
        });
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// The response to a request.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// The body of a response.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Empty,
    /// A JSON document, serialized.
    Json(Vec<u8>),
    Raw {
        bytes: Vec<u8>,
        content_type: String,
    },
}

impl Response {
    pub(crate) fn json(status: u16, document: impl Serialize) -> Self {
        let text = serde_json::to_vec(&document).expect("a document with string keys");
        Self {
            status,
            headers: Vec::new(),
            body: Body::Json(text),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    pub(crate) fn raw(status: u16, text: impl Into<Vec<u8>>, content_type: &str) -> Self {
        let body = Body::Raw {
            bytes: text.into(),
            content_type: content_type.to_owned(),
        };
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    /// The page that a proxy in front of the API responds with.
    pub(crate) fn html(status: u16) -> Self {
        let mut page = String::new();
        let reason = reason(status);
        // Writing to a String does not fail.
        let _ = write!(
            page,
            "<html>\r\n<head><title>{status} {reason}</title></head>\r\n<body>\r\n\
             <center><h1>{status} {reason}</h1></center>\r\n<hr><center>edge</center>\r\n\
             </body>\r\n</html>\r\n"
        );
        Self::raw(status, page, "text/html; charset=utf-8")
    }
}

/// Returns the reason phrase of a status.
pub(crate) fn reason(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded() {
        #[track_caller]
        fn check(query: &str, expected: Option<&str>) {
            assert_eq!(parameter(query, "name").as_deref(), expected, "{query}");
        }
        check("", None);
        check("limit=1", None);
        check("name=web-01", Some("web-01"));
        check("limit=1&name=web%2001", Some("web 01"));
        check("name=web+01", Some("web 01"));
        check("name=a&name=b", Some("b"));
        check("name", Some(""));
        check("name=%", Some("%"));
        check("name=%zz%4", Some("%zz%4"));
        check("na%6de=%C3%B6", Some("\u{f6}"));
    }
}

//! Refusals, and their RFC 7807 Problem documents.

use serde_json::{Value, json};

use crate::account::Account;
use crate::call::{Response, reason};
use crate::ids;
use crate::switches::InvalidRequestShape;

/// Why a request is refused.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    status: u16,
    code: String,
    shows_code: bool,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(String, String)>,
}

/// One entry of `errors`, which only `invalid_request` has.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pointer: String,
    detail: String,
    /// The code in the form of [`InvalidRequestShape::Schema`]. The other form always has
    /// `invalid_request`.
    code: &'static str,
}

impl FieldError {
    pub(crate) fn missing(field: &str) -> Self {
        let detail = format!("`{field}` is required.");
        Self {
            pointer: format!("/{field}"),
            detail,
            code: "missing_required",
        }
    }

    pub(crate) fn unknown(field: &str) -> Self {
        // JSON pointers escape `~` and `/` as `~0` and `~1`.
        let pointer = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
        Self {
            pointer,
            detail: format!("`{field}` is not a known field."),
            code: "unknown_field",
        }
    }

    pub(crate) fn is_about(&self, field: &str) -> bool {
        self.pointer.strip_prefix('/') == Some(field)
    }

    /// Creates an error about a field, or about the whole body if `field` is empty.
    pub(crate) fn invalid(field: &str, detail: impl Into<String>) -> Self {
        let pointer = if field.is_empty() {
            String::new()
        } else {
            format!("/{field}")
        };
        Self {
            pointer,
            detail: detail.into(),
            code: "invalid_value",
        }
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::invalid_request(vec![error])
    }
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            shows_code: true,
            detail: detail.into(),
            errors: Vec::new(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: &dyn ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Leaves the member `code` out of the Problem document.
    pub(crate) fn without_code(mut self) -> Self {
        self.shows_code = false;
        self
    }

    pub(crate) fn invalid_request(errors: Vec<FieldError>) -> Self {
        let refusal = Self::new(
            400,
            "invalid_request",
            "The request body failed validation.",
        );
        Self { errors, ..refusal }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "unauthorized", "Authentication is required.")
    }

    pub(crate) fn forbidden() -> Self {
        Self::new(
            403,
            "forbidden",
            "The caller lacks a required scope or does not own the resource.",
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            404,
            "not_found",
            "The requested resource could not be found.",
        )
    }

    pub(crate) fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(409, code, detail)
    }

    pub(crate) fn status(&self) -> u16 {
        self.status
    }

    /// Returns the response with the Problem document for a request to `instance`.
    pub(crate) fn into_response(self, account: &mut Account, instance: &str) -> Response {
        let switches = &account.switches;
        let shape = switches.invalid_request_shape;
        let mut problem = json!({
            "type": format!("https://developer.hostup.se/errors/{}", self.code),
            "title": title(&self.code, self.status, shape),
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "timestamp": ids::now(),
        });
        if self.shows_code {
            problem["code"] = self.code.into();
        }
        if !self.errors.is_empty() {
            let item = |error: FieldError| {
                let code = match shape {
                    InvalidRequestShape::Example => "invalid_request",
                    InvalidRequestShape::Schema => error.code,
                };
                json!({"pointer": error.pointer, "detail": error.detail, "code": code})
            };
            problem["errors"] = self
                .errors
                .into_iter()
                .map(item)
                .collect::<Vec<Value>>()
                .into();
        }
        if switches.problem_extensions {
            problem["extensions"] = json!({"hint": "Free-form, and not to be relied on."});
        }
        problem["requestId"] = account.request_id().into();
        Response {
            headers: self.headers,
            ..Response::json(self.status, problem)
        }
    }
}

/// Returns the documented title. Clients must not depend on it: titles differ between the pages.
fn title(code: &str, status: u16, shape: InvalidRequestShape) -> String {
    let title = match code {
        "invalid_request" if shape == InvalidRequestShape::Schema => "Validation failed",
        "invalid_request" => "Invalid request",
        "unauthorized" => "Unauthorized",
        "forbidden" => "Forbidden",
        "not_found" | "vps_not_found" => "Not found",
        "rate_limit_exceeded" | "rate_limited" => "Too many requests",
        "internal_error" => "Internal server error",
        _ if code.starts_with("routed_ipv6_") && status == 409 => "Routed IPv6 conflict",
        _ if code.starts_with("private_network_") && status == 409 => "Private network conflict",
        _ => reason(status),
    };
    title.to_owned()
}

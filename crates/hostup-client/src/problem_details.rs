//! Error bodies: RFC 9457 documents from the API, and anything at all from proxies in front of it.

use std::fmt::Write as _;

use serde_json::Value;

/// How many characters of a body an error quotes.
const QUOTED: usize = 200;

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

/// What an error body says. Each part may be missing or of another type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ProblemDetails {
    pub(super) title: Option<String>,
    pub(super) detail: Option<String>,
    pub(super) code: Option<String>,
    pub(super) request_id: Option<String>,
    pub(super) errors: Vec<FieldError>,
    /// Whether it has the form of RFC 9457: a type or a title, and a status.
    pub(super) is_document: bool,
}

impl ProblemDetails {
    /// Reads the parts that are there. Returns `None` when the body is not a JSON object.
    pub(super) fn parse(body: &str) -> Option<Self> {
        let Ok(Value::Object(document)) = serde_json::from_str(body) else {
            return None;
        };
        let text = |key: &str| text(document.get(key));
        let errors = document.get("errors").and_then(Value::as_array);
        Some(Self {
            title: text("title"),
            detail: text("detail"),
            code: text("code"),
            request_id: text("requestId"),
            errors: errors
                .into_iter()
                .flatten()
                .filter_map(field_error)
                .collect(),
            is_document: (text("type").is_some() || text("title").is_some())
                && document.get("status").is_some_and(Value::is_number),
        })
    }

    /// Changes each text in it.
    pub(super) fn map_texts(mut self, change: impl Fn(&mut String)) -> Self {
        let Self {
            title,
            detail,
            code,
            request_id,
            errors,
            is_document: _,
        } = &mut self;
        let texts = [title, detail, code, request_id];
        texts.into_iter().flatten().for_each(&change);
        for FieldError {
            pointer,
            detail,
            code,
        } in errors
        {
            change(pointer);
            change(detail);
            code.iter_mut().for_each(&change);
        }
        self
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn field_error(item: &Value) -> Option<FieldError> {
    let pointer = text(item.get("pointer"));
    let detail = text(item.get("detail"));
    if pointer.is_none() && detail.is_none() {
        return None;
    }
    Some(FieldError {
        pointer: pointer.unwrap_or_default(),
        detail: detail.unwrap_or_default(),
        code: text(item.get("code")),
    })
}

/// Returns the start of a body as one line of visible characters, for an error's text.
pub(super) fn quote(body: &str) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in body.split_whitespace() {
        for c in (!line.is_empty())
            .then_some(' ')
            .into_iter()
            .chain(word.chars())
        {
            if length == QUOTED {
                line.push('…');
                return format!("`{line}`");
            }
            length += 1;
            if c.is_control() {
                // What a proxy sends must not control the terminal.
                line.push(char::REPLACEMENT_CHARACTER);
            } else {
                line.push(c);
            }
        }
    }
    if line.is_empty() {
        "an empty body".to_owned()
    } else {
        format!("`{line}`")
    }
}

/// Describes a refusal: the API's words with code, field errors and request id, or the quote of a
/// body that is not a problem document.
pub(super) fn describe(status: u16, problem: Option<&ProblemDetails>, quote: &str) -> String {
    let mut text = format!("the API returned {status}");
    let Some(problem) =
        problem.filter(|it| it.code.is_some() || it.detail.is_some() || it.title.is_some())
    else {
        let _ = write!(text, " with {quote}");
        return text;
    };
    if let Some(code) = &problem.code {
        let _ = write!(text, " `{code}`");
    }
    if let Some(words) = problem.detail.as_ref().or(problem.title.as_ref()) {
        let _ = write!(text, ": {words}");
    }
    for error in &problem.errors {
        let _ = write!(text, " (`{}`: {})", error.pointer, error.detail);
    }
    if let Some(id) = &problem.request_id {
        let _ = write!(text, " [request `{id}`]");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_one_line_of_200_characters_at_most() {
        assert_eq!(quote(" \n "), "an empty body");
        assert_eq!(
            quote("<html>\r\n  no \u{1b}[31m</html>"),
            "`<html> no \u{fffd}[31m</html>`"
        );
        let long = quote(&"ö".repeat(500));
        assert_eq!(long, format!("`{}…`", "ö".repeat(200)));
        assert_eq!(quote(&"x".repeat(200)), format!("`{}`", "x".repeat(200)));
    }

    #[test]
    fn parts_of_an_unexpected_type_are_ignored() {
        let problem = ProblemDetails::parse(
            r#"{"title":7,"detail":"  ","code":"c","errors":[3,{},{"pointer":"/a"}]}"#,
        );
        let problem = problem.expect("an object");
        assert_eq!((problem.title, problem.detail), (None, None));
        assert_eq!(problem.code.as_deref(), Some("c"));
        assert_eq!(problem.errors.len(), 1);
        assert_eq!(ProblemDetails::parse("[]"), None);
    }
}

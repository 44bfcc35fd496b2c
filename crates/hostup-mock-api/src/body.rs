//! Reads a request body field by field, and collects every error before refusing.

use serde_json::{Map, Value};

use crate::problem::{FieldError, Refusal};

/// The fields of one body.
pub(crate) struct Fields {
    body: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Notes an error for each field other than `known`.
    pub(crate) fn new(body: Map<String, Value>, known: &[&str]) -> Self {
        let unknown = body.keys().filter(|key| !known.contains(&key.as_str()));
        let errors = unknown.map(|key| FieldError::unknown(key)).collect();
        Self { body, errors }
    }

    /// Returns the text of a required field.
    pub(crate) fn required_text(&mut self, field: &str) -> String {
        match self.body.get(field) {
            Some(Value::String(text)) => return text.clone(),
            Some(_) => self.invalid(field, format!("`{field}` must be a string.")),
            None => self.errors.push(FieldError::missing(field)),
        }
        String::new()
    }

    /// Returns the text of a field that may be missing, but not null.
    pub(crate) fn optional_text(&mut self, field: &str) -> Option<String> {
        match self.body.get(field) {
            Some(Value::String(text)) => return Some(text.clone()),
            Some(_) => self.invalid(field, format!("`{field}` must be a string.")),
            None => {}
        }
        None
    }

    /// Returns the text of a field that may be missing or null.
    pub(crate) fn nullable_text(&mut self, field: &str) -> Option<String> {
        if self.body.get(field).is_some_and(Value::is_null) {
            return None;
        }
        self.optional_text(field)
    }

    /// Returns the number of a required field, which must be one of `allowed`. `64` and `64.0` are
    /// the same.
    pub(crate) fn required_number(&mut self, field: &str, allowed: &[u8]) -> u8 {
        let Some(value) = self.body.get(field) else {
            self.errors.push(FieldError::missing(field));
            return 0;
        };
        let number = value.as_f64();
        let found = allowed
            .iter()
            .copied()
            .find(|one| number == Some(f64::from(*one)));
        if found.is_none() {
            self.invalid(field, format!("`{field}` must be one of {allowed:?}."));
        }
        found.unwrap_or_default()
    }

    pub(crate) fn invalid(&mut self, field: &str, detail: impl Into<String>) {
        self.errors.push(FieldError::invalid(field, detail));
    }

    /// Refuses the body for this field, and for the errors so far.
    pub(crate) fn refuse(mut self, field: &str, detail: &str) -> Refusal {
        if !self.errors.iter().any(|error| error.is_about(field)) {
            self.invalid(field, detail);
        }
        Refusal::invalid_request(self.errors)
    }

    /// Refuses the body when a field was wrong.
    pub(crate) fn finish(self) -> Result<(), Refusal> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Refusal::invalid_request(self.errors))
        }
    }
}

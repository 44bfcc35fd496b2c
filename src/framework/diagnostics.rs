//! Messages to the user: a summary, a detail, the attribute they are about, and what to do.
//!
//! The summary says what could not be done to what. The detail has the API's own words with code,
//! status and request id, then `hint: …` on a line of its own when there is something to do, and
//! the section of the guide that says more.

mod advice;

use std::error::Error as _;
use std::fmt::{self, Write as _};

use tf_provider::AttributePath;

use super::guide::Section;

pub use advice::Cause;

/// The most items that [`bullets_of_some`] lists.
const MOST_LISTED: usize = 10;

/// A message to the user, as an error or as a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Empty until the adapter sets it: it knows the resource and the operation.
    summary: String,
    detail: String,
    attribute: AttributePath,
    hint: Option<String>,
    section: Option<Section>,
    cause: Option<Cause>,
}

impl Diagnostic {
    /// Returns a diagnostic with its own summary.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            detail: detail.into(),
            attribute: AttributePath::root(),
            hint: None,
            section: None,
            cause: None,
        }
    }

    /// Returns a diagnostic whose summary the adapter sets: `Could not read hostup_…`.
    pub fn without_summary(detail: impl Into<String>) -> Self {
        Self::new("", detail)
    }

    /// Sets the attribute.
    #[must_use]
    pub fn at(mut self, attribute: AttributePath) -> Self {
        self.attribute = attribute;
        self
    }

    /// Sets the attribute to one at the top of the resource.
    #[must_use]
    pub fn at_attribute(self, name: &'static str) -> Self {
        self.at(AttributePath::new(name))
    }

    /// Sets what to do about it, and the section of the guide that says more.
    #[must_use]
    pub fn hint(mut self, section: Section, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        // The hint is about this object, so another error does not replace it.
        self.cause = None;
        self.section(section)
    }

    /// Sets the section of the guide that says more.
    #[must_use]
    pub fn section(mut self, section: Section) -> Self {
        self.section = Some(section);
        self
    }

    /// Sets the cause that other errors of the run may share.
    #[must_use]
    pub(super) fn with_cause(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    /// Returns the cause that other errors of the run may share.
    pub(super) fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// Adds to the hint about a key where it was sent to.
    #[must_use]
    pub(super) fn sent_to(mut self, endpoint: &impl fmt::Display) -> Self {
        if self.cause == Some(Cause::Key)
            && let Some(hint) = &mut self.hint
        {
            let _ = write!(
                hint,
                "; it was sent to `{endpoint}`: for another server, set `endpoint` or \
                 HOSTUP_API_BASE"
            );
        }
        self
    }

    /// Replaces the explanation of the cause by a line that points to another message of the run.
    #[must_use]
    pub(super) fn repeated(mut self, cause: Cause) -> Self {
        let lines = self.detail.split_once('\n');
        let lines = lines.map_or(String::new(), |(_, lines)| format!("\n{lines}"));
        self.detail = format!(
            "{}; another message of this run says what to do{lines}",
            cause.text()
        );
        self.hint = None;
        self.section = None;
        self.cause = None;
        self
    }

    /// Adds a line to the detail.
    #[must_use]
    pub fn line(mut self, line: impl AsRef<str>) -> Self {
        self.detail.push('\n');
        self.detail.push_str(line.as_ref());
        self
    }

    /// Returns the detail without the hint.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Sets the summary unless there is one.
    #[must_use]
    pub fn or_summary(mut self, summary: impl FnOnce() -> String) -> Self {
        if self.summary.is_empty() {
            self.summary = summary();
        }
        self
    }

    /// Removes the attribute unless the schema has it: the core refuses a path that it lacks.
    #[must_use]
    pub fn retain_attribute(mut self, is_in_schema: impl Fn(&str) -> bool) -> Self {
        let first = self.attribute.steps.first().map(ToString::to_string);
        if first.is_some_and(|name| !is_in_schema(&name)) {
            self.attribute = AttributePath::root();
        }
        self
    }

    /// Converts it to the framework's diagnostic. It is built literally: the constructors append a
    /// backtrace when `RUST_BACKTRACE` is set, which no user should read.
    pub fn into_diagnostic(self) -> tf_provider::Diagnostic {
        let hint = self.hint.map(|hint| format!("hint: {hint}"));
        let section = self.section.map(|section| section.to_string());
        let parts = [
            Some(self.detail).filter(|detail| !detail.is_empty()),
            hint,
            section,
        ];
        let detail = parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        tf_provider::Diagnostic {
            summary: self.summary.into(),
            detail: detail.into(),
            attribute: self.attribute,
        }
    }
}

impl From<hostup_client::Error> for Diagnostic {
    fn from(error: hostup_client::Error) -> Self {
        let mut detail = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let _ = write!(detail, ": {error}");
            cause = error.source();
        }
        if !error.in_the_way().is_empty() {
            let routes = error.in_the_way().iter().map(ToString::to_string);
            let _ = write!(detail, ". In the way:{}", bullets(routes));
        }
        let fields = error.field_errors().iter();
        detail += &bullets(fields.map(|field| format!("`{}`: {}", field.pointer, field.detail)));
        let mut diagnostic = Self::without_summary(detail);
        if let Some(attribute) = error
            .field_errors()
            .iter()
            .find_map(|field| attribute(&field.pointer))
        {
            diagnostic.attribute = attribute;
        }
        let (section, hint) = advice::advice(&error);
        diagnostic.hint = hint;
        diagnostic.cause = Cause::of(&error);
        diagnostic.section(section)
    }
}

/// Returns the attribute for a JSON pointer: `parent_cidr` for `/parentCidr`. Deeper values have no
/// attribute.
fn attribute(pointer: &str) -> Option<AttributePath> {
    let name = pointer.strip_prefix('/')?;
    if name.is_empty() || name.contains('/') {
        return None;
    }
    let mut snake = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    Some(AttributePath::new(snake))
}

/// Returns the items as a list, each on a line of its own, to follow a colon.
pub fn bullets(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |mut list, item| {
        let _ = write!(list, "\n  - {item}");
        list
    })
}

/// As [`bullets`], for at most ten items and the number of the rest.
pub fn bullets_of_some(items: impl IntoIterator<Item = String>) -> String {
    let mut items = items.into_iter();
    let list = bullets(items.by_ref().take(MOST_LISTED));
    match items.count() {
        0 => list,
        more => format!("{list}\n  - and {more} more"),
    }
}

/// Errors, which stop the run, and warnings, which do not.
#[derive(Debug, Default)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds an error.
    pub fn error(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    /// Adds a warning.
    pub fn warning(&mut self, diagnostic: Diagnostic) {
        self.warnings.push(diagnostic);
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Removes the warnings. Returns the causes that they explain in full.
    pub(super) fn drop_warnings(&mut self) -> Vec<Cause> {
        let dropped = self.warnings.drain(..);
        dropped.filter_map(|warning| warning.cause).collect()
    }

    /// Hands all of them to the framework. Returns `None` if there is an error.
    pub fn finish(self, diagnostics: &mut tf_provider::Diagnostics) -> Option<()> {
        let has_errors = self.has_errors();
        self.report(diagnostics);
        (!has_errors).then_some(())
    }

    /// Hands all of them to the framework.
    pub fn report(self, diagnostics: &mut tf_provider::Diagnostics) {
        let Self { errors, warnings } = self;
        diagnostics
            .errors
            .extend(errors.into_iter().map(Diagnostic::into_diagnostic));
        diagnostics
            .warnings
            .extend(warnings.into_iter().map(Diagnostic::into_diagnostic));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_pointer_becomes_the_attribute() {
        let path = |pointer| attribute(pointer).map(|path| path.to_string());
        assert_eq!(path("/parentCidr").as_deref(), Some("parent_cidr"));
        assert_eq!(path("/prefix").as_deref(), Some("prefix"));
        assert_eq!(path("/items/0/domainName"), None);
        assert_eq!(path(""), None);
    }

    #[test]
    fn a_hint_has_a_line_of_its_own() {
        let diagnostic = Diagnostic::new("Summary", "Detail")
            .hint(Section::Routes, "do this")
            .into_diagnostic();
        assert_eq!(
            diagnostic.detail,
            "Detail\n\nhint: do this\n\nmore: guide \"When something fails\", section \"Routes\""
        );
    }

    #[test]
    fn a_repeated_cause_keeps_the_lines_that_follow() {
        let diagnostic = Diagnostic::without_summary("the API returned 401").line("It is tainted.");
        assert_eq!(
            diagnostic.repeated(Cause::Key).detail(),
            "HostUp does not accept the API key; another message of this run says what to do\n\
             It is tainted."
        );
    }

    #[test]
    fn a_long_list_ends_with_the_number_of_the_rest() {
        let listed = |count: i32| bullets_of_some((0..count).map(|it| it.to_string()));
        assert!(listed(10).ends_with("\n  - 9"));
        assert!(listed(25).ends_with("\n  - 9\n  - and 15 more"));
    }

    #[test]
    fn an_attribute_that_the_schema_lacks_is_removed() {
        let diagnostic = Diagnostic::new("S", "D").at_attribute("action");
        assert!(
            diagnostic
                .retain_attribute(|name| name == "prefix")
                .into_diagnostic()
                .attribute
                .steps
                .is_empty()
        );
    }
}

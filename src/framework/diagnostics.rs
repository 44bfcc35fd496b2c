//! What the user is told: summary, detail, the attribute it is about, and what to do.
//!
//! Summary: what could not be done to what. Detail: the API's own words with code, status and
//! request id, then `hint: …` on a line of its own when there is something to do, and where the
//! guide says more.

use std::error::Error as _;
use std::fmt::Write as _;

use hostup_client::ErrorKind;
use tf_provider::AttributePath;

use super::guide::Section;

/// One thing to tell the user, as an error or as a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Empty until somebody knows it: what could not be done is known where it was begun.
    summary: String,
    detail: String,
    attribute: AttributePath,
    hint: Option<String>,
    more: Option<Section>,
}

impl Diagnostic {
    /// A diagnostic that says all by itself.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            detail: detail.into(),
            attribute: AttributePath::root(),
            hint: None,
            more: None,
        }
    }

    /// A diagnostic whose summary is given by whoever began what failed.
    pub fn because(detail: impl Into<String>) -> Self {
        Self::new("", detail)
    }

    /// The attribute it is about.
    #[must_use]
    pub fn at(mut self, attribute: AttributePath) -> Self {
        self.attribute = attribute;
        self
    }

    /// As [`at`](Self::at), for an attribute at the top of the resource.
    #[must_use]
    pub fn at_attribute(self, name: &'static str) -> Self {
        self.at(AttributePath::new(name))
    }

    /// What to do about it, and where the guide says more.
    #[must_use]
    pub fn hint(mut self, more: Section, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self.see(more)
    }

    /// Where the guide says more, when there is no room for a hint.
    #[must_use]
    pub fn see(mut self, more: Section) -> Self {
        self.more = Some(more);
        self
    }

    /// Adds what happened then.
    #[must_use]
    pub fn continued(mut self, more: impl AsRef<str>) -> Self {
        self.detail.push('\n');
        self.detail.push_str(more.as_ref());
        self
    }

    /// What it says below the summary, without the hint.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Gives it a summary unless it has one.
    #[must_use]
    pub fn titled(mut self, summary: impl FnOnce() -> String) -> Self {
        if self.summary.is_empty() {
            self.summary = summary();
        }
        self
    }

    /// Forgets the attribute unless `known` has it: the core refuses a path that the schema lacks.
    #[must_use]
    pub fn within(mut self, known: impl Fn(&str) -> bool) -> Self {
        let first = self.attribute.steps.first().map(ToString::to_string);
        if first.is_some_and(|name| !known(&name)) {
            self.attribute = AttributePath::root();
        }
        self
    }

    /// As the framework has it. Built literally: its constructors append a backtrace when
    /// `RUST_BACKTRACE` is set, which no user should read.
    pub fn into_diagnostic(self) -> tf_provider::Diagnostic {
        let hint = self.hint.map(|hint| format!("hint: {hint}"));
        let more = self.more.map(|section| section.to_string());
        let parts = [
            Some(self.detail).filter(|detail| !detail.is_empty()),
            hint,
            more,
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
        let mut diagnostic = Self::because(detail);
        if let Some(attribute) = error
            .field_errors()
            .iter()
            .find_map(|field| attribute(&field.pointer))
        {
            diagnostic.attribute = attribute;
        }
        let (more, hint) = advice(&error);
        diagnostic.hint = hint;
        diagnostic.see(more)
    }
}

/// `/parentCidr` is the attribute `parent_cidr`. What lies deeper in a request has no attribute of
/// its own.
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

/// Where the guide says more of an error, and what to do about it.
fn advice(error: &hostup_client::Error) -> (Section, Option<String>) {
    if !error.candidates().is_empty() {
        let candidates = error.candidates().iter();
        let hint = format!(
            "nothing was repeated, so nothing exists twice; look at these objects and import the one that is yours:{}",
            bullets(
                candidates.map(|candidate| format!("`{}`: {}", candidate.id, candidate.description))
            )
        );
        return (Section::LostAnswers, Some(hint));
    }
    let (section, hint) = if !error.in_the_way().is_empty() {
        (
            Section::Routes,
            "what is in the way is not this resource's; choose another `prefix`, or import that route here, or remove it \
             where it is managed",
        )
    } else if *error.kind() == ErrorKind::Unavailable {
        (
            Section::Failures,
            "nothing was concluded and the state is as it was; ask HostUp's support why the account can't use routed IPv6",
        )
    } else if error.is_cancelled() {
        (
            Section::Time,
            "run the command again to go on; what exists is in the state",
        )
    } else if error.is_unauthorized() {
        (
            Section::Key,
            "the key is unknown or was revoked; check `api_key`, `api_key_file`, or the environment variable HOSTUP_API_KEY",
        )
    } else if error.is_forbidden() && error.code().is_none() {
        (
            Section::Network,
            "this is not the API's own answer: a firewall or proxy before it refused the request",
        )
    } else if error.is_forbidden() {
        (
            Section::Key,
            "the key needs the scopes `read:network`, `read:vm` and `write:network`; pools and routes can't be read without `read:vm`",
        )
    } else if error.is_rate_limited() {
        (
            Section::RateLimits,
            "the API limits how many requests it takes; lower `max_concurrent_requests` of the provider or raise the resource's `timeouts`",
        )
    } else if *error.kind() == ErrorKind::Lost {
        (
            Section::LostAnswers,
            "nothing was sent twice; apply again, or import the object if it shows up in the account after all",
        )
    } else if error.is_timed_out() {
        (
            Section::Time,
            "raise the resource's `timeouts` or the provider's `request_timeout`, then apply again; what was begun is found again by the next plan",
        )
    } else if error.may_have_happened() {
        (
            Section::LostAnswers,
            "the request may have been carried out; run `plan` to see what exists before you repeat it",
        )
    } else if error.status().is_some_and(|status| status >= 500) {
        (
            Section::Failures,
            "the API failed; apply again in a while, and give the request's id to HostUp's support if it goes on",
        )
    } else if error.is_undecodable() {
        (
            Section::Network,
            "nothing is concluded from it; try again, and if it goes on, check `endpoint` and what stands before the API",
        )
    } else if error.is_transport() {
        (
            Section::Network,
            "check the provider's `endpoint` (or HOSTUP_API_BASE), the network, and a proxy if there is one",
        )
    } else {
        // The rest are refusals, and the API's own words say what there is to say.
        let section = match error.kind() {
            ErrorKind::Building => Section::Configuration,
            _ => Section::Refused,
        };
        return (section, None);
    };
    (section, Some(hint.to_owned()))
}

/// Items on lines of their own, to follow a sentence that ends with a colon.
pub fn bullets(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().fold(String::new(), |mut list, item| {
        let _ = write!(list, "\n  - {item}");
        list
    })
}

/// What a check found: errors stop the run, warnings do not.
#[derive(Debug, Default)]
pub struct Diagnostics {
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Reports what stops the run.
    pub fn error(&mut self, diagnostic: Diagnostic) {
        self.errors.push(diagnostic);
    }

    /// Reports what the user should know before going on.
    pub fn warning(&mut self, diagnostic: Diagnostic) {
        self.warnings.push(diagnostic);
    }

    /// Whether anything stops the run.
    pub fn has_errors(&self) -> bool {
        !self.errors.is_empty()
    }

    /// Hands everything to the framework.
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
    fn a_pointer_of_the_api_becomes_the_attribute_of_the_schema() {
        let path = |pointer| attribute(pointer).map(|path| path.to_string());
        assert_eq!(path("/parentCidr").as_deref(), Some("parent_cidr"));
        assert_eq!(path("/prefix").as_deref(), Some("prefix"));
        assert_eq!(path("/items/0/domainName"), None);
        assert_eq!(path(""), None);
    }

    #[test]
    fn a_hint_stands_on_a_line_of_its_own() {
        let diagnostic = Diagnostic::new("Summary", "Detail")
            .hint(Section::Routes, "do this")
            .into_diagnostic();
        assert_eq!(
            diagnostic.detail,
            "Detail\n\nhint: do this\n\nmore: guide \"When something fails\", section \"Routes\""
        );
    }

    #[test]
    fn an_attribute_that_the_schema_lacks_is_not_named() {
        let diagnostic = Diagnostic::new("S", "D").at_attribute("action");
        assert!(
            diagnostic
                .within(|name| name == "prefix")
                .into_diagnostic()
                .attribute
                .steps
                .is_empty()
        );
    }
}

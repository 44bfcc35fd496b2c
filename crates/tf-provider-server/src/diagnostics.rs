//! Converts tf-provider's diagnostics to the protocol's.
//!
//! The crate never builds diagnostics with tf-provider's helpers, which append a backtrace to the
//! user's message when `RUST_BACKTRACE` is set.

use std::borrow::Cow;

use tf_provider::{AttributePath, AttributePathStep, Diagnostic, Diagnostics};

use super::protocol;
use super::protocol::tfplugin6::attribute_path::{Step, step::Selector};
use super::protocol::tfplugin6::diagnostic::Severity;

/// Returns an error about the whole object.
pub(super) fn error(
    summary: impl Into<Cow<'static, str>>,
    detail: impl Into<Cow<'static, str>>,
) -> Diagnostic {
    error_at(AttributePath::default(), summary, detail)
}

/// Returns an error about one attribute.
pub(super) fn error_at(
    attribute: AttributePath,
    summary: impl Into<Cow<'static, str>>,
    detail: impl Into<Cow<'static, str>>,
) -> Diagnostic {
    Diagnostic {
        summary: summary.into(),
        detail: detail.into(),
        attribute,
    }
}

/// Adds an error if there is none. Called for a method that returned `None`, which the core would
/// otherwise take for success.
pub(super) fn require_error(diags: &mut Diagnostics, operation: &str, name: &str) {
    if diags.errors.is_empty() {
        diags.errors.push(error(
            format!("`{name}`: {operation} ended without a result"),
            "This is a bug in the provider: it returned nothing and reported no error. \
             Nothing was changed in the state.",
        ));
    }
}

/// Converts diagnostics, errors first, as the core shows them. Duplicates are dropped: a value that
/// is invalid in the configuration is invalid in the proposed state too.
pub(super) fn to_protocol(diags: Diagnostics) -> Vec<protocol::Diagnostic> {
    let errors = without_duplicates(diags.errors).map(|d| (Severity::Error, d));
    let warnings = without_duplicates(diags.warnings).map(|d| (Severity::Warning, d));
    errors
        .chain(warnings)
        .map(|(severity, diagnostic)| protocol::Diagnostic {
            severity: severity.into(),
            summary: diagnostic.summary.into_owned(),
            detail: diagnostic.detail.into_owned(),
            attribute: (!diagnostic.attribute.steps.is_empty())
                .then(|| path_to_protocol(diagnostic.attribute)),
        })
        .collect()
}

/// Drops diagnostics that are equal to an earlier one.
fn without_duplicates(diagnostics: Vec<Diagnostic>) -> impl Iterator<Item = Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for one in diagnostics {
        let same = |other: &Diagnostic| {
            other.summary == one.summary
                && other.detail == one.detail
                && other.attribute.steps == one.attribute.steps
        };
        if !kept.iter().any(same) {
            kept.push(one);
        }
    }
    kept.into_iter()
}

/// Converts one error.
pub(super) fn error_to_protocol(diagnostic: Diagnostic) -> Vec<protocol::Diagnostic> {
    to_protocol(Diagnostics {
        errors: vec![diagnostic],
        warnings: vec![],
    })
}

/// Converts a path.
pub(super) fn path_to_protocol(path: AttributePath) -> protocol::AttributePath {
    let selector = |step| match step {
        AttributePathStep::Attribute(name) => Selector::AttributeName(name.into_owned()),
        AttributePathStep::Key(key) => Selector::ElementKeyString(key.into_owned()),
        AttributePathStep::Index(index) => Selector::ElementKeyInt(index),
    };
    protocol::AttributePath {
        steps: path
            .steps
            .into_iter()
            .map(|step| Step {
                selector: Some(selector(step)),
            })
            .collect(),
    }
}

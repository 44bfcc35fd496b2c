//! From tf-provider's diagnostics to the protocol's.
//!
//! Diagnostics are built literally here and nowhere through tf-provider's helpers: those append a
//! backtrace to the user's message when `RUST_BACKTRACE` is set.

use std::borrow::Cow;

use tf_provider::{AttributePath, AttributePathStep, Diagnostic, Diagnostics};

use super::protocol;
use super::protocol::tfplugin6::attribute_path::{Step, step::Selector};
use super::protocol::tfplugin6::diagnostic::Severity;

/// An error about the whole object.
pub(super) fn error(
    summary: impl Into<Cow<'static, str>>,
    detail: impl Into<Cow<'static, str>>,
) -> Diagnostic {
    error_at(AttributePath::default(), summary, detail)
}

/// An error about one attribute.
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

/// The end of a method that returned nothing and said nothing: without an error it would pass for
/// success.
pub(super) fn demand_reason(diags: &mut Diagnostics, operation: &str, name: &str) {
    if diags.errors.is_empty() {
        diags.errors.push(error(
            format!("`{name}`: {operation} ended without a result"),
            "This is a bug in the provider: it returned nothing and reported no error. \
             Nothing was changed in the state.",
        ));
    }
}

/// Errors first, then warnings, as the core shows them. Each is sent once: a fault in a
/// configuration is in the proposed state as well.
pub(super) fn to_protocol(diags: Diagnostics) -> Vec<protocol::Diagnostic> {
    let errors = once(diags.errors).map(|d| (Severity::Error, d));
    let warnings = once(diags.warnings).map(|d| (Severity::Warning, d));
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

/// Leaves out what is there already, word for word.
fn once(diagnostics: Vec<Diagnostic>) -> impl Iterator<Item = Diagnostic> {
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

/// One error, ready to be sent.
pub(super) fn just(diagnostic: Diagnostic) -> Vec<protocol::Diagnostic> {
    to_protocol(Diagnostics {
        errors: vec![diagnostic],
        warnings: vec![],
    })
}

/// A path, step by step.
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

//! Assertions on what a run reports.

use cli_support::{Message, Report};

/// Asserts that one error contains all `parts`, in its summary, detail, line or address.
#[track_caller]
pub(crate) fn assert_error(report: &Report, parts: &[&str]) {
    assert_says("error", &report.errors(), parts);
}

/// Like [`assert_error`], for a warning.
#[track_caller]
pub(crate) fn assert_warning(report: &Report, parts: &[&str]) {
    assert_says("warning", &report.warnings(), parts);
}

#[track_caller]
fn assert_says(kind: &str, messages: &[&Message], parts: &[&str]) {
    let texts: Vec<_> = messages.iter().map(ToString::to_string).collect();
    assert!(
        texts
            .iter()
            .any(|text| parts.iter().all(|part| text.contains(part))),
        "no {kind} contains all of {parts:?}:\n{}",
        texts.join("\n---\n")
    );
}

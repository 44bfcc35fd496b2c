//! Compares every message that a user can meet with the approved text in `snapshots/`. What differs
//! from run to run is replaced.
//!
//! Renew the snapshots with `INSTA_UPDATE=always cargo test --test acceptance -- the_messages`, and
//! read the difference as a user would.

use std::fmt::Write as _;

use cli_support::Message;
use regex::Regex;

/// A page of messages under construction.
#[derive(Default)]
pub(crate) struct Gallery(String);

impl Gallery {
    /// Adds the messages of a situation.
    pub(crate) fn add(&mut self, situation: &str, messages: &[&Message]) {
        let _ = write!(self.0, "# {situation}\n\n");
        for message in messages {
            let Message {
                severity,
                summary,
                detail,
                line,
                ..
            } = message;
            let _ = writeln!(self.0, "{severity}: {}", constant(summary));
            if !detail.is_empty() {
                let _ = writeln!(self.0, "{}", constant(detail));
            }
            // Only some cores report the line of a nested attribute.
            let nested = [
                "timeouts", "create", "read", "update", "delete", "resource", "data",
            ]
            .iter()
            .any(|word| line.starts_with(word));
            if !line.is_empty() && !nested {
                let _ = writeln!(self.0, "at: {}", constant(line));
            }
            self.0.push('\n');
        }
    }

    /// Adds the output of a command in a situation.
    pub(crate) fn text(&mut self, situation: &str, text: &str) {
        // The text around it differs between cores.
        let halted = Regex::new("Error: execution halted\\s+").expect("a pattern");
        let text = halted.replace_all(text, "");
        let from = text.find("Error: ").unwrap_or_default();
        let text = constant(text[from..].trim_end());
        let _ = write!(self.0, "# {situation}\n\n{text}\n\n");
    }

    /// Compares the page with the approved one.
    pub(crate) fn assert_snapshot(self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/acceptance/snapshots"
        ));
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, self.0.trim_end()));
    }
}

/// Returns the text without what differs from run to run.
fn constant(text: &str) -> String {
    let rules = [
        (
            r"\b(ripv6|ripv6rt|pnet|subnet|vps|req|job)_[0-9a-z]{26}\b",
            "${1}_…",
        ),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"registry\.(terraform\.io|opentofu\.org)", "REGISTRY"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "TIME"),
    ];
    rules
        .iter()
        .fold(text.to_owned(), |text, (pattern, replacement)| {
            let pattern = Regex::new(pattern).expect("a pattern");
            pattern.replace_all(&text, *replacement).into_owned()
        })
}

//! Reads the output of runs with `-json`: diagnostics and planned changes.

use std::fmt;

use serde_json::Value;

/// A diagnostic as users see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// `error` or `warning`.
    pub severity: String,
    /// The summary.
    pub summary: String,
    /// The text below the summary; may be empty.
    pub detail: String,
    /// The resource it belongs to, such as `hostup_private_network.web`; may be empty.
    pub address: String,
    /// The line of the configuration that it points at, trimmed; may be empty.
    pub line: String,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            summary,
            detail,
            address,
            line,
        } = self;
        write!(f, "{severity}: {summary}\n{detail}\n[{address}] {line}")
    }
}

/// The output of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The diagnostics in their order.
    pub messages: Vec<Message>,
    /// The planned changes as `address: action`, in their order.
    pub planned: Vec<String>,
}

impl Report {
    /// Reads the lines of `plan -json`, `apply -json` and `destroy -json`, or the document of
    /// `validate -json`.
    pub fn read(output: &str) -> Self {
        if let Ok(document) = serde_json::from_str::<Value>(output)
            && let Some(diagnostics) = document["diagnostics"].as_array()
        {
            return Self {
                messages: diagnostics.iter().map(message).collect(),
                planned: Vec::new(),
            };
        }
        let mut report = Self::default();
        for line in output.lines() {
            let Ok(event) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            match event["type"].as_str() {
                Some("diagnostic") => report.messages.push(message(&event["diagnostic"])),
                Some("planned_change") => report.planned.push(format!(
                    "{}: {}",
                    text(&event["change"]["resource"]["addr"]),
                    text(&event["change"]["action"])
                )),
                _ => {}
            }
        }
        report
    }

    /// Returns the errors.
    pub fn errors(&self) -> Vec<&Message> {
        self.messages
            .iter()
            .filter(|message| message.severity == "error")
            .collect()
    }

    /// Returns the warnings, without the one about development overrides.
    pub fn warnings(&self) -> Vec<&Message> {
        self.messages
            .iter()
            .filter(|message| message.severity == "warning")
            .filter(|message| !message.summary.contains("development overrides"))
            .collect()
    }
}

fn message(diagnostic: &Value) -> Message {
    Message {
        severity: text(&diagnostic["severity"]),
        summary: text(&diagnostic["summary"]),
        detail: text(&diagnostic["detail"]),
        address: text(&diagnostic["address"]),
        line: text(&diagnostic["snippet"]["code"]).trim().to_owned(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_plan_are_read() {
        let report = Report::read(concat!(
            r#"{"@level":"info","@message":"x","type":"version"}"#,
            "\nnot json\n",
            r#"{"type":"planned_change","change":{"resource":{"addr":"a.b"},"action":"create"}}"#,
            "\n",
            r#"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"S","detail":"D","#,
            r#""address":"a.b","snippet":{"code":"  x = 1"}}}"#,
        ));
        assert_eq!(report.planned, ["a.b: create"]);
        assert_eq!(report.errors().len(), 1);
        assert_eq!(report.errors()[0].line, "x = 1");
    }

    #[test]
    fn the_document_of_validate_is_read() {
        let report =
            Report::read(r#"{"valid":false,"diagnostics":[{"severity":"warning","summary":"S"}]}"#);
        assert_eq!(report.warnings().len(), 1);
        assert!(report.errors().is_empty());
    }
}

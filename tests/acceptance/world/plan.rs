//! A plan, read.

use cli_support::Report;
use serde_json::Value;

/// A plan as `show -json` prints it.
pub(crate) struct Plan {
    /// The messages of the run.
    pub(crate) report: Report,
    document: Value,
}

impl Plan {
    /// Reads the output of `show -json`.
    pub(super) fn new(report: Report, shown: &str) -> Self {
        let document = serde_json::from_str(shown).unwrap_or_else(|_| panic!("no plan: {shown}"));
        Self { report, document }
    }

    /// Returns the actions on `address`, joined with hyphens: `create`, `update`, `delete-create`,
    /// `no-op`. Returns an empty text when `address` is not in the plan.
    pub(crate) fn action(&self, address: &str) -> String {
        let actions = self.change(address)["change"]["actions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        actions
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join("-")
    }

    /// Returns the top-level attributes of `address` that are not known before apply, sorted.
    pub(crate) fn unknown(&self, address: &str) -> Vec<String> {
        let unknown = self.change(address)["change"]["after_unknown"]
            .as_object()
            .cloned()
            .unwrap_or_default();
        let mut names: Vec<_> = unknown
            .into_iter()
            .filter(|(_, value)| *value == true)
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names
    }

    /// Returns the attributes that force a replacement of `address`.
    pub(crate) fn replaced_by(&self, address: &str) -> Vec<String> {
        let paths = self.change(address)["change"]["replace_paths"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        paths
            .iter()
            .filter_map(|path| path[0].as_str().map(str::to_owned))
            .collect()
    }

    fn change(&self, address: &str) -> &Value {
        self.document["resource_changes"]
            .as_array()
            .and_then(|changes| changes.iter().find(|change| change["address"] == address))
            .unwrap_or(&Value::Null)
    }
}

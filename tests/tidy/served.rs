//! What the provider serves, as a core reads it.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use crate::schema;

static SCHEMAS: LazyLock<Value> = LazyLock::new(schema::of_the_provider);

/// Returns the output of `providers schema -json` for the provider.
pub(crate) fn schemas() -> &'static Value {
    &SCHEMAS
}

/// Returns the members of a JSON object, sorted by name.
pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// The names of what is served.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// Types of resources.
    pub(crate) resources: Vec<String>,
    /// Types of data sources.
    pub(crate) data_sources: Vec<String>,
    /// Types of resources that can be listed.
    pub(crate) lists: Vec<String>,
    /// Functions.
    pub(crate) functions: Vec<String>,
}

impl Names {
    /// Returns the names of everything that the provider serves, sorted.
    pub(crate) fn served() -> Self {
        Self {
            resources: names("resource_schemas"),
            data_sources: names("data_source_schemas"),
            lists: names("list_resource_schemas"),
            functions: names("functions"),
        }
    }

    /// Returns the paths of their examples below `examples/`.
    pub(crate) fn examples(&self) -> Vec<String> {
        [
            paths(&self.resources, "resources", "resource.tf"),
            paths(&self.data_sources, "data-sources", "data-source.tf"),
            paths(&self.lists, "list-resources", "list-resource.tfquery.hcl"),
            paths(&self.functions, "functions", "function.tf"),
        ]
        .concat()
    }
}

fn names(kind: &str) -> Vec<String> {
    let names: Vec<_> = members(&schemas()[kind])
        .map(|(name, _)| name.clone())
        .collect();
    assert!(!names.is_empty(), "the provider serves no `{kind}`");
    names
}

fn paths(names: &[String], folder: &str, file: &str) -> Vec<String> {
    names
        .iter()
        .map(|name| format!("{folder}/{name}/{file}"))
        .collect()
}

//! A check that applies to every schema.

use serde::Serialize;
use tf_provider::AttributePath;
use tf_provider::schema::{AttributeConstraint, Schema};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::guide::Section;

/// Reports every computed attribute that the configuration sets. The core accepts that, and later
/// reports a bug in the provider.
pub fn refuse_read_only(schema: &Schema, config: &impl Serialize, diagnostics: &mut Diagnostics) {
    let Ok(serde_json::Value::Object(values)) = serde_json::to_value(config) else {
        return;
    };
    for (name, value) in values {
        let computed = schema
            .block
            .attributes
            .get(&name)
            .is_some_and(|attribute| attribute.constraint == AttributeConstraint::Computed);
        if computed && !value.is_null() {
            diagnostics.error(
                Diagnostic::new(
                    "Read-only attribute",
                    format!("HostUp sets `{name}`; a configuration cannot"),
                )
                .at(AttributePath::new(name.clone()))
                .hint(
                    Section::Configuration,
                    format!("remove `{name}` from the configuration"),
                ),
            );
        }
    }
}

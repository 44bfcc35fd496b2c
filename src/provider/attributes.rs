//! Short names for building schemas, so that a schema reads as a table.
//!
//! The framework's defaults describe an attribute as "empty" and type it as anything; these functions
//! have no defaults to forget.

use std::collections::HashMap;

use serde::Serialize;
use tf_provider::AttributePath;
use tf_provider::schema::{
    Attribute, AttributeConstraint, AttributeType, Block, Description, Schema,
};

use super::diagnostics::{Findings, Problem};
use super::guide::Section;

/// The attributes of a block or of a nested attribute.
pub type Attributes = HashMap<String, Attribute>;

/// A schema of version 0 with these attributes and no blocks.
pub fn schema<const N: usize>(description: &str, attributes: [(&str, Attribute); N]) -> Schema {
    schema_of(description, named(attributes))
}

/// As [`schema`], for attributes that are put together elsewhere.
pub fn schema_of(description: &str, attributes: Attributes) -> Schema {
    Schema {
        version: 0,
        block: Block {
            version: 0,
            attributes,
            blocks: HashMap::new(),
            description: Description::markdown(description),
            deprecated: false,
        },
    }
}

/// Attributes by name.
pub fn named<const N: usize>(attributes: [(&str, Attribute); N]) -> Attributes {
    attributes
        .into_iter()
        .map(|(name, attribute)| (name.to_owned(), attribute))
        .collect()
}

fn attribute(
    constraint: AttributeConstraint,
    attr_type: AttributeType,
    description: &str,
) -> Attribute {
    Attribute {
        attr_type,
        description: Description::markdown(description),
        constraint,
        sensitive: false,
        deprecated: false,
    }
}

/// The user must give it.
pub fn required(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(AttributeConstraint::Required, attr_type, description)
}

/// The user may give it.
pub fn optional(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(AttributeConstraint::Optional, attr_type, description)
}

/// The user may give it; HostUp decides otherwise.
pub fn optional_computed(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(
        AttributeConstraint::OptionalComputed,
        attr_type,
        description,
    )
}

/// Only HostUp decides it.
pub fn computed(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(AttributeConstraint::Computed, attr_type, description)
}

/// The user may give it, and nobody is shown it.
pub fn secret(description: &str) -> Attribute {
    Attribute {
        sensitive: true,
        ..optional(AttributeType::String, description)
    }
}

/// Reports every attribute that only HostUp decides and the configuration sets all the same. The core lets
/// that pass: without this it would be ignored here, and called a bug of the provider there.
pub fn refuse_read_only(schema: &Schema, config: &impl Serialize, findings: &mut Findings) {
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
            findings.error(
                Problem::new(
                    "Read-only attribute",
                    format!("`{name}` is decided by HostUp and can't be set"),
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

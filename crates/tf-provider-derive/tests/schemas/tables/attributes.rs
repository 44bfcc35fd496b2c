//! The short names that the tables are written with.

use std::collections::HashMap;

use tf_provider::schema::{
    Attribute, AttributeConstraint, AttributeType, Block, Description, Schema,
};
pub(crate) type Attributes = HashMap<String, Attribute>;
pub(crate) fn schema<const N: usize>(
    description: &str,
    attributes: [(&str, Attribute); N],
) -> Schema {
    schema_of(description, named(attributes))
}
pub(crate) fn schema_of(description: &str, attributes: Attributes) -> Schema {
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
pub(crate) fn named<const N: usize>(attributes: [(&str, Attribute); N]) -> Attributes {
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
pub(crate) fn required(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(AttributeConstraint::Required, attr_type, description)
}
pub(crate) fn optional(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(AttributeConstraint::Optional, attr_type, description)
}
pub(crate) fn optional_computed(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(
        AttributeConstraint::OptionalComputed,
        attr_type,
        description,
    )
}
pub(crate) fn computed(attr_type: AttributeType, description: &str) -> Attribute {
    attribute(AttributeConstraint::Computed, attr_type, description)
}
pub(crate) fn secret(description: &str) -> Attribute {
    Attribute {
        sensitive: true,
        ..optional(AttributeType::String, description)
    }
}

pub(crate) fn text(description: &str) -> Attribute {
    computed(AttributeType::String, description)
}

pub(crate) fn number(description: &str) -> Attribute {
    computed(AttributeType::Number, description)
}

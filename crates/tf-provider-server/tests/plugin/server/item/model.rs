//! The model, schema and identity of an item.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use tf_provider::schema::{
    Attribute, AttributeConstraint, AttributeType, Block, Description, NestedBlock, Schema,
};
use tf_provider::value::{Value, ValueString};
use tf_provider_server::value::{Float, Int};
use tf_provider_server::{IdentityAttribute, IdentitySchema};

/// The state of an item.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct State<'a> {
    #[serde(borrow)]
    pub(super) id: ValueString<'a>,
    pub(super) name: ValueString<'a>,
    pub(super) mode: ValueString<'a>,
    pub(super) note: ValueString<'a>,
    pub(super) secret: ValueString<'a>,
    pub(super) size: Value<Int>,
    pub(super) share: Value<Float>,
    pub(super) open: Value<bool>,
    pub(super) tags: Value<Vec<ValueString<'a>>>,
    pub(super) place: Value<Place<'a>>,
    pub(super) parts: Vec<Part<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place<'a> {
    pub(super) row: Value<Int>,
    #[serde(borrow)]
    pub(super) label: ValueString<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Part<'a> {
    #[serde(borrow)]
    pub(super) kind: ValueString<'a>,
    pub(super) weight: Value<Int>,
}

/// Private state: how often the item was written.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Private {
    pub(super) writes: i64,
}

pub(crate) fn attribute(attr_type: AttributeType, constraint: AttributeConstraint) -> Attribute {
    Attribute {
        attr_type,
        constraint,
        description: Description::plain("An attribute for tests."),
        ..Attribute::default()
    }
}

pub(crate) fn attributes<const N: usize>(
    list: [(&str, Attribute); N],
) -> HashMap<String, Attribute> {
    list.map(|(name, attribute)| (name.to_owned(), attribute))
        .into()
}

/// Returns the schema of an item.
pub(super) fn schema() -> Schema {
    use AttributeConstraint::{Computed, Optional, OptionalComputed, Required};
    let text = || AttributeType::String;
    let number = || AttributeType::Number;
    let mut secret = attribute(text(), Optional);
    secret.sensitive = true;
    let place = attributes([
        ("row", attribute(number(), Required)),
        ("label", attribute(text(), Optional)),
    ]);
    let part = Block {
        attributes: attributes([
            ("kind", attribute(text(), Required)),
            ("weight", attribute(number(), Optional)),
        ]),
        description: Description::plain("A part."),
        ..Block::default()
    };
    Schema {
        version: 2,
        block: Block {
            attributes: attributes([
                ("id", attribute(text(), Computed)),
                ("name", attribute(text(), Required)),
                ("mode", attribute(text(), Optional)),
                ("note", attribute(text(), OptionalComputed)),
                ("secret", secret),
                ("size", attribute(number(), Optional)),
                ("share", attribute(number(), Optional)),
                ("open", attribute(AttributeType::Bool, Optional)),
                (
                    "tags",
                    attribute(AttributeType::List(Box::new(text())), Optional),
                ),
                (
                    "place",
                    attribute(AttributeType::AttributeSingle(place), Optional),
                ),
            ]),
            blocks: [("parts".to_owned(), NestedBlock::List(part))].into(),
            description: Description::plain("An item."),
            ..Block::default()
        },
    }
}

impl State<'_> {
    pub(super) fn does(&self, what: &str) -> bool {
        self.mode.as_str() == what
    }
}

/// Returns an item with only an id and a name.
pub(crate) fn imported<'a>(id: String) -> State<'a> {
    State {
        name: format!("name of {id}").into(),
        id: id.into(),
        mode: Value::Null,
        note: Value::Null,
        secret: Value::Null,
        size: Value::Null,
        share: Value::Null,
        open: Value::Null,
        tags: Value::Null,
        place: Value::Null,
        parts: vec![],
    }
}

pub(crate) fn identity_schema() -> IdentitySchema {
    let part = |name: &str, attr_type, required| IdentityAttribute {
        name: name.to_owned(),
        attr_type,
        required_for_import: required,
        optional_for_import: !required,
        description: "A part for tests.".to_owned(),
    };
    IdentitySchema {
        version: 2,
        attributes: vec![
            part("id", AttributeType::String, true),
            part("size", AttributeType::Number, false),
            part("open", AttributeType::Bool, false),
        ],
    }
}

//! Converts tf-provider's schemas to the protocol's.
//!
//! Names are sorted, so that the same schema always has the same bytes. An attribute is sent either
//! with its `type` or with its `nested_type`: the core refuses the whole schema if it has both.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use prost::bytes::Bytes;
use serde::Serialize;
use tf_provider::schema::{
    Attribute, AttributeConstraint, AttributeType, Block, Description, FunctionSchema, NestedBlock,
    Parameter, Schema, StringKind,
};

use super::protocol::tfplugin6 as wire;

/// Deprecation messages by dotted path within one schema; the empty path is the whole schema.
pub(super) type Deprecations = BTreeMap<String, String>;

/// The parts of one schema for which tf-provider's types have no field.
#[derive(Clone, Copy)]
pub(super) struct Annotations<'a> {
    pub(super) deprecations: &'a Deprecations,
    /// The dotted paths of computed blocks.
    pub(super) computed_blocks: &'a BTreeSet<String>,
}

/// Converts a schema with its annotations.
pub(super) fn schema(schema: &Schema, annotations: Annotations<'_>) -> wire::Schema {
    let position = Position {
        path: String::new(),
        annotations,
    };
    wire::Schema {
        version: schema.version,
        block: Some(block(&schema.block, &position)),
    }
}

/// A position in a schema, as a dotted path.
struct Position<'a> {
    path: String,
    annotations: Annotations<'a>,
}

impl Position<'_> {
    fn below(&self, name: &str) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self {
            path,
            annotations: self.annotations,
        }
    }

    fn message(&self) -> Option<&String> {
        self.annotations.deprecations.get(&self.path)
    }
}

fn block(block: &Block, position: &Position<'_>) -> wire::schema::Block {
    wire::schema::Block {
        version: block.version,
        attributes: attributes(&block.attributes, position),
        block_types: sorted(&block.blocks)
            .map(|(name, nested)| nested_block(name, nested, &position.below(name)))
            .collect(),
        description: block.description.content.clone(),
        description_kind: kind(&block.description),
        deprecated: block.deprecated || position.message().is_some(),
        deprecation_message: position.message().cloned().unwrap_or_default(),
        computed: position
            .annotations
            .computed_blocks
            .contains(&position.path),
    }
}

fn nested_block(
    name: &str,
    nested: &NestedBlock,
    position: &Position<'_>,
) -> wire::schema::NestedBlock {
    use wire::schema::nested_block::NestingMode as Nesting;
    // A maximum of 0 means any number.
    let (nesting, inner, min_items, max_items) = match nested {
        NestedBlock::Single(inner) => (Nesting::Single, inner, 1, 1),
        NestedBlock::List(inner) => (Nesting::List, inner, 0, 0),
        NestedBlock::Set(inner) => (Nesting::Set, inner, 0, 0),
        NestedBlock::Map(inner) => (Nesting::Map, inner, 0, 0),
        NestedBlock::Group(inner) => (Nesting::Group, inner, 0, 0),
        NestedBlock::Optional(inner) => (Nesting::List, inner, 0, 1),
    };
    wire::schema::NestedBlock {
        type_name: name.to_owned(),
        block: Some(block(inner, position)),
        nesting: nesting.into(),
        min_items,
        max_items,
    }
}

fn attributes(
    attributes: &HashMap<String, Attribute>,
    position: &Position<'_>,
) -> Vec<wire::schema::Attribute> {
    sorted(attributes)
        .map(|(name, one)| attribute(name, one, &position.below(name)))
        .collect()
}

fn attribute(name: &str, one: &Attribute, position: &Position<'_>) -> wire::schema::Attribute {
    let nested_type = nested_type(&one.attr_type, position);
    let r#type = match nested_type {
        Some(_) => Bytes::new(),
        None => type_json(&one.attr_type),
    };
    let optional = matches!(
        one.constraint,
        AttributeConstraint::Optional | AttributeConstraint::OptionalComputed
    );
    let computed = matches!(
        one.constraint,
        AttributeConstraint::Computed | AttributeConstraint::OptionalComputed
    );
    wire::schema::Attribute {
        name: name.to_owned(),
        r#type,
        nested_type,
        description: one.description.content.clone(),
        required: one.constraint == AttributeConstraint::Required,
        optional,
        computed,
        sensitive: one.sensitive,
        description_kind: kind(&one.description),
        deprecated: one.deprecated || position.message().is_some(),
        write_only: false,
        deprecation_message: position.message().cloned().unwrap_or_default(),
    }
}

fn nested_type(attr_type: &AttributeType, position: &Position<'_>) -> Option<wire::schema::Object> {
    use wire::schema::object::NestingMode as Nesting;
    let (nesting, inner) = match attr_type {
        AttributeType::AttributeSingle(inner) => (Nesting::Single, inner),
        AttributeType::AttributeList(inner) => (Nesting::List, inner),
        AttributeType::AttributeSet(inner) => (Nesting::Set, inner),
        AttributeType::AttributeMap(inner) => (Nesting::Map, inner),
        _ => return None,
    };
    Some(wire::schema::Object {
        attributes: attributes(inner, position),
        nesting: nesting.into(),
        ..Default::default()
    })
}

/// Converts a function's signature.
pub(super) fn function(schema: &FunctionSchema) -> wire::Function {
    wire::Function {
        parameters: schema.parameters.iter().map(parameter).collect(),
        variadic_parameter: schema.variadic.as_ref().map(parameter),
        r#return: Some(wire::function::Return {
            r#type: type_json(&schema.return_type),
        }),
        summary: schema.summary.clone(),
        description: schema.description.content.clone(),
        description_kind: kind(&schema.description),
        deprecation_message: match &schema.deprecated {
            Some(message) if message.is_empty() => "deprecated".to_owned(),
            Some(message) => message.clone(),
            None => String::new(),
        },
    }
}

fn parameter(parameter: &Parameter) -> wire::function::Parameter {
    wire::function::Parameter {
        name: parameter.name.clone(),
        r#type: type_json(&parameter.param_type),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.content.clone(),
        description_kind: kind(&parameter.description),
    }
}

/// Returns a type in the core's JSON notation: `"string"`, `["list","number"]`.
pub(super) fn type_json(r#type: &impl Serialize) -> Bytes {
    // Converted to a `Value` first, whose objects are sorted. This cannot fail, because types are
    // strings, sequences and maps with string keys.
    serde_json::to_value(r#type)
        .map(|value| value.to_string().into())
        .unwrap_or_default()
}

fn kind(description: &Description) -> i32 {
    match description.kind {
        StringKind::Plain => wire::StringKind::Plain.into(),
        StringKind::Markdown => wire::StringKind::Markdown.into(),
    }
}

fn sorted<V>(map: &HashMap<String, V>) -> impl Iterator<Item = (&String, &V)> {
    map.iter().collect::<BTreeMap<_, _>>().into_iter()
}

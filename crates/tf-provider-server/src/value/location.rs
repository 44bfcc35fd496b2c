//! Locations in a value, and what the schema says about them.

use std::collections::HashMap;

use tf_provider::schema::{Attribute, AttributeType, Block, NestedBlock};
use tf_provider::{AttributePath, AttributePathStep, Diagnostic};

use super::super::diagnostics::error_at;
use super::msgpack::Tree;
use super::{IntegerError, parse_integer};

/// The maximum number of errors that are reported for one value.
pub(super) const MAX_ERRORS: usize = 5;

/// The schema of one location in a value.
#[derive(Clone, Copy)]
pub(super) enum Shape<'a> {
    Block(&'a Block),
    Blocks(&'a NestedBlock),
    Type(&'a AttributeType),
    Attributes(&'a HashMap<String, Attribute>),
    Anything,
}

/// A location in a value.
#[derive(Clone)]
pub(super) struct Location<'a> {
    pub(super) path: AttributePath,
    pub(super) shape: Shape<'a>,
    pub(super) sensitive: bool,
}

impl<'a> Location<'a> {
    /// Returns the location of a whole value, whose schema may be unknown.
    pub(super) fn root(block: Option<&'a Block>) -> Self {
        Self {
            path: AttributePath::default(),
            shape: block.map_or(Shape::Anything, Shape::Block),
            sensitive: false,
        }
    }

    /// Returns the location of an attribute with this name and type.
    pub(super) fn attribute(name: &str, attr_type: &'a AttributeType) -> Self {
        Self {
            path: AttributePath::new(name.to_owned()),
            shape: Shape::Type(attr_type),
            sensitive: false,
        }
    }

    fn step(&self, step: AttributePathStep, shape: Shape<'a>, sensitive: bool) -> Self {
        let mut path = self.path.clone();
        path.add_step(step);
        Self {
            path,
            shape,
            sensitive: self.sensitive || sensitive,
        }
    }

    /// Returns the location of a key in an object or a map.
    pub(super) fn key(&self, key: &str) -> Self {
        let name = || AttributePathStep::Attribute(key.to_owned().into());
        let of_attribute = |attribute: Option<&'a Attribute>| {
            let shape = attribute.map_or(Shape::Anything, |one| Shape::Type(&one.attr_type));
            self.step(name(), shape, attribute.is_some_and(|one| one.sensitive))
        };
        let map_key =
            |shape| self.step(AttributePathStep::Key(key.to_owned().into()), shape, false);
        match self.shape {
            Shape::Block(block) => match block.blocks.get(key) {
                Some(nested) => self.step(name(), Shape::Blocks(nested), false),
                None => of_attribute(block.attributes.get(key)),
            },
            Shape::Blocks(NestedBlock::Single(block) | NestedBlock::Group(block)) => Location {
                shape: Shape::Block(block),
                ..self.clone()
            }
            .key(key),
            Shape::Blocks(NestedBlock::Map(block)) => map_key(Shape::Block(block)),
            Shape::Attributes(attributes)
            | Shape::Type(AttributeType::AttributeSingle(attributes)) => {
                of_attribute(attributes.get(key))
            }
            Shape::Type(AttributeType::Map(inner)) => map_key(Shape::Type(inner)),
            Shape::Type(AttributeType::AttributeMap(inner)) => map_key(Shape::Attributes(inner)),
            Shape::Type(AttributeType::Object(fields)) => self.step(
                name(),
                fields.get(key).map_or(Shape::Anything, Shape::Type),
                false,
            ),
            _ => self.step(name(), Shape::Anything, false),
        }
    }

    /// Returns the location of an element in a list, a set or a tuple.
    pub(super) fn index(&self, index: usize) -> Self {
        let shape = match self.shape {
            Shape::Blocks(
                NestedBlock::List(block) | NestedBlock::Set(block) | NestedBlock::Optional(block),
            ) => Shape::Block(block),
            Shape::Type(AttributeType::List(inner) | AttributeType::Set(inner)) => {
                Shape::Type(inner)
            }
            Shape::Type(
                AttributeType::AttributeList(inner) | AttributeType::AttributeSet(inner),
            ) => Shape::Attributes(inner),
            Shape::Type(AttributeType::Tuple(items)) => {
                items.get(index).map_or(Shape::Anything, Shape::Type)
            }
            _ => Shape::Anything,
        };
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        self.step(AttributePathStep::Index(index), shape, false)
    }

    /// Returns the kind of value that the schema expects here, and whether `tree` is of that kind.
    pub(super) fn expected(&self, tree: &Tree) -> (&'static str, bool) {
        use AttributeType as Type;
        let list = || matches!(tree, Tree::List(_));
        let map = || matches!(tree, Tree::Map(_));
        match self.shape {
            Shape::Type(Type::String) => ("text", matches!(tree, Tree::Text(_))),
            Shape::Type(Type::Bool) => ("true or false", matches!(tree, Tree::Bool(_))),
            Shape::Type(Type::Number) => (
                "a number",
                match tree {
                    Tree::Int(_) | Tree::Float(_) => true,
                    Tree::Text(text) => parse_integer(text) != Err(IntegerError::NotANumber),
                    _ => false,
                },
            ),
            Shape::Type(Type::Set(_) | Type::AttributeSet(_))
            | Shape::Blocks(NestedBlock::Set(_)) => ("a set", list()),
            Shape::Type(Type::List(_) | Type::Tuple(_) | Type::AttributeList(_))
            | Shape::Blocks(NestedBlock::List(_) | NestedBlock::Optional(_)) => ("a list", list()),
            Shape::Type(Type::Map(_) | Type::AttributeMap(_))
            | Shape::Blocks(NestedBlock::Map(_)) => ("a map", map()),
            Shape::Block(_)
            | Shape::Blocks(NestedBlock::Single(_) | NestedBlock::Group(_))
            | Shape::Attributes(_)
            | Shape::Type(Type::Object(_) | Type::AttributeSingle(_)) => ("an object", map()),
            Shape::Type(Type::Any) | Shape::Anything => ("anything", true),
        }
    }

    /// Describes what is wrong with the value `found` here. `why` gets a description of `found`.
    ///
    /// `name` names the owner of the value, for errors about the whole value.
    pub(super) fn describe(
        &self,
        name: &str,
        found: &Tree,
        why: impl FnOnce(&str) -> String,
    ) -> String {
        // Of a sensitive value, only the kind is shown.
        let found = match found {
            Tree::Text(_) if self.sensitive => "text (sensitive)".to_owned(),
            Tree::Int(_) | Tree::Float(_) | Tree::Bool(_) if self.sensitive => {
                "a sensitive value".to_owned()
            }
            _ => found.to_string(),
        };
        let location = if self.path.steps.is_empty() {
            name.to_owned()
        } else {
            self.path.to_string()
        };
        format!("`{location}`: {}", why(&found))
    }

    /// Returns [`describe`](Self::describe) as a diagnostic about this location.
    pub(super) fn error(
        &self,
        name: &str,
        found: &Tree,
        why: impl FnOnce(&str) -> String,
    ) -> Diagnostic {
        error_at(
            self.path.clone(),
            format!("Invalid value for `{name}`"),
            self.describe(name, found, why),
        )
    }
}

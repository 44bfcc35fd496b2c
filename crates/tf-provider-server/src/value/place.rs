//! Places in a value, and what the schema says about them.

use std::collections::HashMap;

use tf_provider::schema::{Attribute, AttributeType, Block, NestedBlock};
use tf_provider::{AttributePath, AttributePathStep, Diagnostic};

use super::super::diagnostics::error_at;
use super::wire::Tree;
use super::{NotWhole, parse_whole};

/// More faults than this in one value help nobody.
pub(super) const MAX_FAULTS: usize = 5;

/// What a schema says about one place in a value.
#[derive(Clone, Copy)]
pub(super) enum Shape<'a> {
    Block(&'a Block),
    Blocks(&'a NestedBlock),
    Type(&'a AttributeType),
    Attributes(&'a HashMap<String, Attribute>),
    Anything,
}

/// One place in a value.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) path: AttributePath,
    pub(super) shape: Shape<'a>,
    pub(super) sensitive: bool,
}

impl<'a> Place<'a> {
    /// The whole of a value with this schema, if it has one.
    pub(super) fn root(block: Option<&'a Block>) -> Self {
        Self {
            path: AttributePath::default(),
            shape: block.map_or(Shape::Anything, Shape::Block),
            sensitive: false,
        }
    }

    /// A part of this name and type.
    pub(super) fn part(name: &str, attr_type: &'a AttributeType) -> Self {
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

    /// The place below a key of an object or a map.
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
            Shape::Blocks(NestedBlock::Single(block) | NestedBlock::Group(block)) => Place {
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

    /// The place of an element of a list, a set or a tuple.
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

    /// The kind of value that belongs here, and whether `tree` is of it.
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
                    Tree::Text(text) => parse_whole(text) != Err(NotWhole::NotANumber),
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

    /// Says what is wrong with the value `found` here: `why` gets its description.
    ///
    /// `name` is whose value it is, for faults of the whole value.
    pub(super) fn describe(
        &self,
        name: &str,
        found: &Tree,
        why: impl FnOnce(&str) -> String,
    ) -> String {
        // A sensitive value is named by its kind only.
        let found = match found {
            Tree::Text(_) if self.sensitive => "text (sensitive)".to_owned(),
            Tree::Int(_) | Tree::Float(_) | Tree::Bool(_) if self.sensitive => {
                "a sensitive value".to_owned()
            }
            _ => found.to_string(),
        };
        let place = if self.path.steps.is_empty() {
            name.to_owned()
        } else {
            self.path.to_string()
        };
        format!("`{place}`: {}", why(&found))
    }

    /// [`describe`](Self::describe) as a diagnostic about this place.
    pub(super) fn fault(
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

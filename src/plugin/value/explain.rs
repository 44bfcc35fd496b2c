//! Why a value does not decode: which attribute it is, what came and what was wanted.
//!
//! First the value is compared with the schema. If the kinds are right, the model is pickier than
//! the schema, and decoding once more tells how far it gets.

use std::collections::HashMap;

use serde::Deserialize;
use tf_provider::schema::{Attribute, AttributeType, Block, NestedBlock};
use tf_provider::{AttributePath, AttributePathStep, Diagnostic};

use super::super::diagnostics::{error, error_at};
use super::wire::Tree;
use super::{NotWhole, parse_whole, whole};

/// More faults than this in one value help nobody.
const MAX_FAULTS: usize = 5;

/// What a schema says about one place in a value.
#[derive(Clone, Copy)]
enum Shape<'a> {
    Block(&'a Block),
    Blocks(&'a NestedBlock),
    Type(&'a AttributeType),
    Attributes(&'a HashMap<String, Attribute>),
    Anything,
}

/// One place in a value.
#[derive(Clone)]
struct Place<'a> {
    path: AttributePath,
    shape: Shape<'a>,
    sensitive: bool,
}

impl<'a> Place<'a> {
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
    fn key(&self, key: &str) -> Self {
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
    fn index(&self, index: usize) -> Self {
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
    fn expected(&self, tree: &Tree) -> (&'static str, bool) {
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

    fn fault(&self, name: &str, found: &Tree, why: impl FnOnce(&str) -> String) -> Diagnostic {
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
        let why = why(&found);
        error_at(
            self.path.clone(),
            format!("Invalid value for `{name}`"),
            format!("`{place}`: {why}"),
        )
    }
}

/// Says why the bytes do not decode, by every means there is.
pub(super) fn explain<'a, T: Deserialize<'a>>(
    bytes: &'a [u8],
    block: Option<&Block>,
    name: &str,
) -> Vec<Diagnostic> {
    let tree = match Tree::parse(bytes) {
        Ok(tree) => tree,
        Err(malformed) => {
            return vec![error(
                format!("`{name}`: the value cannot be read"),
                format!("The bytes that came are not a value: {malformed}."),
            )];
        }
    };
    let root = Place {
        path: AttributePath::default(),
        shape: block.map_or(Shape::Anything, Shape::Block),
        sensitive: false,
    };
    let mut faults = Vec::new();
    wrong_kinds(&root, &tree, name, &mut faults);
    if !faults.is_empty() {
        return faults;
    }
    // The kinds are right, so the model is pickier than the schema. How far does it get?
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    let Err(failure) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return vec![error(
            format!("`{name}`: the value cannot be read"),
            "It could be read the second time, but not the first.",
        )];
    };
    let (place, found) = follow(root, &tree, failure.path());
    not_whole(&place, found, name, &mut faults);
    if faults.is_empty() {
        let cause = failure.inner().to_string();
        faults.push(place.fault(name, found, |found| {
            if cause.contains("did not match any variant") || place.sensitive {
                format!("{found} does not fit")
            } else {
                format!("{found} does not fit ({cause})")
            }
        }));
    }
    faults
}

/// Compares the value with the schema, as deep as it goes.
fn wrong_kinds(place: &Place<'_>, tree: &Tree, name: &str, faults: &mut Vec<Diagnostic>) {
    let nothing = matches!(tree, Tree::Null | Tree::Unknown);
    if nothing && !place.path.steps.is_empty() || faults.len() >= MAX_FAULTS {
        return;
    }
    let (expected, fits) = place.expected(tree);
    if !fits {
        faults.push(place.fault(name, tree, |found| format!("{found} is not {expected}")));
        return;
    }
    if matches!(place.shape, Shape::Type(AttributeType::Any)) {
        return; // a pair of type and value, of which we know nothing
    }
    match tree {
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                wrong_kinds(&place.index(index), item, name, faults);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                wrong_kinds(&place.key(key), item, name, faults);
            }
        }
        _ => {}
    }
}

/// Follows the path on which decoding failed, as far as the value has it.
fn follow<'a, 'b>(
    mut place: Place<'a>,
    mut tree: &'b Tree,
    path: &serde_path_to_error::Path,
) -> (Place<'a>, &'b Tree) {
    use serde_path_to_error::Segment;
    for segment in path {
        match (segment, tree) {
            (Segment::Map { key }, Tree::Map(entries)) => {
                let Some((_, item)) = entries.iter().find(|(name, _)| name == key) else {
                    break;
                };
                place = place.key(key);
                tree = item;
            }
            (Segment::Seq { index }, Tree::List(items)) => {
                let Some(item) = items.get(*index) else {
                    break;
                };
                place = place.index(*index);
                tree = item;
            }
            _ => break,
        }
    }
    (place, tree)
}

/// Finds the numbers that are not whole or too large: what an integer model refuses.
fn not_whole(place: &Place<'_>, tree: &Tree, name: &str, faults: &mut Vec<Diagnostic>) {
    if faults.len() >= MAX_FAULTS {
        return;
    }
    let number = matches!(
        place.shape,
        Shape::Type(AttributeType::Number) | Shape::Anything
    );
    let mut blame = |number: &dyn std::fmt::Display, why: &str| {
        let number = if place.sensitive {
            "the value".to_owned()
        } else {
            number.to_string()
        };
        faults.push(place.fault(name, tree, |_| format!("{number} {why}")));
    };
    match tree {
        Tree::Float(number) if whole(*number).is_none() => {
            let why = if number.fract() == 0.0 {
                "is too large"
            } else {
                "is not a whole number"
            };
            blame(number, why);
        }
        Tree::Int(number) if i64::try_from(*number).is_err() => blame(number, "is too large"),
        Tree::Text(text) if number => match parse_whole(text) {
            Err(NotWhole::Fraction) => blame(text, "is not a whole number"),
            Err(NotWhole::TooLarge) => blame(text, "is too large"),
            Ok(_) | Err(NotWhole::NotANumber) => {}
        },
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                not_whole(&place.index(index), item, name, faults);
            }
        }
        Tree::Map(entries) => {
            for (key, item) in entries {
                not_whole(&place.key(key), item, name, faults);
            }
        }
        _ => {}
    }
}

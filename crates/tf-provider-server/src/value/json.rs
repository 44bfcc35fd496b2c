//! Converts stored states and identities, which the core sends as the JSON of its state file.
//!
//! Attributes that are not in the schema are dropped, missing ones become null, and numbers keep
//! their decimals. A value that does not fit the schema is refused: serialising it fails, and
//! [`mismatches`] finds its location.

use std::collections::HashMap;
use std::slice;

use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use tf_provider::AttributePath;
use tf_provider::schema::{Attribute, AttributeType, Block, NestedBlock};

use super::exact::marked;
use super::location::{Location, MAX_ERRORS, Shape};
use super::msgpack::Tree;
use super::{IntegerError, parse_integer};

/// A stored object that serialises to Message Pack according to its schema.
pub(crate) struct Stored<'a>(pub(crate) &'a Block, pub(crate) &'a Json);

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(block, json) = self;
        let Json::Object(fields) = json else {
            return serialize_null_or_refuse(serializer, json);
        };
        let length = block.attributes.len() + block.blocks.len();
        let mut map = serializer.serialize_map(Some(length))?;
        for (name, attribute) in &block.attributes {
            let value = fields.get(name).unwrap_or(&Json::Null);
            map.serialize_entry(name, &Typed(&attribute.attr_type, value))?;
        }
        for (name, nested) in &block.blocks {
            map.serialize_entry(name, &StoredBlocks(nested, fields.get(name)))?;
        }
        map.end()
    }
}

struct StoredBlocks<'a>(&'a NestedBlock, Option<&'a Json>);

impl Serialize for StoredBlocks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(nested, json) = self;
        match (nested, json) {
            (NestedBlock::Single(block) | NestedBlock::Group(block), json) => {
                Stored(block, json.unwrap_or(&Json::Null)).serialize(serializer)
            }
            (NestedBlock::Map(block), Some(Json::Object(entries))) => serializer.collect_map(
                entries
                    .iter()
                    .map(|(key, value)| (key, Stored(block, value))),
            ),
            (NestedBlock::Map(_), None | Some(Json::Null)) => {
                serializer.collect_map(std::iter::empty::<((), ())>())
            }
            (
                NestedBlock::List(block) | NestedBlock::Set(block) | NestedBlock::Optional(block),
                Some(Json::Array(items)),
            ) => serializer.collect_seq(items.iter().map(|item| Stored(block, item))),
            // A block that was not repeatable in an older schema is stored as one object.
            (
                NestedBlock::List(block) | NestedBlock::Set(block) | NestedBlock::Optional(block),
                Some(item @ Json::Object(_)),
            ) => {
                serializer.collect_seq(slice::from_ref(item).iter().map(|item| Stored(block, item)))
            }
            (
                NestedBlock::List(_) | NestedBlock::Set(_) | NestedBlock::Optional(_),
                None | Some(Json::Null),
            ) => serializer.collect_seq(std::iter::empty::<()>()),
            (_, Some(other)) => serialize_null_or_refuse(serializer, other),
        }
    }
}

/// A stored value that serialises according to its type.
pub(crate) struct Typed<'a>(pub(crate) &'a AttributeType, pub(crate) &'a Json);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use AttributeType as Type;
        let Self(attr_type, json) = self;
        match (attr_type, json) {
            (_, Json::Null) => serializer.serialize_unit(),
            (Type::Number, Json::String(text)) if marked(text).is_some() => {
                Untyped(json).serialize(serializer)
            }
            (Type::Number, Json::Number(number)) if number.is_f64() => {
                // As text, so that the core reads the stored decimal, not the nearest float.
                serializer.collect_str(number)
            }
            (Type::List(inner) | Type::Set(inner), Json::Array(items)) => {
                serializer.collect_seq(items.iter().map(|item| Typed(inner, item)))
            }
            (Type::Map(inner), Json::Object(entries)) => serializer.collect_map(
                entries
                    .iter()
                    .map(|(key, value)| (key, Typed(inner, value))),
            ),
            (Type::Object(fields), Json::Object(entries)) => {
                serializer.collect_map(fields.iter().map(|(name, field)| {
                    let value = entries.get(name).unwrap_or(&Json::Null);
                    (name, Typed(field, value))
                }))
            }
            (Type::Tuple(types), Json::Array(items)) => serializer.collect_seq(
                types
                    .iter()
                    .zip(items)
                    .map(|(inner, item)| Typed(inner, item)),
            ),
            (Type::AttributeSingle(attributes), json) => {
                StoredAttributes(attributes, json).serialize(serializer)
            }
            (
                Type::AttributeList(attributes) | Type::AttributeSet(attributes),
                Json::Array(items),
            ) => {
                serializer.collect_seq(items.iter().map(|item| StoredAttributes(attributes, item)))
            }
            (Type::AttributeMap(attributes), Json::Object(entries)) => serializer.collect_map(
                entries
                    .iter()
                    .map(|(key, value)| (key, StoredAttributes(attributes, value))),
            ),
            (Type::Any, Json::Object(pair)) => {
                // Stored as `{"type": …, "value": …}`, but sent as a pair of JSON bytes and value.
                let r#type = pair.get("type").unwrap_or(&Json::Null).to_string();
                let value = pair.get("value").unwrap_or(&Json::Null);
                (serde_bytes::Bytes::new(r#type.as_bytes()), Untyped(value)).serialize(serializer)
            }
            (Type::String, Json::String(text)) if marked(text).is_none() => {
                serializer.serialize_str(text)
            }
            (Type::Bool, Json::Bool(_)) | (Type::Number, Json::Number(_)) => {
                json.serialize(serializer)
            }
            (Type::Number, Json::String(text))
                if parse_integer(text) != Err(IntegerError::NotANumber) =>
            {
                json.serialize(serializer)
            }
            _ => Err(S::Error::custom(DOES_NOT_FIT)),
        }
    }
}

/// A stored value whose type the schema does not name.
struct Untyped<'a>(&'a Json);

impl Serialize for Untyped<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::String(text) => serializer.serialize_str(marked(text).unwrap_or(text)),
            Json::Array(items) => serializer.collect_seq(items.iter().map(Untyped)),
            Json::Object(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, Untyped(value))))
            }
            other => other.serialize(serializer),
        }
    }
}

struct StoredAttributes<'a>(&'a HashMap<String, Attribute>, &'a Json);

impl Serialize for StoredAttributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(attributes, json) = self;
        let Json::Object(fields) = json else {
            return serialize_null_or_refuse(serializer, json);
        };
        serializer.collect_map(attributes.iter().map(|(name, attribute)| {
            let value = fields.get(name).unwrap_or(&Json::Null);
            (name, Typed(&attribute.attr_type, value))
        }))
    }
}

fn serialize_null_or_refuse<S: Serializer>(serializer: S, json: &Json) -> Result<S::Ok, S::Error> {
    match json {
        Json::Null => serializer.serialize_unit(),
        _ => Err(S::Error::custom(DOES_NOT_FIT)),
    }
}

/// The error of serialising; [`mismatches`] finds its location.
const DOES_NOT_FIT: &str = "the stored value does not fit the schema";

/// Returns where a stored object does not fit its schema, with an explanation for each path.
pub(crate) fn mismatches(block: &Block, stored: &Json, name: &str) -> Vec<(AttributePath, String)> {
    let mut found = Vec::new();
    mismatches_at(&Location::root(Some(block)), stored, name, &mut found);
    found
}

/// Does the same for a stored attribute with this name and type.
pub(crate) fn attribute_mismatches(
    name: &str,
    attr_type: &AttributeType,
    stored: &Json,
) -> Vec<(AttributePath, String)> {
    let mut found = Vec::new();
    let location = Location::attribute(name, attr_type);
    mismatches_at(&location, stored, name, &mut found);
    found
}

fn mismatches_at(
    location: &Location<'_>,
    json: &Json,
    name: &str,
    mismatches: &mut Vec<(AttributePath, String)>,
) {
    if json.is_null() || mismatches.len() >= MAX_ERRORS {
        return;
    }
    let found = kind(json);
    let (expected, fits) = match (location.shape, json) {
        // See `StoredBlocks`.
        (
            Shape::Blocks(NestedBlock::List(_) | NestedBlock::Set(_) | NestedBlock::Optional(_)),
            Json::Object(_),
        ) => return mismatches_at(&location.index(0), json, name, mismatches),
        (Shape::Type(AttributeType::Any), _) => ("an object of type and value", json.is_object()),
        _ => location.expected(&found),
    };
    if !fits {
        let why = location.describe(name, &found, |found| format!("{found} is not {expected}"));
        mismatches.push((location.path.clone(), why));
        return;
    }
    match (location.shape, json) {
        (Shape::Type(AttributeType::Any), _) => {}
        (_, Json::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                mismatches_at(&location.index(index), item, name, mismatches);
            }
        }
        (_, Json::Object(entries)) => {
            for (key, item) in entries {
                mismatches_at(&location.key(key), item, name, mismatches);
            }
        }
        _ => {}
    }
}

/// Returns the value without its content, for messages.
fn kind(json: &Json) -> Tree {
    match json {
        Json::Null => Tree::Null,
        Json::Bool(value) => Tree::Bool(*value),
        Json::Number(number) => number
            .as_i128()
            .map(Tree::Int)
            .or_else(|| number.as_f64().map(Tree::Float))
            .unwrap_or(Tree::Null),
        Json::String(text) => match marked(text).map(str::parse) {
            Some(Ok(number)) => Tree::Float(number),
            _ => Tree::Text(text.clone()),
        },
        Json::Array(_) => Tree::List(vec![]),
        Json::Object(_) => Tree::Map(vec![]),
    }
}

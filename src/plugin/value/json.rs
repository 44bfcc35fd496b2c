//! Stored state and identity, which the core sends as the JSON of its state file.
//!
//! What the schema has no longer is dropped, what is missing becomes null, and numbers keep the
//! decimals they were written with.

use std::collections::HashMap;
use std::slice;

use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::Value as Json;
use tf_provider::schema::{Attribute, AttributeType, Block, NestedBlock};

/// A stored object, to be serialised as Message Pack in the shape of its schema.
pub(crate) struct Stored<'a>(pub(crate) &'a Block, pub(crate) &'a Json);

impl Serialize for Stored<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(block, json) = self;
        let Json::Object(fields) = json else {
            return serialize_null_or(serializer, json, "an object");
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
            // A block that became repeatable was stored as one object.
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
            (_, Some(other)) => serialize_null_or(serializer, other, "a block"),
        }
    }
}

/// A stored value of a type.
pub(crate) struct Typed<'a>(pub(crate) &'a AttributeType, pub(crate) &'a Json);

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use AttributeType as Type;
        let Self(attr_type, json) = self;
        match (attr_type, json) {
            (_, Json::Null) => serializer.serialize_unit(),
            (Type::Number, Json::Number(number)) if number.is_f64() => {
                // As text, so that the core reads the decimals that were stored and not the nearest
                // binary fraction.
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
                // Stored as `{"type": …, "value": …}`, sent as a pair of JSON bytes and value.
                let r#type = pair.get("type").unwrap_or(&Json::Null).to_string();
                let value = pair.get("value").unwrap_or(&Json::Null);
                (serde_bytes::Bytes::new(r#type.as_bytes()), value).serialize(serializer)
            }
            // Of another type than the schema's: the core says so, with the attribute.
            (_, other) => other.serialize(serializer),
        }
    }
}

struct StoredAttributes<'a>(&'a HashMap<String, Attribute>, &'a Json);

impl Serialize for StoredAttributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(attributes, json) = self;
        let Json::Object(fields) = json else {
            return serialize_null_or(serializer, json, "an object");
        };
        serializer.collect_map(attributes.iter().map(|(name, attribute)| {
            let value = fields.get(name).unwrap_or(&Json::Null);
            (name, Typed(&attribute.attr_type, value))
        }))
    }
}

fn serialize_null_or<S: Serializer>(
    serializer: S,
    json: &Json,
    expected: &str,
) -> Result<S::Ok, S::Error> {
    match json {
        Json::Null => serializer.serialize_unit(),
        _ => Err(S::Error::custom(format_args!(
            "the stored state has something else where the schema has {expected}"
        ))),
    }
}

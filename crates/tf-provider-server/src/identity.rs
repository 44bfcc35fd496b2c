//! Resource identity: what an object is known by, apart from its state.

use std::collections::BTreeMap;

use serde::Serialize;
use tf_provider::Diagnostics;
use tf_provider::schema::AttributeType;

use super::diagnostics::error;
use super::protocol::tfplugin6::resource_identity_schema;
use super::protocol::{ResourceIdentityData, ResourceIdentitySchema};
use super::schema::type_json;
use super::value::decode::{bytes, dynamic, is_null};
use super::value::wire::Tree;
use super::value::{parse_whole, whole};

/// What the identity of a resource consists of.
#[derive(Clone, Debug, Default)]
pub struct IdentitySchema {
    /// Raised when the attributes change.
    pub version: i64,
    /// The parts, flat.
    pub attributes: Vec<IdentityAttribute>,
}

/// One part of an identity.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// Its name.
    pub name: String,
    /// Its type: text, a number or a boolean.
    pub attr_type: AttributeType,
    /// An import by identity has to name it.
    pub required_for_import: bool,
    /// An import by identity may name it.
    pub optional_for_import: bool,
    /// What it is, in a sentence.
    pub description: String,
}

/// The identity of one object: values by name. A part that has no value is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Identity(pub BTreeMap<String, IdentityValue>);

/// The value of one part of an identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum IdentityValue {
    /// Text.
    String(String),
    /// A whole number.
    Number(i64),
    /// A boolean.
    Bool(bool),
}

impl From<&str> for IdentityValue {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for IdentityValue {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<i64> for IdentityValue {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for IdentityValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl Identity {
    /// An identity without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<IdentityValue>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The text of a part; `None` if there is no such part or it is no text.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            IdentityValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a part; `None` if there is no such part or it is no number.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            IdentityValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean of a part; `None` if there is no such part or it is none.
    pub fn bool(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            IdentityValue::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl IdentitySchema {
    pub(super) fn to_protocol(&self) -> ResourceIdentitySchema {
        ResourceIdentitySchema {
            version: self.version,
            identity_attributes: self
                .attributes
                .iter()
                .map(|part| resource_identity_schema::IdentityAttribute {
                    name: part.name.clone(),
                    r#type: type_json(&part.attr_type),
                    required_for_import: part.required_for_import,
                    optional_for_import: part.optional_for_import,
                    description: part.description.clone(),
                })
                .collect(),
        }
    }

    /// The identity as the core wants it: every part of the schema, null where there is no value. A
    /// part the schema does not have is the provider's mistake.
    pub(super) fn encode(
        &self,
        diags: &mut Diagnostics,
        identity: &Identity,
        name: &str,
    ) -> Option<ResourceIdentityData> {
        let known = |part: &&String| self.attributes.iter().any(|one| one.name == **part);
        if let Some(stranger) = identity.0.keys().find(|part| !known(part)) {
            diags.errors.push(error(
                format!("`{name}`: the identity has no `{stranger}`"),
                "This is a bug in the provider: it sent a part its identity schema does not have.",
            ));
            return None;
        }
        let parts: BTreeMap<_, _> = self
            .attributes
            .iter()
            .map(|part| (&part.name, identity.0.get(&part.name)))
            .collect();
        let encoded = super::value::decode::encode(diags, &parts, name)?;
        Some(ResourceIdentityData {
            identity_data: Some(dynamic(encoded)),
        })
    }

    /// The identity the core sent; `Ok(None)` if it sent none.
    pub(super) fn decode(
        &self,
        data: Option<&ResourceIdentityData>,
        name: &str,
    ) -> Result<Option<Identity>, tf_provider::Diagnostic> {
        let Some(data) = data.and_then(|data| data.identity_data.as_ref()) else {
            return Ok(None);
        };
        let bytes = bytes(Some(data));
        if is_null(&bytes) {
            return Ok(None);
        }
        let refuse = |why: String| error(format!("`{name}`: the identity cannot be read"), why);
        let parts = match Tree::parse(&bytes) {
            Ok(Tree::Map(parts)) => parts,
            Ok(other) => return Err(refuse(format!("An object was expected, not {other}."))),
            Err(malformed) => {
                return Err(refuse(format!("The bytes are not a value: {malformed}.")));
            }
        };
        let mut identity = BTreeMap::new();
        for (part, value) in parts {
            let schema = self.attributes.iter().find(|one| one.name == part);
            let Some(schema) = schema else {
                return Err(refuse(format!("It has no `{part}`.")));
            };
            let number = schema.attr_type == AttributeType::Number;
            let value = match value {
                Tree::Null => continue,
                Tree::Text(text) if number => parse_whole(&text).ok().map(IdentityValue::Number),
                Tree::Int(number) => i64::try_from(number).ok().map(IdentityValue::Number),
                Tree::Float(number) => whole(number).map(IdentityValue::Number),
                Tree::Text(text) => Some(IdentityValue::String(text)),
                Tree::Bool(value) => Some(IdentityValue::Bool(value)),
                Tree::Unknown(_) => {
                    return Err(refuse(format!("`{part}` is not known yet.")));
                }
                Tree::Bytes(_) | Tree::List(_) | Tree::Map(_) => None,
            };
            let fits = matches!(
                (&schema.attr_type, &value),
                (AttributeType::String, Some(IdentityValue::String(_)))
                    | (AttributeType::Number, Some(IdentityValue::Number(_)))
                    | (AttributeType::Bool, Some(IdentityValue::Bool(_)))
            );
            match value {
                Some(value) if fits => {
                    identity.insert(part, value);
                }
                _ => {
                    return Err(refuse(format!(
                        "`{part}` is not of the type {}.",
                        schema.attr_type
                    )));
                }
            }
        }
        Ok(Some(Identity(identity)))
    }
}

//! Resource identity: the values that identify an object, separate from its state.

use std::collections::BTreeMap;

use serde::Serialize;
use tf_provider::Diagnostics;
use tf_provider::schema::AttributeType;

use super::diagnostics::error;
use super::protocol::tfplugin6::resource_identity_schema;
use super::protocol::{ResourceIdentityData, ResourceIdentitySchema};
use super::schema::type_json;
use super::value::decode::{bytes, dynamic, is_null};
use super::value::msgpack::Tree;
use super::value::{parse_integer, whole};

/// The schema of a resource's identity.
#[derive(Clone, Debug, Default)]
pub struct IdentitySchema {
    /// The version, to be raised when the attributes change.
    pub version: i64,
    /// The attributes.
    pub attributes: Vec<IdentityAttribute>,
}

/// One attribute of an identity.
#[derive(Clone, Debug)]
pub struct IdentityAttribute {
    /// The name.
    pub name: String,
    /// The type: `String`, `Number` or `Bool`.
    pub attr_type: AttributeType,
    /// Whether an import by identity must set it.
    pub required_for_import: bool,
    /// Whether an import by identity may set it.
    pub optional_for_import: bool,
    /// The description, a sentence.
    pub description: String,
}

/// The identity of one object: values by attribute name. Attributes without a value are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Identity(pub BTreeMap<String, IdentityValue>);

/// The value of an identity attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
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
    /// Creates an identity without attributes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<IdentityValue>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// Returns the text of an attribute; `None` if it is missing or no text.
    pub fn string(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            IdentityValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the number of an attribute; `None` if it is missing or no number.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            IdentityValue::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the boolean of an attribute; `None` if it is missing or no boolean.
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
                .map(|attribute| resource_identity_schema::IdentityAttribute {
                    name: attribute.name.clone(),
                    r#type: type_json(&attribute.attr_type),
                    required_for_import: attribute.required_for_import,
                    optional_for_import: attribute.optional_for_import,
                    description: attribute.description.clone(),
                })
                .collect(),
        }
    }

    /// Encodes an identity for the core, with null for attributes without a value. An attribute
    /// that is not in the schema is an error.
    pub(super) fn encode(
        &self,
        diags: &mut Diagnostics,
        identity: &Identity,
        name: &str,
    ) -> Option<ResourceIdentityData> {
        let known = |name: &&String| self.attributes.iter().any(|one| one.name == **name);
        if let Some(unknown) = identity.0.keys().find(|name| !known(name)) {
            diags.errors.push(error(
                format!("`{name}`: the identity has no `{unknown}`"),
                "This is a bug in the provider: the attribute is not in its identity schema.",
            ));
            return None;
        }
        let attributes: BTreeMap<_, _> = self
            .attributes
            .iter()
            .map(|attribute| (&attribute.name, identity.0.get(&attribute.name)))
            .collect();
        let encoded = super::value::decode::encode(diags, &attributes, name)?;
        Some(ResourceIdentityData {
            identity_data: Some(dynamic(encoded)),
        })
    }

    /// Decodes the identity that the core sent; `Ok(None)` if it sent none.
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
        let attributes = match Tree::parse(&bytes) {
            Ok(Tree::Map(attributes)) => attributes,
            Ok(other) => return Err(refuse(format!("An object was expected, not {other}."))),
            Err(malformed) => {
                return Err(refuse(format!("The bytes are not a value: {malformed}.")));
            }
        };
        let mut identity = BTreeMap::new();
        for (attribute, value) in attributes {
            let schema = self.attributes.iter().find(|one| one.name == attribute);
            let Some(schema) = schema else {
                return Err(refuse(format!("It has no `{attribute}`.")));
            };
            let number = schema.attr_type == AttributeType::Number;
            let value = match value {
                Tree::Null => continue,
                Tree::Text(text) if number => parse_integer(&text).ok().map(IdentityValue::Number),
                Tree::Int(number) => i64::try_from(number).ok().map(IdentityValue::Number),
                Tree::Float(number) => whole(number).map(IdentityValue::Number),
                Tree::Text(text) => Some(IdentityValue::String(text)),
                Tree::Bool(value) => Some(IdentityValue::Bool(value)),
                Tree::Unknown(_) => {
                    return Err(refuse(format!("`{attribute}` is not known yet.")));
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
                    identity.insert(attribute, value);
                }
                _ => {
                    return Err(refuse(format!(
                        "`{attribute}` is not of the type {}.",
                        schema.attr_type
                    )));
                }
            }
        }
        Ok(Some(Identity(identity)))
    }
}

//! Identities of one attribute, which is what all of HostUp's objects have.

use tf_provider::schema::AttributeType;
use tf_provider::value::Value;
use tf_provider_server::{Identity, IdentityAttribute, IdentitySchema};

use super::diagnostics::Diagnostic;
use super::guide::Section;

/// The schema of an identity that is the text `name`.
pub fn schema(name: &str, description: &str) -> IdentitySchema {
    schema_of(&[(name, description)])
}

/// The schema of an identity of several texts, each with its description.
pub fn schema_of(texts: &[(&str, &str)]) -> IdentitySchema {
    let attribute = |(name, description): &(&str, &str)| IdentityAttribute {
        name: (*name).to_owned(),
        attr_type: AttributeType::String,
        required_for_import: true,
        optional_for_import: false,
        description: (*description).to_owned(),
    };
    IdentitySchema {
        version: 0,
        attributes: texts.iter().map(attribute).collect(),
    }
}

/// The identity `name = text`.
pub fn of(name: &str, text: &str) -> Identity {
    Identity::new().with(name, text)
}

/// The text `name` of an identity.
pub fn text(identity: &Identity, name: &str) -> Option<String> {
    identity
        .string(name)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// The id of an object in the state. An object without one was never made by this provider.
///
/// # Errors
/// When the state has no id.
pub fn known_id(id: &Value<String>) -> Result<&str, Diagnostic> {
    match id {
        Value::Value(id) if !id.is_empty() => Ok(id),
        _ => Err(
            Diagnostic::because("the state holds no `id` for this object").hint(
                Section::Lookups,
                "remove it with `state rm`, and import it again",
            ),
        ),
    }
}

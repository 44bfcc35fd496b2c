//! Identities of one attribute.

use tf_provider::schema::AttributeType;
use tf_provider::value::Value;
use tf_provider_server::{Identity, IdentityAttribute, IdentitySchema};

use super::diagnostics::Diagnostic;
use super::guide::Section;

/// Returns the schema of an identity that consists of these attributes, all of them texts. Each has
/// a description of its own: what a resource says of an attribute is not all true for an import.
pub fn schema(attributes: &[(&str, &str)]) -> IdentitySchema {
    let attribute = |(name, description): &(&str, &str)| IdentityAttribute {
        name: (*name).to_owned(),
        attr_type: AttributeType::String,
        required_for_import: true,
        optional_for_import: false,
        description: (*description).to_owned(),
    };
    IdentitySchema {
        version: 0,
        attributes: attributes.iter().map(attribute).collect(),
    }
}

/// Returns the identity `name = text`.
pub fn of(name: &str, text: &str) -> Identity {
    Identity::new().with(name, text)
}

/// Returns the text `name` of an identity.
pub fn text(identity: &Identity, name: &str) -> Option<String> {
    identity
        .string(name)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

/// Returns the id of an object in the state.
///
/// # Errors
/// When the state has none, so that this provider did not write it.
pub fn known_id(id: &Value<String>) -> Result<&str, Diagnostic> {
    match id {
        Value::Value(id) if !id.is_empty() => Ok(id),
        _ => Err(
            Diagnostic::without_summary("the state has no `id` for this object").hint(
                Section::Lookups,
                "remove the object from the state with `state rm`, and import it again",
            ),
        ),
    }
}

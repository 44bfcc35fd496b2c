//! Identities of one attribute.

use tf_provider::schema::AttributeType;
use tf_provider::value::Value;
use tf_provider_server::model;
use tf_provider_server::{Identity, IdentityAttribute, IdentitySchema};

use super::diagnostics::Diagnostic;
use super::guide::Section;

/// Returns the schema of an identity that consists of the attributes `names`, all of them texts.
pub fn schema<M: model::Schema>(names: &[&str]) -> IdentitySchema {
    let schema = M::schema();
    let attribute = |name: &&str| IdentityAttribute {
        name: (*name).to_owned(),
        attr_type: AttributeType::String,
        required_for_import: true,
        optional_for_import: false,
        description: schema
            .block
            .attributes
            .get(*name)
            .map(|attribute| attribute.description.content.clone())
            .unwrap_or_default(),
    };
    IdentitySchema {
        version: 0,
        attributes: names.iter().map(attribute).collect(),
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

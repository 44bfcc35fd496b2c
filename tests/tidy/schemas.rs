//! The schemas as a user reads them: tf-provider's silent defaults must not show.

use std::path::Path;

use crate::protocol::tfplugin6::Schema;
use crate::protocol::tfplugin6::schema::Attribute;

use crate::served::{Names, schemas};

/// Every schema and its name.
fn all() -> Vec<(String, Schema)> {
    let served = schemas();
    let provider = served.provider.expect("the provider's schema");
    [
        ("resource ", served.resource_schemas),
        ("data ", served.data_source_schemas),
        ("list ", served.list_resource_schemas),
    ]
    .into_iter()
    .flat_map(|(kind, schemas)| {
        schemas
            .into_iter()
            .map(move |(name, schema)| (format!("{kind}{name}"), schema))
    })
    .chain([("provider".to_owned(), provider)])
    .collect()
}

/// Every attribute with its path, nested ones included.
pub(crate) fn attributes() -> Vec<(String, Attribute)> {
    let mut found = Vec::new();
    for (name, schema) in all() {
        walk(&name, schema.block.expect("a block").attributes, &mut found);
    }
    found
}

fn walk(path: &str, attributes: Vec<Attribute>, found: &mut Vec<(String, Attribute)>) {
    for attribute in attributes {
        let path = format!("{path}.{}", attribute.name);
        if let Some(nested) = &attribute.nested_type {
            walk(&path, nested.attributes.clone(), found);
        }
        found.push((path, attribute));
    }
}

#[test]
fn every_description_is_a_full_sentence() {
    let mut texts: Vec<_> = all()
        .into_iter()
        .map(|(name, schema)| (name, schema.block.expect("a block").description))
        .collect();
    for (name, function) in schemas().functions {
        let parameters = function.parameters.into_iter();
        texts.extend(parameters.map(|it| (format!("{name}.{}", it.name), it.description)));
        texts.push((name.clone(), function.summary));
        texts.push((name, function.description));
    }
    let attributes = attributes().into_iter();
    texts.extend(attributes.map(|(path, attribute)| (path, attribute.description)));
    for (path, text) in texts {
        let sentence =
            text.ends_with('.') && text.starts_with(char::is_uppercase) && text.len() > 15;
        assert!(sentence, "{path} is described as {text:?}");
    }
}

#[test]
fn every_attribute_has_a_type() {
    for (path, attribute) in attributes() {
        let is_typed = !attribute.r#type.is_empty() && attribute.r#type != "\"dynamic\"";
        assert!(attribute.nested_type.is_some() || is_typed, "{path}");
    }
}

#[test]
fn only_the_api_key_is_sensitive() {
    let sensitive: Vec<_> = attributes()
        .into_iter()
        .filter(|(_, attribute)| attribute.sensitive)
        .map(|(path, _)| path)
        .collect();
    assert_eq!(sensitive, ["provider.api_key"]);
}

#[test]
fn everything_that_is_served_has_an_example() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let missing: Vec<_> = Names::served()
        .examples()
        .into_iter()
        .chain(["provider/provider.tf".to_owned()])
        .filter(|path| !examples.join(path).is_file())
        .collect();
    assert!(missing.is_empty(), "no example at {missing:?}");
}

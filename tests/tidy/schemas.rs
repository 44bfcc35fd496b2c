//! The schemas as a user reads them: tf-provider's silent defaults must not show.

use std::path::Path;

use crate::protocol::tfplugin6::schema::{Attribute, Block};
use crate::protocol::tfplugin6::{Schema, StringKind};

use crate::served::{Names, identities, schemas};

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

/// Every attribute with its path, those in nested attributes and blocks included.
pub(crate) fn attributes() -> Vec<(String, Attribute)> {
    blocks()
        .into_iter()
        .flat_map(|(path, block)| {
            let mut found = Vec::new();
            walk(&path, block.attributes, &mut found);
            found
        })
        .collect()
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

/// Every block with its path: those of the schemas, and those in them.
fn blocks() -> Vec<(String, Block)> {
    let mut found: Vec<_> = all()
        .into_iter()
        .map(|(name, schema)| (name, schema.block.expect("a block")))
        .collect();
    let mut next = 0;
    while let Some((path, block)) = found.get(next) {
        let nested = block.block_types.iter().map(|it| {
            let block = it.block.clone().expect("a block");
            (format!("{path}.{}", it.type_name), block)
        });
        let nested: Vec<_> = nested.collect();
        found.extend(nested);
        next += 1;
    }
    found
}

/// `terraform-ls` shows them where the mouse is, and the registry on the pages.
#[test]
fn every_description_is_a_full_sentence_in_markdown() {
    const MARKDOWN: i32 = StringKind::Markdown as i32;
    let blocks = blocks().into_iter();
    let mut texts: Vec<_> = blocks
        .map(|(path, it)| (path, it.description, it.description_kind))
        .collect();
    let attributes = attributes().into_iter();
    texts.extend(attributes.map(|(path, it)| (path, it.description, it.description_kind)));
    for (name, function) in schemas().functions {
        let parameters = function.parameters.into_iter();
        texts.extend(parameters.chain(function.variadic_parameter).map(|it| {
            let path = format!("{name}.{}", it.name);
            (path, it.description, it.description_kind)
        }));
        texts.push((
            name.clone(),
            function.description,
            function.description_kind,
        ));
        // A summary has no kind, and neither has an attribute of an identity.
        texts.push((name, function.summary, MARKDOWN));
    }
    for (name, identity) in identities().identity_schemas {
        let attributes = identity.identity_attributes.into_iter();
        texts.extend(attributes.map(|it| {
            let path = format!("identity {name}.{}", it.name);
            (path, it.description, MARKDOWN)
        }));
    }
    for (path, text, kind) in texts {
        let sentence =
            text.ends_with('.') && text.starts_with(char::is_uppercase) && text.len() > 15;
        let is_closed = text.matches('`').count() % 2 == 0;
        assert!(sentence && is_closed, "{path} is described as {text:?}");
        assert_eq!(kind, MARKDOWN, "{path}");
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

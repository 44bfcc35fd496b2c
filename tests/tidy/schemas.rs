//! The schemas as the user reads them: the framework's silent defaults must not show.

use terraform_provider_hostup::private_network::PrivateNetworkResource;
use terraform_provider_hostup::provider::config::provider_schema;
use terraform_provider_hostup::provider::managed::Managed;
use terraform_provider_hostup::routed_ipv6_pool::PoolResource;
use terraform_provider_hostup::routed_ipv6_route::RouteResource;
use tf_provider::schema::{Attribute, AttributeType, Schema};

fn schemas() -> Vec<(&'static str, Schema)> {
    vec![
        ("provider", provider_schema()),
        (PoolResource::TYPE, PoolResource::schema()),
        (RouteResource::TYPE, RouteResource::schema()),
        (
            PrivateNetworkResource::TYPE,
            PrivateNetworkResource::schema(),
        ),
    ]
}

/// Every attribute with its path, nested ones included.
fn attributes() -> Vec<(String, Attribute)> {
    let mut found = Vec::new();
    for (name, schema) in schemas() {
        walk(
            name,
            schema.block.attributes.into_iter().collect(),
            &mut found,
        );
    }
    found
}

fn walk(path: &str, attributes: Vec<(String, Attribute)>, found: &mut Vec<(String, Attribute)>) {
    for (name, attribute) in attributes {
        let path = format!("{path}.{name}");
        match &attribute.attr_type {
            AttributeType::AttributeSingle(members)
            | AttributeType::AttributeList(members)
            | AttributeType::AttributeSet(members)
            | AttributeType::AttributeMap(members) => {
                walk(&path, members.clone().into_iter().collect(), found);
            }
            _ => {}
        }
        found.push((path, attribute));
    }
}

#[test]
fn every_description_is_a_full_sentence() {
    let mut texts: Vec<_> = schemas()
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema.block.description.content))
        .collect();
    texts.extend(
        attributes()
            .into_iter()
            .map(|(path, attribute)| (path, attribute.description.content)),
    );
    for (path, text) in texts {
        let sentence =
            text.ends_with('.') && text.starts_with(char::is_uppercase) && text.len() > 15;
        assert!(sentence, "{path} is described as {text:?}");
    }
}

#[test]
fn every_attribute_has_a_type() {
    for (path, attribute) in attributes() {
        assert_ne!(attribute.attr_type, AttributeType::Any, "{path}");
    }
}

#[test]
fn only_the_key_is_a_secret() {
    let secrets: Vec<_> = attributes()
        .into_iter()
        .filter(|(_, attribute)| attribute.sensitive)
        .map(|(path, _)| path)
        .collect();
    assert_eq!(secrets, ["provider.api_key"]);
}

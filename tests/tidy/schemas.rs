//! The schemas as the user reads them: the framework's silent defaults must not show.

use std::path::Path;

use terraform_provider_hostup::framework::data_source::DataSource;
use terraform_provider_hostup::framework::function::Function;
use terraform_provider_hostup::framework::list_resource::ListResource;
use terraform_provider_hostup::framework::resource::Resource;
use terraform_provider_hostup::functions::{CanonicalCidr, CidrContains, NextFreePrefix};
use terraform_provider_hostup::provider::config::ProviderModel;
use terraform_provider_hostup::resources::private_network::{
    NetworkDataSource, NetworkList, NetworksDataSource, PrivateNetworkResource,
};
use terraform_provider_hostup::resources::routed_ipv6::{AccountDataSource, DestinationDataSource};
use terraform_provider_hostup::resources::routed_ipv6_pool::{
    PoolDataSource, PoolList, PoolResource,
};
use terraform_provider_hostup::resources::routed_ipv6_route::{RouteList, RouteResource};
use terraform_provider_hostup::resources::vps_payg_limits::LimitsDataSource;
use tf_provider::schema::{Attribute, AttributeType, FunctionSchema, Schema};
use tf_provider_server::model::Schema as _;

/// Every schema, under the path of its example below `examples/`.
fn schemas() -> Vec<(String, Schema)> {
    let mut all = vec![("provider/provider.tf".to_owned(), ProviderModel::schema())];
    all.extend([
        resource::<PoolResource>(),
        resource::<RouteResource>(),
        resource::<PrivateNetworkResource>(),
        data_source::<AccountDataSource>(),
        data_source::<PoolDataSource>(),
        data_source::<DestinationDataSource>(),
        data_source::<NetworkDataSource>(),
        data_source::<NetworksDataSource>(),
        data_source::<LimitsDataSource>(),
        list::<PoolList>(),
        list::<RouteList>(),
        list::<NetworkList>(),
    ]);
    all
}

fn resource<R: Resource>() -> (String, Schema) {
    (
        format!("resources/{}/resource.tf", R::TYPE),
        R::Model::schema(),
    )
}

fn data_source<D: DataSource>() -> (String, Schema) {
    (
        format!("data-sources/{}/data-source.tf", D::TYPE),
        D::Model::schema(),
    )
}

fn list<L: ListResource>() -> (String, Schema) {
    let path = format!("list-resources/{}/list-resource.tfquery.hcl", L::Of::TYPE);
    (path, L::Filter::schema())
}

/// Every function's signature, as [`schemas`].
fn functions() -> Vec<(String, FunctionSchema)> {
    vec![
        function::<CanonicalCidr>(),
        function::<CidrContains>(),
        function::<NextFreePrefix>(),
    ]
}

fn function<F: Function>() -> (String, FunctionSchema) {
    (format!("functions/{}/function.tf", F::NAME), F::signature())
}

/// Every attribute with its path, nested ones included.
pub(crate) fn attributes() -> Vec<(String, Attribute)> {
    let mut found = Vec::new();
    for (name, schema) in schemas() {
        walk(
            &name,
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
        .map(|(name, schema)| (name, schema.block.description.content))
        .collect();
    for (name, function) in functions() {
        texts.push((name.clone(), function.summary));
        texts.push((name.clone(), function.description.content));
        texts.extend(function.parameters.into_iter().map(|parameter| {
            (
                format!("{name}.{}", parameter.name),
                parameter.description.content,
            )
        }));
    }
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
    assert_eq!(secrets, ["provider/provider.tf.api_key"]);
}

#[test]
fn everything_has_an_example() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let missing: Vec<_> = schemas()
        .into_iter()
        .map(|(path, _)| path)
        .chain(functions().into_iter().map(|(path, _)| path))
        .filter(|path| !examples.join(path).is_file())
        .collect();
    assert!(missing.is_empty(), "no example at {missing:?}");
}

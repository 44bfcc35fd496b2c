//! Derived schemas are the ones of the tables, text for text.

use crate::model::Schema;
use crate::models::limits::LimitsModel;
use crate::models::network::{NetworkFilter, NetworkModel};
use crate::models::network_views::{NetworkView, NetworksModel};
use crate::models::pool::PoolModel;
use crate::models::provider::ProviderModel;
use crate::models::route::{RouteFilter, RouteModel};
use crate::models::routed_views::{AccountModel, DestinationView, PoolView};
use crate::tables::{data_sources, limits, resources};

#[track_caller]
fn check<M: Schema>(expected: &tf_provider::schema::Schema) {
    let derived = M::schema();
    // One attribute at a time first: the whole is too long to read.
    for (name, attribute) in &expected.block.attributes {
        assert_eq!(
            derived.block.attributes.get(name),
            Some(attribute),
            "{name}"
        );
    }
    assert_eq!(derived, *expected);
}

#[test]
fn resources_have_the_schemas_of_their_tables() {
    check::<PoolModel>(&resources::pool());
    check::<RouteModel>(&resources::route());
    check::<NetworkModel>(&resources::network());
}

#[test]
fn the_provider_block_has_the_schema_of_its_table() {
    check::<ProviderModel>(&resources::provider());
}

#[test]
fn data_sources_have_the_schemas_of_their_tables() {
    check::<AccountModel>(&data_sources::account_data_source());
    check::<PoolView>(&data_sources::pool_data_source());
    check::<DestinationView>(&data_sources::destination_data_source());
    check::<NetworkView>(&data_sources::network_data_source());
    check::<NetworksModel>(&data_sources::networks_data_source());
    check::<LimitsModel>(&limits::limits());
}

#[test]
fn filters_have_the_schemas_of_their_tables() {
    check::<RouteFilter>(&data_sources::route_filter());
    check::<NetworkFilter>(&data_sources::network_filter());
}

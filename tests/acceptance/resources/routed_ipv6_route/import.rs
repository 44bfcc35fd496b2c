//! Imported by id, by prefix, by identity.

use crate::examples;
use crate::resources::checks::{
    assert_generates_configuration, assert_no_such_identity, assert_not_imported,
};
use crate::scenarios;
use crate::scene::{ROUTE_ADDRESS, route};
use crate::world::World;

scenarios![
    a_route_is_imported_by_id,
    a_route_is_imported_by_prefix_in_any_spelling,
    a_missing_route_is_not_imported,
    an_identity_of_a_missing_route_is_not_imported if has_identity,
    an_import_block_generates_the_configuration,
    the_import_examples_import_a_route,
];

/// A route in the account and its configuration. Returns the id and the prefix.
fn begin(world: &mut World) -> (String, String) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let id = world
        .mock
        .add_route(&pool, &vps, None, 56, Some("web subnet"));
    world.configure(&format!(
        r#"
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = "{pool}"
          vps_id        = "{vps}"
          prefix_length = 56
          label         = "web subnet"
        }}
        "#
    ));
    let prefix = world.mock.routes()[0]["prefix"]
        .as_str()
        .expect("a prefix")
        .to_owned();
    (id, prefix)
}

fn a_route_is_imported_by_id(world: &mut World) {
    let (id, prefix) = begin(world);
    world.import(ROUTE_ADDRESS, &id);
    world.assert_settled();
    assert_eq!(world.attribute(ROUTE_ADDRESS, "prefix"), prefix);
}

fn a_route_is_imported_by_prefix_in_any_spelling(world: &mut World) {
    let (id, prefix) = begin(world);
    world.import(ROUTE_ADDRESS, &prefix.to_uppercase());
    world.assert_settled();
    assert_eq!(world.attribute(ROUTE_ADDRESS, "id"), id);
}

fn a_missing_route_is_not_imported(world: &mut World) {
    world.configure(&route("web", "ripv6_x", "vps_x", "prefix_length = 64"));
    assert_not_imported(
        world,
        ROUTE_ADDRESS,
        "ripv6rt_missing",
        "is `ripv6rt_missing`",
    );
}

fn an_identity_of_a_missing_route_is_not_imported(world: &mut World) {
    let lines = "pool_id = \"p\"\n  vps_id = \"v\"\n  prefix_length = 64";
    let identity = ("prefix", "missing");
    let says = "is `missing`";
    assert_no_such_identity(world, "hostup_routed_ipv6_route", identity, lines, says);
}

fn an_import_block_generates_the_configuration(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let id = world.mock.add_route(&pool, &vps, None, 64, Some("web"));
    assert_generates_configuration(world, ROUTE_ADDRESS, &id);
}

fn the_import_examples_import_a_route(world: &mut World) {
    let (pool, vps) = (world.foreign_pool(), world.mock.add_vps("web-01"));
    let prefix = "2001:db8:1000:1000::/64";
    let id = world.mock.add_route(&pool, &vps, Some(prefix), 64, None);
    let configuration = route("web", &pool, &vps, "prefix_length = 64");
    examples::assert_imports(
        world,
        "resources/hostup_routed_ipv6_route",
        &configuration,
        &id,
        &id,
    );
}

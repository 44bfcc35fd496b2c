//! Imported by id, by name, by identity.

use crate::examples;
use crate::resources::checks::{
    assert_generates_configuration, assert_no_such_identity, assert_not_imported,
};
use crate::scenarios;
use crate::scene::{NETWORK, NETWORK_ADDRESS};
use crate::world::World;

scenarios![
    every_name_is_found_in_the_list,
    an_imported_network_adopts_region_and_description,
    a_name_that_two_networks_have_imports_neither,
    a_missing_network_is_not_imported,
    an_identity_of_a_missing_network_is_not_imported if has_identity,
    an_import_block_generates_the_configuration,
    the_import_examples_import_a_network,
];

const BACKEND: &str = "resource \"hostup_private_network\" \"a\" {\n  name = \"backend\"\n}\n";

/// Only a name that looks like an id is read as an id first.
fn every_name_is_found_in_the_list(world: &mut World) {
    for name in ["..", ".", "a/b", "pnet_c"] {
        let id = world.mock.add_network(name, None);
        let by_name = format!("/api/v2/private-networks/{name}");
        world.configure(&format!(
            "resource \"hostup_private_network\" \"a\" {{ name = \"{name}\" }}"
        ));
        world.mock.clear_requests();
        world.import(NETWORK_ADDRESS, name);
        world.assert_settled();
        assert_eq!(world.attribute(NETWORK_ADDRESS, "id"), id);
        let requests = world.mock.count("GET", &by_name);
        assert_eq!(requests, usize::from(name.starts_with("pnet_")), "{name}");
        world.destroy();
    }
}

fn an_imported_network_adopts_region_and_description(world: &mut World) {
    let id = world.mock.add_network("backend", Some("stockholm"));
    world.configure(
        r#"
        resource "hostup_private_network" "a" {
          name        = "backend"
          region      = "stockholm"
          description = "Private backend network"
        }
        "#,
    );
    world.import(NETWORK_ADDRESS, &id);
    let plan = world.plan();
    assert_eq!(
        plan.action(NETWORK_ADDRESS),
        "update",
        "nothing is replaced"
    );
    assert!(plan.replaced_by(NETWORK_ADDRESS).is_empty());
    assert!(plan.unknown(NETWORK_ADDRESS).is_empty());
    world.mock.clear_requests();
    world.apply();
    world.assert_no_writes();
    assert_eq!(world.attribute(NETWORK_ADDRESS, "id"), id);
    assert_eq!(world.attribute(NETWORK_ADDRESS, "region"), "stockholm");
    assert_eq!(
        world.attribute(NETWORK_ADDRESS, "description"),
        "Private backend network"
    );
}

fn a_name_that_two_networks_have_imports_neither(world: &mut World) {
    let [one, two] = [(); 2].map(|()| world.foreign_network("backend", None));
    world.configure(BACKEND);
    let text = world.import_fails(NETWORK_ADDRESS, "backend");
    for part in [
        "more than one network is named `backend`",
        &one,
        &two,
        "hint:",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
}

fn a_missing_network_is_not_imported(world: &mut World) {
    world.configure(NETWORK);
    let says = "no network of the account has the id or the name `missing`";
    assert_not_imported(world, NETWORK_ADDRESS, "missing", says);
}

fn an_identity_of_a_missing_network_is_not_imported(world: &mut World) {
    let says = "no network of the account has the id or the name `missing`";
    assert_no_such_identity(
        world,
        "hostup_private_network",
        ("id", "missing"),
        "name = \"a\"",
        says,
    );
}

fn an_import_block_generates_the_configuration(world: &mut World) {
    let id = world.mock.add_network("backend", Some("stockholm"));
    assert_generates_configuration(world, "hostup_private_network.backend", &id);
}

fn the_import_examples_import_a_network(world: &mut World) {
    let id = world.mock.add_network("backend", Some("stockholm"));
    let configuration = BACKEND.replace("\"a\"", "\"backend\"");
    examples::assert_imports(
        world,
        "resources/hostup_private_network",
        &configuration,
        &id,
        &id,
    );
}

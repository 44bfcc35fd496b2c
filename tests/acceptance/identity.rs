//! Identities in the state, on cores with and without them.

use cli_support::Core;
use serde_json::{Value, json};

use crate::scenarios;
use crate::scene::ROUTE_ADDRESS;
use crate::world::World;

scenarios![
    every_object_has_its_identity_in_the_state,
    a_route_that_moves_keeps_its_identity,
    a_state_can_be_used_by_one_core_after_the_other,
];

const ROUTE: &str = "hostup_routed_ipv6_route";

fn config(vps: &str) -> String {
    format!(
        r#"
        resource "hostup_routed_ipv6_pool" "main" {{}}
        resource "hostup_routed_ipv6_route" "web" {{
          pool_id       = hostup_routed_ipv6_pool.main.id
          vps_id        = "{vps}"
          prefix_length = 64
        }}
        resource "hostup_private_network" "a" {{ name = "a" }}
        "#
    )
}

/// Returns the identity of the only object of this type in the state file.
#[track_caller]
fn identity(world: &World, kind: &str) -> Value {
    let path = world.workspace.path().join("terraform.tfstate");
    let text = std::fs::read_to_string(path).expect("a state file");
    let state: Value = serde_json::from_str(&text).expect("a state");
    let resources = state["resources"].as_array().expect("resources");
    let resource = resources
        .iter()
        .find(|resource| resource["type"] == kind)
        .unwrap_or_else(|| panic!("no {kind} in {text}"));
    resource["instances"][0]["identity"].clone()
}

/// Returns the identity that the state must have: none when the core has no identities.
fn known(core: &Core, identity: Value) -> Value {
    if core.has_identity() {
        identity
    } else {
        Value::Null
    }
}

#[track_caller]
fn assert_identities(world: &World) {
    let core = world.workspace.core();
    for (kind, name, object, key) in [
        (
            "hostup_routed_ipv6_pool",
            "id",
            &world.mock.pools()[0],
            "id",
        ),
        (ROUTE, "prefix", &world.mock.routes()[0], "prefix"),
        (
            "hostup_private_network",
            "id",
            &world.mock.networks()[0],
            "id",
        ),
    ] {
        let expected = known(core, json!({ name: object[key] }));
        assert_eq!(identity(world, kind), expected, "{kind} with {core}");
    }
}

fn every_object_has_its_identity_in_the_state(world: &mut World) {
    let web = world.mock.add_vps("web-01");
    world.configure(&config(&web));
    world.apply();
    assert_identities(world);
}

fn a_route_that_moves_keeps_its_identity(world: &mut World) {
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.configure(&config(&web));
    world.apply();
    let (id, before) = (world.attribute(ROUTE_ADDRESS, "id"), identity(world, ROUTE));
    world.configure(&config(&spare));
    world.apply();
    assert_ne!(world.attribute(ROUTE_ADDRESS, "id"), id);
    assert_eq!(identity(world, ROUTE), before);
    assert_identities(world);
}

/// Each core changes something, so that each writes the state.
fn a_state_can_be_used_by_one_core_after_the_other(world: &mut World) {
    let (web, spare) = (world.mock.add_vps("web-01"), world.mock.add_vps("spare-01"));
    world.configure(&config(&web));
    world.apply();
    let first = world.workspace.core().clone();
    let others = crate::cores().expect("cores");
    let others = others.into_iter().filter(|core| *core != first);
    let mut vps = [&spare, &web].into_iter().cycle();
    for core in others.chain([first.clone()]) {
        world.workspace.use_core(core);
        world.assert_settled();
        world.configure(&config(vps.next().expect("a server")));
        world.apply();
        assert_identities(world);
    }
}
